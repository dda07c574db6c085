"""What the owner of a connected calendar changed there comes in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from rituals.act import Act
from rituals.calendar_interfaces import Calendar, Held
from rituals.linked_calendar import LinkedCalendar
from rituals.phone_edits import Suits, take_in, take_out
from rituals.recurrence import moment
from rituals.timetable import edits
from service.jobs.busy import known_busy
from service.jobs.calendar_turn import Turn, TurnLostError
from service.jobs.suiting import suits_both

Taken = Callable[[datetime, datetime], bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """Each event in a transaction of its own; the token is kept when all of them have come in."""

    turn: Turn
    calendar: Calendar

    def run(self, token: str | None) -> None:
        changes = self.calendar.changes(token)
        copies = {copy.uid: copy for copy in changes.copies}
        there = {held.uid: held for held in changes.held}
        for uid in copies.keys() - there.keys():
            self.turn.go_on()
            original = self.calendar.read(uid)
            if original is not None:
                there[uid] = original
        for held in there.values():
            self.turn.go_on()
            self.take_in(held, copies.get(held.uid))
        for uid in self._missing(changes.deleted, there.keys(), is_whole=changes.is_whole):
            self.turn.go_on()
            self.look_again(uid, was_there=uid in changes.deleted)
        for copy in changes.copies:
            self.turn.go_on()
            self.calendar.discard(copy)
        self._remember(changes.token)

    def look_again(self, uid: str, *, was_there: bool = False) -> None:
        """As it stands there now. A listing may be cut short: nothing is believed gone by that alone.

        What was never seen there may not have arrived yet, unless the calendar says that it `was_there`.
        """
        held = self.calendar.read(uid)
        if held is not None:
            self.take_in(held)
            return
        with self.turn.services.database.writing() as session:
            found = self.turn.act_on(session, uid)
            if found is not None and (was_there or found[2].shown is not None):
                take_out(*found)

    def take_in(self, held: Held, copy: Held | None = None) -> None:
        taken = self._taken(held)
        with self.turn.services.database.writing() as session:
            found = self.turn.act_on(session, held.uid)
            if found is not None:
                take_in(*found, held, suits=_suits(found[0], taken), copy=copy)

    def _taken(self, held: Held) -> Taken:
        """Whether the other is busy at a time that a date was moved to; asked before any lock is taken."""
        with self.turn.services.database.reading() as session:
            placement = self.turn.find(session, held.uid)
            recurrence = held.timetable.recurrence
            if placement is None or recurrence is None or not placement.written_states:
                return _free
            moved = edits(held.timetable, *placement.written_states).dates.values()
            starts = [moment(starts, recurrence.zone) for starts in moved if starts is not None]
            partner = placement.connection.partner
            other = partner.couple.other(partner) if partner.couple is not None else None
        if not starts or other is None:
            return _free
        # What is not known keeps nobody from moving.
        return known_busy(self.turn.services, other.id, min(starts), max(starts) + recurrence.duration).touches

    def _missing(self, deleted: frozenset[str], there: Collection[str], *, is_whole: bool) -> list[str]:
        """UIDs of what stood there by our knowledge, or may have, and now seems to be gone."""
        with self.turn.services.database.reading() as session:
            stood = [one.plan.uid for one in self.turn.placements(session) if one.stands]
        return [uid for uid in stood if uid in deleted or (is_whole and uid not in there)]

    def _remember(self, token: str) -> None:
        with self.turn.services.database.writing() as session:
            linked = LinkedCalendar.held(session, self.turn.linked_id, self.turn.lease)
            if linked is None:
                raise TurnLostError
            linked.token, linked.read_at = token, self.turn.services.clock()


def _free(_starts_at: datetime, _ends_at: datetime) -> bool:
    return False


def _suits(act: Act, taken: Taken) -> Suits:
    return lambda starts_at, ends_at: suits_both(act, starts_at, ends_at) and not taken(starts_at, ends_at)
