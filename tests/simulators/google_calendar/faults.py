"""What goes wrong on purpose, and at which call."""

from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock


class Delivery(StrEnum):
    """What of an answer arrives."""

    WHOLE = "whole"
    HALF = "half"
    """Half of its body, then the connection ends."""
    DRIP = "drip"
    """A byte every `seconds`."""
    NONE = "none"
    """The connection ends without a word."""


@dataclass(frozen=True, slots=True)
class Fault:
    """With a `status` that is the answer; without one the true answer is delivered oddly."""

    status: int = 0
    reason: str = ""
    message: str = ""
    retry_after: str = ""
    page: str = ""
    """HTML in place of JSON."""
    delivery: Delivery = Delivery.WHOLE
    seconds: float = 0.0
    """How long nothing is said at all, or from byte to byte."""
    is_done: bool = True
    """Whether the call has its effect nevertheless."""


def answering(status: int, reason: str, message: str = "", *, retry_after: str = "", is_done: bool = False) -> Fault:
    return Fault(status, reason, message or reason, retry_after, is_done=is_done)


UNAUTHORIZED = answering(401, "authError", "Invalid Credentials")
RATE_LIMIT = answering(403, "rateLimitExceeded", "Rate Limit Exceeded")
USER_RATE_LIMIT = answering(403, "userRateLimitExceeded", "User Rate Limit Exceeded")
QUOTA = answering(403, "quotaExceeded", "Calendar usage limits exceeded.")
FORBIDDEN = answering(403, "forbidden", "Forbidden")
NOT_FOUND = answering(404, "notFound", "Not Found")
DUPLICATE = answering(409, "duplicate", "The requested identifier already exists.")
DELETED = answering(410, "deleted", "Resource has been deleted")
FULL_SYNC = answering(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
PRECONDITION = answering(412, "conditionNotMet", "Precondition Failed")
TOO_MANY = answering(429, "rateLimitExceeded", "Rate Limit Exceeded", retry_after="7")
SERVER_ERROR = answering(500, "backendError", "Backend Error")
UNAVAILABLE = answering(503, "backendError", "The service is currently unavailable.")
DONE_BUT_ERROR = answering(500, "backendError", "Backend Error", is_done=True)
INVALID_GRANT = answering(400, "invalid_grant", "Token has been expired or revoked.")
"""At `oauth.token`."""

HANG = Fault(delivery=Delivery.NONE, seconds=60, is_done=False)
"""Silence, then the connection ends; nothing was done."""
WEB_PAGE = Fault(status=200, page="<html><title>Sign in</title><p>Accept our terms.</html>", is_done=False)
"""As a network that wants somebody to sign in answers in Google's place."""
BAD_GATEWAY = Fault(status=502, page="<html><title>Error 502 (Server Error)!!1</title></html>", is_done=False)
LOST = Fault(delivery=Delivery.NONE)
"""It is done, and the answer never comes."""
HALF = Fault(delivery=Delivery.HALF)
DRIP = Fault(delivery=Delivery.DRIP, seconds=0.1)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    method: str
    address: str
    ahead: int
    """Calls that go well before it."""
    times: int


@dataclass(slots=True)
class Script:
    """Faults that are still to come."""

    _planned: list[_Planned] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def plan(self, fault: Fault, *, call: int, method: str, address: str, times: int) -> None:
        with self._lock:
            self._planned.append(_Planned(fault, method, address, call - 1, times))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def take(self, method: str, address: str) -> Fault | None:
        """The fault of this call, counted for all that wait for such a one."""
        if not self._planned:
            return None
        with self._lock:
            return self._take(method, address)

    def _take(self, method: str, address: str) -> Fault | None:
        meant = [one for one in self._planned if one.method in {"", method} and one.address in {"", address}]
        due = next((one for one in meant if one.ahead == 0), None)
        for one in meant:
            one.ahead = max(0, one.ahead - 1)
        if due is None:
            return None
        due.times -= 1
        if due.times == 0:
            self._planned.remove(due)
        return due.fault
