"""What changed, gathered into one mail for the partner who did not change it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.news import Happening, News
from rituals.occurrence import Occurrence, Standing
from rituals.outbox import Letter as Row
from rituals.plan import Plan, PlanState
from rituals.recurrence import moment
from rituals.rhythm_words import words as rhythm_words
from rituals.version import Version
from service import when
from service.emails.desk import Desk
from service.emails.mime import Letter

STATES = {
    PlanState.AGREED: "goes on from here.",
    PlanState.PAUSED: "rests for now. No questions come until one of you lets it go on.",
    PlanState.ENDED: "has ended.",
}
SINGLE_DATES = (Happening.MOVED, Happening.SKIPPED, Happening.RESTORED)
TURNS = (Happening.PAUSED, Happening.RESUMED, Happening.ENDED)


@dataclass(frozen=True, slots=True)
class Item:
    """One ritual with what is new about it, and where to look."""

    name: str
    lines: tuple[str, ...]
    url: str
    answer_url: str | None
    """Where a yes or a no can be given, if one is wanted."""
    is_yes: bool
    """All that is new about it is that both agree."""


def news(desk: Desk, session: Session, row: Row, partner: Partner, now: datetime) -> Letter | None:
    """How things stand now, ritual by ritual. None when nothing is left to say."""
    told = session.scalars(select(News).where(News.letter_id == row.id).order_by(News.id)).all()
    plans = {one.plan_id: session.get_one(Plan, one.plan_id) for one in told}
    items = [
        item
        for plan in plans.values()
        if (item := _item(desk, session, plan, [one for one in told if one.plan_id == plan.id], partner, now))
    ]
    if not items:
        return None
    words: dict[str, object] = {
        "items": items,
        "opening": _opening(items),
        "names": [item.name for item in items if item.answer_url] or [item.name for item in items],
    }
    if partner.couple is not None:
        words["leave_url"] = desk.links.leave(partner.couple.id, partner.id)
    return desk.write("news", to=partner.address, key=f"news.{row.id}", at=row.due_at, words=words)


def _opening(items: list[Item]) -> str:
    """What the mail is, in its subject and at its head: a question before all else."""
    asking = [item for item in items if item.answer_url]
    if asking:
        return "A question for you" if len(asking) == 1 else "Questions for you"
    return "A yes" if all(item.is_yes for item in items) else "A change"


def _item(desk: Desk, session: Session, plan: Plan, told: list[News], partner: Partner, now: datetime) -> Item | None:
    happened = {one.what for one in told}
    version = plan.open_version
    asked = version if Happening.PROPOSED in happened and version is not None and version.awaits(partner) else None
    lines = [*_standing(plan, happened, partner, now), *_single_dates(session, plan, told, partner, now)]
    if asked is not None:
        lines += [f"{asked.proposed_by.name} suggests: {terms(asked, partner, now)}", asked.intention]
    ritual = desk.catalogue.get(plan.ritual)
    plain = ritual.plain_name if ritual and partner.plain_titles else plan.ritual_name
    answer_url = desk.links.answer(asked.id, partner.id) if asked else None
    if not lines:
        return None
    told_lines = tuple(line for line in lines if line)
    return Item(plain, told_lines, desk.links.plan(plan.id), answer_url, is_yes=happened == {Happening.AGREED})


def _standing(plan: Plan, happened: set[Happening], partner: Partner, now: datetime) -> list[str]:
    lines = []
    yes, rests = Happening.AGREED in happened, plan.state == PlanState.PAUSED
    if yes and plan.agreed is not None and (plan.is_running or rests):
        lines.append(f"You both said yes: {terms(plan.agreed, partner, now)}")
    if Happening.DECLINED in happened and plan.open_version is None:
        lines.append("Not for now. What held before still holds." if plan.agreed else "Not this one, or not now.")
    if (happened & set(TURNS) or (yes and rests)) and plan.agreed is not None:
        lines.append(f"This ritual {STATES.get(plan.state, 'has changed.')}")
    if Happening.OVERRIDES_DROPPED in happened:
        lines.append("The new rhythm left no room for some dates that had been moved or left out; please have a look.")
    return lines


def _single_dates(session: Session, plan: Plan, told: list[News], partner: Partner, now: datetime) -> list[str]:
    changed = {one.occurrence_id for one in told if one.what in SINGLE_DATES and one.occurrence_id is not None}
    rows = select(Occurrence).where(Occurrence.id.in_(changed), Occurrence.standing != Standing.DROPPED)
    ordered = session.scalars(rows.order_by(Occurrence.original_starts))
    return [_single_date(plan, occurrence, partner, now) for occurrence in ordered if plan.is_running]


def _single_date(plan: Plan, occurrence: Occurrence, partner: Partner, now: datetime) -> str:
    recurrence = plan.recurrence
    zone = recurrence.zone if recurrence else partner.zone
    original_at = moment(occurrence.original_starts, zone)
    day = when.full_day(original_at, partner.zone, now)
    if not occurrence.stands():
        return f"{day} is left out."
    if occurrence.starts_at == original_at:
        return f"{day} takes place as usual, at {when.clock(original_at, partner.zone)}."
    moved_to = (
        f"{when.full_day(occurrence.starts_at, partner.zone, now)} at {when.clock(occurrence.starts_at, partner.zone)}"
    )
    return f"Instead of {day}: {moved_to}."


def terms(version: Version, partner: Partner, now: datetime) -> str:
    """on Sundays at 19:00, 45 minutes; the first on Sunday 29 November."""
    upcoming = version.recurrence.upcoming(now, 1)
    first = f"; the first on {when.full_day(upcoming[0].starts_at, partner.zone, now)}" if upcoming else ""
    return f"{rhythm(version, partner, now)}{first}."


def rhythm(version: Version, partner: Partner, now: datetime) -> str:
    """on Sundays at 19:00, 45 minutes; with the reader's own hour where it is another"""
    recurrence = version.recurrence
    upcoming = recurrence.upcoming(now, 1)
    start = f"{version.starts:%H:%M}"
    if upcoming and recurrence.zone != partner.zone:
        here = when.clock(upcoming[0].starts_at, partner.zone)
        if here != start:
            start = f"{start} in {when.city(recurrence.zone)} ({here} for you)"
    often = rhythm_words(recurrence.rule, version.starts, zone=version.zone)
    return f"{often} at {start}, {when.length(recurrence.duration)}"
