"""Whatever two people do with a plan, and whenever: prompts and calendars keep to what they agreed."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile

import vobject
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from rituals.delivery import PROMPT_WINDOW, Delivery
from rituals.errand import State
from rituals.horizon import derive
from rituals.ics import Event, Override, feed
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.recurrence import moment, wall_clock
from rituals.refused import RefusedError
from service.database import Database
from tests.ics_lint import lint
from tests.rituals.households import Household, terms

DAY = timedelta(days=1)
ZONES = ("Europe/Madrid", "America/New_York", "Asia/Tokyo")
RULES = ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,WE", "FREQ=DAILY;COUNT=9", "FREQ=DAILY;UNTIL=20270402T180000Z", "")
SLIGHTLY = st.sampled_from([timedelta(hours=hours) for hours in (1, 5, 11, 24, 26, 70)])
FAR = st.sampled_from([timedelta(hours=hours) for hours in (-170, -49, -24, -3, 1, 24, 50, 200, 2000)])

Deed = Callable[[Household, Plan], None]
Row = tuple[datetime, datetime, str]


def change(home: Household, plan: Plan, *, days: int, hour: int, rule: str, zone: str) -> None:
    starts = wall_clock(home.now + days * DAY, zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    wording = terms(starts, rule=rule, zone=zone, now=home.now)
    plan.suggest(home.act(home.ana), wording)
    plan.accept(home.act(home.ben), plan.latest.number)


def only_suggest(home: Household, plan: Plan) -> None:
    plan.suggest(home.act(home.ben), terms(wall_clock(home.now, "Europe/Madrid") + DAY, rule="", now=home.now))


def move(home: Household, plan: Plan, *, which: int, by: timedelta) -> None:
    one = chosen(home, plan, which)
    one.move(home.act(home.ana), one.original_starts + by)


def skip(home: Household, plan: Plan, *, which: int) -> None:
    chosen(home, plan, which).skip(home.act(home.ben))


def restore(home: Household, plan: Plan, *, which: int) -> None:
    chosen(home, plan, which).restore(home.act(home.ana))


def pause(home: Household, plan: Plan) -> None:
    plan.pause(home.act(home.ben))


def resume(home: Household, plan: Plan) -> None:
    plan.resume(home.act(home.ana))


def wait(home: Household, plan: Plan, *, by: timedelta) -> None:
    home.now += by
    derive(home.session, plan, home.now, window=PROMPT_WINDOW)


def chosen(home: Household, plan: Plan, which: int) -> Occurrence:
    """One of the few around now, gone, left out or still to come."""
    near = [one for one in home.occurrences(plan) if abs(one.starts_at - home.now) < 9 * DAY]
    if not near:
        raise RefusedError("There is none.")
    return near[which % len(near)]


WHICH = st.integers(0, 8)
DEEDS = st.one_of(
    st.builds(partial, st.just(wait), by=SLIGHTLY),
    st.builds(partial, st.just(move), which=WHICH, by=FAR),
    st.builds(partial, st.just(skip), which=WHICH),
    st.builds(partial, st.just(restore), which=WHICH),
    st.sampled_from([pause, resume, only_suggest]),
    st.builds(
        partial,
        st.just(change),
        days=st.integers(0, 3),
        hour=st.sampled_from([2, 7, 19]),
        rule=st.sampled_from(RULES),
        zone=st.sampled_from(ZONES),
    ),
)
DAILY = partial(change, days=0, hour=19, rule="FREQ=DAILY", zone="Europe/Madrid")
HOURS = timedelta(hours=1)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=7))
@example([DAILY, partial(move, which=3, by=-2 * DAY), partial(wait, by=50 * HOURS), partial(restore, which=3)])
@example([DAILY, partial(wait, by=11 * HOURS), partial(change, days=0, hour=19, rule="FREQ=DAILY", zone=ZONES[1])])
def test_rows_and_calendars_say_what_was_agreed(sqlite_url: str, deeds: list[Deed]) -> None:
    database = Database.open(sqlite_url)
    with database.writing() as session:
        home = Household.begin(session)
        plan = home.agree(terms(rule="FREQ=DAILY"))
        for deed in deeds:
            before = waiting(home, plan)
            with suppress(RefusedError):
                deed(home, plan)
            after = waiting(home, plan)
            assert all(due_at > home.now for _, due_at, _ in after - before)
            ahead = sorted(row for row in after.elements() if row[1] > home.now)
            assert ahead == agreed_on(home, plan)
            prompted, shown = [due_at for _, due_at, name in ahead if name == "Ana"], moments(home, plan)
            assert set(prompted) <= set(shown)  # single dates far ahead as well
            near = plan.horizon_at or home.now
            assert sorted(at for at in prompted if at <= near) == [at for at in shown if at <= near]
            derive(session, plan, home.now, window=PROMPT_WINDOW)
            assert waiting(home, plan) == after
        session.rollback()
    database.close()


def waiting(home: Household, plan: Plan) -> Counter[Row]:
    """Every prompt that is still to go: for which date, when, and to whom."""
    home.session.flush()
    rows = select(Delivery).join(Occurrence).where(Occurrence.plan_id == plan.id, Delivery.state == State.PLANNED)
    return Counter((one.occurrence.original_starts, one.due_at, one.partner.name) for one in home.session.scalars(rows))


def agreed_on(home: Household, plan: Plan) -> list[Row]:
    """What the agreed rule says of the time up to the horizon, with its single changes, for both."""
    recurrence = plan.recurrence
    if recurrence is None or plan.horizon_at is None:
        return []
    changed = {override.original_starts: override.starts for override in plan.overrides}
    expanded = recurrence.instances(after=home.now, until=plan.horizon_at)
    starts = {one.original_starts: one.starts_at for one in expanded if one.original_starts not in changed}
    for original, moved in changed.items():
        if moved and recurrence.includes(original):
            starts[original] = moment(moved, recurrence.zone)
    return sorted(
        (original, starts_at, name)
        for original, starts_at in starts.items()
        for name in ("Ana", "Ben")
        if starts_at > home.now
    )


def moments(home: Household, plan: Plan) -> list[datetime]:
    """What a calendar program makes of our bytes: the starts to come, of a series up to the horizon."""
    recurrence = plan.recurrence
    if recurrence is None or plan.horizon_at is None:
        return []
    overrides = tuple(Override(one.original_starts, one.starts, one.sequence, one.revised_at) for one in plan.overrides)
    event = Event(plan.uid, plan.sequence, plan.revised_at, recurrence, "Talk", "", "", overrides)
    data = feed([event], name="Ours", since=home.now - 90 * DAY)
    assert lint(data) == []
    return sorted(at for at in read(data.decode(), plan.horizon_at) if at > home.now)


def read(calendar: str, until: datetime) -> list[datetime]:
    events = vobject.readOne(calendar).contents.get("vevent", [])
    single = [each.dtstart.value.astimezone(UTC) for each in events if not hasattr(each, "rrule")]
    named = {each.recurrence_id.value.astimezone(UTC) for each in events if hasattr(each, "recurrence_id")}
    for series in (each for each in events if hasattr(each, "rrule")):
        starts = (each.astimezone(UTC) for each in series.getrruleset(addRDate=True))
        single += [each for each in takewhile(lambda each: each <= until, starts) if each not in named]
    return single
