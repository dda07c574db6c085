"""Moving a single date, on the visitor's own clock."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.occurrence import Occurrence
from rituals.recurrence import moment, wall_clock
from rituals.refused import RefusedError, StaleError
from service import when
from service.web.found import OCCURRENCE, own_occurrence
from service.web.plan_fields import day_of, minute_of
from service.web.refusals import back_to_plan
from service.web.schedule import Reader
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("occurrences", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.get(f"{OCCURRENCE}/move")
def edit(occurrence_id: int) -> str:
    with viewing() as visit:
        occurrence = own_occurrence(visit, occurrence_id)
        local = wall_clock(occurrence.starts_at, visit.partner.zone)
        return _page(visit, occurrence, local.date().isoformat(), f"{local:%H:%M}", None)


@blueprint.post(f"{OCCURRENCE}/move")
def update(occurrence_id: int) -> Response | tuple[str, int]:
    day, clock = request.form.get("date", ""), request.form.get("time", "")
    try:
        with acting() as visit:
            occurrence = own_occurrence(visit, occurrence_id, lock=True)
            occurrence.move(visit.act, _in_the_plans_zone(occurrence, visit.partner.zone, day, clock))
            plan_id, starts_at = occurrence.plan_id, occurrence.starts_at
    except RefusedError as error:
        if error.field is None:
            raise
        with viewing() as visit:
            return _page(visit, own_occurrence(visit, occurrence_id), day, clock, error), 422
    moved = f"{when.full_day(starts_at, visit.partner.zone, visit.now)}, {when.clock(starts_at, visit.partner.zone)}"
    flash(f"Moved to {moved}, for both of you.", "done")
    return redirect(url_for("plans.show", plan_id=plan_id), 303)


def _in_the_plans_zone(occurrence: Occurrence, zone: str, day: str, clock: str) -> datetime:
    """What the plan's clocks show when the visitor's show this. Raises RefusedError."""
    date, time = day_of(day), minute_of(clock)
    if date is None or not 1970 < date.year < 2200:
        raise RefusedError("Choose a day.", field="date")
    if time is None:
        raise RefusedError("Choose a time, like 19:00.", field="time")
    recurrence = occurrence.plan.recurrence
    if recurrence is None:
        raise StaleError("This ritual is not agreed any more.")
    return wall_clock(moment(datetime.combine(date, time), zone), recurrence.zone)


def _page(visit: Visit, occurrence: Occurrence, day: str, clock: str, error: RefusedError | None) -> str:
    reader, starts_at = Reader.of(visit), occurrence.starts_at
    return render_template(
        "pages/occurrences/edit.html",
        id=occurrence.id,
        plan_id=occurrence.plan_id,
        name=occurrence.plan.ritual_name,
        slug=occurrence.plan.ritual,
        now_at=f"{when.full_day(starts_at, reader.zone, visit.now)}, {when.clock(starts_at, reader.zone)}",
        elsewhere=reader.elsewhere(starts_at),
        clock_of=when.city(reader.zone) if reader.other_zone != reader.zone else "",
        date=day,
        time=clock,
        errors={"date": "", "time": "", **({error.field: str(error)} if error and error.field else {})},
    )
