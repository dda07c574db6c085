"""Everything that is one partner's own: name, clock, preferences, and where they are signed in."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from rituals.couple import Partner
from rituals.leaving import blocks_invitations
from rituals.mail_report import Returned
from rituals.recurrence import zones
from rituals.refused import RefusedError
from rituals.signin import SignedIn
from service import when
from service.web.visit import Visit, acting, viewing
from service.web.zone_choice import meant

blueprint = Blueprint("you", __name__)

DEPTHS = (
    ("1", "Light", "Easy questions that nobody minds, whatever kind of day it was."),
    ("2", "Open", "Also questions about what moves you, and the two of you."),
    ("3", "Tender", "Also questions that touch what is close to the heart."),
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form shows: the partner's own words, or what they have just filled in."""

    name: str
    zone: str
    plain_titles: bool
    depth_cap: str


@dataclass(frozen=True, slots=True)
class Browser:
    """One place where this partner is signed in."""

    id: int
    label: str
    since: str
    is_this: bool


@blueprint.get("/you")
def show() -> str:
    with viewing() as visit:
        partner = visit.partner
        fields = Fields(partner.name, partner.zone, partner.plain_titles, str(partner.depth_cap))
        return _show(visit, fields, None)


@blueprint.get("/you/edit")
def edit() -> str:
    """The introduction: name and zone, before anything else."""
    with viewing() as visit:
        partner = visit.anybody
        return _edit(Fields(partner.name, partner.zone, partner.plain_titles, str(partner.depth_cap)), None)


@blueprint.post("/you")
def update() -> Response | tuple[str, int]:
    """Both forms come here; only the one on 'You' brings preferences."""
    form = request.form
    whole = "depth_cap" in form
    name, zone = form.get("name", ""), meant(form.get("zone", ""))
    fields = Fields(name, zone, "plain_titles" in form, form.get("depth_cap", ""))
    try:
        with acting() as visit:
            partner = visit.anybody
            partner.introduce(name=name, zone=zone)
            if whole:
                partner.prefer(plain_titles=fields.plain_titles, depth_cap=_depth(fields.depth_cap))
            onward = "you.show" if whole else "invitations.new" if partner.couple is None else "week.index"
    except RefusedError as error:
        with viewing() as visit:
            page = _show(visit, fields, error) if whole and visit.anybody.is_introduced else _edit(fields, error)
        return page, 422
    if whole:
        flash("Saved.", "done")
    return redirect(url_for(onward), 303)


def _depth(text: str) -> int:
    """The depth that was chosen; anything else is none, and refused as such."""
    return int(text) if text in {key for key, _, _ in DEPTHS} else 0


def _edit(fields: Fields, error: RefusedError | None) -> str:
    return render_template(
        "pages/you/edit.html", fields=fields, zones=zones(), errors=_errors(error), summary=_summary(error)
    )


def _show(visit: Visit, fields: Fields, error: RefusedError | None) -> str:
    partner = visit.partner
    return render_template(
        "pages/you/show.html",
        fields=fields,
        zones=zones(),
        depths=DEPTHS,
        address=partner.address,
        blocks=blocks_invitations(visit.session, partner),
        stopped=_stopped(partner),
        browsers=_browsers(visit),
        errors=_errors(error),
        summary=_summary(error),
    )


def _stopped(partner: Partner) -> str:
    """Why no mails come to them; empty where they do. A complaint is theirs, so it is what they hear of first."""
    if partner.complained_at is not None:
        return Returned.COMPLAINT.value
    return Returned.BOUNCE.value if partner.bounced_at is not None else ""


def _browsers(visit: Visit) -> list[Browser]:
    assert visit.signed_in is not None
    this, zone = visit.signed_in.id, visit.partner.zone
    rows = SignedIn.of(visit.session, visit.partner, visit.now)
    return [
        Browser(row.id, row.label or "A browser", when.full_day(row.started_at, zone, visit.now), row.id == this)
        for row in rows
    ]


def _errors(error: RefusedError | None) -> dict[str, str]:
    fields = dict.fromkeys(("name", "zone", "plain_titles", "depth_cap"), "")
    return {**fields, error.field: str(error)} if error is not None and error.field else fields


def _summary(error: RefusedError | None) -> list[tuple[str, str]]:
    return [(error.field or "name", str(error))] if error is not None else []
