"""Connecting a calendar by CalDAV: whose it is, what opens it, and which of an account's calendars it shall be."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.calendar_interfaces import Access, AccountProvider, CalendarError
from rituals.choosing import link
from rituals.connection import Way
from rituals.open_account import OpenAccount, Opened
from rituals.plain_text import one_line
from rituals.refused import RefusedError
from service.logs import event
from service.web.account_form import AccountForm, Where, refusal
from service.web.caldav_providers import PROVIDERS, AccountWords
from service.web.calendar_page import calendar_before
from service.web.limits import CONNECTING, limiter, one_of_few
from service.web.visit import Visit, acting, services, viewing

blueprint = Blueprint("caldav", __name__)

OURS = "Side by Side"
"""What our calendar is called in their account."""
LONGEST_NAME = 120


@blueprint.get("/calendars/caldav")
def index() -> str:
    _ = _provider()
    with viewing() as visit:
        _ = visit.couple
        return render_template("pages/caldav/index.html", providers=PROVIDERS.values())


@blueprint.get("/calendars/caldav/<slug>")
def new(slug: str) -> str:
    _, words = _provider(), _words(slug)
    with viewing() as visit:
        _ = visit.couple
        return _form(visit, words, AccountForm.empty(), None)


@blueprint.post("/calendars/caldav/<slug>")
@limiter.limit(CONNECTING)
def create(slug: str) -> Response | tuple[str, int]:
    """The one place where a request asks a server somewhere else: between transactions, and with a deadline."""
    provider, words = _provider(), _words(slug)
    form = AccountForm.read(request.form, words)
    with viewing() as visit:
        _ = visit.couple
        zone, before = visit.partner.zone, calendar_before(visit, Way.CALDAV)
    try:
        form.check()
        with one_of_few():
            if form.where is Where.OWN:
                return _look_into(provider, form)
            return _linked(_made(provider, form, zone, before), OURS)
    except CalendarError as error:
        event("calendar.not-connected", trouble=error.trouble.value, why=str(error))
        refused = refusal(error, words)
    except RefusedError as error:
        refused = error
    with viewing() as visit:
        _ = visit.couple
        return _form(visit, words, form, refused), 422


@blueprint.get("/calendars/caldav/choose")
def edit() -> str | Response:
    with viewing() as visit:
        opened = _opened(visit)
        return _choices(opened, "") if opened is not None else _too_late()


@blueprint.post("/calendars/caldav/choose")
def update() -> Response | tuple[str, int]:
    provider, chosen = _provider(), request.form.get("calendar", "")
    with viewing() as visit:
        opened = _opened(visit)
        if opened is None:
            return _too_late()
        found = next((one for number, one in enumerate(opened.found) if str(number) == chosen), None)
        if found is None:
            return _choices(opened, "Choose one of them."), 422
    try:
        return _linked(provider.choose(found, user=opened.user, password=opened.password), found.name)
    except RefusedError as error:
        return _choices(opened, str(error)), 422


def _made(provider: AccountProvider, form: AccountForm, zone: str, before: str | None) -> Access:
    """The calendar that was connected before, if it is still there; else a new one. Raises CalendarError."""
    place, user, password = form.place, form.user, form.password
    if before is not None:
        found = provider.find(place=place, user=user, password=password)
        again = next((one for one in found if one.address == before), None)
        if again is not None:
            return provider.choose(again, user=user, password=password)
    return provider.make(place=place, user=user, password=password, name=OURS, zone=zone)


def _look_into(provider: AccountProvider, form: AccountForm) -> Response:
    """Raises CalendarError, and RefusedError where there is nothing to choose from."""
    found = provider.find(place=form.place, user=form.user, password=form.password)
    if not found:
        raise RefusedError(
            "There is no calendar in this account that can be written to. Make a new one.", field="where"
        )
    with acting() as visit:
        _ = visit.couple
        OpenAccount.keep(
            visit.session,
            visit.partner,
            visit.services.vault,
            user=form.user,
            password=form.password,
            found=found,
            now=visit.now,
        )
    return redirect(url_for("caldav.edit"), 303)


def _linked(access: Access, name: str) -> Response:
    called = one_line(name)[:LONGEST_NAME] or "A calendar without a name"
    with acting() as visit:
        _ = visit.couple
        OpenAccount.forget(visit.session, visit.partner)
        link(visit.session, visit.partner, Way.CALDAV, access, visit.services.vault, name=called, now=visit.now)
    flash(f"Connected. Your rituals stand there in a minute, in the calendar “{called}”.", "done")
    return redirect(url_for("calendars.show"), 303)


def _opened(visit: Visit) -> Opened | None:
    _ = visit.couple
    return OpenAccount.of(visit.session, visit.partner, visit.services.vault, visit.now)


def _too_late() -> Response:
    flash("That took a little long, and what you typed is forgotten. Please begin again.", "note")
    return redirect(url_for("caldav.index"), 303)


def _form(visit: Visit, words: AccountWords, form: AccountForm, error: RefusedError | None) -> str:
    return render_template(
        "pages/caldav/new.html",
        words=words,
        place=form.place,
        user=form.user,
        where=form.where,
        again=calendar_before(visit, Way.CALDAV) is not None,
        errors={error.field or "user": str(error)} if error is not None else {},
    )


def _choices(opened: Opened, error: str) -> str:
    options = [(str(number), one_line(one.name), "") for number, one in enumerate(opened.found)]
    return render_template("pages/caldav/edit.html", calendars=options, error=error)


def _words(slug: str) -> AccountWords:
    return PROVIDERS.get(slug) or abort(404)


def _provider() -> AccountProvider:
    found = services().calendars.get(Way.CALDAV)
    return found if isinstance(found, AccountProvider) else abort(404)
