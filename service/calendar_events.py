"""A plan as one reader's calendar shows it."""

from rituals.catalogue import Catalogue
from rituals.connection import CalendarConnection
from rituals.ics import Event, Override
from rituals.plan import Plan
from rituals.refused import RefusedError
from service.mail_links import MailLinks


def event_of(plan: Plan, connection: CalendarConnection, catalogue: Catalogue, links: MailLinks) -> Event:
    """The agreed version with its overrides; the ritual's one line and a link, never the prompt."""
    partner = connection.partner
    recurrence = plan.recurrence
    if recurrence is None:
        raise RefusedError("This ritual is not agreed yet.")
    ritual = catalogue.get(plan.ritual)
    plain = ritual.plain_name if ritual and partner.plain_titles else plan.ritual_name
    url = links.plan(plan.id)
    line = ritual.line if ritual and not partner.plain_titles else ""
    return Event(
        uid=plan.uid,
        sequence=connection.sequence(plan.sequence),
        revised_at=max(plan.revised_at, connection.since_at),
        recurrence=recurrence,
        summary=plain,
        description=f"{line}\n\n{url}".strip(),
        url=url,
        overrides=tuple(
            Override(one.original_starts, one.starts, one.sequence, one.revised_at) for one in plan.overrides
        ),
        reminders=connection.reminder.before,
    )
