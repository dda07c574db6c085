"""Our consent against a Google that others have written: npm's `emulate`, where node is at hand.

It knows neither calendars of our own nor event ids, so it is asked for tokens and for busy times alone.
"""

import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from integrations.calendars.google import GoogleProvider, OAuthAddresses, OAuthClient
from integrations.calendars.google.consent import FREE_BUSY, OWN_CALENDARS
from integrations.http import Guard
from rituals.calendar_interfaces import Access, CalendarError, Trouble

HERE = Path(__file__).parents[3] / "google_emulate"
PROGRAM = Path("node_modules") / "emulate" / "dist" / "index.js"
BACK = "http://localhost:9/calendar/google/back"
VERIFIER = "w" * 64
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    node = shutil.which("node")
    program = next((folder / PROGRAM for folder in (HERE, *HERE.parents) if (folder / PROGRAM).exists()), None)
    if node is None or program is None:
        reason = "NOT TRIED against npm's emulate: needs node 20, and `npm install` in tests/google_emulate"
        warnings.warn(reason, stacklevel=1)  # Seen without asking pytest for the reasons of skips.
        pytest.skip(reason)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [node, str(program), "start", "--service", "google", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"http://localhost:{port}"
    finally:
        running.kill()
        running.wait()


@pytest.fixture(scope="module")
def emulated(url: str) -> GoogleProvider:
    addresses = OAuthAddresses(f"{url}/o/oauth2/v2/auth", f"{url}/oauth2/token", f"{url}/oauth2/revoke")
    return GoogleProvider(OAuthClient("a client", "a secret", addresses, Guard(allow_private=True)), api_root=url)


def test_consent_is_asked_for_redeemed_renewed_and_given_back(emulated: GoogleProvider) -> None:
    back = parse_qs(urlsplit(agree(emulated.consent_url(state="s-1", verifier=VERIFIER, return_to=BACK))).query)
    assert back["state"] == ["s-1"]

    for wrong in ("x" * 64, ""):
        with pytest.raises(CalendarError) as caught:
            emulated.redeem(code=back["code"][0], verifier=wrong, return_to=BACK)
        assert caught.value.trouble is Trouble.RECONNECT
    consent = emulated.redeem(code=back["code"][0], verifier=VERIFIER, return_to=BACK)
    assert (consent.may_write, consent.may_see_busy) == (True, True)

    lasting = Access({"refresh_token": consent.secrets["refresh_token"]}, "primary")
    calendar = emulated.open(lasting)
    assert calendar.busy(NOON, NOON + timedelta(hours=1)) == []
    assert calendar.access.secrets["access_token"] not in {"", consent.secrets["access_token"]}
    calendar.close()

    for _ in range(2):
        emulated.withdraw(lasting, delete=False)
    calendar = emulated.open(lasting)
    with pytest.raises(CalendarError) as caught:
        calendar.busy(NOON, NOON + timedelta(hours=1))
    calendar.close()
    assert caught.value.trouble is Trouble.RECONNECT


def agree(url: str) -> str:
    """Press the button on the page of consent, as its first user; where we are sent back to."""
    with build_opener().open(url, timeout=10) as page:
        form = Form()
        form.feed(page.read().decode())
    assert set(form.fields["scope"].split()) == {OWN_CALENDARS, FREE_BUSY}
    try:
        build_opener(Stay).open(Request(urljoin(url, form.action), data=urlencode(form.fields).encode()), timeout=10)
    except HTTPError as redirect:
        return str(redirect.headers["Location"])
    raise AssertionError("The page of consent leads nowhere.")


class Stay(HTTPRedirectHandler):
    """Follows nothing: there is no page of ours to return to."""

    def redirect_request(self, *_: object) -> None:
        return None


class Form(HTMLParser):
    """The first form of a page, with what it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = self.action or given.get("action", "")
        elif tag == "input" and "name" in given:
            self.fields.setdefault(given["name"], given.get("value", ""))


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as trying:
            if trying.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("emulate does not start.")
