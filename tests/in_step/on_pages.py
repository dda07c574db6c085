"""What the two do on our pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rituals.act import Act
from rituals.plan import Plan
from rituals.recurrence import Recurrence, wall_clock
from rituals.rule import Rule
from rituals.suggestion import Suggestion
from rituals.version import Terms
from tests.in_step.dates import DAY, MADRID, MOST_PLANS, RULES, moved, originals
from tests.in_step.household import BOTH, Household
from tests.in_step.wishes import PAGES, Wish
from tests.service.workday import RITUAL


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


def _stands(plan: Plan, original: datetime) -> datetime | None:
    found = next((one for one in plan.overrides if one.original_starts == original), None)
    return found.starts if found is not None else original


def _held(act: Act, plan_id: int) -> Plan:
    plan = Plan.of(act.session, act.by, plan_id, lock=True)
    assert plan is not None
    return plan
