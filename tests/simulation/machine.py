"""Everything that may happen, drawn at random, one thing after the other."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulation import couple, deeds
from tests.simulation.deeds import Deed
from tests.simulation.ending import settle
from tests.simulation.post import Reply
from tests.simulation.strand import Step
from tests.simulation.world import World

WORKER = st.integers(0, 2)
WHO, PLAN, DATE = st.integers(0, 1), st.sampled_from([0, 0, 1]), st.sampled_from([0, 0, 0, 1])
SECONDS = st.sampled_from([0.5, 5, 19, 25, 61, 130, 400])
"""Short of a timeout and over it, over a lease, over a window."""
PLACES = st.sampled_from([*Step][: [*Step].index(Step.TURN)])
BUSY = st.sampled_from([Step.BEGIN, Step.COMMIT, Step.COMMITTED, Step.RCPT, Step.DOT, Step.ANSWER, Step.HEARD])
MISHAPS = [one for one in Reply if one is not Reply.ACCEPTED]
TIMES = st.integers(1, 6)
DATED = {"who": WHO, "plan": PLAN, "date": DATE}


def often(*weights: tuple[int, st.SearchStrategy[Deed]]) -> st.SearchStrategy[Deed]:
    """One of these, each so often."""
    return st.sampled_from([one for weight, one in weights for _ in range(weight)]).flatmap(lambda one: one)


WORK = often(
    (2, st.builds(deeds.Work, seconds=SECONDS, order=st.integers(0, 9))),
    (2, st.builds(deeds.ToTheStart, before=st.sampled_from([1, 1, 30]))),
    (3, st.builds(deeds.Work, seconds=SECONDS, until=PLACES, times=TIMES, order=st.integers(0, 9))),
    (3, st.builds(deeds.Go, strand=st.integers(0, 8), steps=st.integers(1, 5))),
)
CRASHES = often(
    (4, st.builds(deeds.Crash, worker=WORKER)),
    (1, st.builds(deeds.Kill, worker=WORKER)),
    (2, st.builds(deeds.Start)),
    (1, st.builds(deeds.Stop, worker=WORKER)),
)
OVERSLEEPS = st.builds(
    deeds.Oversleep,
    at=BUSY,
    times=TIMES,
    seconds=st.sampled_from([25, 130, 130, 130, 400, 1000]),
    until=st.sampled_from([None, None, Step.RCPT, Step.ANSWER]),
)
STALLS = often(
    (4, OVERSLEEPS),
    (1, st.builds(deeds.Freeze, worker=WORKER)),
    (2, st.builds(deeds.StandStill, seconds=SECONDS)),
)
REPLIES = st.builds(
    deeds.Answer,
    at=st.sampled_from([Step.RCPT, Step.BODY, *[Step.ANSWER] * 4]),
    reply=st.sampled_from([*MISHAPS, *[Reply.SLOW, Reply.TAKEN] * 3]),
    times=st.integers(1, 6),
    to=st.sampled_from([None, *couple.BOTH]),
)
FAILURES = often(
    (2, st.builds(deeds.Away)),
    (1, st.builds(deeds.LoseAnswers)),
    (1, st.builds(deeds.Jump, minutes=st.sampled_from([-60.0, -10.0, 10.0, 60.0]))),
)
WISHES = often(
    (5, st.builds(couple.Move, **DATED, minutes=st.sampled_from([1, 2, 5, 10, 40]))),
    (2, st.builds(couple.Skip, **DATED)),
    (3, st.builds(couple.Restore, **DATED)),
    (1, st.builds(couple.Pause, who=WHO, plan=PLAN)),
    (2, st.builds(couple.Resume, who=WHO, plan=PLAN)),
    (1, st.builds(couple.Mute, who=WHO, plan=PLAN)),
    (2, st.builds(couple.Unmute, who=WHO, plan=PLAN)),
    (1, st.builds(couple.Leave, who=WHO)),
)


class Machine(RuleBasedStateMachine):
    """Workers, shortly before two plans begin. After each step of anybody all promises are looked at."""

    def __init__(self, begin: Callable[[], World]) -> None:
        super().__init__()
        self.world = begin()

    @initialize(workers=st.sampled_from([2, 2, 1, 3]), before=st.sampled_from([1, 1, 30]), answer=REPLIES)
    def begins(self, workers: int, before: float, answer: Deed) -> None:
        for _ in range(workers):
            self.world.start()
        deeds.ToTheStart(before)(self.world)
        answer(self.world)

    @rule(deed=WORK)
    def works(self, deed: Deed) -> None:
        deed(self.world)

    @rule(deed=WORK)
    def works_on(self, deed: Deed) -> None:
        deed(self.world)

    @rule(deed=CRASHES)
    def crashes(self, deed: Deed) -> None:
        deed(self.world)

    @rule(deed=STALLS)
    def stalls(self, deed: Deed) -> None:
        deed(self.world)

    @rule(deed=REPLIES)
    def mail_server_will(self, deed: Deed) -> None:
        deed(self.world)

    @rule(deed=FAILURES)
    def machines_fail(self, deed: Deed) -> None:
        deed(self.world)

    @rule(deed=WISHES)
    def couple_wishes(self, deed: Deed) -> None:
        deed(self.world)

    def teardown(self) -> None:
        try:
            settle(self.world)
        finally:
            self.world.end()
