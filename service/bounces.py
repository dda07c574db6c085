"""Hearing of mails that came back: in a mail, or from a mail provider."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from rituals.address import parse_address
from rituals.delivery import Delivery
from rituals.mail_report import Returned, read
from rituals.outbox import Letter
from rituals.refused import RefusedError
from rituals.returned_mail import take_back, turn_away
from service.logs import event
from service.return_paths import Named, ReturnPaths
from service.services import Services


def hear(services: Services, content: bytes, *, recipient: str = "") -> None:
    """A mail that came to our return path, perhaps to this address of it. Most others than reports mean nothing."""
    report = read(content)
    if report is None:
        event("bounce.no-report")
    else:
        learn(services, report.returned, (recipient, *report.addresses))


def learn(services: Services, returned: Returned, texts: Iterable[str]) -> None:
    """The mail that one of these texts names came back. Where none of them names one of ours, nothing happens."""
    named = ReturnPaths.of(services.settings).find(texts)
    if named is None:
        event("bounce.names-no-mail", how=returned.value)
        return
    with services.database.writing() as session:
        session.connection()  # the clock is read when the lock is ours
        mail = _mail(session, named)
        counts = mail is not None and take_back(session, mail, returned, services.clock())
    event(f"{named.kind.__tablename__}.came-back", id=named.row_id, how=returned.value, counts=counts)


def learn_of(services: Services, returned: Returned, address: str, *, said_at: datetime) -> None:
    """Mails to this address come back: from whom it can be believed."""
    try:
        parsed = parse_address(address)
    except RefusedError:
        event("bounce.names-no-mail", how=returned.value)
        return
    with services.database.writing() as session:
        session.connection()
        turn_away(session, parsed, returned, services.clock(), said_at=said_at)
    event("bounce.by-address", how=returned.value)


def _mail(session: Session, named: Named) -> Delivery | Letter | None:
    """None where it is long gone."""
    if named.kind is Delivery:
        return session.get(Delivery, named.row_id)
    return session.get(Letter, named.row_id)
