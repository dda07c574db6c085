"""The one mail that somebody gets without having asked: an invitation to share a space."""

from rituals.invitation import Invitation
from rituals.outbox import Letter as Row
from service.emails.desk import Desk
from service.emails.mime import Letter


def invitation(desk: Desk, row: Row, asked: Invitation) -> Letter:
    """No free text: whoever asks is named by their address alone."""
    return desk.write(
        "invitation",
        to=asked.address,
        key=f"invitation.{asked.id}",
        at=row.due_at,
        words={"inviter_address": asked.inviter.address, "invitation_url": desk.links.invitation(asked.id)},
    )
