"""The sentence at the top of the week: what is next, as it would be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rituals.muting import is_muted
from rituals.occurrence import Occurrence
from rituals.plan import Plan, PlanState
from rituals.recurrence import wall_clock
from service import when
from service.web.if_then import spoken
from service.web.schedule import Reader
from service.web.visit import Visit

EVENING = 18
TWO = "the two of you"


@dataclass(frozen=True, slots=True)
class Heading:
    """'Tonight at seven', then, with emphasis, 'the two of you'; and what goes with it."""

    title: str
    lede: str
    emphasis: str = TWO


def heading(visit: Visit, plans: Sequence[Plan], following: Occurrence | None, reader: Reader) -> Heading:
    """Of what is next; without it, of what it waits for."""
    if following is not None:
        return _of_next(visit, following, reader)
    if not plans:
        return Heading("Nothing planned yet", "Choose one small thing to begin with; once is enough to try it.")
    if any(plan.open_version and plan.open_version.awaits(visit.partner) for plan in plans):
        return Heading("A question for you", f"{reader.other_name} has something in mind for the two of you.", "")
    states = {plan.state for plan in plans}
    if states == {PlanState.PROPOSED}:
        lede = "What you proposed stands once there are two yeses. Until then there is nothing to do."
        return Heading(f"{reader.other_name} is asked", lede, "")
    if PlanState.AGREED not in states:
        return Heading("All is at rest", "Nothing comes until one of you lets a ritual go on.", "")
    return _later(visit, plans, reader)


def _of_next(visit: Visit, following: Occurrence, reader: Reader) -> Heading:
    name, ritual = following.plan.ritual_name, visit.services.catalogue.get(following.plan.ritual)
    place = visit.couple.phone_place
    where = ritual.phones(place) if ritual else place
    if following.has_started(visit.now):
        lede = f"{name}, until {when.clock(following.ends_at, reader.zone)}. The phones are {where}."
        return Heading("Just now", lede)
    length = when.length(following.ends_at - following.starts_at)
    comes = ritual is not None and not is_muted(visit.act, following.plan)
    question = "A question comes when it starts: read it once, then put" if comes else "Put"
    title = _time(following.starts_at, reader)
    return Heading(title, f"{name}, {length}. {question} both phones {where}.")


def _later(visit: Visit, plans: Sequence[Plan], reader: Reader) -> Heading:
    """For rhythms so slow that nothing stands within the coming weeks."""
    coming = [
        (instance.starts_at, plan.ritual_name)
        for plan in plans
        if plan.is_running and plan.recurrence
        for instance in plan.recurrence.upcoming(visit.now, 1)
    ]
    if not coming:
        lede = "What you agreed has no more dates. Choose something new, or suggest another time."
        return Heading("Nothing more is planned", lede)
    starts_at, name = min(coming)
    return Heading(_time(starts_at, reader), f"{name}. Until then, nothing.")


def _time(starts_at: datetime, reader: Reader) -> str:
    """Tonight at seven; Tomorrow at 07:30; On Sunday at 19:00"""
    local, day = wall_clock(starts_at, reader.zone), when.near_day(starts_at, reader.zone, reader.now)
    evening = local.hour >= EVENING and not day.startswith("on ")
    clock = spoken(local.time()) if evening else f"{local:%H:%M}"
    return f"{day[0].upper()}{day[1:]} at {clock}"
