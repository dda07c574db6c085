"""One HTTP request as it came, and what is answered to it."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from tests.simulators.google_calendar.faults import Fault
from tests.simulators.google_calendar.resource import Resource, written


@dataclass(frozen=True, slots=True)
class Request:
    """Names of headers are in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """`fault` says how it is delivered where that is not as it should be."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


def compressed(answer: Answer, request: Request) -> Answer:
    """As Google does it for whoever accepts gzip and says so in the user agent as well."""
    accepts = "gzip" in request.headers.get("accept-encoding", "") and "gzip" in request.headers.get("user-agent", "")
    if not accepts or not answer.body:
        return answer
    headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Origin, Accept-Encoding"}
    return replace(answer, body=gzip.compress(answer.body, compresslevel=1, mtime=0), headers=headers)


def json_answer(status: int, resource: Resource, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, written(resource), {"Content-Type": "application/json; charset=UTF-8", **(headers or {})})


def html_answer(status: int, page: str) -> Answer:
    headers = {"Content-Type": "text/html; charset=UTF-8", "Cache-Control": "no-store"}
    return Answer(status, page.encode(), headers)


def redirect(target: str) -> Answer:
    return Answer(303, b"", {"Location": target, "Cache-Control": "no-store"})
