"""What is written down while mails are handed over: for several of one worker's connections in one statement."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, false, or_, update

from rituals.delivery import Delivery
from rituals.errand import HELD, State
from rituals.outbox import Letter
from rituals.storage import Moment


def hand_over(kind: type[Delivery] | type[Letter], *, intended: int, sent: int) -> Update:
    """For so many rows that one more copy may leave from here on, and for so many that their copy was accepted.

    Takes `id_0`, `holder_0` and so on, first those of the intended, and `now`. Gives the ids of the rows that
    still belonged to their holder: for the others nothing is changed.
    """
    named = [(kind.id == bindparam(f"id_{n}"), kind.holder == bindparam(f"holder_{n}")) for n in range(intended + sent)]
    leaving = _one_of([row for row, _ in named[:intended]])
    gone = _one_of([row for row, _ in named[intended:]])
    now = bindparam("now", type_=Moment())
    return (
        update(kind)
        .where(or_(*(and_(row, holder) for row, holder in named)), or_(*(kind.state == state for state in HELD)))
        .values(
            copies=case((leaving, kind.copies + 1), else_=kind.copies),
            state=case((gone, State.SENT.value), else_=kind.state),
            holder=case((gone, None), else_=kind.holder),
            try_at=case((gone, None), else_=kind.try_at),
            settled_at=case((gone, now), else_=kind.settled_at),
        )
        .returning(kind.id)
    )


def _one_of(rows: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*rows) if rows else false()
