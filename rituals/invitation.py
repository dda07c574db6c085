"""Asking somebody to share a space: exactly one mail, answered or left alone."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from rituals.address import fingerprint
from rituals.couple import Couple, Partner, form_couple
from rituals.outbox import Letter, LetterKind
from rituals.refused import RefusedError, StaleError
from rituals.signin import welcome
from rituals.storage import At, Base, Id, Moment, PrimaryKey, stored

LIFE = timedelta(days=7)
PENDING_AT_MOST = 3
A_DAY_AT_MOST = 5
TO_ONE_ADDRESS_AT_MOST = 3
"""Mails to one address within the life of an invitation, whoever asks."""


class Answer(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Refusal(Base):
    """'Do not contact me again', kept as a fingerprint: from anybody, or from one partner who was left."""

    __tablename__ = "refusal"
    __table_args__ = (UniqueConstraint("fingerprint", "from_id"),)

    id: Mapped[PrimaryKey]
    fingerprint: Mapped[str] = mapped_column(String(64))
    from_id: Mapped[int | None] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    """Only invitations from this partner are refused; None: from anybody."""
    asked_at: Mapped[At]

    @classmethod
    def record(cls, session: Session, address: str, *, from_id: int | None, now: datetime) -> None:
        mark = fingerprint(address)
        if not cls._is_kept(session, mark, cls._from(from_id)):
            session.add(cls(fingerprint=mark, from_id=from_id, asked_at=now))
            session.flush()

    @classmethod
    def stands(cls, session: Session, address: str, from_id: int | None) -> bool:
        return cls._is_kept(session, fingerprint(address), or_(cls._from(None), cls._from(from_id)))

    @classmethod
    def _is_kept(cls, session: Session, mark: str, whose: ColumnElement[bool]) -> bool:
        return session.scalar(select(cls.id).where(cls.fingerprint == mark, whose).limit(1)) is not None

    @classmethod
    def _from(cls, partner_id: int | None) -> ColumnElement[bool]:
        return cls.from_id.is_(None) if partner_id is None else cls.from_id == partner_id


class Invitation(Base):
    """One partner asks one address. Whoever asked sees only 'no answer yet', until there is a yes."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index("ix_invitation_inviter_id", "inviter_id"),
        Index("ix_invitation_address", "address"),
        Index("ix_invitation_expires_at", "expires_at"),
    )

    id: Mapped[PrimaryKey]
    inviter_id: Mapped[int] = mapped_column(Id, ForeignKey("partner.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(254))
    answer: Mapped[Answer] = mapped_column(stored(Answer), default=Answer.WAITING)
    asked_at: Mapped[At]
    expires_at: Mapped[At]
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    inviter: Mapped[Partner] = relationship()

    @classmethod
    def send(cls, session: Session, inviter: Partner, address: str, now: datetime) -> "Invitation":
        """Ask this address, by one mail. An address that wants no mail gets none, and nobody is told."""
        cls._check(session, inviter, address, now)
        invitation = cls(
            inviter_id=inviter.id, address=address, answer=Answer.WAITING, asked_at=now, expires_at=now + LIFE
        )
        session.add(invitation)
        session.flush()
        if not Refusal.stands(session, address, inviter.id) and not cls._is_crowded(session, address, now):
            Letter.write(
                session,
                LetterKind.INVITATION,
                to=address,
                about_id=invitation.id,
                now=now,
                expires_at=min(now + timedelta(days=1), invitation.expires_at),
            )
        return invitation

    @classmethod
    def _check(cls, session: Session, inviter: Partner, address: str, now: datetime) -> None:
        session.refresh(inviter, with_for_update=True)
        if inviter.is_coupled:
            raise RefusedError("You already share a space. To begin another one, leave this one first.")
        if address == inviter.address:
            raise RefusedError(
                "That is your own address. Your partner needs one of their own: two people, two accounts.",
                field="address",
            )
        waiting = cls.pending(session, inviter, now)
        if any(one.address == address for one in waiting):
            raise RefusedError(
                "An invitation to this address is already on its way. One mail is all; there are no reminders.",
                field="address",
            )
        if cls._was_taken_back(session, inviter, address, now):
            raise RefusedError(
                "You asked this address within the last week, and one mail is all. Later you can ask again.",
                field="address",
            )
        today = select(func.count()).where(cls.inviter_id == inviter.id, cls.asked_at > now - timedelta(days=1))
        if len(waiting) >= PENDING_AT_MOST or (session.scalar(today) or 0) >= A_DAY_AT_MOST:
            raise RefusedError(
                "That is enough invitations for now. Withdraw one, or come back tomorrow.", field="address"
            )

    @classmethod
    def _was_taken_back(cls, session: Session, inviter: Partner, address: str, now: datetime) -> bool:
        """Whether its mail had left by then is not asked: the answer would tell who wants no mail at all."""
        back = select(cls.id).where(
            cls.inviter_id == inviter.id,
            cls.address == address,
            cls.answer == Answer.WITHDRAWN,
            cls.asked_at > now - LIFE,
        )
        return session.scalar(back.limit(1)) is not None

    @classmethod
    def _is_crowded(cls, session: Session, address: str, now: datetime) -> bool:
        """Whether so many have asked this address lately, the one just written down among them, that it is enough."""
        asked = select(func.count()).where(cls.address == address, cls.asked_at > now - LIFE)
        return (session.scalar(asked) or 0) > TO_ONE_ADDRESS_AT_MOST

    @classmethod
    def pending(cls, session: Session, inviter: Partner, now: datetime) -> list["Invitation"]:
        """Those without a yes, as the inviter sees them: a no looks like no answer."""
        shown = select(cls).where(
            cls.inviter_id == inviter.id,
            cls.answer.in_((Answer.WAITING, Answer.DECLINED)),
            cls.expires_at > now,
        )
        return list(session.scalars(shown.order_by(cls.id)))

    @classmethod
    def waiting_for(cls, session: Session, invited: Partner, now: datetime) -> list["Invitation"]:
        """Those this partner can still answer, whoever asks; none from whom they want to hear nothing."""
        asked = select(cls).where(cls.address == invited.address, cls.answer == Answer.WAITING, cls.expires_at > now)
        waiting = session.scalars(asked.order_by(cls.id))
        return [one for one in waiting if one.is_live(now) and not Refusal.stands(session, one.address, one.inviter_id)]

    def is_live(self, now: datetime) -> bool:
        return self.answer == Answer.WAITING and now < self.expires_at and not self.inviter.is_coupled

    def accept(self, session: Session, now: datetime) -> tuple[Partner, Couple]:
        """A yes: the account, if there was none, and the couple. Raises RefusedError."""
        ids = (Partner.id.in_([self.inviter_id])) | (Partner.address == self.address)
        both = select(Partner).where(ids).order_by(Partner.id).with_for_update()
        # What was read before the lock may have changed while we waited for it.
        session.scalars(both, execution_options={"populate_existing": True}).all()
        session.refresh(self, with_for_update=True)
        if not self.is_live(now):
            raise StaleError("This invitation has already been answered or has lapsed. A new one can always be sent.")
        invited = welcome(session, self.address, now)
        if invited.is_coupled:
            raise RefusedError("You already share a space with somebody. To accept this invitation, leave it first.")
        self._answer(session, Answer.ACCEPTED, now)
        others = update(Invitation).where(
            Invitation.inviter_id.in_((self.inviter_id, invited.id)), Invitation.answer == Answer.WAITING
        )
        session.execute(others.values(answer=Answer.WITHDRAWN, answered_at=now))
        Letter.write(
            session,
            LetterKind.JOINED,
            to=self.inviter.address,
            about_id=self.id,
            partner_id=self.inviter_id,
            now=now,
            expires_at=now + timedelta(days=1),
        )
        return invited, form_couple(session, self.inviter, invited, now)

    def decline(self, session: Session, now: datetime, *, never_again: bool) -> None:
        """A no. With `never_again`, no invitation from anybody reaches this address any more."""
        session.refresh(self, with_for_update=True)
        if self.answer == Answer.WAITING:
            self._answer(session, Answer.DECLINED, now)
        if never_again:
            Refusal.record(session, self.address, from_id=None, now=now)

    def withdraw(self, session: Session, now: datetime) -> None:
        session.refresh(self, with_for_update=True)
        if self.answer != Answer.ACCEPTED:
            self._answer(session, Answer.WITHDRAWN, now)
            letter = Letter.waiting(session, LetterKind.INVITATION, self.id)
            if letter is not None:
                letter.withdraw()

    def _answer(self, session: Session, answer: Answer, now: datetime) -> None:
        self.answer, self.answered_at = answer, now
        session.flush()
