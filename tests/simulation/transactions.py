"""A database whose transactions stop where a crash may fall: before they begin, before and after they commit."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from service.database import Database
from service.engines import BUSY_SECONDS
from tests.simulation.strand import Step, Strand, Wait, current, pause


@dataclass(slots=True)
class Turn:
    """One transaction writes at a time, as SQLite has it; who waits too long is told that the database is busy."""

    elapsed: Callable[[], float]
    committed: Callable[[], None]
    """Called after each commit, before anybody else does anything."""
    holder: Strand | None = None
    is_taken: bool = False
    opened: list[sqlite3.Connection] = field(default_factory=list)
    """Those that nobody closes when their process is killed."""
    answers_lost: int = 0
    """So many of the next commits succeed without their answer arriving."""

    def take(self) -> None:
        pause(Step.BEGIN)
        patient_until = self.elapsed() + BUSY_SECONDS
        while self.is_taken:
            if self.elapsed() >= patient_until:
                raise unavailable()
            pause(Step.LOCKED, Wait(self._is_free_or(patient_until), lambda: patient_until))
        self.is_taken, self.holder = True, current()

    def give_back(self) -> None:
        self.is_taken, self.holder = False, None

    def has_committed(self) -> None:
        self.give_back()
        self.committed()
        pause(Step.COMMITTED)
        if self.answers_lost and current() is not None:
            self.answers_lost -= 1
            raise unavailable()

    def _is_free_or(self, patient_until: float) -> Callable[[], bool]:
        return lambda: not self.is_taken or self.elapsed() >= patient_until


def nothing(_: Session) -> None:
    """What is done besides, unless a mistake is planted."""


@dataclass(frozen=True, slots=True)
class SteppedDatabase(Database):
    """The way of all processes into the one database."""

    turn: Turn = field(kw_only=True)
    after: Callable[[Session], None] = nothing
    reword: Callable[[str], str] = str
    """What becomes of a statement that is run at once."""

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._stepped(Database.writing(self)) as session:
            yield session

    @contextmanager
    def recording(self) -> Iterator[Session]:
        with self._stepped(Database.recording(self)) as session:
            yield session

    @contextmanager
    def hurrying(self) -> Iterator[Session]:
        with self._stepped(Database.hurrying(self)) as session:
            yield session

    @property
    def hardens(self) -> bool:
        return False  # no power is lost here

    def at_once_engine(self) -> Engine:
        """As the real one, with connections that stop."""
        turn, reword = self.turn, self.reword

        class Connection(sqlite3.Connection):
            def cursor(self, _: type[sqlite3.Cursor] | None = None) -> sqlite3.Cursor:
                return SteppedCursor(self, turn, reword)

            def rollback(self) -> None:
                with suppress(sqlite3.ProgrammingError):  # it was closed with its process
                    super().rollback()

        engine = create_engine(
            self.engine.url,
            poolclass=NullPool,
            connect_args={"isolation_level": None, "check_same_thread": False, "factory": Connection},
        )
        event.listen(engine, "connect", lambda connection, _: turn.opened.append(connection))
        return engine

    @contextmanager
    def _stepped(self, opened: AbstractContextManager[Session]) -> Iterator[Session]:
        with _as_sqlalchemy_says():
            self.turn.take()
        try:
            with opened as session:
                yield session
                self.after(session)
                session.flush()
                pause(Step.COMMIT)
        except BaseException:
            self.turn.give_back()
            raise
        with _as_sqlalchemy_says():
            self.turn.has_committed()


class SteppedCursor(sqlite3.Cursor):
    """Each statement that writes is a transaction: stops before it, and after it when its rows have been fetched."""

    def __init__(self, connection: sqlite3.Connection, turn: Turn, reword: Callable[[str], str]) -> None:
        super().__init__(connection)
        self._turn, self._reword, self._writes = turn, reword, False

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> "SteppedCursor":
        self._writes = sql.startswith("UPDATE")
        if not self._writes:
            super().execute(sql, parameters)
            return self
        self._turn.take()
        try:
            pause(Step.COMMIT)
            super().execute(self._reword(sql), parameters)
        except BaseException:
            self._turn.give_back()
            raise
        return self

    def fetchall(self) -> list[object]:
        rows = super().fetchall()
        if self._writes:
            self._turn.has_committed()
        return rows


@contextmanager
def _as_sqlalchemy_says() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OperationalError("a transaction", None, error) from error


def unavailable() -> sqlite3.OperationalError:
    """What waiting and trying again may help against."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
