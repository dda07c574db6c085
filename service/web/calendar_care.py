"""What the owner of a connected calendar can do about it: its reminders, what they took out, and disconnecting it."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from rituals.choosing import choose_way, hold
from rituals.connection import Reminder, Way
from rituals.linked_calendar import Farewell, LinkedCalendar
from rituals.placement import Placement
from rituals.refused import RefusedError
from service.web.found import PLAN, own_plan
from service.web.visit import Visit, acting

blueprint = Blueprint("calendar_care", __name__)

SAID = {
    Farewell.DELETE: "Disconnected. What we put there is being taken away.",
    Farewell.LEAVE: "Disconnected. What stands there stays, and is yours.",
}


@blueprint.post("/calendars/reminder")
def remind() -> Response:
    asked = request.form.get("reminder", "")
    reminder = next((one for one in Reminder if one.value == asked), None) or abort(400)
    with acting() as visit:
        linked = _linked(visit)
        linked.connection.reminder = reminder
        linked.look_soon(visit.now)
    flash("Your calendar will remind you like that from now on.", "done")
    return redirect(url_for("calendars.show"), 303)


@blueprint.post(f"{PLAN}/put-back")
def put_back(plan_id: int) -> Response:
    with acting() as visit:
        plan = own_plan(visit, plan_id)
        linked = _linked(visit)
        linked.look_soon(visit.now)
        visit.session.flush()  # the calendar before its placements, as everybody locks them
        Placement.on(visit.session, plan, linked.connection).put_back()
        name = plan.ritual_name
    flash(f"{name} comes back to your calendar in a minute.", "done")
    return redirect(url_for("calendars.show"), 303)


@blueprint.post("/calendars/disconnect")
def disconnect() -> Response:
    asked = request.form.get("events", "")
    farewell = next((one for one in Farewell if one.value == asked), None) or abort(400)
    with acting() as visit:
        linked = _linked(visit)
        choose_way(visit.session, visit.partner, Way.NONE, visit.now)
        linked.part(farewell, visit.now)
    flash(SAID[farewell], "done")
    return redirect(url_for("calendars.show"), 303)


def _linked(visit: Visit) -> LinkedCalendar:
    """The calendar that is connected now, with everything of it held. Raises RefusedError."""
    _ = visit.couple
    hold(visit.session, visit.partner)
    linked = LinkedCalendar.current(visit.session, visit.partner)
    if linked is None:
        raise RefusedError("No calendar is connected at the moment.")
    return linked
