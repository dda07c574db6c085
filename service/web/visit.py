"""One request's view of the domain: who visits, in which session of the database, and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g, request
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.couple import Couple, Partner
from rituals.signin import SignedIn
from service.services import Services


class SignInNeededError(Exception):
    """The page is only for somebody who is signed in; the error page for it is the way in."""


class StepNeededError(Exception):
    """Something comes before this page: `endpoint` is where it is done."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.endpoint = endpoint


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything a view needs to ask the domain."""

    session: Session
    services: Services
    now: datetime
    signed_in: SignedIn | None

    @property
    def guest(self) -> Partner | None:
        """The partner, if somebody is signed in."""
        return self.signed_in.partner if self.signed_in else None

    @property
    def anybody(self) -> Partner:
        """The partner who is signed in, however far they have come."""
        if self.signed_in is None:
            raise SignInNeededError
        return self.signed_in.partner

    @property
    def partner(self) -> Partner:
        """The partner who is signed in and has said their name and zone."""
        if not self.anybody.is_introduced:
            raise StepNeededError("you.edit")
        return self.anybody

    @property
    def couple(self) -> Couple:
        """The open space of the partner; without one, the way leads to the invitation or the closed page."""
        couple = self.partner.couple
        if couple is None:
            raise StepNeededError("invitations.new")
        if not couple.is_open:
            raise StepNeededError("leaving.closed")
        return couple

    @property
    def act(self) -> Act:
        """The partner acting now, within an open space."""
        _ = self.couple
        return self.act_by(self.partner)

    def act_by(self, partner: Partner) -> Act:
        """This partner acting at this very moment: since the visit began, a lock may have let us wait."""
        return Act(self.session, partner, self.services.clock(), self.services.settings.prompt_window)


def services() -> Services:
    """The parts of the running program."""
    found: Services = current_app.extensions["services"]
    return found


@contextmanager
def viewing() -> Iterator[Visit]:
    """A visit that only looks. Render inside it."""
    with services().database.reading() as session:
        yield _visit(session)


@contextmanager
def acting() -> Iterator[Visit]:
    """A visit that may change something; it is committed when the block ends without an error."""
    with services().database.writing() as session:
        session.connection()  # SQLite may let us wait for the others here: the clock is read afterwards
        yield _visit(session)


def _visit(session: Session) -> Visit:
    now = services().clock()
    secret = request.cookies.get(current_app.config["SIGN_IN_COOKIE"], "")
    signed_in = SignedIn.with_secret(session, secret, now) if secret else None
    g.visitor = signed_in.partner if signed_in else None
    # Asked now: an error page is drawn when the session is closed and its rows cannot be asked any more.
    g.in_couple = signed_in is not None and signed_in.partner.is_coupled
    return Visit(session, services(), now, signed_in)
