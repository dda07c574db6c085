"""The private feed: what stands on one partner's calendar, for whoever holds its address."""

from datetime import datetime, timedelta
from hashlib import sha256

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from rituals import ics
from rituals.choosing import renew_feed
from rituals.connection import CalendarConnection, Way
from rituals.plan import Plan
from rituals.refused import RefusedError
from rituals.secret import digest
from service.calendar_events import event_of
from service.mail_links import MailLinks
from service.services import Services
from service.web.visit import acting, services

blueprint = Blueprint("feeds", __name__)

NAME = "Side by Side"
PAST_SHOWN = timedelta(days=90)
LONGEST_SECRET = 100


@blueprint.post("/calendars/feed/renew")
def create() -> BaseResponse:
    with acting() as visit:
        connection = CalendarConnection.current(visit.session, visit.partner)
        if connection is None or connection.way != Way.FEED:
            raise RefusedError("You have no private address at the moment.")
        renew_feed(connection, visit.services.vault)
    flash("A new address. The old one leads nowhere now; add the new one to your calendar.", "done")
    return redirect(url_for("calendars.show"), 303)


@blueprint.get("/feed/<secret>.ics")
def show(secret: str) -> Response:
    """For programs: no cookie is read or set, and whatever is no feed is not found."""
    now = services().clock()
    with services().database.reading() as session:
        connection = CalendarConnection.with_digest(session, digest(secret)) if len(secret) < LONGEST_SECRET else None
        if connection is None or connection.partner.couple is None:
            return _headed(Response("There is no calendar here.\n", 404, mimetype="text/plain"))
        plans = _standing(session, connection)
        content = _calendar(plans, connection, services(), now)
        changed_at = max([connection.ended_at or connection.since_at, *(plan.revised_at for plan in plans)])
    return _answer(content, changed_at)


def _standing(session: Session, connection: CalendarConnection) -> list[Plan]:
    """What a calendar shows; nothing where its owner has chosen another way."""
    couple = connection.partner.couple
    if couple is None or connection.ended_at is not None or connection.way != Way.FEED:
        return []
    return [plan for plan in Plan.living(session, couple) if plan.is_on_calendars]


def _calendar(plans: list[Plan], connection: CalendarConnection, parts: Services, now: datetime) -> bytes:
    links = MailLinks(parts.links)
    events = [event_of(plan, connection, parts.catalogue, links) for plan in plans]
    # By whole days, so that the same plans give the same bytes all day long.
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - PAST_SHOWN
    return ics.feed(events, name=NAME, since=since)


def _answer(content: bytes, changed_at: datetime) -> Response:
    response = _headed(Response(content, content_type="text/calendar; charset=utf-8"))
    response.set_etag(sha256(content).hexdigest()[:32])
    response.make_conditional(request)
    # Told, but not compared: whether titles are plain changes the bytes and no plan.
    response.last_modified = changed_at
    return response


def _headed(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
