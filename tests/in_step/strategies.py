"""Everything that may happen, drawn at random."""

from dataclasses import replace

from hypothesis import strategies as st

from tests.in_step import deeds, mishaps, on_pages, on_phones
from tests.in_step.dates import AHEAD, BACK, PAST, RULES
from tests.in_step.deeds import Deed
from tests.in_step.mishaps import What
from tests.in_step.road import Leg

WHO = st.integers(0, 1)
PLAN = st.sampled_from([0, 0, 0, 1])
DATE = st.sampled_from([1, 1, 1, 1, 0, 2, 2, PAST, AHEAD])
TO = st.sampled_from([None, None, None, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, BACK, BACK])
CALLS = st.sampled_from([0, 1, 1, 1, 2, 2, 3, 4])
LEG = st.sampled_from([Leg.THERE, Leg.BACK, Leg.BACK, Leg.MIDDLE])
RULE = st.integers(0, len(RULES) - 1)


def often(*weights: tuple[int, st.SearchStrategy[Deed]]) -> st.SearchStrategy[Deed]:
    """One of these, each so often."""
    return st.sampled_from([one for weight, one in weights for _ in range(weight)]).flatmap(lambda one: one)


def _at_the_same_time(who: int, drag: on_phones.Drag, calls: int) -> mishaps.Meanwhile:
    """In the very calendar that is just being read or written."""
    return mishaps.Meanwhile(replace(drag, who=who), who, calls, Leg.THERE)


DRAGS = st.builds(on_phones.Drag, who=WHO, plan=PLAN, date=DATE, to=TO)
PAGES = often(
    (6, st.builds(on_pages.Change, who=WHO, plan=PLAN, date=DATE, to=TO)),
    (1, st.builds(on_pages.Pause, who=WHO, plan=PLAN)),
    (2, st.builds(on_pages.Resume, who=WHO, plan=PLAN)),
    (1, st.builds(on_pages.Propose, who=WHO, plan=PLAN, rule=RULE, hour=st.sampled_from([19, 20]))),
    (2, st.builds(on_pages.Answer, who=WHO, plan=PLAN, yes=st.sampled_from([True, True, False]))),
    (1, st.builds(on_pages.AnswerDate, yes=st.booleans())),
    (1, st.builds(on_pages.End, who=WHO, plan=st.just(1))),
    (1, st.builds(on_pages.Choose, rule=RULE, hour=st.sampled_from([18, 19]))),
)
PHONES = often(
    (7, DRAGS),
    (1, st.builds(on_phones.DragSeries, who=WHO, plan=PLAN, by_days=st.integers(0, 1))),
    (1, st.builds(on_phones.Split, who=WHO, plan=PLAN, date=st.integers(0, 2))),
    (1, st.builds(on_phones.Delete, who=WHO, plan=st.sampled_from([0, 1, 1]))),
    (1, st.builds(on_phones.Retitle, who=WHO, plan=PLAN)),
    (1, st.builds(on_phones.Meet, who=WHO, plan=PLAN, date=st.integers(0, 3))),
)
PEOPLE = often((1, PHONES), (1, PAGES))
WORK = st.builds(deeds.Work, look=st.sampled_from([True, True, True, False]))
TIME = st.builds(deeds.Pass, hours=st.sampled_from([1, 1, 1, 5, 30, 200]))
DEADLY = st.sampled_from([What.DIES, What.DIES, What.UNREACHED, What.UNREACHED, What.BUSY, What.STALLS, What.REVOKED])
MISHAPS = often(
    (6, st.builds(mishaps.Mishap, what=DEADLY, who=WHO, calls=CALLS, leg=LEG)),
    (4, st.builds(_at_the_same_time, WHO, DRAGS, CALLS)),
    (1, st.builds(mishaps.Meanwhile, deed=PEOPLE, who=WHO, calls=CALLS, leg=LEG)),
    (2, st.builds(mishaps.OldToken, who=WHO, lacks=st.sampled_from([None, 0, 0, 1]))),
    (1, st.builds(mishaps.Lie, who=WHO, plan=PLAN)),
    (2, st.builds(mishaps.Delay, who=WHO, calls=st.sampled_from([0, 1, 1, 2]))),
)
NOTHING: st.SearchStrategy[Deed] = st.just(deeds.Pass(0))
AFTERWARDS = often(
    (4, NOTHING),
    (8, TIME),
    (2, st.just(deeds.Rest())),
    (2, st.builds(deeds.Reconnect, who=WHO)),
    (1, st.builds(deeds.MoveHouse, who=WHO)),
)


@st.composite
def rounds(draw: st.DrawFn, first: bool = False) -> list[Deed]:
    """People do something, the road is bad or good, the calendars have their turns, and some time goes by."""
    bad = draw(st.lists(MISHAPS, max_size=2))
    some = [on_pages.Choose()] if first else draw(st.lists(PEOPLE, min_size=1, max_size=3))
    return [*bad, *some, draw(WORK), draw(AFTERWARDS)]


@st.composite
def histories(draw: st.DrawFn) -> list[Deed]:
    """From the first plan on."""
    later = draw(st.lists(rounds(), min_size=1, max_size=4))
    return [*draw(rounds(first=True)), *(deed for each in later for deed in each)]
