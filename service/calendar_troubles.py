"""What is wrong with a calendar, in one sentence, and the one thing to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.linked_calendar import LinkedCalendar


class Cure(StrEnum):
    CONNECT = "connect"
    """Let us in again, or in another way."""
    MAKE = "make"
    """A new one in its place."""
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Remedy:
    """For the calendar's owner."""

    words: str
    todo: str
    cure: Cure


REMEDIES = {
    Trouble.RECONNECT: Remedy(
        "It does not let us in any more.",
        "Connect it again; nothing will stand twice. Until then, what changes comes to you by mail.",
        Cure.CONNECT,
    ),
    Trouble.GONE: Remedy("The calendar is not there any more.", "Make it again, or choose another way.", Cure.MAKE),
    Trouble.REFUSED: Remedy(
        "It does not allow us to write.",
        "Connect it again with a calendar that may be written, or choose another way.",
        Cure.CONNECT,
    ),
    Trouble.BUSY: Remedy(
        "It asks us to wait.", "We try again by ourselves. There is nothing for you to do.", Cure.WAIT
    ),
    Trouble.UNREACHABLE: Remedy(
        "It does not answer at the moment.", "We try again by ourselves. There is nothing for you to do.", Cure.WAIT
    ),
    Trouble.ODD: Remedy(
        "It answers in a way that we do not understand.",
        "We try again by ourselves. Should it last, connect it again or choose another way.",
        Cure.CONNECT,
    ),
    Trouble.UNSAFE: Remedy(
        "Its address leads to a place that we do not ask, such as a private network.",
        "Connect it again by an address that is open to the internet.",
        Cure.CONNECT,
    ),
}

_NOTHING_THERE = "We found no calendar there. Please look at the address once more."
_LATER = "It does not answer at the moment. Please try again in a while."
SENTENCES = {
    Trouble.RECONNECT: "The name or the password was not accepted.",
    Trouble.GONE: _NOTHING_THERE,
    Trouble.ODD: _NOTHING_THERE,
    Trouble.REFUSED: "This account does not allow that. Perhaps it makes no new calendars: then choose one you have.",
    Trouble.BUSY: _LATER,
    Trouble.UNREACHABLE: _LATER,
    Trouble.UNSAFE: "This address leads to a place that we do not ask, such as a private network.",
}
"""While a calendar is being connected: five, whatever the server said."""

_GOOGLE_IS_ODD = "Google answered in a way that we do not understand."
_GOOGLE_IS_LATE = "Google does not answer at the moment. Please try again in a while."
AT_GOOGLE = {
    Trouble.RECONNECT: "Google did not accept that. Perhaps it took too long; please try once more.",
    Trouble.REFUSED: "Google does not allow that for this account.",
    Trouble.GONE: _GOOGLE_IS_ODD,
    Trouble.ODD: _GOOGLE_IS_ODD,
    Trouble.UNSAFE: _GOOGLE_IS_ODD,
    Trouble.BUSY: _GOOGLE_IS_LATE,
    Trouble.UNREACHABLE: _GOOGLE_IS_LATE,
}
"""The same on the way back from there, where nobody typed a name, a password or an address."""


def remedy(linked: LinkedCalendar) -> Remedy | None:
    return REMEDIES[linked.trouble] if linked.trouble is not None else None


def sentence(error: CalendarError) -> str:
    return SENTENCES[error.trouble]
