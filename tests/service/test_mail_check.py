"""The way that mails take, looked at: whatever is wrong is one sentence with its cure."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from integrations.mail.inspection import Inspected
from integrations.mail.relay import Relay
from integrations.names import Dns
from rituals.mail_check_interfaces import NamesError
from service.mail_check import MailCheck
from service.mail_names import Domains, look_up
from service.settings import Settings
from tests.fakes import A_MONDAY
from tests.simulators.certificate import write_certificate
from tests.simulators.mail_script import Stage, on, reply
from tests.simulators.mail_server import MailServer

TIMEOUT = timedelta(seconds=2)
KEY = "a-key-that-is-only-good-for-tests-0123456789"
SENDER = {"SECRET_KEYS": KEY, "MAIL_FROM": "rituals@side.example"}
GOOD = {
    "MX side.example": ["mail.side.example"],
    "TXT side.example": ["a site's proof", "v=spf1 include:mail.example -all"],
    "TXT _domainkey.side.example": [""],
    "TXT _dmarc.side.example": ["v=DMARC1; p=reject"],
    "A mail.example": ["203.0.113.7"],
    "PTR 203.0.113.7": ["mail.example"],
}


@dataclass(slots=True)
class FakeNames:
    """A small internet."""

    records: Mapping[str, Sequence[str]] = field(default_factory=dict)
    silent: bool = False

    def texts(self, name: str) -> Sequence[str]:
        return self._find("TXT", name)

    def exchangers(self, name: str) -> Sequence[str]:
        return self._find("MX", name)

    def addresses(self, host: str) -> Sequence[str]:
        return self._find("A", host)

    def names_of(self, address: str) -> Sequence[str]:
        return self._find("PTR", address)

    def is_there(self, name: str) -> bool:
        return bool(self._find("TXT", name))

    def _find(self, kind: str, name: str) -> Sequence[str]:
        if self.silent:
            raise NamesError(f"No server told us about {name}.")
        return self.records.get(f"{kind} {name}", ())


def check_of(urls: Sequence[str], names: FakeNames | None = None, **environ: str) -> MailCheck:
    settings = Settings.read({**SENDER, "SMTP_URL": ",".join(urls), **environ}, root=Path())
    return MailCheck(settings, [Inspected(Relay.parse(url), TIMEOUT) for url in urls], names or FakeNames(GOOD))


def look(check: MailCheck) -> list[str]:
    return [str(finding) for finding in check.look()]


def wrong(check: MailCheck) -> list[str]:
    return [finding for finding in look(check) if finding.startswith("!")]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer(users={"ana": "s3cret"}) as server:
        yield server


def test_a_way_that_is_open_is_said_to_be(server: MailServer) -> None:
    check = check_of([server.url])
    name = f"127.0.0.1:{server.port}"
    assert look(check) == [
        f"  {name} answers in clear and knows us.",
        f"  {name} takes a mail's envelope in one go (PIPELINING).",
        "  Mail to side.example goes to mail.side.example.",
        "  side.example says who may send for it: v=spf1 include:mail.example -all",
        "  side.example has DKIM keys. The test mail's header tells whether the mail server signs with one.",
        "  side.example says what becomes of mails that fail: v=DMARC1; p=reject",
    ]
    assert server.reached(Stage.QUIT) == 1
    assert server.received == []


def test_a_mail_server_on_this_machine_sends_by_an_address_that_needs_a_name(server: MailServer) -> None:
    production = {"ENVIRONMENT": "production", "BASE_URL": "https://rituals.example.org"}
    assert [line for line in look(check_of([server.url], **production)) if "(PTR)" in line] == [
        "  The address by which this machine sends to others needs a name that leads back to it (PTR)."
    ]


def test_the_password_is_never_said(server: MailServer) -> None:
    server.users = {"ana": "another"}
    (finding,) = wrong(check_of([server.url.replace("another", "s3cret")]))
    assert "AUTH: 535 5.7.8" in finding
    assert "Are user and password right" in finding
    assert "s3cret" not in finding


def test_tls_is_looked_at_as_it_is_used(tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "server.pem")
    with MailServer(certificate=certificate, smtps=True) as server:
        assert f"  127.0.0.1:{server.port} answers with TLS." in look(check_of([server.url]))
        assert "is the port right?" in "".join(wrong(check_of([server.url.replace("smtps", "smtp")])))
    with MailServer() as server:
        starttls = server.url.replace("smtp://", "smtp+starttls://")
        assert "STARTTLS: not offered" in wrong(check_of([starttls]))[0]


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Stage.BANNER, "banner: 554; the relay"),
        (Stage.EHLO, "EHLO: 554"),
        (Stage.AUTH, "Are user and password right"),
    ],
)
def test_how_far_one_comes_is_said(server: MailServer, stage: Stage, said: str) -> None:
    server.rewrite(on(stage, reply(554)))
    (finding,) = wrong(check_of([server.url]))
    assert said in finding


def test_each_of_several_mail_servers_is_looked_at(server: MailServer) -> None:
    with MailServer(offers=("SIZE 20000",)) as small:
        gone = f"smtp://127.0.0.1:{small.port}"
        check = check_of([gone, server.url])
        told = "".join(look(check))
        assert "takes commands one by one" in told
        assert "takes mails of 20000 bytes at most. Ask for 1000000 bytes at least." in told
        assert "knows us" in told
    assert "connect: Connection refused. Are host and port right" in wrong(check)[0]
    assert len(wrong(check)) == 1


def test_a_test_mail_goes_through_each(server: MailServer) -> None:
    with MailServer() as second:
        check = check_of([server.url, second.url], BOUNCE_TO="bounces@side.example")
        told = [str(finding) for finding in check.send("ana@example.org", A_MONDAY)]
        assert [line.startswith("  ") for line in told] == [True, True]
        (first,), (other,) = server.messages, second.messages
    assert (first.sender, first.recipient) == ("bounces@side.example", "ana@example.org")
    assert b"From: rituals@side.example" in first.content
    assert first.message_id != other.message_id


@pytest.mark.parametrize(
    ("stage", "cure"),
    [(Stage.MAIL, "MAIL_FROM (and BOUNCE_TO) must be allowed there"), (Stage.RCPT, "is the address wrong?")],
)
def test_a_test_mail_that_is_refused_is_told_with_its_cure(server: MailServer, stage: Stage, cure: str) -> None:
    server.rewrite(on(stage, reply(550, "5.1.1 no <ana@example.org>")))
    (told,) = [str(finding) for finding in check_of([server.url]).send("ana@example.org", A_MONDAY)]
    assert told.startswith("! ")
    assert cure in told
    assert "ana@" not in told


def far_away(records: Mapping[str, Sequence[str]], **environ: str) -> list[str]:
    """What is wrong with the names, for a mail server elsewhere that does not answer here."""
    return wrong(check_of([], FakeNames(records), **environ))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MX side.example": []}, "side.example takes no mail. Bounces and answers come there"),
        ({"MX side.example": [], "A side.example": ["203.0.113.9"]}, "has no MX; mail goes to the host itself"),
        ({"MX side.example": ["."]}, "says that it takes no mail"),
        ({"TXT side.example": ["v=spf10 x"]}, "has no SPF record"),
        ({"TXT side.example": ["v=spf1 -all", "V=SPF1 a -all"]}, "has 2 SPF records, which counts as none"),
        ({"TXT side.example": ["v=spf1 +all"]}, "lets everybody send"),
        ({"TXT _domainkey.side.example": []}, "has no DKIM key"),
        ({"TXT _dmarc.side.example": []}, "has no DMARC record"),
        ({"TXT _dmarc.side.example": ["v=DMARC1;p=none", "v=DMARC1"]}, "_dmarc.side.example has 2 records"),
    ],
)
def test_a_record_that_is_missing_or_wrong_is_named(change: dict[str, list[str]], said: str) -> None:
    assert far_away(GOOD) == []
    (finding,) = far_away({**GOOD, **change})
    assert said in finding


def test_a_policy_may_stand_above(server: MailServer) -> None:
    assert far_away({**GOOD, "TXT _dmarc.side.example": [], "TXT _dmarc.example": ["v=DMARC1"]}) != []
    below = {name.replace("side.example", "mail.side.example"): texts for name, texts in GOOD.items()}
    below = {**below, "TXT _dmarc.mail.side.example": [], "TXT _dmarc.side.example": ["v=DMARC1; p=none"]}
    assert far_away(below, MAIL_FROM="rituals@mail.side.example") == []


def test_a_return_path_elsewhere_is_named() -> None:
    records = {**GOOD, "MX other.example": ["mx.other.example"], "TXT other.example": ["v=spf1 -all"]}
    (finding,) = far_away(records, BOUNCE_TO="bounces@other.example")
    assert "BOUNCE_TO is of other.example, which is not side.example" in finding
    below = {**GOOD, "MX b.side.example": ["mx"], "TXT b.side.example": ["v=spf1 -all"]}
    assert far_away(below, BOUNCE_TO="bounces@b.side.example") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "mail.example (203.0.113.7) is mail.example, in both directions."),
        ({"PTR 203.0.113.7": []}, "has no name that leads back to it (PTR)"),
        ({"PTR 203.0.113.7": ["elsewhere.example"]}, "has no name that leads back to it (PTR)"),
        ({"A mail.example": []}, "mail.example has no address. Is its name right?"),
    ],
)
def test_a_mail_servers_name_leads_both_ways(change: dict[str, list[str]], said: str) -> None:
    settings = Settings.read(SENDER, root=Path())
    found = look_up(Domains.of(settings), ["mail.example"], FakeNames({**GOOD, **change}))
    assert said in str(list(found)[-1])


def test_where_no_resolver_answers_that_is_said_and_the_rest_goes_on(server: MailServer) -> None:
    told = look(check_of([server.url], FakeNames(silent=True)))
    assert told[0].endswith("answers in clear and knows us.")
    assert told[-1].startswith("! No server told us about")
    assert "Does this machine have a resolver" in told[-1]


def test_in_development_nothing_is_asked_of_anybody() -> None:
    assert look(check_of([], FakeNames(silent=True), MAIL_FROM="rituals@localhost")) == [
        "  Mails stay here, in the built-in mailbox.",
        "  MAIL_FROM is of localhost, which nobody else knows: no record is looked for.",
    ]


ZONE = {
    ("side.example.", "TXT"): ['"v=spf1 include:" "mail.example -all"'],
    ("side.example.", "MX"): ["20 second.side.example.", "10 first.side.example."],
    ("first.side.example.", "A"): ["203.0.113.7"],
    ("first.side.example.", "AAAA"): ["2001:db8::7"],
    ("7.113.0.203.in-addr.arpa.", "PTR"): ["first.side.example."],
    ("_domainkey.side.example.", "NS"): ["first.side.example."],
    ("odd.example.", "TXT"): [],
}


@pytest.fixture
def resolver() -> Iterator[Dns]:
    """One that asks a name server of this machine, which knows ZONE."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = Thread(target=serve, args=(server,))
        thread.start()
        yield Dns(["127.0.0.1"], port=server.getsockname()[1], patience=0.3)
        server.sendto(b"", server.getsockname())
        thread.join()


