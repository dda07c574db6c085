"""What the two do, on our pages and on their phones, and how time goes by."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from rituals.act import Act
from rituals.plan import Plan
from rituals.recurrence import Recurrence, wall_clock
from rituals.rule import Rule
from rituals.suggestion import Suggestion
from rituals.version import Terms
from tests.in_step.household import BOTH, Household
from tests.in_step.promises import check
from tests.in_step.wishes import PAGES, Wish
from tests.service.workday import RITUAL

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MADRID = "Europe/Madrid"
MOVES = (HOUR, 2 * HOUR, -HOUR, 4 * HOUR, DAY, -26 * HOUR, WEEK, -3 * DAY)
"""Some lie outside of ritual hours: they wait for a yes."""
RULES = ("FREQ=WEEKLY;BYDAY=SU", "FREQ=DAILY;COUNT=12", "FREQ=WEEKLY;BYDAY=SU,WE", "")
BACK = len(MOVES)
"""The number of the move that brings a date back to its own start."""
MOST_PLANS = 3
FAR = 60 * DAY
PAST, AHEAD = 4, 5
"""The numbers of dates that are not among the next four."""


class Deed(Protocol):
    def __call__(self, home: Household) -> None: ...


@dataclass(frozen=True, slots=True)
class Choose:
    """A new plan, to which both say yes."""

    rule: int = 0
    hour: int = 19

    def __call__(self, home: Household) -> None:
        if len(home.uids) >= MOST_PLANS:
            return
        starts = (wall_clock(home.now, MADRID) + DAY).replace(hour=self.hour, minute=0)
        rule = RULES[self.rule % len(RULES)]
        recurrence = Recurrence(starts, MADRID, timedelta(minutes=45), Rule.parse(rule) if rule else None)
        ana, ben = BOTH
        with home.pair.acting(ana) as act:
            ritual = home.day.services.catalogue[RITUAL]
            plan = Plan.propose(act, ritual, Terms.of(recurrence, "", act.now), form_key=str(len(home.uids)))
        home.uids.append(plan.uid)
        home.wishes.own_versions[plan.uid].add(1)
        with home.pair.acting(ben) as act:
            _held(act, plan.id).accept(act, 1)


@dataclass(frozen=True, slots=True)
class OnPages:
    """One of the two, about one of their plans."""

    who: int = 0
    plan: int = 0

    def __call__(self, home: Household) -> None:
        if not home.uids:
            return
        uid = home.uids[self.plan % len(home.uids)]
        with home.acting(BOTH[self.who], uid) as (act, plan):
            self.do(home, act, plan)

    def do(self, home: Household, act: Act, plan: Plan) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Change(OnPages):
    """Move one date, leave it out, or bring it back."""

    date: int = 0
    to: int | None = None
    """Which move; None leaves it out; one that there is not brings it back."""

    def do(self, home: Household, act: Act, plan: Plan) -> None:
        recurrence = plan.recurrence
        if recurrence is None:
            return
        original = originals(recurrence, act.now, self.date)
        occurrence = home.occurrence(act, plan, original) if original is not None else None
        if original is None or occurrence is None:
            return
        before = _stands(plan, original)
        starts = moved(original, self.to)
        if starts is None:
            occurrence.skip(act)
        elif starts == original and not occurrence.stands():
            occurrence.restore(act)
        else:
            occurrence.move(act, starts)
        home.wishes.wish((plan.uid, original), Wish(PAGES, starts, before))


@dataclass(frozen=True, slots=True)
class Pause(OnPages):
    def do(self, home: Household, act: Act, plan: Plan) -> None:
        plan.pause(act)
        home.wishes.unsettled.add(plan.uid)


@dataclass(frozen=True, slots=True)
class Resume(OnPages):
    def do(self, home: Household, act: Act, plan: Plan) -> None:
        plan.resume(act)
        home.wishes.unsettled.add(plan.uid)


@dataclass(frozen=True, slots=True)
class End(OnPages):
    def do(self, home: Household, act: Act, plan: Plan) -> None:
        plan.end(act)
        home.wishes.unsettled.add(plan.uid)


@dataclass(frozen=True, slots=True)
class Propose(OnPages):
    """Another version of it."""

    rule: int = 0
    hour: int = 20

    def do(self, home: Household, act: Act, plan: Plan) -> None:
        starts = (wall_clock(act.now, MADRID) + DAY).replace(hour=self.hour, minute=0)
        rule = RULES[self.rule % len(RULES)]
        recurrence = Recurrence(starts, MADRID, timedelta(minutes=45), Rule.parse(rule) if rule else None)
        version = plan.suggest(act, Terms.of(recurrence, "", act.now))
        home.wishes.own_versions[plan.uid].add(version.number)


@dataclass(frozen=True, slots=True)
class Answer(OnPages):
    """To the version that waits."""

    yes: bool = True

    def do(self, home: Household, act: Act, plan: Plan) -> None:
        waiting = plan.open_version
        if waiting is None or not waiting.awaits(act.by):
            return
        if self.yes:
            plan.accept(act, waiting.number)
            home.wishes.unsettled.add(plan.uid)
        else:
            plan.decline(act, waiting.number)


@dataclass(frozen=True, slots=True)
class AnswerDate:
    """To the first question about a date that waits."""

    yes: bool = True

    def __call__(self, home: Household) -> None:
        with home.day.services.database.reading() as session:
            rows = session.query(Suggestion).order_by(Suggestion.id).all()
            waiting = next(
                ((one.id, one.occurrence.plan.uid, one.by.address) for one in rows if one.is_open(home.now)), None
            )
        if waiting is None:
            return
        suggestion_id, uid, by = waiting
        (other,) = set(BOTH) - {by}
        with home.acting(other, uid) as (act, plan):
            suggestion = Suggestion.of(act.session, act.by, suggestion_id, lock=True)
            assert suggestion is not None
            original = suggestion.occurrence.original_starts
            before = _stands(plan, original)
            if self.yes:
                suggestion.accept(act)
            else:
                suggestion.decline(act)
            home.wishes.wish((uid, original), Wish(PAGES, suggestion.starts if self.yes else before, before))


@dataclass(frozen=True, slots=True)
class OnPhone:
    """One of the two, about one of the plans that their phone shows."""

    who: int = 0
    plan: int = 0

    def __call__(self, home: Household) -> None:
        name = BOTH[self.who]
        shown = home.shown(name)
        there = [uid for uid in home.uids if uid in shown]
        if not there:
            return
        uid = there[self.plan % len(there)]
        recurrence = shown[uid].recurrence
        if recurrence is not None:
            self.do(home, name, uid, recurrence)

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Drag(OnPhone):
    """Move one date, delete it, or put it back."""

    date: int = 0
    to: int | None = None

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        if recurrence.rule is None:
            self._once(home, name, uid, recurrence)
            return
        original = originals(recurrence, home.now, self.date)
        if original is None:
            return
        starts, phone = moved(original, self.to), home.sides[name].phone
        before = home.shown(name)[uid].dates.get(original, original)
        if starts is None:
            phone.delete_date(uid, original)
        else:
            phone.move_date(uid, original, starts)
        home.wishes.wish((uid, original), Wish(name, starts, before))

    def _once(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        """What happens once is moved by its start alone, and gone if it is deleted."""
        agreed, phone = home.agreed(uid), home.sides[name].phone
        starts = moved(recurrence.starts, self.to)
        if agreed is None or agreed.rule is not None:
            return
        if starts is None:
            phone.delete_series(uid)
        else:
            phone.move_series(uid, replace(recurrence, starts=starts))
        home.wishes.wish((uid, agreed.starts), Wish(name, starts, recurrence.starts))


@dataclass(frozen=True, slots=True)
class DragSeries(OnPhone):
    """All dates, an hour later or a day."""

    by_days: int = 0

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        if recurrence.rule is None:
            return
        other = later(recurrence, self.by_days)
        home.sides[name].phone.move_series(uid, other)
        home.wishes.wish_series(name, uid, other)


@dataclass(frozen=True, slots=True)
class Split(OnPhone):
    """This and all following."""

    date: int = 1

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        coming = [one for one in recurrence.upcoming(home.now, 4) if one.original_starts > recurrence.starts]
        rule = recurrence.rule
        if rule is None or not coming:
            return
        first = coming[self.date % len(coming)]
        ends = replace(recurrence, rule=replace(rule, count=None, until=first.starts_at - timedelta(minutes=1)))
        goes_on = replace(recurrence, starts=first.original_starts + HOUR)
        home.sides[name].phone.split(uid, ends, goes_on)
        home.wishes.wish_series(name, uid, ends, goes_on)


@dataclass(frozen=True, slots=True)
class Delete(OnPhone):
    """The whole ritual."""

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        if recurrence.rule is None:
            return
        home.sides[name].phone.delete_series(uid)
        home.wishes.takings_out[name, uid] += 1
        home.wishes.go_with_the_series(name, uid)
        if home.is_writing(name, uid):
            home.wishes.perhaps_out.add((name, uid))
        else:
            home.wishes.taken_out.add((name, uid))


@dataclass(frozen=True, slots=True)
class Retitle(OnPhone):
    title: str = "Ours"

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        home.sides[name].phone.retitle(uid, self.title)


@dataclass(frozen=True, slots=True)
class Meet(OnPhone):
    """Something of their own, an hour after one date."""

    date: int = 0

    def do(self, home: Household, name: str, uid: str, recurrence: Recurrence) -> None:
        coming = recurrence.upcoming(home.now, 4)
        if coming:
            at = coming[self.date % len(coming)].starts_at + HOUR
            home.sides[name].phone.add_meeting(at, at + HOUR)


@dataclass(frozen=True, slots=True)
class Pass:
    """Time goes by, with nobody at work."""

    hours: int = 1

    def __call__(self, home: Household) -> None:
        home.let_pass(self.hours * HOUR)


@dataclass(frozen=True, slots=True)
class Work:
    """Whatever is due has its turn; `look` as after a quarter of an hour, when both calendars are read."""

    look: bool = True

    def __call__(self, home: Household) -> None:
        if self.look:
            home.look()
        else:
            home.turns()


@dataclass(frozen=True, slots=True)
class MoveHouse:
    """Connect another calendar."""

    who: int = 0

    def __call__(self, home: Household) -> None:
        home.move_house(BOTH[self.who])


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing disturbs for a while, and all must be well."""

    def __call__(self, home: Household) -> None:
        home.rest()
        check(home)
        home.wishes.settle()


