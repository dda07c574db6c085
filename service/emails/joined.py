"""A yes to an invitation, for the one who asked."""

from rituals.invitation import Invitation
from rituals.outbox import Letter as Row
from service.emails.desk import Desk
from service.emails.mime import Letter


def joined(desk: Desk, row: Row, accepted: Invitation) -> Letter | None:
    """None once the space is closed again."""
    couple = accepted.inviter.couple
    if couple is None or not couple.is_open:
        return None
    words: dict[str, object] = {
        "invited_address": accepted.address,
        "home_url": desk.links.home(),
        "leave_url": desk.links.leave(couple.id, accepted.inviter_id),
    }
    return desk.write("joined", to=row.to, key=f"joined.{accepted.id}", at=row.due_at, words=words)
