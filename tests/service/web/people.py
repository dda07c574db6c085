"""The people of the web tests: browsers, the way in, and two who share a space."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from rituals.couple import Partner, form_couple
from rituals.interfaces import Envelope, HandOver
from rituals.invitation import Invitation
from rituals.signin import SignedIn, SignInLink, welcome
from service.links import Purpose
from service.services import Services


@dataclass(slots=True)
class KeptMail:
    """A mailer that keeps what it is handed."""

    letters: list[Envelope] = field(default_factory=list)

    @property
    def relay(self) -> str:
        return "post"

    def connections(self) -> Sequence["KeptMail"]:
        return [self, self]

    @property
    def hears_next(self) -> bool:
        return False

    def rests(self) -> float:
        return 0.0

    def open(self) -> None:
        """Nothing is to be opened."""

    def send(self, envelope: Envelope, hand_over: HandOver, *, then: Envelope | None = None) -> bool:
        if not hand_over():
            return False
        self.letters.append(envelope)
        return True

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two browsers whose people share an open space: Anna in Berlin and Ben in Lisbon, unless said otherwise."""

    anna: FlaskClient
    ben: FlaskClient
    couple_id: int
    anna_id: int
    ben_id: int


def services_of(app: Flask) -> Services:
    services = app.extensions["services"]
    assert isinstance(services, Services)
    return services


def sign_in_path(client: FlaskClient, address: str) -> str:
    """Where the newest sign-in mail to this address leads."""
    services = services_of(client.application)
    newest = select(SignInLink.id).where(SignInLink.address == address).order_by(SignInLink.id.desc())
    with services.database.reading() as session:
        link_id = session.scalars(newest).first()
    assert link_id is not None, "nobody asked for a link"
    return f"/sign-in/{services.links.token(Purpose.SIGN_IN, link=link_id)}"


def invitation_path(client: FlaskClient, address: str) -> str:
    """Where the newest invitation to this address leads."""
    services = services_of(client.application)
    newest = select(Invitation.id).where(Invitation.address == address).order_by(Invitation.id.desc())
    with services.database.reading() as session:
        invitation_id = session.scalars(newest).first()
    assert invitation_id is not None, "nobody invited this address"
    return f"/invitation/{services.links.token(Purpose.INVITATION, invitation=invitation_id)}"


def sign_in(client: FlaskClient, address: str) -> None:
    """Through the real link: ask, open the mail's page, press its button."""
    client.post("/sign-in", data={"address": address})
    path = sign_in_path(client, address)
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 303


def introduce(client: FlaskClient, name: str, zone: str = "Europe/Berlin") -> None:
    client.post("/you", data={"name": name, "zone": zone})


def arrive(app: Flask, address: str, name: str, zone: str) -> FlaskClient:
    """A browser in which somebody is signed in and introduced, made without a page to be quick."""
    services, client = services_of(app), app.test_client()
    with services.database.writing() as session:
        partner = welcome(session, address, services.clock())
        partner.introduce(name=name, zone=zone)
        secret = SignedIn.start(session, partner, label="A browser", now=services.clock())
    secure = services.settings.is_secure
    client.set_cookie(app.config["SIGN_IN_COOKIE"], secret, secure=secure, path="/")
    return client


def pair(
    app: Flask,
    first: tuple[str, str, str] = ("anna@example.org", "Anna", "Europe/Berlin"),
    second: tuple[str, str, str] = ("ben@example.org", "Ben", "Europe/Lisbon"),
) -> Pair:
    """Two signed-in browsers of one couple. Each person: address, name, zone."""
    services = services_of(app)
    anna, ben = arrive(app, *first), arrive(app, *second)
    with services.database.writing() as session:
        one, other = Partner.with_address(session, first[0]), Partner.with_address(session, second[0])
        assert one is not None
        assert other is not None
        couple = form_couple(session, one, other, services.clock())
        return Pair(anna, ben, couple.id, one.id, other.id)


def others(app: Flask) -> Pair:
    """Another couple, who must never be touched."""
    return pair(app, ("cleo@example.org", "Cleo", "Europe/Paris"), ("dan@example.org", "Dan", "Europe/Paris"))
