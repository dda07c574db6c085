"""Making something happen in a crowd: some prompts come due, some plans run short of dates."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, update

from benchmarks.crowd import NOW, WEEKS
from rituals.delivery import PROMPT_WINDOW, Delivery
from rituals.errand import State
from rituals.horizon import EXTENDED_BEFORE
from rituals.occurrence import Occurrence
from rituals.outbox import Draft
from rituals.plan import Plan
from rituals.version import Version
from service.database import Database

DUE_AT = NOW - timedelta(seconds=1)
MAIL = b"x" * 4000
AT_ONCE = 500
RHYTHMS = {7: "FREQ=DAILY", 8: "FREQ=DAILY", 9: "FREQ=WEEKLY;BYDAY=TU,TH"}
"""Of ten plans; the others are weekly."""


def bring_due(database: Database, couples: int, prompts: int, number: int) -> list[int]:
    """So many prompts, of couples all over, are due now and composed; answers their ids. Each `number` has others."""
    spread = _spread(couples, prompts // 2, number)
    dates = [(couple - 1) * len(WEEKS) + 4 + number % 3 for couple in spread]
    ids = [2 * date - side for date in dates for side in (1, 0)]
    due = {"due_at": DUE_AT, "try_at": DUE_AT, "expires_at": DUE_AT + PROMPT_WINDOW, "state": State.PLANNED}
    with database.writing() as session:
        for some in _parts(ids):
            session.execute(update(Delivery).where(Delivery.id.in_(some)).values(due))
        mails = [{"delivery_id": each, "made_at": NOW, "for_at": DUE_AT, "sealed": MAIL} for each in ids]
        session.execute(insert(Draft), mails)
    return ids


def settle(database: Database, ids: Sequence[int]) -> None:
    """They have gone."""
    gone = {"state": State.SENT, "try_at": None, "settled_at": NOW, "holder": None}
    with database.writing() as session:
        for some in _parts(ids):
            session.execute(update(Delivery).where(Delivery.id.in_(some)).values(gone))
            session.execute(delete(Draft).where(Draft.delivery_id.in_(some)))


def shorten(database: Database, couples: int, plans: int, number: int, *, together: bool = False) -> None:
    """The last week of so many plans is still to be planned, of weekly and daily ones.

    `together`: they were agreed one after the other, and lie beside each other; else they are from all over.
    """
    first = number * plans * 7
    chosen = [1 + (first + at) % couples for at in range(plans)] if together else _spread(couples, plans, number)
    reach = NOW + EXTENDED_BEFORE - timedelta(seconds=1)
    with database.writing() as session:
        for some in _parts(chosen):
            session.execute(delete(Occurrence).where(Occurrence.plan_id.in_(some), Occurrence.starts_at > reach))
            session.execute(update(Plan).where(Plan.id.in_(some)).values(horizon_at=reach))
            for place, rule in RHYTHMS.items():
                tenth = [plan for plan in some if _place(plan) == place]
                session.execute(update(Version).where(Version.plan_id.in_(tenth)).values(rule=rule))


def _spread(couples: int, count: int, number: int) -> list[int]:
    """So many of all couples, evenly, each `number` beginning with another."""
    return [1 + (at * couples // count + number) % couples for at in range(count)]


def _place(plan: int) -> int:
    """The same always, and mixed among any that are chosen."""
    return plan * 37 // 11 % 10


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
