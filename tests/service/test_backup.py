"""Backups and what happens when one of them returns: nothing twice beyond its window, and no link to somebody else."""

import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import make_url, select

from rituals.catalogue import Catalogue
from rituals.errand import State
from rituals.signin import SignedIn, SignInLink
from service.backup import BackupError
from service.database import Database
from service.safekeeping import back_up, make_ready
from tests.conftest import KINDS
from tests.postgres import Postgres
from tests.service.conftest import workday
from tests.service.workday import ANA, BEN, Pair, Workday

MINUTE = timedelta(minutes=1)

Keep = Callable[[Workday], Callable[[], Workday]]
"""Makes a backup; what comes back puts it in place and begins a day over it."""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def day(kind: str, request: pytest.FixtureRequest, tmp_path: Path, decks: Catalogue) -> Iterator[Workday]:
    database = Database.open(str(request.getfixturevalue(f"{kind}_url")))
    yield workday(database, tmp_path, decks)
    database.close()


@pytest.fixture
def keep(kind: str, request: pytest.FixtureRequest, tmp_path: Path, decks: Catalogue) -> Iterator[Keep]:
    opened: list[Database] = []

    def begin(before: Workday, url: str) -> Workday:
        before.services.database.close()
        opened.append(Database.open(url))
        again = workday(opened[0], tmp_path, decks)
        again.clock.now, again.passed = before.clock.now, before.passed
        return again

    def by_file(before: Workday) -> Callable[[], Workday]:
        path = Path(str(before.services.database.engine.url.database))
        back_up(path, tmp_path / "backup.sqlite3")
        return lambda: begin(
            before, f"sqlite:///{shutil.move(tmp_path / 'backup.sqlite3', tmp_path / 'again.sqlite3')}"
        )

    def by_dump(before: Workday) -> Callable[[], Workday]:
        postgres: Postgres = request.getfixturevalue("postgres")
        programs = Path(postgres.server.bin_path)
        dump, url = tmp_path / "backup.dump", before.services.database.engine.url
        run(
            programs / "pg_dump",
            "--format=custom",
            f"--file={dump}",
            f"--dbname={plain(url.render_as_string(hide_password=False))}",
        )

        def put_in_place() -> Workday:
            new = postgres.create()
            run(programs / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={plain(new)}", str(dump))
            again = begin(before, new)
            with again.services.database.writing() as session:
                make_ready(session)
            return again

        return put_in_place

    yield by_file if kind == "sqlite" else by_dump
    for database in opened:
        database.close()


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def run(program: Path, *arguments: str) -> None:
    if not program.exists():
        pytest.skip(f"THERE IS NO {program.name.upper()}, NO RESTORE WAS TRIED ON POSTGRESQL")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("away", "second_copies"), [(5 * MINUTE, 1), (20 * MINUTE, 0)], ids=["within the window", "after it"]
)
def test_what_went_since_the_backup_goes_again_within_its_window_and_never_after(
    day: Workday, keep: Keep, away: timedelta, second_copies: int
) -> None:
    pair = Pair.meet(day)
    starts_at = day.clock.now + 10 * MINUTE
    pair.agree(starts_at, rule="FREQ=DAILY")
    day.until(starts_at - MINUTE / 2)
    put_in_place = keep(day)
    day.until(starts_at + MINUTE)
    first = {address: day.post.contents(address)[-1:] for address in (ANA, BEN)}

    day.rest_until(starts_at + away)
    again = put_in_place()
    again.work(MINUTE)
    prompts = {address: again.post.contents(address) for address in (ANA, BEN)}
    assert prompts == {address: content * second_copies for address, content in first.items()}
    states = Pair(again).states()
    assert states[:2] == [State.SENT if second_copies else State.EXPIRED] * 2
    assert set(states[2:]) == {State.PLANNED}


def test_what_went_before_the_backup_never_goes_again(day: Workday, keep: Keep) -> None:
    pair = Pair.meet(day)
    starts_at = day.clock.now + 10 * MINUTE
    pair.agree(starts_at)
    day.until(starts_at + MINUTE)
    again = keep(day)()
    again.work(2 * MINUTE)
    assert again.post.sent == []
    assert Pair(again).states() == [State.SENT, State.SENT]


def test_no_number_given_since_is_given_again(day: Workday, keep: Keep) -> None:
    put_in_place = keep(day)
    link_since = ask(day, "anna@example.org")
    again = put_in_place()
    assert ask(again, "ben@example.org") > link_since + 1_000_000


def test_everybody_signs_in_anew(day: Workday, keep: Keep) -> None:
    Pair.meet(day)
    with Pair(day).acting(ANA) as act:
        SignedIn.start(act.session, act.by, label="", now=act.now)
    again = keep(day)()
    with again.services.database.reading() as session:
        assert session.scalars(select(SignedIn)).all() == []
    with day.services.database.reading() as session:
        assert len(session.scalars(select(SignedIn)).all()) == 1


def ask(day: Workday, address: str) -> int:
    with day.services.database.writing() as session:
        link = SignInLink.ask(session, address, day.clock())
        assert link is not None
        return link.id


@pytest.fixture
def source(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


def test_a_backup_is_whole_while_somebody_writes(source: Path, tmp_path: Path) -> None:
    stop, begun = Event(), Event()
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TABLE cups (number INTEGER, word TEXT)")

    def write() -> None:
        with closing(sqlite3.connect(source, timeout=10)) as connection:
            for number in range(1_000_000):
                if stop.is_set():
                    return
                with connection:  # both, or none
                    connection.executemany("INSERT INTO cups VALUES (?, ?)", [(number, "tea" * 300), (number, "milk")])
                begun.set()

    writer = Thread(target=write)
    writer.start()
    begun.wait(10)
    back_up(source, tmp_path / "backup.sqlite3")
    stop.set()
    writer.join()
    with closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as copy:
        rows, numbers = copy.execute("SELECT count(*), count(DISTINCT number) FROM cups").fetchone()
    assert rows == 2 * numbers > 0


def test_it_is_one_file_for_its_owner_alone(source: Path, tmp_path: Path) -> None:
    size = back_up(source, tmp_path / "backup.sqlite3")
    (made,) = [path for path in tmp_path.iterdir() if path.name.startswith("backup")]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert made.stat().st_size == size
    database = Database.open(f"sqlite:///{made}")
    assert database.is_current()
    database.close()


def test_nothing_is_overwritten(source: Path) -> None:
    with pytest.raises(BackupError, match="Name a file that does not exist yet"):
        back_up(source, source)


def test_a_damaged_database_makes_no_backup(source: Path, tmp_path: Path) -> None:
    size = source.stat().st_size
    with source.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    with pytest.raises(BackupError):
        back_up(source, tmp_path / "backup.sqlite3")
    assert [path for path in tmp_path.iterdir() if "backup" in path.name] == []


def test_a_folder_that_is_not_there_is_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="No such file or directory"):
        back_up(source, tmp_path / "nowhere" / "backup.sqlite3")
