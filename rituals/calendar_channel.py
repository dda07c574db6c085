"""The channel by which a provider calls us when something in a calendar has changed."""

from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Self

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from rituals.calendar_interfaces import Channel
from rituals.secret import digest
from rituals.storage import Moment

PERIOD = timedelta(minutes=15)
"""How often a calendar is read when nothing is known to have changed."""
PERIOD_WITH_CALLS = timedelta(hours=2)
"""As often while its provider calls us: only for calls that were lost."""
RENEWED_BEFORE = timedelta(days=1)
"""A channel by which a provider calls us is renewed so long before it ends."""


class Called:
    """The columns and the life of it, for a calendar."""

    channel: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The name under which the provider pushes changes to us."""
    channel_digest: Mapped[str | None] = mapped_column(String(64))
    channel_resource: Mapped[str | None] = mapped_column(Text)
    channel_ends_at: Mapped[datetime | None] = mapped_column(Moment)

    @classmethod
    def with_channel(cls, session: Session, channel: str) -> Self | None:
        return session.scalar(select(cls).where(cls.channel == channel))

    def wants_channel(self, now: datetime) -> bool:
        """Whether its provider should be asked, now or once more, to tell us of changes."""
        return self.channel_ends_at is None or self.channel_ends_at < now + RENEWED_BEFORE

    def period(self, now: datetime) -> timedelta:
        """How long it may be left alone."""
        is_called = self.channel is not None and self.channel_ends_at is not None and self.channel_ends_at > now
        return PERIOD_WITH_CALLS if is_called else PERIOD

    def listen(self, channel: Channel, secret: str) -> None:
        """From now on calls by this channel count, if they know the secret."""
        self.channel, self.channel_digest = channel.name, digest(secret)
        self.channel_resource, self.channel_ends_at = channel.resource, channel.ends_at

    def is_not_told(self, until: datetime) -> None:
        """Its provider does not call us; it is asked again from then on."""
        self.channel = self.channel_digest = self.channel_resource = None
        self.channel_ends_at = until + RENEWED_BEFORE

    def is_called_by(self, secret: str) -> bool:
        """Whether a call by its channel comes from who was given the secret."""
        return self.channel_digest is not None and compare_digest(self.channel_digest, digest(secret))
