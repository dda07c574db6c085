"""The names of the internet, as a resolver tells them."""

from collections.abc import Iterable, Sequence

import dns.exception
import dns.name
import dns.resolver
import dns.reversename
from dns.rdata import Rdata
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from rituals.mail_check_interfaces import NamesError

PATIENCE = 5.0
"""Seconds for one question, whichever servers are asked."""


class Dns:
    """Asks the resolver of this machine, or other servers."""

    def __init__(self, servers: Sequence[str] = (), *, port: int = 53, patience: float = PATIENCE) -> None:
        self._servers, self._port, self._patience = tuple(servers), port, patience

    def texts(self, name: str) -> Sequence[str]:
        found = self._find(name, "TXT") or ()
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found if isinstance(record, TXT)]

    def exchangers(self, name: str) -> Sequence[str]:
        found = [record for record in self._find(name, "MX") or () if isinstance(record, MX)]
        return [plain(record.exchange) for record in sorted(found, key=lambda record: record.preference)]

    def addresses(self, host: str) -> Sequence[str]:
        found = [record for kind in ("A", "AAAA") for record in self._find(host, kind) or ()]
        return [record.address for record in found if isinstance(record, A | AAAA)]

    def names_of(self, address: str) -> Sequence[str]:
        found = self._find(dns.reversename.from_address(address).to_text(), "PTR") or ()
        return [plain(record.target) for record in found if isinstance(record, PTR)]

    def is_there(self, name: str) -> bool:
        return self._find(name, "TXT") is not None

    def _find(self, name: str, kind: str) -> Iterable[Rdata] | None:
        """None for a name that is not there, nor anything below it."""
        try:
            return list(self._resolver().resolve(name, kind, search=False, raise_on_no_answer=False).rrset or ())
        except dns.resolver.NXDOMAIN:
            return None
        except (dns.exception.DNSException, OSError) as error:
            raise NamesError(f"No server told us about {name} ({type(error).__name__}).") from error

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers, resolver.port = [*self._servers], self._port
        resolver.lifetime = self._patience
        return resolver


def plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True)
