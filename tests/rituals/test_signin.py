"""Signing in: one use, ten minutes, the newest link only."""

from datetime import timedelta

from sqlalchemy.orm import Session

from rituals.outbox import Letter
from rituals.signin import LINKS_AT_MOST, SignedIn, SignInLink, welcome
from tests.rituals.households import A_MONDAY as NOW


def ask(session: Session, address: str = "ana@example.org") -> SignInLink:
    link = SignInLink.ask(session, address, NOW)
    assert link is not None
    return link


def to_go(session: Session) -> int:
    session.flush()
    return session.query(Letter).where(Letter.try_at.is_not(None)).count()


def test_a_link_signs_in_once(session: Session) -> None:
    link = ask(session)
    partner = link.redeem(session, NOW)
    assert partner is not None
    assert partner.address == "ana@example.org"
    assert link.redeem(session, NOW) is None
    assert SignInLink.open_one(session, link.id, NOW) is None


def test_a_link_lives_ten_minutes(session: Session) -> None:
    link = ask(session)
    assert SignInLink.open_one(session, link.id, NOW + timedelta(minutes=9, seconds=59)) is link
    assert SignInLink.open_one(session, link.id, NOW + timedelta(minutes=10)) is None


def test_a_newer_link_ends_the_older_one(session: Session) -> None:
    older, newer = ask(session), ask(session)
    session.expire_all()
    assert SignInLink.open_one(session, older.id, NOW) is None
    assert SignInLink.open_one(session, newer.id, NOW) is newer


def test_an_address_that_asks_too_often_gets_no_more_mail(session: Session) -> None:
    welcome(session, "ana@example.org", NOW)
    for _ in range(5):
        ask(session)
    assert SignInLink.ask(session, "ana@example.org", NOW) is None
    assert to_go(session) == 5
    assert SignInLink.ask(session, "ana@example.org", NOW + timedelta(hours=1, seconds=1)) is not None


def test_the_database_holds_nothing_that_signs_in(session: Session) -> None:
    partner = welcome(session, "ana@example.org", NOW)
    secret = SignedIn.start(session, partner, label="Firefox", now=NOW)
    row = session.query(SignedIn).one()
    assert secret not in (row.digest, row.label)
    assert SignedIn.with_secret(session, row.digest, NOW) is None
    found = SignedIn.with_secret(session, secret, NOW)
    assert found is not None
    assert found.partner is partner


def test_a_session_ends_after_sixty_days(session: Session) -> None:
    secret = SignedIn.start(session, welcome(session, "ana@example.org", NOW), label="", now=NOW)
    assert SignedIn.with_secret(session, secret, NOW + timedelta(days=60)) is None


def test_somebody_who_never_came_gets_five_mails_a_day_at_most(session: Session) -> None:
    for hour in range(12):
        SignInLink.ask(session, "nobody@example.org", NOW + timedelta(hours=2 * hour))
    assert to_go(session) == 5


def test_asking_too_often_is_as_much_work_and_opens_nothing(session: Session) -> None:
    links = [ask(session) for _ in range(LINKS_AT_MOST)]
    assert SignInLink.ask(session, "ana@example.org", NOW) is None
    session.flush()
    rows = session.query(SignInLink).count(), session.query(Letter).count()
    assert rows == (LINKS_AT_MOST + 1, LINKS_AT_MOST + 1)
    assert SignInLink.open_one(session, links[-1].id, NOW) is not None
    assert SignInLink.open_one(session, links[-1].id + 1, NOW) is None


def test_a_partner_may_come_in_all_day(session: Session) -> None:
    welcome(session, "ana@example.org", NOW)
    for hour in range(12):
        SignInLink.ask(session, "ana@example.org", NOW + timedelta(hours=2 * hour))
    assert to_go(session) == 12
