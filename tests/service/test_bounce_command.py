"""The command to which a mail system hands what came back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import State
from service.database import Database
from service.return_paths import ReturnPaths
from service.settings import Settings
from tests import reports
from tests.rituals.households import Household, terms

PROJECT = Path(__file__).resolve().parents[2]
KEY = "a-key-that-is-only-good-for-tests-0123456789"
TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h, which Postfix and Exim understand."""


def hand_over(content: bytes, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "service", "bounce", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "SECRET_KEYS": KEY, **environ},
        input=content,
        capture_output=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def sent(database: Database) -> Delivery:
    """Ana's first question has left."""
    with database.writing() as session:
        home = Household.begin(session)
        home.agree(terms())
        hers = select(Delivery).where(Delivery.partner_id == home.ana.id).order_by(Delivery.due_at)
        mail = session.scalars(hers).first()
        assert mail is not None
        mail.state, mail.copies, mail.try_at, mail.settled_at = State.SENT, 1, None, mail.due_at
        return mail


def return_path(mail: Delivery, root: Path) -> str:
    settings = Settings.read({"SECRET_KEYS": KEY, "BOUNCE_TO": "bounces@rituals.example.org"}, root=root)
    return ReturnPaths.of(settings).sender_for(Delivery, mail.id)


def stopped(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Partner.name).where(~Partner.taking_mail())))


@pytest.mark.parametrize("named", ["in its header", "beside it"])
def test_a_bounce_stops_whose_mail_it_was(
    database: Database, database_url: str, sent: Delivery, tmp_path: Path, named: str
) -> None:
    to = return_path(sent, tmp_path)
    content, arguments = (reports.bounce(to), ()) if named == "in its header" else (reports.bounce("us@a.org"), (to,))
    done = hand_over(content + b"x" * 3_000_000, *arguments, DATABASE_URL=database_url)
    assert (done.returncode, done.stdout) == (0, b"")
    assert stopped(database) == {"Ana"}
    assert to.encode() not in done.stderr
    assert b"example.net" not in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_means_nothing_is_taken_and_forgotten(database: Database, database_url: str, sent: Delivery) -> None:
    done = hand_over(reports.absence() + b"\0\xff", DATABASE_URL=database_url)
    assert done.returncode == 0
    assert stopped(database) == set()


@pytest.mark.parametrize(
    "environ", [{"DATABASE_URL": "sqlite:////dev/null/x"}, {"SECRET_KEYS": "short"}], ids=["no database", "no keys"]
)
def test_where_it_cannot_be_written_down_the_mail_system_tries_again(environ: dict[str, str]) -> None:
    done = hand_over(reports.bounce(), **environ)
    assert done.returncode == TRY_AGAIN
    assert b"Traceback" not in done.stderr
