"""What is new about single dates: where they stand, and what is asked about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.news import Happening, News
from rituals.occurrence import Occurrence, Standing
from rituals.plan import Plan
from rituals.recurrence import moment
from rituals.suggestion import Suggestion
from service import when
from service.emails.passage import Passage
from service.mail_links import MailLinks

CHANGES = frozenset({Happening.MOVED, Happening.SKIPPED, Happening.RESTORED})


@dataclass(frozen=True, slots=True)
class DateNews:
    """What one reader is told of the dates of one plan."""

    session: Session
    links: MailLinks
    plan: Plan
    partner: Partner
    now: datetime

    def passages(self, told: Sequence[News]) -> list[Passage]:
        """One a date, in their order, each as it stands now."""
        happened: dict[int, set[Happening]] = {}
        for one in told:
            if one.occurrence_id is not None:
                happened.setdefault(one.occurrence_id, set()).add(one.what)
        rows = select(Occurrence).where(Occurrence.id.in_(happened), Occurrence.standing != Standing.DROPPED)
        ordered = self.session.scalars(rows.order_by(Occurrence.original_starts))
        found = (self._passage(one, happened[one.id]) for one in ordered if self.plan.is_running)
        return [passage for passage in found if passage is not None]

    def _passage(self, occurrence: Occurrence, happened: Iterable[Happening]) -> Passage | None:
        suggestion = Suggestion.open_for(self.session, occurrence, self.now)
        if Happening.DATE_ASKED in happened and suggestion is not None and suggestion.awaits(self.partner, self.now):
            return self._asked(suggestion)
        if Happening.DATE_WAITS in happened and suggestion is not None and suggestion.by_id == self.partner.id:
            return self._waits(suggestion)
        if Happening.NOT_SUITED in happened and not occurrence.stands():
            return self._not_suited(occurrence)
        if CHANGES & set(happened):
            return self._standing(occurrence)
        if Happening.NOT_FOLLOWED in happened:
            stands = self._stands(occurrence)
            return Passage((f"What you changed there could not be followed, so your calendar shows again: {stands}",))
        if Happening.DATE_DECLINED in happened and occurrence.stands():
            return Passage((f"The old time stands: {self._words(occurrence.starts_at)}.",))
        return None

    def _asked(self, suggestion: Suggestion) -> Passage:
        move = f"{suggestion.by.name} would like to move {self._from_to(suggestion)}."
        line = f"{move} Until you say yes, the old time stands."
        answer = self.links.suggestion(suggestion.id, self.partner.id)
        links = (
            ("Yes, let us", answer),
            ("As it was, please", f"{answer}?answer=decline"),
            ("Another time", self.links.move(suggestion.occurrence_id)),
        )
        return Passage((line,), links, asks=True)

    def _waits(self, suggestion: Suggestion) -> Passage:
        other = self.plan.couple.other(self.partner)
        yes = f"{other.name}’s yes" if other is not None else "a yes"
        waits = f"That waits for {yes}; until then the old time stands, also in your calendar."
        return Passage((f"You moved {self._from_to(suggestion)}. {waits}",))

    def _not_suited(self, occurrence: Occurrence) -> Passage:
        line = f"{self._words(occurrence.starts_at)} does not suit, so this time is left out."
        choose = () if occurrence.has_started(self.now) else (("Choose another time", self.links.move(occurrence.id)),)
        return Passage((line,), choose)

    def _standing(self, occurrence: Occurrence) -> Passage:
        line = self._stands(occurrence)
        is_moved = occurrence.stands() and occurrence.starts_at != self._own_time(occurrence)
        if not is_moved or occurrence.has_started(self.now):
            return Passage((line,))
        if Suggestion.was_granted(self.session, occurrence, self.partner):
            return Passage((line,))
        starts_at = int(occurrence.starts_at.timestamp())
        return Passage((line,), (("It doesn’t suit", self.links.unsuited(occurrence.id, self.partner.id, starts_at)),))

    def _stands(self, occurrence: Occurrence) -> str:
        own_time = self._own_time(occurrence)
        day = when.full_day(own_time, self.partner.zone, self.now)
        if not occurrence.stands():
            return f"{day} is left out."
        if occurrence.starts_at == own_time:
            return f"{day} takes place as usual, at {when.clock(own_time, self.partner.zone)}."
        return f"Instead of {day}: {self._words(occurrence.starts_at)}."

    def _own_time(self, occurrence: Occurrence) -> datetime:
        recurrence = self.plan.recurrence
        return moment(occurrence.original_starts, recurrence.zone if recurrence else self.partner.zone)

    def _from_to(self, suggestion: Suggestion) -> str:
        """Sunday 7 March at 19:00 to Monday 8 March at 20:00; Sunday 7 March from 19:00 to 20:00"""
        zone, old, new = self.partner.zone, suggestion.instead_of, suggestion.starts_at
        day = when.full_day(old, zone, self.now)
        if day == when.full_day(new, zone, self.now):
            return f"{day} from {when.clock(old, zone)} to {when.clock(new, zone)}"
        return f"{self._words(old)} to {self._words(new)}"

    def _words(self, starts_at: datetime) -> str:
        """Sunday 7 March at 19:00"""
        zone = self.partner.zone
        return f"{when.full_day(starts_at, zone, self.now)} at {when.clock(starts_at, zone)}"
