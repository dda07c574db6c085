"""How each of the two databases is opened, and how a transaction begins on it."""

from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Pool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

BUSY_SECONDS = 8.0
"""How long a transaction waits for another's lock before the web answers 503."""
SCHEMA_BUSY_SECONDS = 60.0
SQLITE_CACHE = "PRAGMA cache_size = -16000"
"""In kilobytes, and used only where there is that much to read. With SQLite's 2 MB, a transaction that plans many
rituals writes its pages twice."""
SQLITE_SESSION = ("PRAGMA journal_mode=WAL", "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=FAST")
POOL_SIZE = 12
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 20
IDLE_IN_TRANSACTION_SECONDS = 60


class Intent(StrEnum):
    """What a transaction is for; given to a connection as its execution option `intent`."""

    READING = "reading"
    WRITING = "writing"
    RECORDING = "recording"
    HURRYING = "hurrying"
    MIGRATING = "migrating"


OFTEN, NEVER = (f"PRAGMA wal_autocheckpoint={pages}" for pages in (1000, 0))
SHORT_LOG = f"PRAGMA journal_size_limit={64 * 1024 * 1024}"
"""In bytes: a longer log of writes is cut when it begins anew."""

SQLITE_BEGIN = {
    Intent.READING: ("PRAGMA query_only=ON", "BEGIN"),
    Intent.WRITING: ("PRAGMA query_only=OFF", "PRAGMA synchronous=FULL", OFTEN, "BEGIN IMMEDIATE"),
    Intent.RECORDING: ("PRAGMA query_only=OFF", "PRAGMA synchronous=NORMAL", OFTEN, "BEGIN IMMEDIATE"),
    Intent.HURRYING: ("PRAGMA query_only=OFF", "PRAGMA synchronous=NORMAL", NEVER, "BEGIN IMMEDIATE"),
    # Rebuilding a table drops the old one, which would cascade; the pragma counts only outside a transaction.
    Intent.MIGRATING: ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
}
POSTGRES_BEGIN = {
    Intent.RECORDING: ("SET LOCAL synchronous_commit = off",),
    Intent.HURRYING: ("SET LOCAL synchronous_commit = off",),
    Intent.MIGRATING: ("SET LOCAL statement_timeout = 0", f"SET LOCAL lock_timeout = '{SCHEMA_BUSY_SECONDS:.0f}s'"),
}
POSTGRES_SESSION = (
    "SET timezone = 'UTC'",
    f"SET statement_timeout = '{STATEMENT_SECONDS}s'",
    f"SET lock_timeout = '{BUSY_SECONDS:.0f}s'",
    f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s'",
)
POSTGRES_LINK = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    # A server that vanished without a word is noticed, instead of being waited for.
    "tcp_user_timeout": 30_000,
}


def open_engine(url: URL, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """The engine that serves requests and the worker; connects when it is first asked."""
    return open_sqlite(url, QueuePool, busy_seconds) if is_sqlite(url) else open_postgres(url)


def open_schema_engine(url: URL) -> Engine:
    """The engine that migrates: patient, and keeping no connection whose settings it changed."""
    return open_sqlite(url, NullPool, SCHEMA_BUSY_SECONDS) if is_sqlite(url) else open_postgres(url)


def open_at_once_engine(url: URL, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """For raw connections whose every statement is a transaction of its own, recorded without waiting for the disk."""
    if is_sqlite(url):
        engine = open_sqlite(url, NullPool, busy_seconds)
        event.listen(engine, "connect", hurry_sqlite)
        return engine
    engine = create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=POSTGRES_LINK, hide_parameters=True
    )
    event.listen(engine, "connect", prepare_postgres)
    event.listen(engine, "connect", hurry_postgres)
    return engine


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def open_sqlite(url: URL, pool: type[Pool], busy_seconds: float) -> Engine:
    path = Path(url.database or "")
    with suppress(OSError):  # connecting says better what is wrong
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)  # SQLite would let everybody on the machine read it
    pool_size = {"pool_size": POOL_SIZE} if pool is QueuePool else {}
    # isolation_level None: the driver begins nothing by itself, so that `begin` below can say how.
    connect_args = {"timeout": busy_seconds, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, poolclass=pool, connect_args=connect_args, hide_parameters=True, **pool_size)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    return engine


def open_postgres(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        pool_timeout=BUSY_SECONDS,
        connect_args=POSTGRES_LINK,
        hide_parameters=True,  # they are names, addresses and prompts, and errors end up in logs
    )
    event.listen(engine, "connect", prepare_postgres)
    event.listen(engine, "begin", begin_postgres)
    return engine


def prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in (*SQLITE_SESSION, SHORT_LOG, SQLITE_CACHE):
        cursor.execute(pragma)
    cursor.close()


def prepare_postgres(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("; ".join(POSTGRES_SESSION))
    cursor.close()
    connection.commit()


def hurry_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("PRAGMA synchronous=NORMAL", NEVER):
        cursor.execute(pragma)
    cursor.close()


def hurry_postgres(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.cursor().execute("SET synchronous_commit = off")


def begin_sqlite(connection: Connection) -> None:
    for statement in SQLITE_BEGIN[intent_of(connection)]:
        connection.exec_driver_sql(statement)


def begin_postgres(connection: Connection) -> None:
    for statement in POSTGRES_BEGIN.get(intent_of(connection), ()):
        connection.exec_driver_sql(statement)


def intent_of(connection: Connection) -> Intent:
    return Intent(connection.get_execution_options().get("intent", Intent.WRITING))
