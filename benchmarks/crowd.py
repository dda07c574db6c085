"""As many couples as a large service has, each with a weekly plan, put into an empty database at a stroke."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    cast,
    insert,
    literal,
    select,
    text,
)

from rituals.couple import Couple, Partner
from rituals.delivery import PROMPT_WINDOW, Delivery
from rituals.errand import State
from rituals.horizon import HORIZON
from rituals.occurrence import Occurrence
from rituals.plan import Plan, PlanState
from rituals.recurrence import moment, tzdata_version
from rituals.storage import Base, Moment, WallClock
from rituals.version import Version, VersionState
from service.database import Database
from service.engines import Intent

NOW = datetime(2027, 3, 1, 9, 0, 30, tzinfo=UTC)
"""For whoever works on a crowd, the clock stands still here."""
ZONE = "Europe/Madrid"
LENGTH = timedelta(minutes=45)
MINUTE = timedelta(minutes=1)
SLOTS = 7 * 24 * 4
"""Plans start at every quarter of an hour of the week."""
WEEKS = (-14, -1, 0, 1, 2, 3, 4)
"""Which of a plan's dates stand: one that is older than deliveries are kept, last week's, and the horizon."""
AHEAD = 2 * sum(week >= 0 for week in WEEKS)
"""Future deliveries a couple."""
MODELS = (Couple, Partner, Plan, Version, Occurrence, Delivery)

TEMPORARY = MetaData()
COUPLES = Table("crowd_couple", TEMPORARY, Column("number", Integer, primary_key=True), prefixes=["TEMPORARY"])
DATES = Table(
    "crowd_date",
    TEMPORARY,
    Column("slot", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rule_starts", WallClock),
    Column("original_starts", WallClock),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Column("expires_at", Moment),
    Column("try_at", Moment),
    Column("settled_at", Moment),
    Column("state", String(24)),
    prefixes=["TEMPORARY"],
)
NUMBERS = """
INSERT INTO crowd_couple
WITH RECURSIVE couples(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM couples WHERE number < :couples)
SELECT number FROM couples
"""


def fill(database: Database, deliveries: int) -> int:
    """So many future deliveries, and four settled ones for every ten; answers how many couples they belong to."""
    couples = deliveries // AHEAD
    with database.engine.execution_options(intent=Intent.MIGRATING).begin() as connection:
        is_postgres = connection.dialect.name == "postgresql"
        if is_postgres:  # what is put in belongs together, and need not be looked up row by row
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA cache_size = -1000000"))
        TEMPORARY.create_all(connection)
        connection.execute(insert(DATES), list(_dates()))
        connection.execute(text(NUMBERS), {"couples": couples})
        _without_indexes(connection, lambda: _put_in(connection))
        TEMPORARY.drop_all(connection)
        if is_postgres:
            _count_on(connection)
    tidy(database)
    return couples


def tidy(database: Database) -> None:
    """What autovacuum would have done in a database that has grown slowly."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_postgres = connection.dialect.name == "postgresql"
        for statement in ("SET statement_timeout = 0", "VACUUM ANALYZE") if is_postgres else ("ANALYZE",):
            connection.exec_driver_sql(statement)
    database.engine.dispose()  # its connections have other settings now


def _dates() -> Iterator[dict[str, int | datetime | str | None]]:
    monday = datetime(2027, 3, 1)  # noqa: DTZ001 (wall clock)
    for slot in range(SLOTS):
        first = monday + timedelta(minutes=15 * slot)
        first += timedelta(weeks=moment(first, ZONE) <= NOW)
        for number, week in enumerate(WEEKS):
            starts = first + timedelta(weeks=week)
            starts_at = moment(starts, ZONE)
            yield {
                "slot": slot,
                "number": number,
                "rule_starts": first + timedelta(weeks=WEEKS[0]),
                "original_starts": starts,
                "starts_at": starts_at,
                "ends_at": starts_at + LENGTH,
                "expires_at": starts_at + PROMPT_WINDOW,
                "try_at": starts_at if week >= 0 else None,
                "settled_at": starts_at if week < 0 else None,
                "state": State.PLANNED.value if week >= 0 else State.SENT.value,
            }


def _without_indexes(connection: Connection, work: Callable[[], object]) -> None:
    """Sorting for an index at the end takes a fraction of the time."""
    indexes = [index for model in MODELS for index in Base.metadata.tables[model.__tablename__].indexes]
    for index in indexes:
        index.drop(connection)
    work()
    for index in indexes:
        index.create(connection)


def _put_in(connection: Connection) -> None:
    number, name = COUPLES.c.number, cast(COUPLES.c.number, String)
    began = NOW + timedelta(weeks=WEEKS[0])
    _insert(connection, Couple, {"id": number, "formed_at": began, "phone_place": "in a drawer"})
    for side in (1, 2):
        partner = {"id": 2 * number - 2 + side, "couple_id": number, "side": side, "name": "Ana", "zone": ZONE}
        address = literal(f"p{side}.") + name + literal("@example.org")
        _insert(connection, Partner, {**partner, "address": address, "joined_at": began})
    plan = {"id": number, "couple_id": number, "uid": name + literal("@side-by-side"), "form_key": name, "sequence": 1}
    kind = {"ritual": "weekly-check-in", "ritual_name": "Check-in", "state": PlanState.AGREED.value}
    reach = {"horizon_at": NOW + HORIZON, "tzdata": tzdata_version()}
    _insert(connection, Plan, {**plan, **kind, **reach, "revised_at": began, "created_at": began})
    _put_in_dates(connection, number, DATES.c.slot == number % SLOTS)


def _put_in_dates(connection: Connection, number: ColumnElement[int], theirs: ColumnElement[bool]) -> None:
    rule = {"starts": DATES.c.rule_starts, "rule": "FREQ=WEEKLY", "zone": ZONE, "minutes": LENGTH // MINUTE}
    said = {"number": 1, "state": VersionState.AGREED.value, "proposed_at": NOW, "proposed_by_id": 2 * number}
    _insert(connection, Version, {"id": number, "plan_id": number, **rule, **said}, theirs, DATES.c.number == 0)
    date = (number - 1) * len(WEEKS) + DATES.c.number + 1
    times = {name: DATES.c[name] for name in ("original_starts", "starts_at", "ends_at")}
    _insert(connection, Occurrence, {"id": date, "plan_id": number, **times}, theirs)
    times = {name: DATES.c[name] for name in ("expires_at", "try_at", "settled_at", "state")}
    for side in (1, 2):
        ids = {"id": 2 * date - 2 + side, "occurrence_id": date, "partner_id": 2 * number - 2 + side}
        _insert(connection, Delivery, {**ids, **times, "due_at": DATES.c.starts_at}, theirs)


def _insert(
    connection: Connection,
    model: type[Base],
    values: Mapping[str, object],
    *conditions: ColumnElement[bool],
) -> None:
    rows = select(*map(_column, values.values())).select_from(COUPLES).where(*conditions)
    connection.execute(insert(model).from_select(list(values), rows))


def _column(value: object) -> ColumnElement[object]:
    if isinstance(value, ColumnElement):
        return value
    return literal(value, Moment if isinstance(value, datetime) else None)


def _count_on(connection: Connection) -> None:
    """What is inserted later has ids of its own."""
    for model in MODELS:
        name = model.__tablename__
        connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
