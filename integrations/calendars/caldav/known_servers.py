"""Where calendars are found from what people type: an e-mail domain, a server, or a calendar's own address."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

KNOWN = {
    "https://caldav.icloud.com/": ("icloud.com", "me.com", "mac.com"),
    "https://caldav.fastmail.com/dav/": ("fastmail.com", "fastmail.fm", "fastmail.de", "messagingengine.com"),
    "https://dav.mailbox.org/caldav/": ("mailbox.org",),
    "https://caldav.gmx.net/begenda/dav/{user}/": ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
    "https://caldav.gmx.com/begenda/dav/{user}/": ("gmx.com", "gmx.us", "gmx.co.uk"),
    "https://caldav.web.de/begenda/dav/{user}/": ("web.de",),
    "https://posteo.de:8443/": ("posteo.de", "posteo.net"),
    "https://caldav.calendar.yahoo.com/": ("yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.es"),
}
"""By where its calendars are: the domains of a provider's addresses. As their help pages say, November 2026."""
WELL_KNOWN = "/.well-known/caldav"
GUESSES = ("/", "/remote.php/dav/")
"""On a server of which nothing else is known; the second is Nextcloud's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address to try."""

    url: str
    is_well_known: bool = False
    """It only says where to go (RFC 6764), to another host as well: it is asked without a password."""
    is_guess: bool = False
    """A refusal there says nothing about the password."""


def candidates(place: str, user: str, *, in_clear: bool = False) -> Iterator[Candidate]:
    """In the order in which they are tried. Without `in_clear`, an 'http://' that was typed is read as https.

    Whoever sits on the way could otherwise send us, and the password, wherever they like.
    """
    place = place.strip()
    scheme, separator, rest = place.rpartition("://")
    rest = rest if separator else rest.rpartition("@")[2]
    host, slash, path = rest.partition("/")
    known = next((url for url, domains in KNOWN.items() if host.lower().rstrip(".") in domains), None)
    if known and not path:
        yield Candidate(known.format(user=quote(user, safe="@")))
        return
    origin = f"{'http' if in_clear and scheme.lower() == 'http' else 'https'}://{host}"
    if slash and path:
        yield Candidate(f"{origin}/{path}")
    yield Candidate(f"{origin}{WELL_KNOWN}", is_well_known=True)
    for guess in GUESSES:
        yield Candidate(f"{origin}{guess}", is_guess=True)
