"""What the first page shows two people who share a space: what is next, what waits, what comes, what was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rituals import diary
from rituals.connection import CalendarConnection
from rituals.occurrence import Occurrence
from rituals.plan import Plan, PlanState
from service import when
from service.web.date_questions import DateQuestion, Wish, date_questions, own_wishes
from service.web.days_after import Day, days_after
from service.web.plan_past import Asked, asked_of, can_be_asked
from service.web.schedule import Reader, clock_of, rhythm, sentence
from service.web.visit import Visit
from service.web.week_heading import Heading, heading
from service.web.year_field import YearField, year_field

LOOK_AHEAD = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Next:
    """The one card."""

    id: int
    plan_id: int
    when: str
    name: str
    slug: str
    moment: str
    intention: str
    has_begun: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal that waits for this person's answer."""

    plan_id: int
    number: int
    words: str
    detail: str
    is_change: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One of their plans, and where it stands."""

    id: int
    name: str
    words: str
    is_agreed: bool


@dataclass(frozen=True, slots=True)
class OurWeek:
    heading: Heading
    next: Next | None
    questions: tuple[Question, ...]
    date_questions: tuple[DateQuestion, ...]
    wishes: tuple[Wish, ...]
    days: tuple[Day, ...]
    asked: Asked | None
    year: YearField | None
    plans: tuple[Listed, ...]
    """Without those that the questions are about."""
    is_new: bool
    """Nothing has been chosen yet."""
    needs_calendar: bool
    """Something is agreed, and this person has not said how it reaches their calendar."""


def our_week(visit: Visit) -> OurWeek:
    couple, reader = visit.couple, Reader.of(visit)
    plans = Plan.living(visit.session, couple)
    coming = diary.ahead(visit.session, couple, visit.now, visit.now + LOOK_AHEAD)
    following = next((one for one in coming if one.stands()), None)
    return OurWeek(
        heading=heading(visit, plans, following, reader),
        next=_next(following, reader) if following else None,
        questions=tuple(_questions(visit, plans, reader)),
        date_questions=tuple(date_questions(visit, reader)),
        wishes=tuple(own_wishes(visit, reader)),
        days=tuple(days_after([one for one in coming if one is not following], reader)),
        asked=_asked(visit, reader),
        year=year_field(visit, couple),
        plans=tuple(_listed(visit, plan, reader) for plan in plans if not _is_asked(visit, plan)),
        is_new=not plans,
        needs_calendar=_needs_calendar(visit, plans),
    )


def _next(occurrence: Occurrence, reader: Reader) -> Next:
    day = when.full_day(occurrence.starts_at, reader.zone, reader.now)
    agreed = occurrence.plan.agreed
    return Next(
        id=occurrence.id,
        plan_id=occurrence.plan_id,
        when=f"{day}, {when.span(occurrence.starts_at, occurrence.ends_at, reader.zone)}",
        name=occurrence.plan.ritual_name,
        slug=occurrence.plan.ritual,
        moment=occurrence.starts_at.isoformat(),
        intention=agreed.intention if agreed else "",
        has_begun=occurrence.has_started(reader.now),
    )


def _questions(visit: Visit, plans: Sequence[Plan], reader: Reader) -> Iterator[Question]:
    for plan in plans:
        version = plan.open_version
        if version is None or not version.awaits(visit.partner):
            continue
        recurrence = version.recurrence
        first = next(iter(recurrence.upcoming(visit.now, 1)), None)
        begins = f", from {when.full_day(first.starts_at, reader.zone, visit.now)}" if first else ""
        line = f" {version.intention}" if version.intention else ""
        yield Question(
            plan_id=plan.id,
            number=version.number,
            words=f"{plan.ritual_name}, {rhythm(recurrence)} at {clock_of(recurrence, reader)}?",
            detail=f"{reader.other_name} asks: {when.length(recurrence.duration)}{begins}.{line}",
            is_change=plan.agreed is not None,
        )


def _asked(visit: Visit, reader: Reader) -> Asked | None:
    """The last of all that is over, while nobody has said what became of it."""
    gone = diary.behind(visit.session, visit.couple, visit.now - timedelta(days=3), visit.now)
    return next((asked_of(one, reader) for one in reversed(gone) if can_be_asked(one, reader)), None)


def _is_asked(visit: Visit, plan: Plan) -> bool:
    return plan.state == PlanState.PROPOSED and plan.latest.awaits(visit.partner)


def _listed(visit: Visit, plan: Plan, reader: Reader) -> Listed:
    wording = plan.agreed or plan.latest
    words = sentence(wording.recurrence, reader)
    if plan.state == PlanState.PAUSED:
        words = "At rest"
    elif plan.state == PlanState.PROPOSED:
        words = f"{words}. {reader.other_name} is asked."
    elif plan.ritual not in visit.services.catalogue:
        words = "At rest: it has left the catalogue"
    return Listed(plan.id, plan.ritual_name, words, is_agreed=plan.agreed is not None)


def _needs_calendar(visit: Visit, plans: Sequence[Plan]) -> bool:
    agreed = any(plan.state == PlanState.AGREED for plan in plans)
    return agreed and CalendarConnection.current(visit.session, visit.partner) is None
