"""What must hold at every moment, whatever breaks."""

from datetime import timedelta

from rituals.errand import COPIES, State
from tests.simulation.record import COUPLE, Copy, Record, Row, label

LOOKS = timedelta(seconds=3)
"""A worker looks around at least so often here."""
SETTLING = timedelta(seconds=21)
"""After a jump of the clock nothing is begun for so long."""


def changed(record: Record, who: str, before: Row, row: Row) -> None:
    """A commit changed a delivery."""
    _belonged_to(record, who, before, row)
    _says_the_truth(record, row)
    if before.state in (State.PLANNED, State.HANDING, State.RETRYING):
        _was_not_closed_early(record, row)
        _was_not_lost(record, row)


def may_leave(record: Record, row_id: int, intended: Row | None) -> None:
    """A worker was told that the body of this delivery may go."""
    record.must(intended is not None, f"prompt {row_id} may leave, and that is not on record")
    now = record.time.now()
    if intended is not None:
        record.must(intended.due_at <= now, f"prompt {row_id} may leave before its start")
        record.must(now < intended.expires_at, f"prompt {row_id} may leave after its window")


def leaves(record: Record, copy: Copy) -> None:
    """A body leaves whole."""
    earlier = [one for one in record.copies if one.message_id == copy.message_id and one.may_have_arrived]
    words = label(copy.envelope)
    _nothing_else_in_doubt(record, copy)
    record.must(len(earlier) < COPIES, f"{words} leaves for the third time")
    if copy.delivery_id is not None:
        ever = [one for one in record.of(copy.delivery_id) if one.may_have_arrived]
        record.must(len(ever) < COPIES, f"{words} leaves for the third time, at whatever moments")
    for one in earlier:
        record.must(one.envelope.content == copy.envelope.content, f"{words} leaves again in other words")
        record.must(one.is_excused, f"{words} leaves again, though nobody died and every answer arrived")


def _nothing_else_in_doubt(record: Record, copy: Copy) -> None:
    """Of one mail a connection nobody would know, were its worker killed now: of no second one."""
    for one in record.copies:
        row = record.rows[one.delivery_id] if one.delivery_id is not None else None
        if one.strand is copy.strand and one.may_have_arrived and row is not None and row.id != copy.delivery_id:
            is_open = row.is_held and row.holder == one.holder
            record.must(not is_open, f"{label(copy.envelope)} leaves before prompt {row.id} is written down")


def _belonged_to(record: Record, who: str, before: Row, row: Row) -> None:
    """Nobody touches what another holds, until the lease is over."""
    if not before.is_held or before.holder is None or who == COUPLE:
        return
    lease_is_over = before.try_at is not None and before.try_at <= record.time.now()
    ours = record.owners.get(before.holder) == who
    record.must(ours or lease_is_over or _is_revived(before, row), f"{who} touches delivery {row.id} of another")


def _is_revived(before: Row, row: Row) -> bool:
    """After the clock was set back, leases end no later than they would from now."""
    return row.is_held and row.holder == before.holder and row.copies == before.copies


def _says_the_truth(record: Record, row: Row) -> None:
    copies = record.of(row.id)
    perhaps = sum(copy.may_have_arrived for copy in copies)
    record.must(row.copies >= perhaps, f"delivery {row.id} counts {row.copies} copies, and {perhaps} may have arrived")
    match row.state:
        case State.SENT:
            record.must(any(copy.is_heard for copy in copies), f"delivery {row.id} is sent, and no 250 was given")
        case State.FAILED:
            record.must(
                row.id in record.refused or record.bounced, f"delivery {row.id} has failed, and nobody refused it"
            )
        case State.EXPIRED:
            record.must(not perhaps, f"delivery {row.id} is expired, and a copy may have arrived")
        case State.UNKNOWN:
            record.must(row.copies > 0, f"delivery {row.id} is unknown, and nothing can have left")


def _was_not_closed_early(record: Record, row: Row) -> None:
    late = row.state is State.EXPIRED or (row.state is State.UNKNOWN and row.copies < COPIES)
    if late and record.calm > SETTLING:
        record.must(row.expires_at <= record.time.now(), f"delivery {row.id} is given up within its window")


def _was_not_lost(record: Record, row: Row) -> None:
    """Where all was quiet while it could be sent, it was."""
    if row.state is State.EXPIRED:
        ready_at = max(record.time.now() - record.calm + record.lease + SETTLING, row.due_at)
        enough = row.expires_at - ready_at > row.window / 20 + LOOKS
        record.must(not enough, f"delivery {row.id} is lost, though nothing stood in its way")
