"""Which addresses are asked at all."""

import pytest

from integrations.http import Guard, Session
from integrations.http.network_addresses import may_be_asked
from rituals.calendar_interfaces import CalendarError, Trouble
from tests.simulators.internet import Internet

CLOSED_V4 = (
    "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1"
    " 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7"
    " 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255"
)
CLOSED_V6 = (
    ":: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1"
    " 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1"
    " 3fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1"
)
OPEN = ["8.8.8.8", "17.248.1.1", "100.63.255.255", "172.32.0.1", "198.20.0.1", "2a01:4f8::1", "2606:4700::1111"]
NEVER = ["0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::", "fe80::1", "ff02::1"]
NEVER_IN_DISGUISE = ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "::ffff:0.0.0.0"]


@pytest.mark.parametrize("address", [*CLOSED_V4.split(), *CLOSED_V6.split()])
def test_what_is_not_of_the_open_internet_is_refused(address: str) -> None:
    assert not may_be_asked(address, allow_private=False)


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_asked(address: str) -> None:
    assert may_be_asked(address, allow_private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.178.20", "::1", "fd12:3456::1", *OPEN])
def test_the_own_network_is_asked_where_the_operator_allows_it(address: str) -> None:
    assert may_be_asked(address, allow_private=True)


@pytest.mark.parametrize("address", [*NEVER, *NEVER_IN_DISGUISE])
def test_some_addresses_are_never_asked(address: str) -> None:
    assert not may_be_asked(address, allow_private=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "::1", "64:ff9b::7f00:1", "2002:7f00:1::"])
def test_a_name_that_leads_inside_is_not_connected_to(address: str) -> None:
    internet = Internet({"calendar.example.org": [address]})
    with Session(Guard(network=internet)) as session, pytest.raises(CalendarError) as caught:
        session.request("GET", "https://calendar.example.org/")
    assert caught.value.trouble is Trouble.UNSAFE
    assert internet.connected == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:7f00:1]"])
def test_no_way_to_write_loopback_gets_through(host: str) -> None:
    with Session(Guard()) as session, pytest.raises(CalendarError) as caught:
        session.request("GET", f"http://{host}:8080/")
    assert caught.value.trouble is Trouble.UNSAFE


def test_of_several_addresses_the_fitting_ones_are_tried_in_turn() -> None:
    internet = Internet({"calendar.example.org": ["64:ff9b::808:808", "9.9.9.9", "8.8.8.8"]})
    with Session(Guard(network=internet)) as session, pytest.raises(CalendarError) as caught:
        session.request("GET", "https://calendar.example.org/")
    assert caught.value.trouble is Trouble.UNREACHABLE
    assert internet.connected == [("9.9.9.9", 443), ("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.org/",
        "example.org",
        "",
        "https://",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org:22/",
        "https://example.org:25/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://example.org\\@evil.example/",
        "https://a..b/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        f"https://example.org/{'a' * 9000}",
    ],
)
def test_what_is_no_plain_web_address_is_not_asked(url: str) -> None:
    internet = Internet({"example.org": ["8.8.8.8"]})
    with Session(Guard(network=internet)) as session, pytest.raises(CalendarError) as caught:
        session.request("GET", url)
    assert caught.value.trouble is Trouble.UNSAFE
    assert internet.connected == []


def test_errors_name_no_address_and_no_password() -> None:
    with Session(Guard(network=Internet({}))) as session, pytest.raises(CalendarError) as caught:
        session.request("GET", "https://private-host.example/secret", headers={"Authorization": "Basic c2VjcmV0"})
    assert str(caught.value) == "GET: no connection"
    assert caught.value.trouble is Trouble.UNREACHABLE
