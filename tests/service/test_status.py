"""How the service is doing, in sentences for people, and what became of one prompt."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from rituals.calendar_interfaces import Trouble
from rituals.catalogue import Catalogue
from rituals.couple import Couple
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.interfaces import MailError
from rituals.linked_calendar import LinkedCalendar
from rituals.outbox import Letter
from rituals.plan import Plan
from rituals.tally import Count, Ending, Outcome, Tally
from service.amounts import bytes_of, span
from service.database import Database
from service.errand_life import tell
from service.finding import needs_attention
from service.status import COUNTED_EXACTLY, look
from service.survey import Kind
from tests.fakes import A_MONDAY
from tests.service.conftest import workday
from tests.service.linked_pair import LinkedPair
from tests.service.test_counting import BUSY, NO_ANSWER
from tests.service.workday import ANA, BEN, Pair, Workday

MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
NO = MailError("DATA: 554 5.7.1", permanent=True)


def texts(day: Workday) -> list[str]:
    return [str(line) for line in look(day.services)]


def cures(day: Workday) -> list[str]:
    """Only what needs attention."""
    return [str(line) for line in look(day.services) if line.cure]


@pytest.fixture
def working(day: Workday, pair: Pair) -> Workday:
    """A worker has just given a sign of life, and nothing is wrong."""
    pair.agree(day.clock.now + HOUR, rule="FREQ=DAILY")
    with day.services.database.writing() as session:
        session.execute(delete(Letter))
    beat(day)
    return day


def beat(day: Workday) -> None:
    """A worker says that it lives, and works on."""
    with day.services.database.writing() as session:
        session.execute(text("DELETE FROM heartbeat"))
        moment = {"at": f"{day.clock.now:%Y-%m-%d %H:%M:%S.%f}"}
        session.execute(text("INSERT INTO heartbeat VALUES ('a worker', :at, :at)"), moment)


def count(day: Workday, kind: str, outcome: Outcome, mails: int, relay: str = "") -> None:
    with day.services.database.writing() as session:
        Tally.add(session, {Ending(kind, outcome, relay): Count(mails)}, day.clock.now)


def test_a_service_that_is_well_says_so(working: Workday) -> None:
    told = texts(working)
    assert cures(working) == []
    assert told[:4] == [
        "  Couples: 1. Plans: 1.",
        "  1 worker is at work, heard of 0 seconds ago.",
        "  No prompt waits.",
        "  No letter waits.",
    ]
    assert "  Every plan's dates are written down for 35 days ahead at least." in told
    assert any(line.startswith("  SQLite, ") and "./run backup" in line for line in told)
    assert not re.search(f"{ANA}|{BEN}|Ana|Ben", "".join(told))


def test_what_went_out_is_counted_by_relay(working: Workday) -> None:
    count(working, "delivery", Outcome.SENT, 1200, "mail.example:465")
    count(working, "delivery", Outcome.UNKNOWN, 1)
    told = texts(working)
    hour = "  In the last hour, prompts: 1,200 sent, 0 delayed, 0 refused, 1 unknown, 0 expired."
    assert hour in told
    assert hour.replace("hour", "day") in told
    assert "  In the last hour, through mail.example:465: 1,200 sent, 0 delayed, 0 refused." in told
    working.let_pass(2 * HOUR)
    assert hour.replace("1,200", "0").replace("1 unknown", "0 unknown") in texts(working)
    assert hour.replace("hour", "day") in texts(working)


def no_worker(day: Workday) -> None:
    with day.services.database.writing() as session:
        session.execute(text("DELETE FROM heartbeat"))


def nobody_keeps_up(day: Workday) -> None:
    day.rest_until(day.clock.now + HOUR + 2 * MINUTE)
    beat(day)


def horizon_lags(day: Workday) -> None:
    with day.services.database.writing() as session:
        session.execute(update(Plan).values(horizon_at=day.clock.now + 20 * DAY))


def old_tables(day: Workday) -> None:
    with day.services.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (no_worker, "! No worker is at work. Start one"),
        (nobody_keeps_up, "! 2 prompts are due, the first for 2 minutes. Start another worker"),
        (horizon_lags, "! Every plan's dates are written down for 20 days ahead"),
        (old_tables, "! The tables are not those of this version. ./run migrate"),
        (
            lambda day: count(day, "delivery", Outcome.EXPIRED, 3),
            "! Prompts that could not go in time in the last hour: 3. ./run mail check",
        ),
        (lambda day: count(day, "letter", Outcome.DELAYED, 2), "! The mail server took nothing in the last hour."),
        (
            lambda day: count(day, "relay", Outcome.UNREACHABLE, 7, "mail.example:25"),
            "! In the last hour, mail.example:25 could not be reached 7 times. ./run mail check looks at it.",
        ),
        (lambda day: count(day, "delivery", Outcome.REFUSED, 5), "! Mails refused for good in the last hour: 5."),
        (
            lambda day: count(day, "letter", Outcome.UNWRITABLE, 1),
            "! Mails that could not be written in the last hour: 1. Tell the",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_wrong_is_said_with_its_cure(working: Workday, cause: Callable[[Workday], None], said: str) -> None:
    cause(working)
    assert [line for line in cures(working) if not line.startswith(said)] == []
    assert needs_attention(look(working.services))


def test_tables_of_a_version_to_come_are_no_trouble(working: Workday) -> None:
    with working.services.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert cures(working) == []
    assert "  The tables are those of a version to come (9999); this one works on them as well." in texts(working)


def test_calendars_in_trouble_are_counted(day: Workday, pair: Pair) -> None:
    linked = LinkedPair.connect(day, pair)
    linked.look()
    with day.services.database.writing() as session:
        session.execute(update(LinkedCalendar).values(trouble=Trouble.RECONNECT, trouble_at=day.clock.now))
    day.let_pass(10 * MINUTE)
    told = texts(day)
    assert "  2 calendars are in trouble: reconnect. Their owners are told." in told
    assert "  The connected calendar that waits longest was read 10 minutes ago." in told
    day.let_pass(HOUR)
    assert any("do not keep up with calendars" in line for line in cures(day))


def test_a_multitude_is_told_roughly(database: Database, tmp_path: Path, decks: Catalogue) -> None:
    couple = {"formed_at": A_MONDAY, "phone_place": "in a drawer", "closing_line": "", "events_stay": True}
    with database.writing() as session:
        session.execute(insert(Couple), [couple] * (COUNTED_EXACTLY + 1))
    is_sqlite = database.engine.dialect.name == "sqlite"
    told = texts(workday(database, tmp_path, decks))
    assert told[0] == f"  Couples: {'10,001' if is_sqlite else 'about 10,000'}. Plans: 0."
    assert any(line.startswith("  SQLite, " if is_sqlite else "  PostgreSQL, ") for line in told)


def life(day: Workday, kind: Kind = Delivery) -> str:
    with day.services.database.reading() as session:
        first = session.scalars(select(kind.id).order_by(kind.due_at, kind.id)).first() or 0
    return "\n".join(tell(day.services, kind, first))


def test_one_prompt_can_be_followed(day: Workday, pair: Pair) -> None:
    pair.agree(day.clock.now + HOUR)
    planned = life(day)
    assert "of plan 1." in planned
    assert "It is due at 2027-03-01 10:00:00 UTC, and may go until 2027-03-01 10:15:00 UTC." in planned
    assert "It waits, and is taken up at 2027-03-01 10:00:00 UTC." in planned
    day.rest_until(day.clock.now + 59 * MINUTE)
    day.work(MINUTE / 2)
    assert "Its mail was composed at 2027-03-01 09:59" in life(day)
    day.work(MINUTE)
    sent = life(day)
    assert "A worker took it up once; 1 copy is counted as gone." in sent
    assert "It is sent: the mail server took it. That was at 2027-03-01 10:00:00 UTC, 0.0 seconds after" in sent


def test_it_says_by_what_name_the_mail_server_knows_it(day: Workday, pair: Pair) -> None:
    pair.agree(day.clock.now + MINUTE)
    day.work(2 * MINUTE)
    named = life(day).rpartition(" ")[2]
    assert (
        sum(f"Message-ID: {named}".encode() in content for content in day.post.contents(ANA) + day.post.contents(BEN))
        == 1
    )


@pytest.mark.parametrize(
    ("troubles", "said"),
    [
        ([BUSY] * 99, "It is expired: its time passed before it could go"),
        ([NO] * 99, "It is failed: the mail server refused it for good"),
        ([NO_ANSWER] * 99, "It is unknown: as many copies as may leave have left"),
    ],
)
def test_how_a_prompt_ended_is_said(day: Workday, pair: Pair, troubles: list[MailError], said: str) -> None:
    pair.agree(day.clock.now + 2 * MINUTE, minutes=10)
    day.work(MINUTE)
    day.post.troubles += troubles
    day.work(7 * MINUTE)
    assert said in life(day)
    assert not re.search(f"{ANA}|{BEN}|Ana|Ben", life(day))


def test_a_letter_can_be_followed_as_well(day: Workday, pair: Pair) -> None:
    pair.propose(day.clock.now + HOUR)
    assert "of the kind 'news'" in life(day, Letter)
    day.work(6 * MINUTE)
    assert "It is sent" in life(day, Letter)
    with day.services.database.writing() as session:
        session.execute(update(Letter).values(state=State.WITHDRAWN))
    assert "It is withdrawn" in life(day, Letter)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7300, "2 hours"), (-5, "0 seconds")],
)
def test_a_span_is_told_by_its_largest_unit(seconds: int, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(("amount", "words"), [(999, "999 bytes"), (12_300_000, "12 MB"), (5 * 10**12, "5.0 TB")])
def test_a_size_is_told_by_its_largest_unit(amount: int, words: str) -> None:
    assert bytes_of(amount) == words