@dataclass(frozen=True, slots=True)
class Reconnect:
    who: int = 0

    def __call__(self, home: Household) -> None:
        home.roads[BOTH[self.who]].is_closed = False
        home.link(BOTH[self.who])


def originals(recurrence: Recurrence, now: datetime, index: int) -> datetime | None:
    """One of the dates that people touch: the next four, the last one, and one far ahead."""
    near = recurrence.upcoming(now, 4)
    if index < len(near):
        return near[index].original_starts
    last = list(recurrence.instances(after=now - 8 * DAY, until=now))[-1:] if index == PAST else []
    far = recurrence.upcoming(now + FAR, 1) if index == AHEAD else []
    return next((one.original_starts for one in (*last, *far)), None)


def moved(original: datetime, to: int | None) -> datetime | None:
    if to is None:
        return None
    return original + MOVES[to] if to != BACK else original


def later(recurrence: Recurrence, by_days: int) -> Recurrence:
    if not by_days or recurrence.rule is None or not recurrence.rule.days:
        return replace(recurrence, starts=recurrence.starts + HOUR)
    return replace(recurrence, rule=Rule.parse("FREQ=WEEKLY;BYDAY=MO"), starts=_monday(recurrence.starts))


def _monday(starts: datetime) -> datetime:
    return starts + timedelta(days=(-starts.weekday()) % 7)


def _stands(plan: Plan, original: datetime) -> datetime | None:
    found = next((one for one in plan.overrides if one.original_starts == original), None)
    return found.starts if found is not None else original


def _held(act: Act, plan_id: int) -> Plan:
    plan = Plan.of(act.session, act.by, plan_id, lock=True)
    assert plan is not None
    return plan
