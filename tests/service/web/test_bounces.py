"""Who knows the secret may tell what came back, and is told nothing in return."""

import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.invitation import Refusal
from rituals.outbox import Letter
from service.return_paths import ReturnPaths
from service.services import Services
from service.settings import Settings
from tests import reports
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.conftest import KEY
from tests.service.web.people import Pair
from tests.service.web.planning import agree

SECRET = "hush-hush-hush-hush-hush-hush-hush-hush"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"SECRET_KEYS": KEY, "BASE_URL": "http://localhost", "BOUNCE_SECRET": SECRET}
    return Settings.read(environ | {"BOUNCE_TO": "bounces@rituals.example.org"}, root=tmp_path)


@pytest.fixture
def question(couple: Pair, services: Services, clock: FakeClock) -> Delivery:
    """Anna's first question has left."""
    agree(couple)
    with services.database.writing() as session:
        hers = select(Delivery).where(Delivery.partner_id == couple.anna_id).order_by(Delivery.due_at)
        question = session.scalars(hers).first()
        assert question is not None
        clock.now = question.due_at + MINUTE
        question.state, question.copies, question.try_at, question.settled_at = State.SENT, 1, None, question.due_at
        return question


@pytest.fixture
def to(services: Services, question: Delivery) -> str:
    """Where it comes back to."""
    return ReturnPaths.of(services.settings).sender_for(Delivery, question.id)


def signature(content: bytes, at: int, secret: str = SECRET) -> str:
    return f"t={at},v1={hmac.digest(secret.encode(), f'{at}.'.encode() + content, 'sha256').hex()}"


def tell(
    client: FlaskClient, clock: FakeClock, content: bytes | dict[str, object], content_type: str = "message/rfc822"
) -> TestResponse:
    if isinstance(content, dict):
        content, content_type = json.dumps(content).encode(), "application/json"
    headers = {"Bounce-Signature": signature(content, int(clock.now.timestamp()))}
    return client.post("/bounces", data=content, content_type=content_type, headers=headers)


def takes_mail(services: Services, partner_id: int) -> bool:
    with services.database.reading() as session:
        return session.get_one(Partner, partner_id).takes_mail


def anna_takes_mail(services: Services) -> bool:
    with services.database.reading() as session:
        return session.scalars(select(Partner).where(Partner.name == "Anna")).one().takes_mail


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
@pytest.mark.parametrize("kind", ["bounce", "complaint"])
def test_a_mail_as_it_came_is_understood(
    couple: Pair, client: FlaskClient, services: Services, clock: FakeClock, to: str, kind: str
) -> None:
    answer = tell(client, clock, reports.bounce(to) if kind == "bounce" else reports.complaint(to))
    assert (answer.status_code, answer.data) == (204, b"")
    assert not takes_mail(services, couple.anna_id)
    assert takes_mail(services, couple.ben_id)


WORDS: list[dict[str, object]] = [
    {"recipient": "{to}", "kind": "bounce"},
    {"recipient": "Bounces <{to}>", "kind": "complaint"},
    {"recipient": "{to}", "kind": "bounce", "status": "5.1.1"},
    {"recipient": "{to}", "message": reports.bounce("bounces@rituals.example.org").decode()},
    {"message": reports.bounce("{to}").decode()},
    {"address": "anna@example.org", "kind": "bounce"},
    {"address": "Anna@Example.org", "kind": "complaint", "more": [1, 2]},
]


@pytest.mark.parametrize("words", WORDS)
def test_so_are_words_about_it(
    client: FlaskClient, services: Services, clock: FakeClock, to: str, words: dict[str, object]
) -> None:
    filled = {name: value.replace("{to}", to) if isinstance(value, str) else value for name, value in words.items()}
    assert tell(client, clock, filled).status_code == 204
    assert not anna_takes_mail(services)


@pytest.mark.parametrize(
    "content",
    [
        {"recipient": "{to}"},
        {"recipient": "{to}", "kind": "delay"},
        {"recipient": "{to}", "kind": "bounce", "status": "4.2.2"},
        {"recipient": "{to}", "kind": "bounce", "status": "5.7.1"},
        {"recipient": ["{to}"], "kind": "bounce"},
        {"recipient": "bounces+d1-0123456789abcdef0123@rituals.example.org", "kind": "bounce"},
        {"recipient": "bounces@rituals.example.org", "kind": "bounce"},
        {"address": "nobody@example.org", "kind": "bounce"},
        {"address": "anna@example.org, ben@example.org", "kind": "bounce"},
        {"address": "\r\n\0", "kind": "complaint"},
        {"message": "{to}"},
        {"kind": "bounce"},
        {},
    ],
)
def test_other_words_do_nothing_and_get_the_same_answer(
    client: FlaskClient, services: Services, clock: FakeClock, to: str, content: dict[str, object]
) -> None:
    filled = json.loads(json.dumps(content).replace("{to}", to))
    assert tell(client, clock, filled).status_code == 204
    assert anna_takes_mail(services)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b'"\xff"', b"[" * 100_000, b"7", b"\0" * 1000])
