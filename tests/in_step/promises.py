"""What must hold when the calendars have come to rest."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from rituals.calendar_interfaces import CalendarError
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.news import Happening, News
from rituals.occurrence import Occurrence
from rituals.outbox import Letter
from rituals.plan import Plan, PlanState
from rituals.recurrence import Recurrence, moment
from rituals.suggestion import Suggestion
from rituals.timetable import Timetable
from tests.in_step.household import BOTH, Household, Side
from tests.in_step.wishes import PAGES, Date, Wish, shape

AHEAD = timedelta(days=150)
Dates = Mapping[datetime, datetime | None]


def check(home: Household) -> None:
    """Raises AssertionError."""
    for name in BOTH:
        assert home.linked(name).trouble is None, f"{name}: {home.linked(name).trouble}"
        _holds_what_is_agreed(home, name)
    for side, road in home.left:
        assert road.is_out_of_reach or not _left_behind(side), "something was left behind in another calendar"
    for uid in home.uids:
        with home.seeing(uid) as (_, plan):
            _prompts_are_due(home, plan)
            _nobody_else_asked(home, plan)
            _single_wishes_were_followed(home, plan)
    _comes_to_rest(home)


def _left_behind(side: Side) -> Mapping[str, Timetable]:
    try:
        return side.shown()
    except CalendarError:
        return {}  # we gave our access back, or the calendar went altogether


def _holds_what_is_agreed(home: Household, name: str) -> None:
    shown = dict(home.shown(name))
    for uid in home.uids:
        there = shown.pop(uid, None)
        with home.seeing(uid) as (_, plan):
            wanted = plan.state == PlanState.AGREED and (name, uid) not in home.wishes.taken_out
            recurrence, dates = plan.recurrence, dates_of(plan)
        if (name, uid) in home.wishes.perhaps_out and there is None:
            continue
        if not wanted or recurrence is None or called_off(recurrence, dates):
            assert there is None, f"{name}: stands there and should not: {there}"
        else:
            assert there is not None, f"{name}: is lost there"
            assert there.recurrence is not None
            told, found = Timetable(recurrence, dates), there
            assert coming(found, home.now) == coming(told, home.now), f"{name}: shows {found} and not {told}"
    assert not shown, f"{name}: doubled, or nobody's: {sorted(shown)}"


def _prompts_are_due(home: Household, plan: Plan) -> None:
    recurrence, now = plan.recurrence, home.now
    until = plan.horizon_at
    rows = _rows(home, plan)
    wanted: list[datetime] = []
    if plan.state == PlanState.AGREED and recurrence is not None and until is not None:
        wanted = [at for at in coming(Timetable(recurrence, dates_of(plan)), now) if at <= until]
    due = [row for row in rows if until is None or row[0] <= until]
    assert sorted(due) == sorted((at, name) for at in wanted for name in BOTH), f"prompts: {due}, agreed: {wanted}"


def _rows(home: Household, plan: Plan) -> list[tuple[datetime, str]]:
    waiting = (
        select(Delivery)
        .join(Occurrence)
        .where(Occurrence.plan_id == plan.id, Delivery.state == State.PLANNED, Delivery.due_at > home.now)
    )
    with home.day.services.database.reading() as session:
        deliveries = session.scalars(waiting.options(selectinload(Delivery.occurrence), selectinload(Delivery.partner)))
        rows = [(one.due_at, one.occurrence.starts_at, one.partner.address) for one in deliveries]
    assert all(due_at == starts_at for due_at, starts_at, _ in rows)
    return [(due_at, name) for due_at, _, name in rows]


def _nobody_else_asked(home: Household, plan: Plan) -> None:
    """No version, no single date, and no farewell that nobody wished for."""
    for version in plan.versions:
        known = version.number in home.wishes.own_versions[plan.uid]
        assert known or shape(version.recurrence) in home.wishes.shapes[plan.uid], f"proposed: {version.recurrence}"
    by_phones = [one for one in plan.versions if one.number not in home.wishes.own_versions[plan.uid]]
    for name in BOTH:
        theirs = sum(version.proposed_by.address == name for version in by_phones)
        assert theirs <= home.wishes.series_edits[name, plan.uid], f"{name}: {theirs} versions"
        told = _told(home, plan, name)
        assert told.count(Happening.TAKEN_OUT) <= home.wishes.takings_out[name, plan.uid], f"{name}: taken out"
    for original, starts in dates_of(plan).items():
        assert starts in home.wishes.ever[plan.uid, original], f"{original} -> {starts}: nobody wished that"


def _single_wishes_were_followed(home: Household, plan: Plan) -> None:
    """What one person alone changed, and nobody else touched, is so now, or asked."""
    if plan.uid in home.wishes.unsettled or plan.state != PlanState.AGREED:
        return
    for (uid, original), wishes in home.wishes.recent.items():
        alone = uid == plan.uid and len({wish.by for wish in wishes}) == 1
        known = plan.recurrence is not None and plan.recurrence.includes(original)
        if alone and known and not _may_be_over(home, plan, original, wishes):
            _was_followed(home, plan, (uid, original), wishes[-1])


def _was_followed(home: Household, plan: Plan, date: Date, wish: Wish) -> None:
    original = date[1]
    stands = dates_of(plan).get(original, original)
    if stands == wish.starts:
        return
    asked = [] if wish.by == PAGES else _open_questions(home, plan, original)
    assert wish.starts in asked, f"{wish.by} wished {original} -> {wish.starts}, it is {stands}, asked are {asked}"


def _may_be_over(home: Household, plan: Plan, original: datetime, wishes: list[Wish]) -> bool:
    assert plan.recurrence is not None
    named = {original, *(one.starts for one in wishes), *(one.before for one in wishes)}
    return any(moment(starts, plan.recurrence.zone) <= home.now for starts in named if starts is not None)


def _open_questions(home: Household, plan: Plan, original: datetime) -> list[datetime]:
    with home.day.services.database.reading() as session:
        rows = (
            select(Suggestion)
            .join(Occurrence)
            .where(Occurrence.plan_id == plan.id, Occurrence.original_starts == original)
        )
        return [one.starts for one in session.scalars(rows) if one.is_open(home.now)]


def _told(home: Household, plan: Plan, name: str) -> list[Happening]:
    with home.day.services.database.reading() as session:
        rows = select(News.what).join(Letter, Letter.id == News.letter_id)
        return list(session.scalars(rows.where(Letter.to == name, News.plan_id == plan.id)))


def _comes_to_rest(home: Household) -> None:
    """What stands is not written again and again."""
    before = [road.calls.count("put") + road.calls.count("remove") for road in home.ways.values()]
    home.look()
    after = [road.calls.count("put") + road.calls.count("remove") for road in home.ways.values()]
    assert before == after, "it writes what stands already"


def dates_of(plan: Plan) -> dict[datetime, datetime | None]:
    """Those that differ from the rule in force."""
    recurrence = plan.recurrence
    return {
        one.original_starts: one.starts
        for one in plan.overrides
        if recurrence is not None and recurrence.includes(one.original_starts)
    }


def called_off(recurrence: Recurrence, dates: Dates) -> bool:
    return recurrence.rule is None and None in dates.values()


def coming(timetable: Timetable, now: datetime) -> list[datetime]:
    """Every start to come for a while, where single dates have been moved to as well."""
    recurrence = timetable.recurrence
    assert recurrence is not None
    by_rule = recurrence.instances(after=now - timedelta(days=30), until=now + AHEAD)
    starts = [one.starts_at for one in by_rule if one.original_starts not in timetable.dates]
    starts += [moment(moved, recurrence.zone) for moved in timetable.dates.values() if moved is not None]
    return sorted(at for at in starts if now < at <= now + AHEAD)
