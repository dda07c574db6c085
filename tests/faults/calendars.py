"""Couples who connected a calendar at the simulated Google, put into the database as the pages would."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from integrations.calendars.google.consent import OAuthAddresses, OAuthClient
from integrations.calendars.google.provider import GoogleProvider
from integrations.http import Guard
from integrations.vault import Vault
from rituals.act import Act
from rituals.calendar_interfaces import Consent, Trouble
from rituals.choosing import link
from rituals.connection import Way
from rituals.couple import form_couple
from rituals.linked_calendar import LinkedCalendar
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.recurrence import Recurrence, wall_clock
from rituals.rule import Rule
from rituals.signin import welcome
from rituals.version import Terms
from service.database import Database
from tests.rituals.households import ritual
from tests.simulators.google_calendar.phone import Coming, Phone
from tests.simulators.google_calendar.simulator import GoogleCalendar

MADRID = "Europe/Madrid"
RITUAL = "weekly-check-in"


@dataclass(frozen=True, slots=True)
class Connected:
    """Both partners' calendars at the simulated Google."""

    google: GoogleCalendar
    database: Database
    key: str

    @property
    def environ(self) -> dict[str, str]:
        return {
            "GOOGLE_CLIENT_ID": self.google.client_id,
            "GOOGLE_CLIENT_SECRET": self.google.client_secret,
            "GOOGLE_API_ROOT": self.google.url,
            "GOOGLE_OAUTH_ROOT": self.google.url,
        }

    def couple(self, number: int, *, starts_at: datetime) -> Plan:
        """Two people who each connected a calendar, and one weekly plan of theirs."""
        provider = self._provider()
        addresses = [f"{name}-{number}@example.org" for name in ("ana", "ben")]
        consents = [Consent(self._tokens(address), may_write=True, may_see_busy=True) for address in addresses]
        accesses = [provider.make(consent, name="Side by Side", zone=MADRID) for consent in consents]
        now = datetime.now(UTC)
        with self.database.writing() as session:
            ana, ben = (welcome(session, address, now) for address in addresses)
            ana.introduce(name="Ana", zone=MADRID)
            ben.introduce(name="Ben", zone=MADRID)
            form_couple(session, ana, ben, now)
            for partner, access in zip((ana, ben), accesses, strict=True):
                link(session, partner, Way.GOOGLE, access, Vault((self.key,)), name="Side by Side", now=now)
            starts = wall_clock(starts_at, MADRID)
            recurrence = Recurrence(starts, MADRID, timedelta(minutes=45), Rule.parse("FREQ=WEEKLY"))
            plan = Plan.propose(
                Act(session, ana, now), ritual(slug=RITUAL), Terms.of(recurrence, "", now), form_key=f"plan-{number}"
            )
            plan.accept(Act(session, ben, now), 1)
            return plan

    def all_written(self) -> bool:
        with self.database.reading() as session:
            return all(one.written_at is not None for one in session.scalars(select(LinkedCalendar)))

    def troubles(self) -> dict[str, Trouble]:
        """By address, of those who are in any."""
        with self.database.reading() as session:
            troubled = session.scalars(select(LinkedCalendar).where(LinkedCalendar.trouble.is_not(None)))
            return {one.connection.partner.address: one.trouble for one in troubled if one.trouble is not None}

    def wake(self) -> None:
        """As if every quarter of an hour were over."""
        with self.database.writing() as session:
            for linked in session.scalars(select(LinkedCalendar)):
                linked.look_soon(datetime.now(UTC))

    def take_from_the_dead(self) -> None:
        """As if the leases of workers that are gone were over."""
        with self.database.writing() as session:
            session.execute(update(LinkedCalendar).values(held_until=datetime.now(UTC), look_at=datetime.now(UTC)))

    def starts(self, plan: Plan) -> list[datetime]:
        with self.database.reading() as session:
            rows = select(Occurrence.starts_at).where(Occurrence.plan_id == plan.id).order_by(Occurrence.starts_at)
            return list(session.scalars(rows))

    def coming(self, plan: Plan, name: str, count: int = 3) -> list[Coming]:
        """What this partner's phone shows in the calendar of ours, the next ones first."""
        return self.phone(plan, name).coming(datetime.now(UTC), count)

    def phone(self, plan: Plan, name: str) -> Phone:
        number = plan.form_key.rpartition("-")[2]
        return self.google.phone(f"{name}-{number}@example.org")

    def _tokens(self, address: str) -> dict[str, str]:
        tokens = self.google.grant(address)
        return {name: str(tokens[name]) for name in ("access_token", "refresh_token")}

    def _provider(self) -> GoogleProvider:
        addresses = OAuthAddresses.of(self.google.url)
        client = OAuthClient(self.google.client_id, self.google.client_secret, addresses, Guard(allow_private=True))
        return GoogleProvider(client, api_root=self.google.url)
