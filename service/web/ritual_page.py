"""What a ritual's page says beside the deck's own words."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from rituals.recurrence import Recurrence, Rule
from rituals.rhythm import words
from rituals.ritual import Ritual
from service import when


@dataclass(frozen=True, slots=True)
class Way:
    """The one button, and the words beside it."""

    href: str
    label: str
    words: str


def way_on(slug: str, *, signed_in: bool, coupled: bool) -> Way:
    """How this visitor comes to choose the ritual."""
    chosen = url_for("plans.new", ritual=slug)
    if coupled:
        return Way(chosen, "Choose this ritual", "You propose when; it begins once both of you have said yes.")
    if signed_in:
        return Way(
            url_for("invitations.new"),
            "Invite your partner",
            "A ritual needs two. Invite your partner first; then you choose it together.",
        )
    return Way(
        url_for("sign_in.new", next=chosen),
        "Choose this ritual",
        "Sign in with your e-mail address first; there is no password.",
    )


def rhythm(ritual: Ritual) -> str:
    """Every weekday at 07:30, 20 minutes; or when it is needed."""
    length = when.length(ritual.duration)
    if ritual.rule is None:
        return f"When you need it, {length}"
    usual = Recurrence(
        datetime.combine(datetime(2027, 1, 1), ritual.starts),  # noqa: DTZ001 - any wall-clock day will do
        "UTC",
        ritual.duration,
        Rule.parse(ritual.rule),
    ).normalised()
    often = words(usual.rule, usual.starts, zone="UTC")
    return f"{often[0].upper()}{often[1:]} at {ritual.starts:%H:%M}, {length}"
