"""'Find a time', from within the form of a plan: three that suit both, for the week of the day that stands there."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from rituals.offer import Offer
from rituals.refused import RefusedError
from service.web.offer_view import Looking, offer_view, put_in
from service.web.plan_fields import PlanFields, day_of
from service.web.plan_form import form_page
from service.web.plan_frames import same_frame
from service.web.refusals import back_to_plan
from service.web.visit import acting, viewing

blueprint = Blueprint("offers", __name__)
blueprint.register_error_handler(RefusedError, back_to_plan)


@blueprint.post("/offers")
def create() -> str | tuple[str, int] | Response:
    """The form again, as it was filled in, with what was found or that somebody looks. Asked again, it only shows."""
    fields = PlanFields.read(request.form)
    with acting() as visit:
        frame = same_frame(visit)
        ritual = visit.services.catalogue.get(frame.slug) or abort(404)
        try:
            Offer.ask(visit.act, ritual.slug, ritual.duration // timedelta(minutes=1), _day(fields))
        except RefusedError as error:
            return form_page(visit, frame, fields, {error.field or "date": str(error)}), 422
        found = offer_view(visit, ritual.slug, fields.date)
        if found is not None and "looked" not in request.form:
            # What the other has asked for before is not shown any sooner: nobody sees that they did.
            found = replace(found, state=Looking.LOOKING)
        return form_page(visit, frame, fields, {}, offer=found)


@blueprint.post("/offers/choice")
def choose() -> str:
    """The form again, with one of the three in it. Nothing is settled by it."""
    fields = PlanFields.read(request.form)
    with viewing() as visit:
        frame = same_frame(visit)
        offer = offer_view(visit, frame.slug, fields.date)
        offered = [one.moment for one in offer.times] if offer is not None else []
        start = request.form.get("start", "")
        if start in offered:
            fields = put_in(fields, datetime.fromisoformat(start))
        return form_page(visit, frame, fields, {}, offer=offer)


def _day(fields: PlanFields) -> date:
    day = day_of(fields.date)
    if day is None or not 1970 < day.year < 2200:
        raise RefusedError("Choose a day first: times are looked for in its week.", field="date")
    return day
