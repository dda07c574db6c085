"""What was: what the two did, what they may still say of the last time, and a question that came too late to send."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from rituals import diary
from rituals.errand import State
from rituals.occurrence import Occurrence, Outcome
from rituals.plan import Plan
from rituals.recurrence import wall_clock
from service import when
from service.web.schedule import Reader
from service.web.visit import Visit

LAST = 12
STILL_ASKED = timedelta(days=3)
STILL_SHOWN = timedelta(days=7)
WORDS = {Outcome.DONE: "You did it.", Outcome.MOVED: "You found another time."}
UNSENT = (State.EXPIRED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Done:
    """One time that was kept. What was not kept is not listed."""

    moment: str
    day: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The last time, of which nobody has said anything yet."""

    id: int
    name: str
    day: str


@dataclass(frozen=True, slots=True)
class LateQuestion:
    """What could not be sent in time; without words where none were drawn, or where they went back to the deck."""

    day: str
    question: str
    idea: str
    deeper: tuple[str, ...]


def done(visit: Visit, plan: Plan, reader: Reader) -> Iterator[Done]:
    for occurrence in diary.history(visit.session, plan, visit.now, LAST):
        if occurrence.outcome in WORDS:
            local = wall_clock(occurrence.starts_at, reader.zone)
            day = f"{local:%a} {local.day} {local:%b}"
            yield Done(occurrence.starts_at.isoformat(), day, WORDS[occurrence.outcome])


def asked_about(visit: Visit, plan: Plan, reader: Reader) -> Asked | None:
    """The last time that is over, for some days, until one of the two has said what became of it."""
    return next(
        (
            asked_of(occurrence, reader)
            for occurrence in diary.history(visit.session, plan, visit.now, 1)
            if can_be_asked(occurrence, reader)
        ),
        None,
    )


def can_be_asked(occurrence: Occurrence, reader: Reader) -> bool:
    over = occurrence.ends_at <= reader.now < occurrence.ends_at + STILL_ASKED
    return over and occurrence.outcome is None


def asked_of(occurrence: Occurrence, reader: Reader) -> Asked:
    day = when.full_day(occurrence.starts_at, reader.zone, reader.now)
    return Asked(occurrence.id, occurrence.plan.ritual_name, day)


def late_question(visit: Visit, plan: Plan, reader: Reader) -> LateQuestion | None:
    """That this partner should have got a mail and did not; with its words, if any were drawn and kept."""
    for occurrence in diary.history(visit.session, plan, visit.now, 1):
        mine = [one for one in occurrence.deliveries if one.partner_id == visit.partner.id]
        recent = visit.now - occurrence.starts_at < STILL_SHOWN
        if recent and any(one.state in UNSENT for one in mine):
            return _late(occurrence, occurrence.prompt or {}, reader)
    return None


def _late(occurrence: Occurrence, prompt: dict[str, str | list[str]], reader: Reader) -> LateQuestion:
    deeper = prompt.get("deeper", [])
    return LateQuestion(
        day=when.full_day(occurrence.starts_at, reader.zone, reader.now),
        question=str(prompt.get("question", "")),
        idea=str(prompt.get("idea", "")),
        deeper=tuple(deeper) if isinstance(deeper, list) else (),
    )
