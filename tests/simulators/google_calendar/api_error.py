"""What the API answers when it does not do what was asked, in the words of Google's guide to errors."""

from collections.abc import Mapping

from tests.simulators.google_calendar.resource import Resource


class ApiError(Exception):
    """One error, as `error.errors[0]` of the answer has it."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        is_violation: bool = False,
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.location = location
        self.headers = dict(headers or {})
        self.is_violation = is_violation
        """The documentation forbids to ask so: a fault of the program that asks, not of the moment."""

    def to_json(self) -> Resource:
        detail: Resource = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location is not None:
            detail |= {"locationType": self.location[0], "location": self.location[1]}
        return {"error": {"errors": [detail], "code": self.status, "message": self.message}}


def invalid(message: str, parameter: str | None = None, *, reason: str = "invalid") -> ApiError:
    return ApiError(400, reason, message, location=("parameter", parameter) if parameter else None)


def violation(message: str) -> ApiError:
    return ApiError(400, "badRequest", message, is_violation=True)


def no_credentials() -> ApiError:
    return ApiError(
        401,
        "authError",
        "Invalid Credentials",
        location=("header", "Authorization"),
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'},
    )


def scope_too_narrow() -> ApiError:
    return ApiError(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'},
    )


def forbidden() -> ApiError:
    return ApiError(403, "forbidden", "Forbidden")


def not_found() -> ApiError:
    return ApiError(404, "notFound", "Not Found")


def duplicate() -> ApiError:
    return ApiError(409, "duplicate", "The requested identifier already exists.")


def deleted() -> ApiError:
    return ApiError(410, "deleted", "Resource has been deleted")


def sync_token_expired() -> ApiError:
    return ApiError(
        410,
        "fullSyncRequired",
        "Sync token is no longer valid, a full sync is required.",
        domain="calendar",
        location=("parameter", "syncToken"),
    )


def updated_too_long_ago() -> ApiError:
    return ApiError(
        410,
        "updatedMinTooLongAgo",
        "The requested minimum modification time lies too far in the past.",
        domain="calendar",
        location=("parameter", "updatedMin"),
    )


def precondition_failed() -> ApiError:
    return ApiError(412, "conditionNotMet", "Precondition Failed", location=("header", "If-Match"))
