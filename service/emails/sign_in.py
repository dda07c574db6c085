"""The way in: one link, good for ten minutes."""

from rituals.outbox import Letter as Row
from rituals.signin import SignInLink
from service.emails.desk import Desk
from service.emails.mime import Letter


def sign_in(desk: Desk, row: Row, link: SignInLink) -> Letter:
    return desk.write(
        "sign_in",
        to=link.address,
        key=f"sign-in.{link.id}",
        at=row.due_at,
        words={"sign_in_url": desk.links.sign_in(link.id)},
    )
