"""How the URL of a mail server is read."""

import pytest

from integrations.mail.relay import Relay, Scheme


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://mail.example.org", Relay(Scheme.CLEAR, "mail.example.org", 25)),
        ("smtp+starttls://mail.example.org", Relay(Scheme.STARTTLS, "mail.example.org", 587)),
        ("smtps://mail.example.org/", Relay(Scheme.TLS, "mail.example.org", 465)),
        ("SMTPS://Mail.Example.org:2465", Relay(Scheme.TLS, "mail.example.org", 2465)),
        (
            "smtp+starttls://side%40example.org:p%40ss%2Fw%C3%B6rd%25@mail.example.org",
            Relay(Scheme.STARTTLS, "mail.example.org", 587, "side@example.org", "p@ss/wörd%"),
        ),
        ("smtps://a:b@mail.example.org?connections=50", Relay(Scheme.TLS, "mail.example.org", 465, "a", "b", 50)),
        (
            "smtp://mail.example.org?connections=2&rate=0.5",
            Relay(Scheme.CLEAR, "mail.example.org", 25, rate=0.5, connections=2),
        ),
        ("smtp://mail.example.org?rate=50", Relay(Scheme.CLEAR, "mail.example.org", 25, rate=50)),
        ("smtp://mail.example.org?pipelining=off", Relay(Scheme.CLEAR, "mail.example.org", 25, pipelining=False)),
        ("smtp://localhost:1025", Relay(Scheme.CLEAR, "localhost", 1025, verified=False)),
        ("smtps://127.0.0.1", Relay(Scheme.TLS, "127.0.0.1", 465, verified=False)),
        ("smtps://[::1]:99", Relay(Scheme.TLS, "::1", 99, verified=False)),
        ("smtps://10.0.0.1", Relay(Scheme.TLS, "10.0.0.1", 465)),
        ("smtps://localhost.example.org", Relay(Scheme.TLS, "localhost.example.org", 465)),
    ],
)
def test_a_url_names_a_relay(url: str, relay: Relay) -> None:
    assert Relay.parse(url) == relay


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "must begin with smtp://"),
        ("mail.example.org", "must begin with smtp://"),
        ("http://a:hunter2@mail.example.org", "must begin with smtp://"),
        ("smtp://", "name of a host"),
        ("smtp://a:hunter2@", "name of a host"),
        ("smtp://a:hunter2@mail..example.org", "name of a host"),
        ("smtp://a:hunter2@mail example.org", "name of a host"),
        ("smtp://a:hunter2@mail.example.org:99999", "cannot be read"),
        ("smtp://a:hunter2@mail.example.org:smtp", "cannot be read"),
        ("smtp://a:hunter2@mail.example.org:0", "between 1 and 65535"),
        ("smtp://a:hunter2/x@mail.example.org", "cannot be read"),
        ("smtp://a:hunter2#x@mail.example.org", "cannot be read"),
        ("smtp://a:hunter2[x@mail.example.org", "cannot be read"),
        ("smtp://a:hunter2%FF@mail.example.org", "percent-encoded UTF-8"),
        ("smtp://a:hunter2%00@mail.example.org", "NUL"),
        ("smtp://a:hunter2@mail.example.org/inbox", "ends after host and port"),
        ("smtp://a:hunter2@mail.example.org#x", "ends after host and port"),
        ("smtp://hunter2@mail.example.org", "both a user and a password"),
        ("smtp://:hunter2@mail.example.org", "both a user and a password"),
        ("smtp://a:hunter2@mail.example.org?verify=no", "three options only"),
        ("smtp://a:hunter2@mail.example.org?connections=0", "from 1 to 50"),
        ("smtp://a:hunter2@mail.example.org?connections=51", "from 1 to 50"),
        ("smtp://a:hunter2@mail.example.org?connections=", "from 1 to 50"),
        ("smtp://a:hunter2@mail.example.org?connections=-4", "from 1 to 50"),
        ("smtp://a:hunter2@mail.example.org?connections=10000", "from 1 to 50"),
        ("smtp://a:hunter2@mail.example.org?connections=²", "from 1 to 50"),
        ("smtp://a:hunter2@mail.example.org?rate=", "mails a second"),
        ("smtp://a:hunter2@mail.example.org?rate=0", "mails a second"),
        ("smtp://a:hunter2@mail.example.org?rate=-1", "mails a second"),
        ("smtp://a:hunter2@mail.example.org?rate=1e9", "mails a second"),
        ("smtp://a:hunter2@mail.example.org?rate=nan", "mails a second"),
        ("smtp://a:hunter2@mail.example.org?pipelining=no", "on or off"),
    ],
)
def test_a_url_that_cannot_be_used_is_explained_without_its_password(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        Relay.parse(url)
    assert "hunter2" not in f"{refused.value!r} {refused.value.__cause__!r}"


def test_a_relay_shows_everything_but_its_password() -> None:
    assert "hunter2" not in repr(Relay.parse("smtps://a:hunter2@mail.example.org"))


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("smtp://a:b@mail.example.org", True),
        ("smtp://a:b@localhost", False),
        ("smtp://mail.example.org", False),
        ("smtp+starttls://a:b@mail.example.org", False),
        ("smtps://a:b@mail.example.org", False),
    ],
)
def test_a_relay_tells_whether_the_password_crosses_a_network_readably(url: str, exposed: bool) -> None:
    assert Relay.parse(url).exposes_password is exposed
