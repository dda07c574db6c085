"""Wishes to move one date, in words: those that ask their reader, and those that wait for the other."""

from dataclasses import dataclass
from datetime import datetime

from rituals.suggestion import Suggestion
from service import when
from service.web.schedule import Reader
from service.web.visit import Visit


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """May this one move?"""

    id: int
    plan_id: int
    occurrence_id: int
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the other is asked; until there is an answer the old time stands."""

    occurrence_id: int
    plan_id: int
    words: str
    note: str


def date_questions(visit: Visit, reader: Reader) -> list[DateQuestion]:
    """All of the couple's that ask this reader."""
    waiting = Suggestion.waiting(visit.session, visit.couple, visit.now)
    return [question_of(one, reader) for one in waiting if one.awaits(visit.partner, visit.now)]


def own_wishes(visit: Visit, reader: Reader) -> list[Wish]:
    """All that this reader asked for and that waits for the other."""
    waiting = Suggestion.waiting(visit.session, visit.couple, visit.now)
    return [_wish(one, reader) for one in waiting if one.by_id == visit.partner.id]


def question_of(suggestion: Suggestion, reader: Reader) -> DateQuestion:
    plan, new = suggestion.occurrence.plan, _words(suggestion.starts_at, reader)
    elsewhere = reader.elsewhere(suggestion.starts_at)
    also = f" ({elsewhere})" if elsewhere else ""
    return DateQuestion(
        id=suggestion.id,
        plan_id=plan.id,
        occurrence_id=suggestion.occurrence_id,
        words=f"{plan.ritual_name}: {new} instead?",
        detail=f"{suggestion.by.name} asks{also}. Until you say yes, {_words(suggestion.instead_of, reader)} stands.",
    )


def _wish(suggestion: Suggestion, reader: Reader) -> Wish:
    name, old = suggestion.occurrence.plan.ritual_name, _words(suggestion.instead_of, reader)
    new = _words(suggestion.starts_at, reader)
    return Wish(
        occurrence_id=suggestion.occurrence_id,
        plan_id=suggestion.occurrence.plan_id,
        words=f"{name}, {old}: {reader.other_name} is asked whether it could be {new}. Until then the old time stands.",
        note=f"{reader.other_name} is asked: {new}?",
    )


def _words(starts_at: datetime, reader: Reader) -> str:
    return f"{when.full_day(starts_at, reader.zone, reader.now)}, {when.clock(starts_at, reader.zone)}"
