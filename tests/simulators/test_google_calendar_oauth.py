"""The simulated Google lets in whom a person allowed in, as far as they did, and as long as they do."""

import json
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from tests.fakes import FakeClock
from tests.simulators.google_calendar.consent import ConsentError
from tests.simulators.google_calendar.oauth import challenge_of
from tests.simulators.google_calendar.resource import Resource, text
from tests.simulators.google_calendar.simulator import SEES_BUSY, WRITES, GoogleCalendar
from tests.simulators.google_client import GoogleClient

ANA = "ana@example.org"
BACK = "http://localhost:8000/google/back"
VERIFIER = "v" * 43


def consent_url(google: GoogleCalendar, **changes: str) -> str:
    asked = {
        "client_id": google.client_id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": f"{WRITES} {SEES_BUSY}",
        "state": "a state",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "access_type": "offline",
    }
    return f"{google.url}/o/oauth2/v2/auth?{urlencode({**asked, **changes})}"


def answered(url: str) -> dict[str, str]:
    """What the browser brings back to us."""
    assert url.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def post(google: GoogleCalendar, path: str, **form: str) -> tuple[int, Resource]:
    connection = HTTPConnection(urlsplit(google.url).netloc, timeout=5)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urlencode(form), headers)
    response = connection.getresponse()
    body: Resource = json.loads(response.read())
    connection.close()
    return response.status, body


def token(google: GoogleCalendar, **form: str) -> tuple[int, Resource]:
    return post(google, "/token", client_id=google.client_id, client_secret=google.client_secret, **form)


def redeem(google: GoogleCalendar, code: str, verifier: str = VERIFIER) -> tuple[int, Resource]:
    return token(google, grant_type="authorization_code", code=code, redirect_uri=BACK, code_verifier=verifier)


def refresh(google: GoogleCalendar, refresh_token: str) -> tuple[int, Resource]:
    return token(google, grant_type="refresh_token", refresh_token=refresh_token)


def may_make_calendars(google: GoogleCalendar, access_token: str) -> int:
    client = GoogleClient(google, access_token)
    status = client.call("POST", "calendars", {"summary": "Side by Side"}).status
    client.connection.close()
    return status


def test_who_is_allowed_gets_tokens_for_a_code(google: GoogleCalendar) -> None:
    back = answered(google.approve(consent_url(google), ANA))
    assert back["state"] == "a state"
    status, tokens = redeem(google, back["code"])
    assert (status, tokens["token_type"], tokens["expires_in"]) == (200, "Bearer", 3599)
    assert text(tokens, "scope").split() == [WRITES, SEES_BUSY]
    assert may_make_calendars(google, text(tokens, "access_token")) == 200


def test_a_person_decides_on_a_page(google: GoogleCalendar) -> None:
    url = consent_url(google)
    page = urlopen(url).read().decode()
    assert "Side by Side wants access" in page
    assert page.count('type="checkbox"') == 2
    form = urlencode({"decision": "allow", "account": ANA, "granted": WRITES})
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.request("POST", url.removeprefix(google.url), form)
    back = answered(connection.getresponse().headers["Location"])
    connection.close()
    assert back["scope"] == WRITES
    assert text(redeem(google, back["code"])[1], "scope") == WRITES


def test_who_says_no_brings_back_no_code(google: GoogleCalendar) -> None:
    assert answered(google.deny(consent_url(google))) == {"state": "a state", "error": "access_denied"}


def test_what_was_not_allowed_is_not_done(google: GoogleCalendar) -> None:
    back = answered(google.approve(consent_url(google), ANA, [SEES_BUSY]))
    assert may_make_calendars(google, text(redeem(google, back["code"])[1], "access_token")) == 403


@pytest.mark.parametrize(
    ("name", "value"),
    [("client_id", "another"), ("response_type", "token"), ("redirect_uri", ""), ("scope", "")],
)
def test_a_wrong_question_is_never_sent_back(google: GoogleCalendar, name: str, value: str) -> None:
    with pytest.raises(ConsentError):
        google.approve(consent_url(google, **{name: value}), ANA)


@pytest.mark.parametrize("name", ["state", "code_challenge", "code_challenge_method"])
def test_a_question_without_state_or_pkce_is_a_violation(google: GoogleCalendar, name: str) -> None:
    with pytest.raises(ConsentError):
        google.approve(consent_url(google, **{name: ""}), ANA)
    assert google.violations.pop().startswith("oauth: ")


def test_a_code_is_good_once_and_with_its_verifier_alone(google: GoogleCalendar) -> None:
    code = answered(google.approve(consent_url(google), ANA))["code"]
    assert redeem(google, code, verifier="w" * 43)[1]["error"] == "invalid_grant"
    code = answered(google.approve(consent_url(google), ANA))["code"]
    assert redeem(google, code)[0] == 200
    assert redeem(google, code)[1]["error"] == "invalid_grant"


def test_a_refresh_token_comes_at_the_first_consent_and_where_it_is_asked_for_again(google: GoogleCalendar) -> None:
    def tokens(**changes: str) -> Resource:
        return redeem(google, answered(google.approve(consent_url(google, **changes), ANA))["code"])[1]

    assert "refresh_token" in tokens()
    assert "refresh_token" not in tokens()
    assert "refresh_token" in tokens(prompt="consent")
    assert "refresh_token" not in tokens(prompt="consent", access_type="online")


def test_access_runs_out_after_an_hour_and_is_refreshed() -> None:
    clock = FakeClock()
    with GoogleCalendar(now=clock) as google:
        tokens = google.grant(ANA)
        clock.advance(timedelta(hours=1))
        assert may_make_calendars(google, text(tokens, "access_token")) == 401
        status, renewed = refresh(google, text(tokens, "refresh_token"))
        assert (status, "refresh_token" in renewed) == (200, False)
        assert may_make_calendars(google, text(renewed, "access_token")) == 200


def test_what_a_person_takes_back_is_gone(google: GoogleCalendar) -> None:
    tokens = google.grant(ANA)
    google.revoke(ANA)
    assert may_make_calendars(google, text(tokens, "access_token")) == 401
    status, refused = refresh(google, text(tokens, "refresh_token"))
    assert (status, refused["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_client_gives_back_its_access_with_either_token(google: GoogleCalendar, kind: str) -> None:
    tokens = google.grant(ANA)
    assert post(google, "/revoke", token=text(tokens, kind)) == (200, {})
    assert may_make_calendars(google, text(tokens, "access_token")) == 401
    assert post(google, "/revoke", token=text(tokens, kind))[0] == 400


def test_a_client_that_nobody_knows_gets_nothing(google: GoogleCalendar) -> None:
    form = {"grant_type": "refresh_token", "client_id": google.client_id, "client_secret": "a guess"}
    assert post(google, "/token", **form)[1]["error"] == "invalid_client"
