"""One e-mail address, as people type it and as we keep it."""

import hashlib
import re

from rituals.refused import RefusedError

LONGEST = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


def parse_address(text: str) -> str:
    """The address in lower case, its domain in ASCII (IDNA).

    Exactly one recipient: no display name, no list, no quoted local part. Raises RefusedError.
    """
    address = text.strip(" \t").lower()
    if not address:
        raise RefusedError("Please type an e-mail address.", field="address")
    local, at, domain = address.rpartition("@")
    if not at or "," in address or ";" in address or any(mark in address for mark in "<> \r\n\t\0"):
        raise RefusedError("Please type one e-mail address, like anna@example.org.", field="address")
    domain = _ascii_domain(domain)
    address = f"{local}@{domain}"
    labels = domain.split(".")
    fits = len(address) <= LONGEST and len(local) <= 64 and len(labels) > 1
    if not (fits and _LOCAL.match(local) and all(_LABEL.match(label) for label in labels)):
        raise RefusedError("That does not look like an e-mail address; please check it for a slip.", field="address")
    return address


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain


def fingerprint(address: str) -> str:
    """What is kept of an address that asked not to be contacted, in place of the address.

    Slow on purpose (some hundredths of a second), so that a thief of the database cannot try many addresses.
    """
    return hashlib.scrypt(address.encode(), salt=b"side by side: refusal", n=2**13, r=8, p=1, dklen=32).hex()
