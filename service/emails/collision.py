"""A date meets something in its reader's own calendar: only they are asked, and only once."""

from datetime import datetime

from rituals.collision import Collision
from rituals.outbox import Letter as Row
from service import when
from service.emails.desk import Desk
from service.emails.mime import Letter


def collision(desk: Desk, row: Row, noted: Collision, now: datetime) -> Letter | None:
    """None where the date has changed meanwhile, or was answered."""
    partner, date = noted.partner, noted.occurrence
    if not noted.is_open(now) or not partner.is_coupled or partner.couple_id != date.plan.couple_id:
        return None
    ritual = desk.catalogue.get(date.plan.ritual)
    words: dict[str, object] = {
        "name": ritual.plain_name if ritual and partner.plain_titles else date.plan.ritual_name,
        "day": when.full_day(date.starts_at, partner.zone, now),
        "time": when.span(date.starts_at, date.ends_at, partner.zone),
        "url": desk.links.collision(noted.id),
        "leave_url": desk.links.leave(date.plan.couple_id, partner.id),
    }
    return desk.write("collision", to=row.to, key=f"collision.{noted.id}", at=row.due_at, words=words)
