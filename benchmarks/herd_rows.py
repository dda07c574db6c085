"""Couples whose prompts are all due at one moment, put into an empty database at a stroke."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text

from rituals.couple import Couple, Partner
from rituals.delivery import PROMPT_WINDOW, Delivery
from rituals.errand import State
from rituals.horizon import HORIZON
from rituals.occurrence import Occurrence
from rituals.plan import Plan, PlanState
from rituals.recurrence import tzdata_version
from rituals.version import Version, VersionState
from service.database import Database

LENGTH = timedelta(minutes=45)
RITUALS = ("weekly-check-in", "morning-coffee", "new-experience")
ZONES = ("Europe/Madrid", "Europe/Berlin", "America/New_York")
DRAWERS = ("in a drawer", "on the shelf by the door", "with the keys", "")
Rows = list[dict[str, object]]


def gather(database: Database, prompts: int, due_at: datetime) -> None:
    """Two prompts a couple; rituals, zones and the places of phones differ from couple to couple."""
    couples = range(1, prompts // 2 + 1)
    tables = {
        Couple: [couple(number, due_at) for number in couples],
        Partner: [partner(number, side, due_at) for number in couples for side in (1, 2)],
        Plan: [plan(number, due_at) for number in couples],
        Version: [version(number, due_at) for number in couples],
        Occurrence: [occurrence(number, due_at) for number in couples],
        Delivery: [delivery(number, side, due_at) for number in couples for side in (1, 2)],
    }
    with database.writing() as session:
        for model, rows in tables.items():
            session.execute(insert(model), rows, execution_options={"render_nulls": True})
        if session.get_bind().dialect.name == "postgresql":
            for model in tables:
                name = model.__tablename__
                session.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        database.engine.dispose()


def couple(number: int, due_at: datetime) -> dict[str, object]:
    place = DRAWERS[number % len(DRAWERS)]
    return {"id": number, "formed_at": due_at, "phone_place": place, "closing_line": "", "events_stay": True}


def partner(number: int, side: int, due_at: datetime) -> dict[str, object]:
    return {
        "id": number * 2 - 2 + side,
        "couple_id": number,
        "side": side,
        "name": ("Ana", "Ben")[side - 1],
        "address": f"p{side}.{number}@example.org",
        "zone": ZONES[number % len(ZONES)],
        "joined_at": due_at,
    }


def plan(number: int, due_at: datetime) -> dict[str, object]:
    return {
        "id": number,
        "couple_id": number,
        "ritual": RITUALS[number % len(RITUALS)],
        "ritual_name": "Check-in",
        "uid": f"plan-{number}@side-by-side",
        "form_key": f"form-{number}",
        "state": PlanState.AGREED,
        "sequence": 1,
        "revised_at": due_at,
        "created_at": due_at,
        "horizon_at": due_at + HORIZON,
        "tzdata": tzdata_version(),
    }


def version(number: int, due_at: datetime) -> dict[str, object]:
    return {
        "id": number,
        "plan_id": number,
        "number": 1,
        "state": VersionState.AGREED,
        "starts": due_at.astimezone(UTC).replace(tzinfo=None),
        "rule": "FREQ=WEEKLY",
        "zone": "UTC",
        "minutes": LENGTH // timedelta(minutes=1),
        "proposed_at": due_at,
        "proposed_by_id": number * 2,
    }


def occurrence(number: int, due_at: datetime) -> dict[str, object]:
    original = due_at.replace(tzinfo=None)
    times = {"original_starts": original, "starts_at": due_at, "ends_at": due_at + LENGTH}
    return {"id": number, "plan_id": number, "standing": "planned", **times}


def delivery(number: int, side: int, due_at: datetime) -> dict[str, object]:
    return {
        "id": number * 2 - 2 + side,
        "occurrence_id": number,
        "partner_id": number * 2 - 2 + side,
        "state": State.PLANNED,
        "due_at": due_at,
        "try_at": due_at,
        "expires_at": due_at + PROMPT_WINDOW,
        "attempts": 0,
        "copies": 0,
    }
