"""Signing in by an e-mailed link, and the sessions that follow."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.couple import USUAL_DEPTH, Partner
from rituals.outbox import Letter, LetterKind
from rituals.secret import digest, new
from rituals.storage import At, Base, Id, Moment, PrimaryKey

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=60)
LINKS_AT_MOST = 5
"""To one address: within an hour where it has an account, else within a day, so that nobody's inbox is filled."""
LOG_KEPT = timedelta(days=30)


class SignInLink(Base):
    """One e-mailed way in. Its secret is a signature made when the mail is written; nothing of it is kept here."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        Index("ix_sign_in_link_address", "address", "asked_at"),
        Index("ix_sign_in_link_asked_at", "asked_at"),
    )

    id: Mapped[PrimaryKey]
    address: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[At]
    expires_at: Mapped[At]
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was used, or when a newer one was asked for."""

    @classmethod
    def ask(cls, session: Session, address: str, now: datetime) -> "SignInLink | None":
        """A new link on its way; older ones die. None when this address asked too often: nobody is told."""
        is_known = Partner.with_address(session, address) is not None
        since = now - (timedelta(hours=1) if is_known else timedelta(days=1))
        recent = select(func.count()).where(cls.address == address, cls.asked_at > since)
        if (session.scalar(recent) or 0) >= LINKS_AT_MOST:
            cls._pretend(session, address, now)
            return None
        session.execute(update(cls).where(cls.address == address, cls.closed_at.is_(None)).values(closed_at=now))
        link = cls(address=address, asked_at=now, expires_at=now + LINK_LIFE)
        session.add(link)
        session.flush()
        Letter.write(session, LetterKind.SIGN_IN, to=address, about_id=link.id, now=now, expires_at=link.expires_at)
        return link

    @classmethod
    def _pretend(cls, session: Session, address: str, now: datetime) -> None:
        """As much work as for a link that goes: the time of the answer must not tell who has an account, or asked.

        What it writes is dead from the start, and too old to count.
        """
        link = cls(address=address, asked_at=now - timedelta(days=1), expires_at=now, closed_at=now)
        session.add(link)
        session.flush()
        Letter.write(session, LetterKind.SIGN_IN, to=address, about_id=link.id, now=now, expires_at=now).withdraw()

    @classmethod
    def open_one(cls, session: Session, link_id: int, now: datetime) -> "SignInLink | None":
        """The link, if it can still be used."""
        live = select(cls).where(cls.id == link_id, cls.closed_at.is_(None), cls.expires_at > now)
        return session.scalar(live)

    def redeem(self, session: Session, now: datetime) -> "Partner | None":
        """The partner whose address this is, made if new. None if somebody was faster."""
        used = (
            update(SignInLink)
            .where(SignInLink.id == self.id, SignInLink.closed_at.is_(None))
            .values(closed_at=now)
            .execution_options(synchronize_session=False)
        )
        if not session.connection().execute(used).rowcount:
            return None
        partner = welcome(session, self.address, now)
        partner.was_reached(now)
        return partner


def welcome(session: Session, address: str, now: datetime) -> Partner:
    """The partner with this address; a new account if there is none."""
    partner = Partner.with_address(session, address)
    if partner is None:
        partner = Partner(address=address, joined_at=now, name="", zone="", plain_titles=False, depth_cap=USUAL_DEPTH)
        session.add(partner)
        session.flush()
    return partner


class SignedIn(Base):
    """One browser in which a partner is signed in. The cookie holds the secret; here is only its digest."""

    __tablename__ = "signed_in"

    id: Mapped[PrimaryKey]
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(60), default="")
    """'Firefox on Android', for that person's own list."""
    started_at: Mapped[At]
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

    partner: Mapped[Partner] = relationship()

    @classmethod
    def start(cls, session: Session, partner: Partner, *, label: str, now: datetime) -> str:
        """A new session's secret, for the cookie alone."""
        secret = new()
        row = cls(
            partner_id=partner.id,
            digest=digest(secret),
            label=label[:60],
            started_at=now,
            expires_at=now + SESSION_LIFE,
        )
        session.add(row)
        session.flush()
        return secret

    @classmethod
    def with_secret(cls, session: Session, secret: str, now: datetime) -> "SignedIn | None":
        return session.scalar(select(cls).where(cls.digest == digest(secret), cls.expires_at > now))

    @classmethod
    def of(cls, session: Session, partner: Partner, now: datetime) -> list["SignedIn"]:
        live = select(cls).where(cls.partner_id == partner.id, cls.expires_at > now).order_by(cls.started_at.desc())
        return list(session.scalars(live))

    @classmethod
    def end(cls, session: Session, partner: Partner, session_id: int) -> bool:
        """One of this partner's own sessions is over at once. False for anybody else's, as for one that never was."""
        theirs = delete(cls).where(cls.id == session_id, cls.partner_id == partner.id)
        return bool(session.connection().execute(theirs).rowcount)

    @classmethod
    def end_all(cls, session: Session, partner: Partner) -> None:
        """Signed out everywhere, this browser included."""
        session.execute(delete(cls).where(cls.partner_id == partner.id))