def serve(server: socket.socket) -> None:
    while True:
        content, client = server.recvfrom(4096)
        if not content:
            return
        query = dns.message.from_wire(content)
        name, kind = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
        answer = dns.message.make_response(query)
        if records := ZONE.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
        elif name not in {known for known, _ in ZONE}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif name.startswith("odd."):
            answer.set_rcode(dns.rcode.SERVFAIL)
        server.sendto(answer.to_wire(), client)


def test_names_are_asked_for_as_the_internet_has_them(resolver: Dns) -> None:
    assert resolver.texts("side.example") == ["v=spf1 include:mail.example -all"]
    assert resolver.exchangers("side.example") == ["first.side.example", "second.side.example"]
    assert resolver.addresses("first.side.example") == ["203.0.113.7", "2001:db8::7"]
    assert resolver.names_of("203.0.113.7") == ["first.side.example"]
    assert resolver.names_of("203.0.113.8") == []
    assert resolver.texts("first.side.example") == resolver.texts("nothing.example") == []
    assert resolver.is_there("_domainkey.side.example")
    assert not resolver.is_there("_domainkey.first.side.example")


def test_a_name_server_that_fails_or_is_not_there_is_no_word_about_the_name(resolver: Dns) -> None:
    with pytest.raises(NamesError, match="odd"):
        resolver.texts("odd.example")
    with pytest.raises(NamesError, match="No server told us about side"):
        Dns(["127.0.0.1"], port=9, patience=0.1).exchangers("side.example")
