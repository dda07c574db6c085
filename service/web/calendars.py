"""How rituals reach one's own calendar: chosen by each for themselves."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.choosing import choose_way, feed_secret, open_feed
from rituals.connection import CalendarConnection, Way
from service.web.visit import Visit, acting, viewing

blueprint = Blueprint("calendars", __name__)

WAYS = (
    (
        Way.MAIL,
        "Invitations by mail",
        "Each ritual comes as an invitation that your mail program puts on your calendar.",
    ),
    (Way.FEED, "A private address", "Your calendar program reads it again and again, every few hours."),
    (Way.NONE, "Not at all", "Only the question comes to you, by mail, when a ritual starts."),
)
SAID = {
    Way.MAIL: "From now on they come by mail. The first are on their way.",
    Way.FEED: "Your address is ready. Add it to your calendar once, as described here.",
    Way.NONE: "Nothing goes to your calendar any more.",
}


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
        return render_template(
            "pages/calendars/show.html",
            ways=WAYS,
            way=connection.way if connection else "",
            feed=_feed(visit, connection),
        )


@blueprint.post("/calendars")
def update() -> Response:
    """The old copy is taken away in the same transaction in which the new way begins."""
    way = _way()
    with acting() as visit:
        _ = visit.couple
        connection = choose_way(visit.session, visit.partner, way, visit.now)
        if way is Way.FEED:
            open_feed(visit.session, connection, visit.services.vault)
    flash(SAID[way], "done")
    return redirect(url_for("calendars.show"), 303)


def _way() -> Way:
    """One that needs nothing but to be chosen; the others are connected on pages of their own."""
    asked = request.form.get("way", "")
    return next((way for way in SAID if way.value == asked), None) or abort(400)


def _feed(visit: Visit, connection: CalendarConnection | None) -> Feed | None:
    if connection is None or connection.way != Way.FEED:
        return None
    secret = feed_secret(connection, visit.services.vault)
    if secret is None:
        return None
    address = visit.services.links.address(url_for("feeds.show", secret=secret))
    return Feed(address, f"webcal:{address.partition(':')[2]}")
