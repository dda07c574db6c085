"""The two settings about mails that come back: where to, and who may tell of them."""

from rituals.address import parse_address
from rituals.refused import RefusedError
from service.variables import SettingsError, Variables

LONGEST_LOCAL = 25
"""With the token behind it, what stands before the @ has 64 characters at most (RFC 5321 section 4.5.3.1.1)."""
SHORTEST_SECRET = 32


def read_bounce_to(given: Variables) -> str:
    """Empty: everything comes back to the address that mails come from."""
    text = given.text("BOUNCE_TO")
    if not text:
        return ""
    try:
        address = parse_address(text)
    except RefusedError:
        address = ""
    local = address.partition("@")[0]
    if not address or "+" in local or len(local) > LONGEST_LOCAL:
        raise SettingsError(
            f"BOUNCE_TO is not one short address. Write bounces@your-domain, with {LONGEST_LOCAL} characters at most "
            "before the @ and no + among them: each mail gets a + and its own name there."
        )
    return address


def read_bounce_secret(given: Variables) -> str:
    """Empty: nobody may tell us of bounces over the web."""
    secret = given.text("BOUNCE_SECRET")
    if secret and len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"BOUNCE_SECRET needs {SHORTEST_SECRET} characters at least. "
            "This makes one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return secret
