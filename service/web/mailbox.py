"""The built-in mailbox, as a mail program would show it: on a developer's own machine only."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request, url_for

from rituals.interfaces import Letter, Mailbox
from service.web.from_here import is_from_here
from service.web.visit import services

blueprint = Blueprint("mailbox", __name__)

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
BODY_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""A mail may have styles and nothing that acts; its links open beside it."""
OPEN_BESIDE = '<base target="_blank">'


@dataclass(frozen=True, slots=True)
class Row:
    """One mail in the list."""

    href: str
    to: str
    subject: str
    moment: str
    when: str
    current: bool


@blueprint.before_request
def only_from_here() -> None:
    """404 for anybody but this machine."""
    if not is_from_here():
        abort(404)


@blueprint.get("/mailbox")
def index() -> str:
    """The list with the newest mail open."""
    letters = _mailbox().letters()
    if not letters:
        return render_template("pages/mailbox/empty.html")
    return _page(letters[0], reading="mail", waits=True)


@blueprint.get("/mailbox/<name>")
def show(name: str) -> str:
    reading = request.args.get("as", "mail")
    return _page(_letter(name), reading=reading if reading in ("text", "calendar") else "mail", waits=False)


@blueprint.get("/mailbox/<name>/body")
def body(name: str) -> Response:
    """The HTML part by itself, with a policy of its own."""
    html = _letter(name).html
    at = html.find("<head>") + len("<head>") if "<head>" in html else 0
    html = html[:at] + OPEN_BESIDE + html[at:]
    return Response(html, headers={"Content-Security-Policy": BODY_POLICY, "Cache-Control": "no-store"})


@blueprint.get("/mailbox/<name>/calendar")
def calendar(name: str) -> Response:
    content = _letter(name).calendar
    if content is None:
        abort(404)
    headers = {"Content-Disposition": "attachment; filename=invitation.ics"}
    return Response(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _page(letter: Letter, *, reading: str, waits: bool) -> str:
    return render_template(
        "pages/mailbox/show.html",
        letter=letter,
        moment=_words(letter),
        reading=reading if letter.html or reading != "mail" else "text",
        calendar=(letter.calendar or b"").decode("utf-8", "replace"),
        mails=[_row(one, letter) for one in _mailbox().letters()],
        waits=waits,
    )


def _row(letter: Letter, open_letter: Letter) -> Row:
    return Row(
        href=url_for("mailbox.show", name=letter.name),
        to=letter.recipient,
        subject=letter.subject,
        moment=letter.arrived_at.isoformat() if letter.arrived_at else "",
        when=f"{letter.arrived_at.astimezone():%H:%M}" if letter.arrived_at else "",
        current=letter.name == open_letter.name,
    )


def _words(letter: Letter) -> str:
    """On the clock of this machine: whoever reads here sits in front of it."""
    return f"{letter.arrived_at.astimezone():%d %B %Y, %H:%M:%S}" if letter.arrived_at else ""


def _mailbox() -> Mailbox:
    return services().mailbox or abort(404)


def _letter(name: str) -> Letter:
    return _mailbox().letter(name) or abort(404)
