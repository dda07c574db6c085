"""What the two do on their phones."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rituals.recurrence import Recurrence
from rituals.rule import Rule
from tests.in_step.dates import HOUR, moved, originals
from tests.in_step.household import BOTH, Household
from tests.in_step.wishes import Wish


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


def later(recurrence: Recurrence, by_days: int) -> Recurrence:
    if not by_days or recurrence.rule is None or not recurrence.rule.days:
        return replace(recurrence, starts=recurrence.starts + HOUR)
    return replace(recurrence, rule=Rule.parse("FREQ=WEEKLY;BYDAY=MO"), starts=_monday(recurrence.starts))


def _monday(starts: datetime) -> datetime:
    return starts + timedelta(days=(-starts.weekday()) % 7)
