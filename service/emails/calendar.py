"""A plan on its way to a calendar by mail: invitation, update or cancellation (RFC 6047)."""

from dataclasses import replace

from rituals import ics
from rituals.outbox import Letter as Row
from rituals.placement import Placement
from rituals.plan import PlanState
from service.calendar_events import event_of
from service.emails.desk import Attachment, Desk
from service.emails.mime import CalendarMethod, Letter
from service.emails.terms import rhythm


def calendar(desk: Desk, row: Row, placement: Placement) -> Letter | None:
    """How the plan stands for this calendar; None if there is nothing to say. The row notes what it tells."""
    plan, partner = placement.plan, placement.connection.partner
    if plan.agreed is None:
        return None
    event = event_of(plan, placement.connection, desk.catalogue, desk.links)
    is_first, stands = placement.sequence is None, placement.wanted and not event.called_off
    if (is_first and not stands) or (stands and placement.knows(plan)):
        return None
    method, render = (CalendarMethod.REQUEST, ics.request) if stands else (CalendarMethod.CANCEL, ics.cancel)
    event = replace(event, sequence=event.sequence + (not stands), revised_at=max(event.revised_at, row.due_at))
    content = render(event, organizer=desk.sender.address, attendee=partner.address)
    often = rhythm(plan.agreed, partner, row.due_at)
    words: dict[str, object] = {
        "title": event.summary,
        "terms": f"{often[0].upper()}{often[1:]}.",
        "is_first": is_first,
        "is_cancelled": not stands,
        "reason": _reason(placement, event),
        "plan_url": desk.links.plan(plan.id),
    }
    if partner.couple is not None:
        words["leave_url"] = desk.links.leave(partner.couple.id, partner.id)
    row.sequence = plan.sequence if stands else None
    return desk.write(
        "calendar",
        to=partner.address,
        key=f"calendar.{row.id}.{plan.sequence}",
        at=row.due_at,
        words=words,
        calendar=Attachment(method, content),
    )


def _reason(placement: Placement, event: ics.Event) -> str:
    """Why it leaves this calendar; what only rests, or only comes another way, is not spoken of as gone."""
    if placement.connection.ended_at is not None:
        return "It no longer comes to your calendar by mail."
    if placement.plan.state == PlanState.PAUSED:
        return "It rests for now, and comes back to your calendar when it goes on."
    return "It is left out this time." if event.called_off else "It is no longer planned."
