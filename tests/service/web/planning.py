"""How the tests of the pages about rituals propose, agree, and look at what became of it."""

import html
import re
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.act import Act
from rituals.collision import Collision
from rituals.couple import Partner
from rituals.ics_address import IcsAddress
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.private_block import PrivateBlock
from rituals.suggestion import Suggestion
from tests.service.web.people import Pair, services_of

KEY = "a-form-key-drawn-once-000"


def filled(**changes: object) -> dict[str, object]:
    """Morning coffee as its form is sent: every weekday at 07:30 in Berlin, from Tuesday 2 March 2027."""
    fields: dict[str, object] = {
        "ritual": "morning-coffee",
        "form_key": KEY,
        "every": "week",
        "interval": "1",
        "weekdays": ["MO", "TU", "WE", "TH", "FR"],
        "month_mode": "date",
        "date": "2027-03-02",
        "time": "07:30",
        "minutes": "20",
        "zone": "Europe/Berlin",
        "ends": "never",
        "until": "",
        "times": "",
        "intention": "If it is a weekday at 07:30, we sit by the window.",
    }
    return fields | changes


def propose(client: FlaskClient, **changes: object) -> int:
    """The plan that comes of this form."""
    answer = client.post("/plans", data=filled(**changes))
    assert answer.status_code == 303, answer.text
    return int(re.findall(r"/plans/(\d+)$", answer.location)[0])


def agree(pair: Pair, **changes: object) -> int:
    """A plan that Anna proposed and Ben accepted."""
    plan_id = propose(pair.anna, **changes)
    assert pair.ben.post(f"/plans/{plan_id}/versions/1/accept").status_code == 303
    return plan_id


def occurrences(client: FlaskClient, plan_id: int) -> list[Occurrence]:
    """All that stand as rows, in order."""
    rows = select(Occurrence).where(Occurrence.plan_id == plan_id).order_by(Occurrence.starts_at)
    with services_of(client.application).database.reading() as session:
        return list(session.scalars(rows))


def suggest(pair: Pair, occurrence_id: int, starts: datetime) -> int:
    """As if Anna had dragged this date, on her phone, to where it does not suit both: Ben is asked."""
    services = services_of(pair.anna.application)
    with services.database.writing() as session:
        anna = session.get_one(Partner, pair.anna_id)
        occurrence = Occurrence.of(session, anna, occurrence_id, lock=True)
        assert occurrence is not None
        return Suggestion.make(Act(session, anna, services.clock()), occurrence, starts).id


def own_things(pair: Pair, occurrence_id: int) -> dict[str, int]:
    """What is Anna's alone: a question about this date, something kept free, a calendar that counts."""
    services = services_of(pair.anna.application)
    with services.database.writing() as session:
        anna, now = session.get_one(Partner, pair.anna_id), services.clock()
        date = Occurrence.of(session, anna, occurrence_id, lock=True)
        assert date is not None
        noted = Collision.note(Act(session, anna, now), date, date.starts_at, collides=True)
        assert noted is not None
        block = PrivateBlock.keep(session, anna, datetime(2027, 3, 8, 9), datetime(2027, 3, 8, 10), now)
        address = IcsAddress.add(session, anna, "https://work.example/", services.vault, now, name="Work")
        return {"collision": noted.id, "block": block.id, "address": address.id}


def plans(client: FlaskClient) -> list[Plan]:
    with services_of(client.application).database.reading() as session:
        return list(session.scalars(select(Plan).order_by(Plan.id)))


def words(page: str) -> str:
    """What a page says, without its markup."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return re.sub(r" ([.,:])", r"\1", " ".join(text.split()))
