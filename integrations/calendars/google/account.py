"""Somebody's account at Google, as far as they let us in: one method of the API after the other."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import Error as LibraryError

from integrations.calendars.google.answer import Answer
from integrations.calendars.google.errors import AnsweredError
from integrations.calendars.google.transport import Transport
from integrations.http import Session
from rituals.calendar_interfaces import Access, CalendarError, EtagMismatchError, Trouble

CHANGED_MEANWHILE = 412
TOKEN, RENEWAL = "access_token", "refresh_token"


class Request(Protocol):
    """A call of the API that the library has put together."""

    headers: MutableMapping[str, str]

    def execute(self, *, http: Transport) -> object: ...


NO_CONNECTION = object()
"""Every request is given the connection of its own account when it is executed."""


class Api:
    """The methods of Google Calendar, from the description that ships with the library.

    Made once and shared by all threads, since it takes a moment: it holds no connection.
    """

    def __init__(self, root: str) -> None:
        service = build(
            "calendar",
            "v3",
            http=NO_CONNECTION,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": f"{root}/calendar/v3/"},
        )
        self.events = service.events()
        self.calendars = service.calendars()
        self.calendar_list = service.calendarList()
        self.freebusy = service.freebusy()
        self.channels = service.channels()


class Account:
    """Used by one thread at a time."""

    def __init__(self, api: Api, session: Session, credentials: Credentials, *, within: timedelta) -> None:
        self.api = api
        self._within = within
        self._credentials = credentials
        self._transport = Transport(session, credentials)

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """All that is asked in here ends in the time that one call of ours may take."""
        with self._transport.within(self._within):
            yield

    def ask(self, request: Request, *, etag: str | None = None) -> Answer:
        """The answer; nothing is done where `etag` is not that of what stands there any more.

        Raises CalendarError (AnsweredError where Google says no) and EtagMismatchError.
        """
        if etag:
            request.headers["If-Match"] = etag
        return Answer.of(self._execute(request))

    def do(self, request: Request) -> None:
        """The same for what has no answer but that it is done."""
        self._execute(request)

    def access(self, calendar: str) -> Access:
        """What opens it the next time."""
        tokens = {TOKEN: self._credentials.token, RENEWAL: self._credentials.refresh_token}
        return Access({name: token for name, token in tokens.items() if token}, calendar)

    def close(self) -> None:
        self._transport.close()

    def _execute(self, request: Request) -> object:
        with self.in_time():
            try:
                return request.execute(http=self._transport)
            except AnsweredError as error:
                if error.status == CHANGED_MEANWHILE:
                    raise EtagMismatchError("The event was changed meanwhile.") from error
                raise
            except (LibraryError, ValueError, RecursionError):
                # Without the library's own error, whose text may name the calendar.
                raise CalendarError("Google: an answer that cannot be read", Trouble.ODD) from None
