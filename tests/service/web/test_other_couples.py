"""Another couple's plans and dates are not there: the same answer as for what never was, and nothing changes."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.storage import Base
from service.web.found import LARGEST_ID
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, filled, occurrences, own_things, suggest

ROUTES = [
    ("GET", "/plans/{plan}"),
    ("POST", "/plans/{plan}"),
    ("GET", "/plans/{plan}/edit"),
    ("POST", "/plans/{plan}/versions/1/accept"),
    ("POST", "/plans/{plan}/versions/1/decline"),
    ("POST", "/plans/{plan}/versions/1/withdraw"),
    ("POST", "/plans/{plan}/pause"),
    ("POST", "/plans/{plan}/resume"),
    ("GET", "/plans/{plan}/end"),
    ("POST", "/plans/{plan}/end"),
    ("POST", "/plans/{plan}/mails/stop"),
    ("POST", "/plans/{plan}/mails/start"),
    ("POST", "/plans/{plan}/put-back"),
    ("GET", "/occurrences/{occurrence}/move"),
    ("POST", "/occurrences/{occurrence}/move"),
    ("POST", "/occurrences/{occurrence}/skip"),
    ("POST", "/occurrences/{occurrence}/restore"),
    ("POST", "/occurrences/{occurrence}/outcome"),
    ("POST", "/suggestions/{suggestion}/accept"),
    ("POST", "/suggestions/{suggestion}/decline"),
    ("GET", "/collisions/{collision}"),
    ("POST", "/collisions/{collision}/keep"),
    ("POST", "/collisions/{collision}/move"),
    ("POST", "/collisions/{collision}/skip"),
    ("POST", "/not-then/{block}/lift"),
    ("POST", "/published/{address}/remove"),
]
NAMED = {f"{name}_id" for name in ("plan", "occurrence", "suggestion", "collision", "block", "address")}
AT_NINE = datetime(2027, 3, 2, 9)
SENT = filled(seen="1", time="09:00", answer="done", start="2027-03-02T09:00:00+00:00")


def everything(client: FlaskClient) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with services_of(client.application).database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_couple_s_is_answered_as_what_never_was(
    couple: Pair, other_couple: Pair, method: str, path: str
) -> None:
    theirs = agree(other_couple)
    first = occurrences(other_couple.anna, theirs)[0]
    there = {"plan": theirs, "occurrence": first.id, "suggestion": suggest(other_couple, first.id, AT_NINE)}
    there |= own_things(other_couple, first.id)
    before = everything(couple.anna)

    answers = [
        couple.anna.open(path.format(**ids), method=method, data=SENT)
        for ids in (there, dict.fromkeys(there, 4711), dict.fromkeys(there, LARGEST_ID))
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert answers[0].text == answers[1].text == answers[2].text
    assert everything(couple.anna) == before


@pytest.mark.parametrize("number", ["0", "-1", "1" * 30, "1e3", "%00", "١"])
def test_what_is_no_number_of_ours_is_not_found(couple: Pair, number: str) -> None:
    assert couple.anna.get(f"/plans/{number}").status_code == 404
    assert couple.anna.get(f"/occurrences/{number}/move").status_code == 404


def test_a_form_field_with_another_couple_s_plan_finds_nothing(couple: Pair, other_couple: Pair) -> None:
    theirs = agree(other_couple)

    for plan_id in (theirs, 4711, "9" * 40):
        answer = couple.anna.post("/plans/preview", data=filled(page="yes", plan=plan_id, seen="1"))
        assert "Cleo" not in answer.text
        assert answer.status_code == 404


def test_no_route_with_an_id_is_forgotten_here(app: Flask) -> None:
    named = {
        (method, re.sub(r"<[^>]*:(\w+)_id>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if NAMED & rule.arguments
    }

    assert {(method, re.sub(r"<[^>]*:number>", "1", path)) for method, path in named} == set(ROUTES)
