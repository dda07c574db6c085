"""Where the parts are chosen: the only importer of adapters, and the only reader of the clock."""

import zoneinfo
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from integrations.mail.folder import FolderMailer
from integrations.mail.folder import Mailbox as FolderMailbox
from integrations.mail.smtp import Relay, SmtpMailer
from integrations.strongbox import Strongbox
from integrations.vault import Vault
from rituals.busy_interfaces import BusySource
from rituals.calendar_interfaces import CalendarProvider
from rituals.catalogue import Catalogue
from rituals.connection import Way
from rituals.interfaces import Mailbox, Mailer
from service.database import Database
from service.late_addresses import LateAddresses
from service.links import Links
from service.loaded_late import LoadedLate
from service.services import Sending, Services
from service.settings import Settings

if TYPE_CHECKING:
    from service.mail_check import MailCheck

LONGEST_ANSWER = timedelta(seconds=20)
DECKS = Path(__file__).parent.parent / "rituals" / "decks"


def now() -> datetime:
    return datetime.now(UTC)


def build(settings: Settings) -> Services:
    """The whole program's parts, for these settings. Opens nothing yet but the catalogue."""
    zoneinfo.reset_tzpath(to=())  # one source of zones everywhere: the tzdata package
    return Services(
        settings=settings,
        database=Database.open(settings.database_url),
        clock=now,
        mailer=mailer(settings),
        catalogue=Catalogue.load(DECKS),
        links=Links(settings.secret_keys, settings.base_url),
        vault=Vault(settings.secret_keys),
        strongbox=Strongbox(settings.secret_keys),
        mailbox=mailbox(settings),
        sending=sending(settings),
        calendars=calendars(settings),
        addresses=LateAddresses(lambda: addresses(settings)),
    )


def calendars(settings: Settings) -> Mapping[Way, CalendarProvider]:
    """The kinds of calendars that can be connected; Google only where it knows us."""
    makers: dict[Way, Callable[[], CalendarProvider]] = {Way.CALDAV: lambda: caldav(settings)}
    if settings.google_client_id:
        makers[Way.GOOGLE] = lambda: google(settings)
    return LoadedLate(makers)


def caldav(settings: Settings) -> CalendarProvider:
    """Servers that people name."""
    from integrations.calendars.caldav.provider import CaldavProvider
    from integrations.http import Guard

    return CaldavProvider(Guard(allow_private=settings.allow_private_hosts))


def google(settings: Settings) -> CalendarProvider:
    """Google itself, or what stands in for it on this machine."""
    from integrations.calendars.google.consent import OAuthAddresses, OAuthClient
    from integrations.calendars.google.provider import GoogleProvider
    from integrations.http import Guard

    roots = (settings.google_api_root, settings.google_oauth_root)
    guard = Guard(allow_private=any(root.startswith("http://") for root in roots))
    addresses = OAuthAddresses.of(settings.google_oauth_root)
    client = OAuthClient(settings.google_client_id, settings.google_client_secret, addresses, guard)
    return GoogleProvider(client, api_root=settings.google_api_root)


def addresses(settings: Settings) -> BusySource:
    """Calendars that are published somewhere, to be looked at."""
    from integrations.calendars.ics_address import IcsAddresses
    from integrations.http import Guard

    return IcsAddresses(Guard(allow_private=settings.allow_private_hosts), now)


def mailer(settings: Settings) -> Mailer:
    """The mail server that the settings name, or the built-in mailbox."""
    if settings.has_mailbox:
        return FolderMailer(mailbox_folder(settings))
    return SmtpMailer(relays(settings), timeout=answer_time(settings.lease))


def relays(settings: Settings) -> list[Relay]:
    """The mail servers that the settings name. Raises ValueError, which says what is wrong with one."""
    found = [Relay.parse(url) for url in settings.smtp_urls]
    exposed = next((relay for relay in found if relay.exposes_password), None)
    if exposed is not None:
        raise ValueError(
            f"SMTP_URL would send the password to {exposed.host} in clear; use smtp+starttls:// or smtps://."
        )
    return found


def mail_check(settings: Settings) -> "MailCheck":
    """What looks at the way that mails take. Raises ValueError."""
    from integrations.mail.inspection import Inspected
    from integrations.names import Dns
    from service.mail_check import MailCheck

    inspected = [Inspected(relay, answer_time(settings.lease)) for relay in relays(settings)]
    return MailCheck(settings, inspected, Dns())


def sending(settings: Settings) -> Sending:
    """As much patience as the lease allows: one step for the body, one for the answer to it."""
    return Sending(2 * answer_time(settings.lease))


def mailbox(settings: Settings) -> Mailbox | None:
    """The mails that stayed here, for a developer to read; never in production."""
    if settings.is_production or not settings.has_mailbox:
        return None
    return FolderMailbox(mailbox_folder(settings))


def mailbox_folder(settings: Settings) -> Path:
    return settings.var / "mailbox"


def answer_time(lease: timedelta) -> timedelta:
    """How long one step of a message may take: well inside the lease, so that nobody else takes it meanwhile."""
    return min(LONGEST_ANSWER, lease / 3)
