"""What the names of the internet say about our mail: MX, SPF, DKIM, DMARC and PTR, each with its cure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from rituals.mail_check_interfaces import Names, NamesError
from service.finding import Finding
from service.settings import Settings

SPF, DMARC = "v=spf1", "v=DMARC1"
COPY = "docs/hosting.md has the record to copy."
LOCAL = (".local", ".localhost", ".internal", ".lan", ".home", ".test")


@dataclass(frozen=True, slots=True)
class Domains:
    """Of the address that people see, and of the one that mails come back to."""

    sender: str
    returned: str

    @classmethod
    def of(cls, settings: Settings) -> "Domains":
        sender = settings.mail_from.address.rpartition("@")[2].lower()
        return cls(sender, settings.bounce_to.rpartition("@")[2].lower() or sender)

    @property
    def are_aligned(self) -> bool:
        """As DMARC wants it (RFC 7489 section 3.1): one is the other, or below it."""
        one, other = f".{self.sender}", f".{self.returned}"
        return one.endswith(other) or other.endswith(one)


def look_up(domains: Domains, hosts: Iterable[str], names: Names) -> Iterator[Finding]:
    """Everything there is to ask. Where nobody answers, that is one finding and the rest goes on."""
    if "." not in domains.sender or domains.sender.endswith(LOCAL):
        yield Finding(f"MAIL_FROM is of {domains.sender}, which nobody else knows: no record is looked for.")
        return
    for domain in dict.fromkeys((domains.sender, domains.returned)):
        yield from asked(partial(exchanger, domain, names))
    yield from asked(partial(spf, domains.returned, names))
    yield from asked(partial(dkim, domains.sender, names))
    yield from asked(partial(dmarc, domains, names))
    for host in hosts:
        yield from asked(partial(reverse, host, names))


def asked(question: Callable[[], Finding]) -> Iterator[Finding]:
    try:
        yield question()
    except NamesError as error:
        yield Finding(str(error), "Does this machine have a resolver that answers?")


def exchanger(domain: str, names: Names) -> Finding:
    found = names.exchangers(domain)
    if found == ["."] or found == [""]:
        return Finding(f"{domain} says that it takes no mail.", "Bounces and answers come there: give it an MX record.")
    if found:
        return Finding(f"Mail to {domain} goes to {found[0]}.")
    if names.addresses(domain):
        return Finding(f"{domain} has no MX; mail goes to the host itself.", "Does it take mail? Else give it an MX.")
    return Finding(f"{domain} takes no mail.", "Bounces and answers come there: give it an MX record.")


def spf(domain: str, names: Names) -> Finding:
    found = [text for text in names.texts(domain) if is_a(text, SPF)]
    if not found:
        return Finding(f"{domain} has no SPF record, so nobody knows who may send for it.", COPY)
    if len(found) > 1:
        return Finding(f"{domain} has {len(found)} SPF records, which counts as none.", "Make them one.")
    if any(word in ("+all", "all") for word in found[0].lower().split()):
        return Finding(f"The SPF record of {domain} lets everybody send.", "End it with ~all or -all.")
    return Finding(f"{domain} says who may send for it: {found[0]}")


def dkim(domain: str, names: Names) -> Finding:
    if names.is_there(f"_domainkey.{domain}"):
        return Finding(f"{domain} has DKIM keys. The test mail's header tells whether the mail server signs with one.")
    return Finding(f"{domain} has no DKIM key, so nothing proves that a mail is its own.", COPY)


def dmarc(domains: Domains, names: Names) -> Finding:
    if not domains.are_aligned:
        text = f"BOUNCE_TO is of {domains.returned}, which is not {domains.sender}: so SPF counts for nothing."
        return Finding(text, "Choose an address of MAIL_FROM's domain, or below it.")
    for domain in parents(domains.sender):
        found = [text for text in names.texts(f"_dmarc.{domain}") if is_a(text, DMARC)]
        if len(found) > 1:
            return Finding(f"_dmarc.{domain} has {len(found)} records, which counts as none.", "Make them one.")
        if found:
            return Finding(f"{domain} says what becomes of mails that fail: {found[0]}")
    return Finding(f"{domains.sender} has no DMARC record; large providers ask for one.", COPY)


def reverse(host: str, names: Names) -> Finding:
    """Whether the first address of a mail server is known by a name that leads back to it."""
    addresses = names.addresses(host)
    if not addresses:
        return Finding(f"{host} has no address.", "Is its name right?")
    address = addresses[0]
    for name in names.names_of(address):
        if address in names.addresses(name):
            return Finding(f"{host} ({address}) is {name}, in both directions.")
    text = f"The address of {host}, {address}, has no name that leads back to it (PTR)."
    return Finding(text, "If you run it yourself, have your network's provider set one: many refuse mail without.")


def parents(domain: str) -> Iterator[str]:
    """The domain itself, and those above it but the last: where a policy may stand."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def is_a(text: str, version: str) -> bool:
    """Whether it is a record of this version: the tag alone, or with something behind it."""
    start = text.strip()[: len(version) + 1].rstrip("; ").lower()
    return start == version.lower()
