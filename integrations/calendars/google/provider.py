"""Google Calendar as a kind of calendar that can be connected."""

from contextlib import suppress
from datetime import timedelta

from google.oauth2.credentials import Credentials

from integrations.calendars.google.account import RENEWAL, TOKEN, Account, Api
from integrations.calendars.google.calendar import GoogleCalendar
from integrations.calendars.google.consent import OAuthClient
from integrations.http import Session
from rituals.calendar_interfaces import Access, CalendarError, Consent, Trouble

WITHIN = timedelta(seconds=30)
COLOURS = {"backgroundColor": "#245246", "foregroundColor": "#ffffff"}
"""The pine of our pages."""


class GoogleProvider:
    """Fulfils ConsentProvider. Kept once, for all threads: it holds no connection."""

    def __init__(self, client: OAuthClient, *, api_root: str, within: timedelta = WITHIN) -> None:
        """`within` is for each call of ours, however many requests it takes."""
        self._client = client
        self._within = within
        self._api = Api(api_root)

    def open(self, access: Access) -> GoogleCalendar:
        return GoogleCalendar(self._account(access), access.calendar)

    def consent_url(self, *, state: str, verifier: str, return_to: str) -> str:
        return self._client.consent_url(state=state, verifier=verifier, return_to=return_to)

    def redeem(self, *, code: str, verifier: str, return_to: str) -> Consent:
        return self._client.redeem(code=code, verifier=verifier, return_to=return_to)

    def make(self, consent: Consent, *, name: str, zone: str, before: str | None = None) -> Access:
        """Where the answer is lost, an empty calendar stays behind: Google lets us choose no id for it."""
        account = self._account(Access(consent.secrets, ""))
        try:
            with account.in_time():
                if before and self._answers(account, before):
                    return account.access(before)
                made = account.ask(self._api.calendars.insert(body={"summary": name, "timeZone": zone}))
                calendar = made.text("id")
                if not calendar:
                    raise CalendarError("Google: a calendar without an id", Trouble.ODD)
                self._colour(account, calendar)
            return account.access(calendar)
        finally:
            account.close()

    def withdraw(self, access: Access, *, delete: bool, give_back: bool = True) -> None:
        """Google takes back everything that the account has ever allowed us, whichever token is given back."""
        if delete and access.calendar:
            self._delete(access)
        if give_back:
            self._client.revoke(access.secrets)

    def _answers(self, account: Account, calendar: str) -> bool:
        """Whether this calendar is one of ours in this account, and still there."""
        try:
            account.ask(self._api.calendars.get(calendarId=calendar))
        except CalendarError as error:
            if error.trouble not in {Trouble.GONE, Trouble.REFUSED}:
                raise
            return False
        return True

    def _colour(self, account: Account, calendar: str) -> None:
        """A pleasure, and no reason to leave a calendar behind and begin anew."""
        request = self._api.calendar_list.patch(calendarId=calendar, body=COLOURS, colorRgbFormat=True)
        with suppress(CalendarError):
            account.ask(request)

    def _delete(self, access: Access) -> None:
        account = self._account(access)
        try:
            account.do(self._api.calendars.delete(calendarId=access.calendar))
        except CalendarError as error:
            # Without access nothing can be deleted any more, and a second farewell never has any.
            if error.trouble not in {Trouble.GONE, Trouble.RECONNECT}:
                raise
        finally:
            account.close()

    def _account(self, access: Access) -> Account:
        credentials = Credentials(
            access.secrets.get(TOKEN),
            refresh_token=access.secrets.get(RENEWAL),
            token_uri=self._client.addresses.token,
            client_id=self._client.id,
            client_secret=self._client.secret,
        )
        return Account(self._api, Session(self._client.guard), credentials, within=self._within)
