"""The life of one prompt or letter, from plan to 250, without a word about whom it is for."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.delivery import Delivery
from rituals.errand import HELD, State
from rituals.outbox import Draft, Letter
from service.amounts import several
from service.services import Services
from service.survey import Kind

KEPT = {Delivery: "90 days", Letter: "30 days"}
NAMES = {Delivery: "prompt", Letter: "letter"}
ENDS = {
    State.SENT: "It is sent: the mail server took it",
    State.UNKNOWN: "It is unknown: as many copies as may leave have left, and none was confirmed",
    State.EXPIRED: "It is expired: its time passed before it could go, and nothing was mailed",
    State.FAILED: "It is failed: the mail server refused it for good or sent it back, or its reader takes no mail",
}


def tell(services: Services, kind: Kind, row_id: int) -> list[str]:
    """What is known of it; empty where there is none."""
    with services.database.reading() as session:
        row: Delivery | Letter | None
        row = session.get(Delivery, row_id) if kind is Delivery else session.get(Letter, row_id)
        if row is None:
            return []
        return [*planned(row), *written(session, row), *tried(row), *stands(row, services.clock()), *known_as(row)]


def absent(kind: Kind, row_id: int) -> str:
    return f"There is no {NAMES[kind]} {row_id}. They are kept for {KEPT[kind]}."


def planned(row: Delivery | Letter) -> Iterator[str]:
    if isinstance(row, Delivery):
        yield f"Prompt {row.id} belongs to date {row.occurrence_id} of plan {row.occurrence.plan_id}."
    else:
        yield f"Letter {row.id} is of the kind '{row.kind.value}'."
    yield f"It is due at {moment(row.due_at)}, and may go until {moment(row.expires_at)}."


def written(session: Session, row: Delivery | Letter) -> Iterator[str]:
    of_row = Draft.delivery_id == row.id if isinstance(row, Delivery) else Draft.letter_id == row.id
    draft = session.execute(select(Draft.made_at, Draft.for_at).where(of_row)).one_or_none()
    if draft is None:
        return
    made_at, for_at = draft
    stale = "" if for_at == row.due_at else ", for another start: it is composed anew"
    yield f"Its mail was composed at {moment(made_at)}{stale}."


def tried(row: Delivery | Letter) -> Iterator[str]:
    if row.attempts:
        tries = "once" if row.attempts == 1 else f"{row.attempts} times"
        yield f"A worker took it up {tries}; {several(row.copies, 'copy', 'copies')} counted as gone."


def stands(row: Delivery | Letter, now: datetime) -> Iterator[str]:
    end = ENDS.get(row.state)
    if end is not None and row.settled_at is not None:
        after = (row.settled_at - row.due_at).total_seconds()
        yield f"{end}. That was at {moment(row.settled_at)}, {after:.1f} seconds after it was due."
    elif row.state is State.WITHDRAWN:
        yield "It is withdrawn: it is not wanted any more, and will not go."
    elif row.state in HELD and row.try_at is not None and row.try_at > now:
        yield f"It is in a worker's hands; should that worker die, another takes over at {moment(row.try_at)}."
    elif row.try_at is not None and row.try_at > now:
        yield f"It waits, and is taken up at {moment(row.try_at)}."
    else:
        yield "It waits for a worker."


def known_as(row: Delivery | Letter) -> Iterator[str]:
    yield f"In our log: lines with the event '{row.__tablename__}.…' and \"id\": {row.id}."
    if isinstance(row, Delivery):
        named = f"<prompt.{row.id}.{int(row.due_at.timestamp())}."
        yield f"In the mail server's log: the Message-ID that begins with {named}"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
