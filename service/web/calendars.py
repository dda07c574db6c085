"""How rituals reach one's own calendar: chosen by each for themselves."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.choosing import choose_way, feed_secret, open_feed
from rituals.connection import CalendarConnection, Way
from service.web import google
from service.web.calendar_page import REMINDERS, linked_of, parting
from service.web.calendar_ways import SAID, offered
from service.web.security import let_forms_lead_to
from service.web.visit import Visit, acting, services, viewing

blueprint = Blueprint("calendars", __name__)


@dataclass(frozen=True, slots=True)
class Feed:
    """The address of a feed, for its owner alone."""

    address: str
    webcal: str


@blueprint.get("/calendars")
def show() -> str:
    with viewing() as visit:
        _ = visit.couple
        connection = CalendarConnection.current(visit.session, visit.partner)
        if Way.GOOGLE in visit.services.calendars:
            let_forms_lead_to(visit.services.settings.google_oauth_root)
        return render_template(
            "pages/calendars/show.html",
            ways=offered(visit.services),
            way=connection.way if connection else "",
            stopped=not visit.partner.takes_mail,
            linked=linked_of(visit, connection),
            parting=parting(visit, is_linked=connection is not None and connection.is_linked),
            reminders=REMINDERS,
            feed=_feed(visit, connection),
        )


@blueprint.post("/calendars")
def update() -> Response:
    """The old copy is taken away in the same transaction in which the new way begins."""
    way = _way()
    if way is Way.GOOGLE:
        return google.send_there()
    if way is Way.CALDAV:
        return redirect(url_for("caldav.index"), 303)
    with acting() as visit:
        _ = visit.couple
        connection = choose_way(visit.session, visit.partner, way, visit.now)
        if way is Way.FEED:
            open_feed(visit.session, connection, visit.services.vault)
    flash(SAID[way], "done")
    return redirect(url_for("calendars.show"), 303)


def _way() -> Way:
    asked = request.form.get("way", "")
    return next((way for way, _, _ in offered(services()) if way.value == asked), None) or abort(400)


def _feed(visit: Visit, connection: CalendarConnection | None) -> Feed | None:
    if connection is None or connection.way != Way.FEED:
        return None
    secret = feed_secret(connection, visit.services.vault)
    if secret is None:
        return None
    address = visit.services.links.address(url_for("feeds.show", secret=secret))
    return Feed(address, f"webcal:{address.partition(':')[2]}")
