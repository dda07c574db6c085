"""The web tests' calendars: in memory, with the pages on which they are connected."""

from dataclasses import dataclass, replace

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from rituals.calendar_interfaces import CalendarError, Trouble
from rituals.connection import CalendarConnection, Way
from rituals.linked_calendar import LinkedCalendar
from rituals.placement import Placement
from service.jobs.calendars import take_a_turn
from service.services import Services
from tests.fake_calendar import FakeAccountProvider, FakeConsentProvider
from tests.service.web.people import services_of

RETURN = "/calendars/google/return"
PASSWORD = "abcd-efgh-ijkl-mnop"


@dataclass(frozen=True, slots=True)
class Calendars:
    """Google and some accounts elsewhere."""

    app: Flask
    google: FakeConsentProvider
    accounts: FakeAccountProvider

    @classmethod
    def set_up(cls, app: Flask) -> "Calendars":
        google, accounts = FakeConsentProvider(), FakeAccountProvider()
        services = services_of(app)
        providers = {Way.GOOGLE: google, Way.CALDAV: accounts}
        app.extensions["services"] = replace(services, calendars=providers, keepers=0)
        return cls(app, google, accounts)

    @property
    def services(self) -> Services:
        return services_of(self.app)

    def leave_for_google(self, browser: FlaskClient) -> str:
        """The state with which this browser was sent there."""
        answer = browser.post("/calendars/google")
        assert answer.location.startswith(self.google.page), answer.location
        return self.google.sent[-1]["state"]

    def come_back(self, browser: FlaskClient, state: str, code: str) -> TestResponse:
        return browser.get(RETURN, query_string={"state": state, "code": code}, follow_redirects=True)

    def connect_google(
        self, browser: FlaskClient, *, may_write: bool = True, may_see_busy: bool = True
    ) -> TestResponse:
        """The whole way there and back."""
        state = self.leave_for_google(browser)
        return self.come_back(browser, state, self.google.allow(may_write=may_write, may_see_busy=may_see_busy))

    def connect_account(self, browser: FlaskClient, **changes: str) -> TestResponse:
        """iCloud, a new calendar."""
        fields = {"user": "anna", "password": PASSWORD, "where": "new"} | changes
        return browser.post("/calendars/caldav/icloud", data=fields, follow_redirects=True)

    def linked(self, partner_id: int) -> LinkedCalendar | None:
        """What is connected now."""
        with self.services.database.reading() as session:
            current = CalendarConnection.partner_id == partner_id, CalendarConnection.ended_at.is_(None)
            linked = select(LinkedCalendar).join(
                CalendarConnection, CalendarConnection.id == LinkedCalendar.connection_id
            )
            found = session.scalar(linked.where(*current))
            _ = found.connection if found is not None else None
            return found

    def calendar(self, partner_id: int) -> str:
        """Which calendar is connected."""
        linked = self.linked(partner_id)
        assert linked is not None, "nothing is connected"
        return linked.access(self.services.vault).calendar

    def placements(self, partner_id: int) -> list[Placement]:
        linked = self.linked(partner_id)
        assert linked is not None
        with self.services.database.reading() as session:
            return list(session.scalars(select(Placement).where(Placement.connection_id == linked.connection_id)))

    def keep_in_step(self) -> None:
        """Every calendar that is due has its turn."""
        while take_a_turn(self.services):
            pass

    def look(self) -> None:
        """As after a quarter of an hour."""
        with self.services.database.writing() as session:
            for linked in session.scalars(select(LinkedCalendar)):
                linked.look_soon(self.services.clock())
        self.keep_in_step()

    def break_down(self, partner_id: int, trouble: Trouble) -> None:
        """From now on every call of this calendar fails like that; it has failed so often that it is said."""
        error = CalendarError("It fails.", trouble)
        for provider in (self.google, self.accounts):
            if self.calendar(partner_id) in provider.calendars:
                provider.calendars[self.calendar(partner_id)].before = lambda _: error
        for _ in range(3):
            self.look()

    def mend(self) -> None:
        for provider in (self.google, self.accounts):
            for calendar in provider.calendars.values():
                calendar.before = lambda _: None
