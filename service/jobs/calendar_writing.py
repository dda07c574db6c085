"""What is agreed goes out to a connected calendar, and what is over comes off it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from rituals.calendar_event import Event
from rituals.calendar_interfaces import Calendar, EtagMismatchError
from rituals.linked_calendar import LinkedCalendar
from rituals.placement import Placement
from service.calendar_events import event_of
from service.jobs.calendar_reading import Reading
from service.jobs.calendar_turn import Turn
from service.mail_links import MailLinks


@dataclass(frozen=True, slots=True)
class Step:
    """What one calendar is to be told of one plan: `event` to be written, or None to take it off."""

    plan_id: int
    uid: str
    sequence: int
    etag: str | None
    event: Event | None


@dataclass(frozen=True, slots=True)
class Writing:
    """One plan after the other. What is about to be written is written down before, and what became of it after."""

    turn: Turn
    calendar: Calendar

    def run(self) -> bool:
        """Whether there was time for all of it."""
        for plan_id in self._behind():
            if self.turn.is_over:
                return False
            self._bring_up_to_date(plan_id)
        return True

    def steps(self) -> list[Step]:
        """What would be done now."""
        with self.turn.services.database.reading() as session:
            return [step for one in self.turn.placements(session) if (step := self._step(one)) is not None]

    def _behind(self) -> list[int]:
        return [step.plan_id for step in self.steps()]

    def _bring_up_to_date(self, plan_id: int) -> None:
        """What was changed there meanwhile is read, merged, and ours written once more."""
        step = self._intend(plan_id)
        if step is None:
            return
        try:
            self._take(step)
        except EtagMismatchError:
            Reading(self.turn, self.calendar).look_again(step.uid)
            again = self._intend(plan_id)
            with suppress(EtagMismatchError):  # changed once more: the next turn sees it
                if again is not None:
                    self._take(again)

    def _intend(self, plan_id: int) -> Step | None:
        with self.turn.services.database.writing() as session:
            placement = self.turn.hold(session, plan_id)
            step = self._step(placement) if placement is not None else None
            if placement is not None and step is not None:
                placement.intend(step.event)
            return step

    def _take(self, step: Step) -> None:
        event = step.event
        if event is None:
            self.calendar.remove(step.uid)
            self._settle(step.plan_id, Placement.is_off)
        else:
            etag = self.calendar.put(event, etag=step.etag)
            self._settle(step.plan_id, lambda placement: placement.was_written(event, etag, step.sequence))

    def _settle(self, plan_id: int, change: Callable[[Placement], None]) -> None:
        with self.turn.services.database.writing() as session:
            placement = self.turn.hold(session, plan_id)
            # Who left meanwhile, and let it stay there, made it their own: then nothing is known of it any more.
            if placement is not None and placement.intended is not None:
                change(placement)
            linked = session.get(LinkedCalendar, self.turn.linked_id)
            if linked is not None:
                linked.written_at = self.turn.services.clock()

    def _step(self, placement: Placement) -> Step | None:
        plan, event = placement.plan, self._event(placement)
        if placement.goes(event):
            event = None
        elif event is None or not placement.wants(event):
            return None
        return Step(plan.id, plan.uid, plan.sequence, placement.etag, event)

    def _event(self, placement: Placement) -> Event | None:
        plan, services = placement.plan, self.turn.services
        if plan.agreed is None:
            return None
        described = event_of(plan, placement.connection, services.catalogue, MailLinks(services.links))
        return placement.with_the_past(described, services.clock())
