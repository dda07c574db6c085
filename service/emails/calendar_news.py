"""What became of a whole ritual that its reader changed in their own calendar: told to that person alone."""

from datetime import datetime

from sqlalchemy.orm import Session

from rituals.connection import CalendarConnection
from rituals.couple import Partner
from rituals.news import Happening, News
from rituals.placement import Placement
from rituals.plan import Plan
from service.emails.passage import Passage
from service.emails.terms import rhythm, terms
from service.mail_links import MailLinks

OWN = frozenset({Happening.DATE_WAITS, Happening.SERIES_WAITS, Happening.NOT_FOLLOWED, Happening.TAKEN_OUT})
"""What comes of the reader's own calendar."""


def calendar_passages(
    session: Session, links: MailLinks, plan: Plan, told: list[News], partner: Partner, now: datetime
) -> list[Passage]:
    happened = {one.what for one in told if one.occurrence_id is None}
    passages = []
    if Happening.SERIES_WAITS in happened:
        passages += _series_waits(plan, partner, now)
    if Happening.NOT_FOLLOWED in happened:
        passages += _not_followed(links, plan, partner, now)
    if Happening.TAKEN_OUT in happened:
        passages += _taken_out(session, links, plan, partner)
    return passages


def _series_waits(plan: Plan, partner: Partner, now: datetime) -> list[Passage]:
    waiting, other = plan.open_version, plan.couple.other(partner)
    if waiting is None or waiting.proposed_by_id != partner.id or other is None:
        return []
    line = f"The rhythm that you changed in your calendar waits for {other.name}’s yes: {terms(waiting, partner, now)}"
    return [Passage((line, "Until then what you both agreed stands, also in your calendar."))]


def _not_followed(links: MailLinks, plan: Plan, partner: Partner, now: datetime) -> list[Passage]:
    agreed = plan.agreed
    if agreed is None or not plan.is_running:
        return []
    line = (
        f"What you changed there could not be followed, so your calendar shows again: {rhythm(agreed, partner, now)}."
    )
    return [Passage((line,), (("Suggest another time", f"{links.plan(plan.id)}/edit"),))]


def _taken_out(session: Session, links: MailLinks, plan: Plan, partner: Partner) -> list[Passage]:
    """As long as it is out."""
    connection = CalendarConnection.current(session, partner)
    if connection is None or not plan.is_running:
        return []
    if all(placement.plan_id != plan.id for placement in Placement.taken_out(session, connection)):
        return []
    line = "You took this out of your calendar, and it stays out. It still stands for the two of you."
    return [Passage((line,), (("Put it back", links.calendars()), ("Let it rest, or end it", links.plan(plan.id))))]
