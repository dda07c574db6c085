"""`mail check`, as somebody who runs the program asks for it."""

from collections.abc import Iterable

from rituals.address import parse_address
from rituals.refused import RefusedError
from service.commands import say
from service.finding import Finding
from service.settings import Settings, SettingsError


def check(settings: Settings, to: str = "") -> int:
    """Look at the way that mails take; with an address, send a test mail there. 1 where something is wrong."""
    from service import wiring

    address = recipient(to) if to else ""
    try:
        looked = wiring.mail_check(settings)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    wrong = tell(looked.look())
    if address:
        wrong |= tell(looked.send(address, wiring.now()))
    return int(wrong)


def recipient(to: str) -> str:
    try:
        return parse_address(to)
    except RefusedError:
        raise SettingsError("That is not an address that mail can be sent to. Write name@example.org.") from None


def tell(findings: Iterable[Finding]) -> bool:
    """Each as soon as it is found. True if something is wrong."""
    wrong = False
    for finding in findings:
        say(str(finding))
        wrong |= bool(finding.cure)
    return wrong
