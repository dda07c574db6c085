"""Composing prompts in the minute before their start, and earlier where a great many start together."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from rituals.bag import Drawn, Waiting, draw_all
from rituals.delivery import COMPOSED_AHEAD, Delivery
from service.emails.desk import Desk
from service.emails.occasion import Occasion
from service.emails.prompt import Press
from service.jobs import drafts
from service.jobs.drafts import Composed
from service.jobs.parcel import UNWRITABLE
from service.jobs.uncomposed import fetch, hold, look
from service.logs import event, events, failure
from service.services import Services

A_MINUTES_WORK = 5000
"""If more are due in the minutes to come, a small machine could not compose all of them in the last one."""
LISTED_AT_ONCE = 1000
LIST_LIFE = timedelta(seconds=1)
PUT_OFF_FOR = 2 * COMPOSED_AHEAD


class Composer:
    """Draws and composes what starts soon, or should have started. Any number may do so at once on PostgreSQL."""

    def __init__(self, services: Services, desk: Desk, *, much: int = A_MINUTES_WORK) -> None:
        self._services, self._press, self._much = services, Press(desk), much
        self._list: Sequence[int] = ()
        self._listed_at = datetime.min.replace(tzinfo=UTC)

    def compose(self, *, limit: int) -> int:
        """So many at most, in one transaction; answers how many. None: there are no more.

        Harmless twice: the first draft stays, and the bytes are the same.
        """
        now = self._services.clock()
        if not self._list or not timedelta() <= now - self._listed_at < LIST_LIFE:
            self._list, self._listed_at = self._look(now, limit), now
        while self._list:
            ids, self._list = self._list[:limit], self._list[limit:]
            composed = self._compose(ids, now)
            if composed:
                return composed
        return 0

    def _look(self, now: datetime, limit: int) -> Sequence[int]:
        """A hint, which saves looking past everything composed for each batch: what counts is asked under lock."""
        with self._services.database.reading() as session:
            found = look(session, now, limit=LISTED_AT_ONCE, much=self._much)
        # Where there is more than that, each worker begins somewhere else.
        begin = random.randrange(0, LISTED_AT_ONCE, limit) if len(found) == LISTED_AT_ONCE else 0  # noqa: S311 (no secret)
        return [*found[begin:], *found[:begin]]

    def _compose(self, ids: Sequence[int], now: datetime) -> int:
        with self._services.database.writing() as session:
            occasions = fetch(session, ids, hold(session, ids), now)
            drawn = self._draw(session, occasions)
            mails = [self._write(session, one, drawn, now) for one in occasions]
            drafts.keep(session, Delivery, [mail for mail in mails if mail], self._services.strongbox, now)
        events(
            "delivery.composed",
            [
                {"id": one.delivery_id, "occurrence": one.occurrence_id, "plan": one.plan_id}
                for one, mail in zip(occasions, mails, strict=True)
                if mail
            ],
        )
        return sum(mail is not None for mail in mails)

    def _draw(self, session: Session, occasions: Sequence[Occasion]) -> dict[int, Drawn]:
        """By occurrence; both partners' parts in it share what is drawn."""
        catalogue = self._services.catalogue
        waiting = {
            one.occurrence_id: Waiting(one.occurrence_id, one.starts_at, one.couple_id, ritual)
            for one in occasions
            if one.prompt is None and (ritual := catalogue.get(one.ritual)) and ritual.prompts
        }
        return draw_all(session, list(waiting.values())) if waiting else {}

    def _write(self, session: Session, one: Occasion, drawn: dict[int, Drawn], now: datetime) -> Composed | None:
        """One that cannot be written is put off, so that it is in nobody's way."""
        ritual = self._services.catalogue.get(one.ritual)
        if ritual is None:
            event("delivery.without-ritual", id=one.delivery_id)
            session.get_one(Delivery, one.delivery_id).withdraw()
            return None
        if not one.takes_mail:  # what was drawn stands on their page
            event("delivery.held-back", id=one.delivery_id)
            session.get_one(Delivery, one.delivery_id, with_for_update=True).hold_back(now)
            return None
        try:
            content = self._press.compose(one, ritual, one.prompt or drawn[one.occurrence_id])
        except UNWRITABLE as error:
            failure("delivery.unwritable", error, id=one.delivery_id)
            session.get_one(Delivery, one.delivery_id).postpone(now + PUT_OFF_FOR)
            return None
        return Composed(one.delivery_id, one.due_at, content)


def compose_ahead(services: Services, desk: Desk, *, limit: int) -> int:
    """One batch, by somebody who has just come."""
    return Composer(services, desk).compose(limit=limit)
