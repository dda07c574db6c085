"""The way Google's own client library speaks to Google: through our guard, as somebody who let us in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.credentials import Credentials

from integrations.calendars.google.answer import Answer
from integrations.calendars.google.errors import answered
from integrations.http import Response, Session
from integrations.http.deadline import Deadline
from rituals.calendar_interfaces import CalendarError, Trouble

ONE_REQUEST = timedelta(seconds=15)
UNAUTHORISED = 401
REFUSED = 400
"""And whatever status is higher."""
FINAL = frozenset({200, 400, 401, 403})
"""What an OAuth server answers where it has made up its mind about a token."""


class Transport:
    """What the library takes for its `httplib2.Http`. Used by one thread at a time."""

    def __init__(self, session: Session, credentials: Credentials) -> None:
        self._session = session
        self._credentials = credentials
        self._deadline: Deadline | None = None

    @contextmanager
    def within(self, span: timedelta) -> Iterator[None]:
        """All requests in here together take no longer."""
        outer, self._deadline = self._deadline, self._deadline or Deadline.after(span)
        try:
            yield
        finally:
            self._deadline = outer

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_options: object,
    ) -> tuple[httplib2.Response, bytes]:
        """Raises CalendarError, AnsweredError for every refusal: the library would write some into the log.

        A token that is refused is renewed once.
        """
        content = body.encode() if isinstance(body, str) else body or b""
        if not self._credentials.token:
            self._renew()
        response = self._ask(method, uri, dict(headers or {}), content)
        if response.status == UNAUTHORISED:
            self._renew()
            response = self._ask(method, uri, dict(headers or {}), content)
        if response.status >= REFUSED:
            raise answered(response.status, response.headers, response.body)
        return httplib2.Response({**response.headers, "status": str(response.status)}), response.body

    def close(self) -> None:
        self._session.close()

    def _ask(self, method: str, uri: str, headers: dict[str, str], body: bytes) -> Response:
        self._credentials.apply(headers)
        return self._send(method, uri, headers, body)

    def _send(self, method: str, uri: str, headers: Mapping[str, str], body: bytes) -> Response:
        return self._session.request(method, uri, headers=headers, body=body, within=self._left())

    def _left(self) -> timedelta:
        if self._deadline is None:
            return ONE_REQUEST
        try:
            return min(ONE_REQUEST, timedelta(seconds=self._deadline.left()))
        except TimeoutError as error:
            raise CalendarError("Google: no answer in time", Trouble.UNREACHABLE) from error

    def _renew(self) -> None:
        if not self._credentials.refresh_token:
            raise CalendarError("Google: access has run out", Trouble.RECONNECT)
        try:
            self._credentials.refresh(self._ask_for_token)
        except RefreshError as error:
            raise _refused(error) from None  # Its text holds the server's own words.
        except (GoogleAuthError, ValueError, TypeError, AttributeError):
            raise CalendarError("Google: an odd answer to a renewal", Trouble.ODD) from None

    def _ask_for_token(
        self, url: str, method: str, headers: Mapping[str, str], body: bytes, **_options: object
    ) -> "TokenAnswer":
        """As google-auth wants it. What will pass is raised here, else the library sleeps and asks again."""
        response = self._send(method, url, headers, body)
        if response.status not in FINAL:
            raise answered(response.status, response.headers, response.body)
        return TokenAnswer(response)


class TokenAnswer:
    """A response in the words of google-auth."""

    def __init__(self, response: Response) -> None:
        self.status = response.status
        self.headers = response.headers
        self.data = response.body


def _refused(error: RefreshError) -> CalendarError:
    details = error.args[1] if len(error.args) > 1 else None
    reason = Answer(details if isinstance(details, dict) else {}).text("error")
    if reason == "invalid_grant":
        return CalendarError("Google: access was taken back or has run out", Trouble.RECONNECT)
    return CalendarError("Google: a token was not renewed", Trouble.ODD)
