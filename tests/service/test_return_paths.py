"""Each mail has a return path of its own, and only ours name one."""

from dataclasses import replace
from pathlib import Path

import pytest

from integrations.mail.addresses import refuse_unsafe
from rituals.delivery import Delivery
from rituals.interfaces import Envelope
from rituals.outbox import Letter
from service.return_paths import Named, ReturnPaths
from service.settings import Settings

KEY, OLDER_KEY = "k3y-Of-a-Hundred-Random-Letters-And-More", "an-0lder-Key-that-still-opens-what-it-sealed"
LARGEST_ID = 2**63 - 1


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"SECRET_KEYS": KEY, "MAIL_FROM": "rituals@example.org", "BOUNCE_TO": "Bounces@Mail.Example.org"}
    return Settings.read(environ, root=tmp_path)


@pytest.fixture
def paths(settings: Settings) -> ReturnPaths:
    return ReturnPaths.of(settings)


@pytest.mark.parametrize("kind", [Delivery, Letter])
@pytest.mark.parametrize("row_id", [1, 31, 1_000_000, LARGEST_ID])
def test_what_comes_back_names_its_mail(paths: ReturnPaths, kind: type[Delivery] | type[Letter], row_id: int) -> None:
    sender = paths.sender_for(kind, row_id)
    assert sender.startswith("bounces+")
    assert sender.endswith("@mail.example.org")
    for text in (
        sender,
        sender.upper(),
        f"Anna <{sender}>, other@example.org",
        f"<{sender}>",
        sender[8 : sender.index("@")],
    ):
        assert paths.find(["", "nobody@example.org", text]) == Named(kind, row_id)


@pytest.mark.parametrize("local", ["b", "x" * 25])
def test_it_is_an_address_that_every_mail_system_takes(settings: Settings, local: str) -> None:
    paths = ReturnPaths.of(replace(settings, bounce_to=f"{local}@example.org"))
    sender = paths.sender_for(Delivery, LARGEST_ID)
    assert sender == sender.lower()
    assert len(sender.partition("@")[0]) <= 64
    refuse_unsafe(Envelope(sender, "anna@example.org", b""))


def test_no_two_mails_have_the_same(paths: ReturnPaths) -> None:
    senders = {paths.sender_for(kind, number) for kind in (Delivery, Letter) for number in range(1, 500)}
    assert len(senders) == 998


def test_one_changed_character_names_nothing(paths: ReturnPaths) -> None:
    sender = paths.sender_for(Delivery, 0xABCDE)
    start, end = len("bounces+"), sender.index("@")
    for place in range(start, end):
        other = "1" if sender[place] != "1" else "2"
        assert paths.find([sender[:place] + other + sender[place + 1 :]]) is None


@pytest.mark.parametrize("text", ["", "d1", "d1-", "d1-" + "0" * 20, "l-" + "a" * 20, "\0", "²" * 60, "d" * 100_000])
def test_what_is_not_ours_names_nothing(paths: ReturnPaths, text: str) -> None:
    assert paths.find([text, f"bounces+{text}@mail.example.org"]) is None


def test_keys_can_be_changed(settings: Settings) -> None:
    old = ReturnPaths.of(replace(settings, secret_keys=(OLDER_KEY,))).sender_for(Letter, 7)
    assert ReturnPaths.of(replace(settings, secret_keys=(KEY, OLDER_KEY))).find([old]) == Named(Letter, 7)
    assert ReturnPaths.of(replace(settings, secret_keys=(KEY,))).find([old]) is None


def test_without_an_address_for_it_everything_comes_back_to_the_sender(settings: Settings) -> None:
    paths = ReturnPaths.of(replace(settings, bounce_to=""))
    assert paths.sender_for(Delivery, 7) == "rituals@example.org"


def test_what_was_sent_is_still_understood_when_the_address_has_changed(settings: Settings, paths: ReturnPaths) -> None:
    sender = paths.sender_for(Delivery, 7)
    for bounce_to in ("", "returns@example.net"):
        assert ReturnPaths.of(replace(settings, bounce_to=bounce_to)).find([sender]) == Named(Delivery, 7)
