"""What holds on every page, whoever asks and whatever they send."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.services import Services
from service.settings import Settings
from service.web import create_app
from service.web.security import own_path
from tests.service.web.people import Pair, arrive, invitation_path, others, pair, sign_in_path

OPEN_PAGES = ("/", "/sign-in", "/sign-in/sent", "/sign-in/nonsense", "/invitation/nonsense", "/leave/nonsense")
QUIET_PAGES = ("/support", "/privacy", "/health", "/nothing-here")
OWN_PAGES = ("/you", "/you/edit", "/space", "/leave")
FORMS = (
    "/sign-in",
    "/sign-out",
    "/you",
    "/you/sessions/end-all",
    "/invitations",
    "/leave",
    "/closed/forget",
    "/you/block/lift",
    "/space",
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "' OR 1=1 --",
    "line\r\nBcc: eve@example.org",
    "nul\0nul",
    "line\u2028separator",
    "\u202egnp.exe",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "%00%0d%0a",
    "A" * 10_000,
    "",
)


def token_on(answer: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert found, "the page has no form"
    return found[1]


@pytest.fixture
def guarded(guarded_app: Flask) -> FlaskClient:
    """Somebody signed in where cross-site protection is on."""
    return pair(guarded_app).anna


@pytest.mark.parametrize("path", OPEN_PAGES + QUIET_PAGES)
def test_every_answer_carries_the_headers_that_fence_it_in(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"] or "private" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/sign-in/x", "/invitation/x", "/leave/x", "/after/x", "/unsubscribe/x", "/answer/x", "/feed/x.ics"]
)
def test_an_address_with_a_token_in_it_is_kept_out_of_search_engines(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", OWN_PAGES + OPEN_PAGES)
def test_no_page_has_inline_script_or_style(couple: Pair, path: str) -> None:
    answer = couple.anna.get(path, follow_redirects=True)
    assert answer.mimetype == "text/html"
    page = answer.text
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)


def test_strict_transport_is_asked_for_over_https_alone(client: FlaskClient, secure_app: Flask) -> None:
    assert "Strict-Transport-Security" not in client.get("/sign-in").headers
    assert "max-age=" in secure_app.test_client().get("/sign-in").headers["Strict-Transport-Security"]


def test_over_https_cookies_are_bound_to_this_host(secure_app: Flask) -> None:
    client = secure_app.test_client()
    https = {"base_url": "https://rituals.example.org"}
    page = client.get("/sign-in", **https)
    state = page.headers["Set-Cookie"]
    form = {"address": "anna@example.org", "csrf_token": token_on(page)}
    assert client.post("/sign-in", data=form, **https).status_code == 303
    path = sign_in_path(client, "anna@example.org")
    answer = client.post(path, data={"csrf_token": token_on(client.get(path, **https))}, **https)
    signed_in = next(line for line in answer.headers.getlist("Set-Cookie") if "signed-in" in line)
    for line, name in ((state, "__Host-state="), (signed_in, "__Host-signed-in=")):
        assert line.startswith(name)
        flags = {part.strip() for part in line.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= flags
        assert "Domain" not in line


def test_over_http_cookies_are_hidden_from_scripts(client: FlaskClient) -> None:
    client.post("/sign-in", data={"address": "anna@example.org"})
    answer = client.post(sign_in_path(client, "anna@example.org"))
    flags = answer.headers["Set-Cookie"]
    assert "HttpOnly" in flags
    assert "SameSite=Lax" in flags


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", [None, "", "nonsense", "of somebody else"])
def test_a_form_without_a_token_of_its_own_is_refused(guarded_app: Flask, path: str, token: str | None) -> None:
    anna = arrive(guarded_app, "anna@example.org", "Anna", "Europe/Berlin")
    if token == "of somebody else":
        token = token_on(others(guarded_app).ben.get("/you"))
    form = {"address": "ben@example.org", "name": "Eve", "zone": "Europe/Berlin", "phone_place": "x"}
    answer = anna.post(path, data=form if token is None else {**form, "csrf_token": token})
    assert answer.status_code == 400
    assert "That form had grown old." in answer.text
    assert 'value="Anna"' in anna.get("/you").text


def test_pages_with_their_token_work(guarded: FlaskClient) -> None:
    token = token_on(guarded.get("/space"))
    answer = guarded.post("/space", data={"phone_place": "the drawer", "csrf_token": token})
    assert answer.status_code == 303


def test_links_in_mails_need_the_token_of_their_page(guarded_app: Flask) -> None:
    anna = arrive(guarded_app, "anna@example.org", "Anna", "Europe/Berlin")
    anna.post("/invitations", data={"address": "b@example.org", "csrf_token": token_on(anna.get("/invitations/new"))})
    client = guarded_app.test_client()
    client.post("/sign-in", data={"address": "c@example.org", "csrf_token": token_on(client.get("/sign-in"))})
    stranger = guarded_app.test_client()
    path = invitation_path(anna, "b@example.org")
    for answer in ("accept", "decline", "refuse"):
        assert stranger.post(f"{path}/{answer}").status_code == 400
    assert stranger.post(sign_in_path(client, "c@example.org")).status_code == 400


def test_forms_drawn_before_signing_in_are_void_afterwards(guarded_app: Flask) -> None:
    client = guarded_app.test_client()
    before = token_on(client.get("/sign-in"))
    client.post("/sign-in", data={"address": "anna@example.org", "csrf_token": before})
    client.post(sign_in_path(client, "anna@example.org"), data={"csrf_token": before})
    answer = client.post("/you", data={"name": "Anna", "zone": "UTC", "csrf_token": before})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("target", "own"),
    [
        ("/you", True),
        ("/plans/7?from=mail#top", True),
        ("", False),
        (None, False),
        ("you", False),
        ("//evil.example", False),
        ("///evil.example", False),
        ("/\\evil.example", False),
        ("\\/evil.example", False),
        ("/x\\@evil.example", False),
        ("/\t/evil.example", False),
        ("/\n/evil.example", False),
        (" //evil.example", False),
        ("https://evil.example", False),
        ("https:evil.example", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("/you\r\nSet-Cookie: x=y", False),
        ("/you\0", False),
    ],
)
def test_only_a_path_of_this_site_is_gone_to(target: str | None, own: bool) -> None:
    assert own_path(target) == (target if own else None)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:24]))
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/sign-in", "address"),
        ("/invitations", "address"),
        ("/you", "name"),
        ("/you", "zone"),
        ("/you", "depth_cap"),
        ("/space", "phone_place"),
        ("/space", "closing_line"),
        ("/leave", "events"),
        ("/sign-out", "next"),
    ],
)
def test_hostile_words_are_text_or_refused(couple: Pair, path: str, field: str, text: str) -> None:
    form = {"name": "Anna", "zone": "Europe/Berlin", "depth_cap": "2", "phone_place": "x", field: text}
    answer = couple.anna.post(path, data=form)
    assert answer.status_code in (303, 422)
    kept = couple.anna.get("/you").text + couple.ben.get("/space", follow_redirects=True).text
    for seen in (answer.text, kept):
        assert "<script>alert" not in seen
        assert "<img src=x" not in seen
        assert ">49" not in seen
    assert not {"\0", "\u2028", "\u202e"} & set(kept)


@pytest.mark.parametrize("path", ["/", "/you?next=%00", "/sign-in?next=%ff%fe", "/%00", "/%ff", "/sign-in/%0d%0aX:y"])
def test_odd_addresses_are_never_an_error_of_ours(guarded_app: Flask, path: str) -> None:
    assert guarded_app.test_client().get(path).status_code < 500


@pytest.mark.parametrize("cookie", ["", "x", "é", "a" * 4000, '"', "%00"])
def test_an_odd_cookie_is_nobody(guarded_app: Flask, cookie: str) -> None:
    client = guarded_app.test_client(use_cookies=False)
    for name in ("signed-in", "state"):
        answer = client.get("/you", headers={"Cookie": f"{name}={cookie}"})
        assert answer.location == "/sign-in?next=/you"


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_more_than_a_form_can_hold_is_refused(couple: Pair, content_type: str) -> None:
    answer = couple.anna.post("/space", data=b"phone_place=" + b"x" * 1_100_000, content_type=content_type)
    assert answer.status_code == 413
    assert "too much at once" in answer.text


def test_more_fields_than_any_form_has_are_refused(couple: Pair) -> None:
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="f{n}"\r\n\r\ny\r\n' for n in range(2_000))
    answer = couple.anna.post("/space", data=f"{parts}--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_ten_thousand_fields_change_nothing(couple: Pair) -> None:
    body = "&".join(f"f{n}=y" for n in range(10_000))
    answer = couple.anna.post("/space", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (303, 400, 413)


@pytest.mark.parametrize("path", OPEN_PAGES + QUIET_PAGES + OWN_PAGES)
def test_a_head_request_is_answered_like_a_get_without_its_body(couple: Pair, path: str) -> None:
    got, headed = couple.anna.get(path), couple.anna.head(path)
    assert headed.status_code == got.status_code
    assert headed.data == b""


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_never_sent_by_get_or_by_another_method(couple: Pair, path: str) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        assert couple.anna.open(path, method=method).status_code == 405


def test_what_is_not_found_is_a_page_also_for_somebody_signed_in(couple: Pair) -> None:
    for answer in (couple.anna.get("/nothing"), couple.anna.post("/you/sessions/999/end")):
        assert answer.status_code == 404
        assert "There is nothing here." in answer.text


def test_a_failure_of_ours_is_a_page_without_its_reason(services: Services, settings: Settings) -> None:
    def broken() -> str:
        raise ZeroDivisionError("the reason")

    app = create_app(replace(services))
    app.add_url_rule("/broken", "broken", broken)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Something broke on our side." in answer.text
    assert "reason" not in answer.text


@pytest.mark.parametrize(
    ("proxy", "forwarded", "scheme"), [("127.0.0.1", "192.0.2.1", "https"), ("192.0.2.9", "127.0.0.1", "https")]
)
def test_proxy_headers_are_nothing_unless_the_proxy_is_ours(
    client: FlaskClient, proxy: str, forwarded: str, scheme: str
) -> None:
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": scheme}
    for number in range(21):
        answer = client.post(
            "/sign-in",
            data={"address": f"a{number}@example.org"},
            headers={**headers, "X-Forwarded-For": f"192.0.2.{number}"},
            environ_base={"REMOTE_ADDR": proxy},
        )
    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("addresses", "last"),
    [("2001:db8:1:2::{:x}", 429), ("::ffff:192.0.2.{}", 303), ("2001:db8:1:{:x}::1", 303), ("unix{}", 429)],
)
def test_one_ipv6_network_is_one_client(client: FlaskClient, addresses: str, last: int) -> None:
    for number in range(21):
        answer = client.post(
            "/sign-in",
            data={"address": f"a{number}@example.org"},
            environ_base={"REMOTE_ADDR": addresses.format(number)},
        )
    assert answer.status_code == last