@pytest.mark.parametrize("content_type", ["application/json", "message/rfc822"])
def test_nonsense_that_is_signed_is_no_error(
    client: FlaskClient, clock: FakeClock, content: bytes, content_type: str
) -> None:
    assert tell(client, clock, content, content_type).status_code == 204


def test_a_mail_that_is_long_gone_is_no_error(
    client: FlaskClient, services: Services, clock: FakeClock, couple: Pair
) -> None:
    for kind in (Delivery, Letter):
        gone = ReturnPaths.of(services.settings).sender_for(kind, 999_999)
        assert tell(client, clock, reports.bounce(gone)).status_code == 204
    assert takes_mail(services, couple.anna_id)


def test_who_complains_without_an_account_is_not_invited_any_more(
    client: FlaskClient, services: Services, clock: FakeClock
) -> None:
    assert tell(client, clock, {"address": "dora@example.org", "kind": "complaint"}).status_code == 204
    with services.database.reading() as session:
        assert Refusal.stands(session, "dora@example.org", None)


@pytest.mark.parametrize("fault", ["none", "empty", "short", "secret", "content", "moment", "case", "space", "name"])
def test_without_a_good_signature_there_is_nothing_here(
    client: FlaskClient, services: Services, clock: FakeClock, to: str, fault: str
) -> None:
    content, now = reports.bounce(to), int(clock.now.timestamp())
    good = signature(content, now)
    headers = {
        "none": {},
        "empty": {"Bounce-Signature": ""},
        "short": {"Bounce-Signature": good[:-1]},
        "secret": {"Bounce-Signature": signature(content, now, SECRET[:-1])},
        "content": {"Bounce-Signature": signature(content + b" ", now)},
        "moment": {"Bounce-Signature": good.replace(f"t={now}", f"t={now + 1}")},
        "case": {"Bounce-Signature": good.upper()},
        "space": {"Bounce-Signature": f"{good} more"},
        "name": {"Signature": good},
    }[fault]
    with services.database.writing() as session:
        session.connection()  # somebody else writes: who knows no secret is not let near the lock
        assert client.post("/bounces", data=content, headers=headers).status_code == 404
    assert anna_takes_mail(services)


@pytest.mark.parametrize(("minutes", "status"), [(-6, 404), (-4, 204), (0, 204), (4, 204), (6, 404)])
def test_a_signature_is_good_for_some_minutes(
    client: FlaskClient, clock: FakeClock, to: str, minutes: int, status: int
) -> None:
    content = reports.bounce(to)
    signed = signature(content, int((clock.now + minutes * MINUTE).timestamp()))
    assert client.post("/bounces", data=content, headers={"Bounce-Signature": signed}).status_code == status


@pytest.mark.parametrize("content", ["a mail", "an address"])
def test_the_same_call_once_more_does_not_stop_who_has_said_go_on(
    couple: Pair, client: FlaskClient, services: Services, clock: FakeClock, to: str, content: str
) -> None:
    body = reports.bounce(to) if content == "a mail" else b'{"address": "anna@example.org", "kind": "complaint"}'
    kind = "message/rfc822" if content == "a mail" else "application/json"
    headers = {"Bounce-Signature": signature(body, int(clock.now.timestamp()))}
    client.post("/bounces", data=body, content_type=kind, headers=headers)
    assert not takes_mail(services, couple.anna_id)
    clock.advance(MINUTE)
    couple.anna.post("/you/mail/start")
    clock.advance(MINUTE)
    assert client.post("/bounces", data=body, content_type=kind, headers=headers).status_code == 204
    assert takes_mail(services, couple.anna_id)


def test_more_than_a_megabyte_is_refused(client: FlaskClient, clock: FakeClock) -> None:
    assert tell(client, clock, b"x" * 1_100_000).status_code == 413


def test_where_no_secret_is_set_there_is_nothing_here(
    app: Flask, client: FlaskClient, services: Services, clock: FakeClock, to: str
) -> None:
    app.extensions["services"] = replace(services, settings=replace(services.settings, bounce_secret=""))
    content = reports.bounce(to)
    headers = {"Bounce-Signature": signature(content, int(clock.now.timestamp()), "")}
    assert client.post("/bounces", data=content, headers=headers).status_code == 404


def test_no_form_token_is_asked_of_a_machine(guarded_app: Flask, clock: FakeClock, services: Services, to: str) -> None:
    assert tell(guarded_app.test_client(), clock, reports.bounce(to)).status_code == 204
    assert not anna_takes_mail(services)
