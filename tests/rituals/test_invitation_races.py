"""Two answers to invitations at once: nobody ends up in two couples."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rituals.couple import Couple, Partner
from rituals.invitation import Answer, Invitation
from rituals.refused import RefusedError
from rituals.signin import welcome
from service.database import Database
from tests.rituals.households import A_MONDAY as NOW
from tests.rituals.turns import one_after_the_other


@pytest.fixture
def asked(database: Database) -> list[int]:
    """Ana and Cleo both ask Ben, who has an account: the ids of the invitations."""
    with database.writing() as session:
        ana, _, cleo = (welcome(session, f"{name}@example.org", NOW) for name in ("ana", "ben", "cleo"))
        return [Invitation.send(session, each, "ben@example.org", NOW).id for each in (ana, cleo)]


def accept(session: Session, invitation_id: int) -> bool:
    """As a page does it that has looked at everybody before."""
    ben, invitation = Partner.with_address(session, "ben@example.org"), session.get_one(Invitation, invitation_id)
    assert ben is not None
    if not invitation.is_live(NOW) or ben.is_coupled:
        return False
    try:
        invitation.accept(session, NOW)
    except RefusedError:
        return False
    return True


@pytest.mark.parametrize("second", [0, 1], ids=["the same one twice", "two of them"])
def test_two_yeses_at_once_make_one_couple(database: Database, asked: list[int], second: int) -> None:
    both = one_after_the_other(
        database, lambda session: accept(session, asked[0]), lambda session: accept(session, asked[second])
    )
    assert both == (True, False)
    with database.reading() as session:
        assert session.scalar(select(func.count(Couple.id))) == 1


def test_a_no_that_comes_after_a_yes_changes_nothing(database: Database, asked: list[int]) -> None:
    def decline(session: Session) -> bool:
        invitation = session.get_one(Invitation, asked[0])
        invitation.decline(session, NOW, never_again=False)
        return invitation.answer == Answer.DECLINED

    assert one_after_the_other(database, lambda session: accept(session, asked[0]), decline) == (True, False)
