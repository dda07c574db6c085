"""The API: finds the method, asks who calls and whether they may, and checks both sides against the description."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from tests.simulators.google_calendar import calendars, events, free_busy, listing, watch
from tests.simulators.google_calendar.account import Accounts
from tests.simulators.google_calendar.api_error import ApiError, invalid, no_credentials, not_found, scope_too_narrow
from tests.simulators.google_calendar.call import Call
from tests.simulators.google_calendar.channel import Channels
from tests.simulators.google_calendar.discovery import SCOPE, Method, discovery
from tests.simulators.google_calendar.exchange import Answer, Request, html_answer, json_answer
from tests.simulators.google_calendar.faults import Fault, Script
from tests.simulators.google_calendar.oauth import Authorization, Grant
from tests.simulators.google_calendar.resource import Resource, parse

METHODS: dict[str, Callable[[Call], Resource | None]] = {
    "calendar.calendars.insert": calendars.insert,
    "calendar.calendars.get": calendars.get,
    "calendar.calendars.patch": calendars.patch,
    "calendar.calendars.update": calendars.update,
    "calendar.calendars.delete": calendars.delete,
    "calendar.calendarList.list": calendars.list_entries,
    "calendar.calendarList.get": calendars.get_entry,
    "calendar.calendarList.patch": calendars.patch_entry,
    "calendar.events.insert": events.insert,
    "calendar.events.get": events.get,
    "calendar.events.patch": events.patch,
    "calendar.events.update": events.update,
    "calendar.events.delete": events.delete,
    "calendar.events.move": events.move,
    "calendar.events.list": listing.list_events,
    "calendar.events.instances": listing.instances,
    "calendar.events.watch": watch.watch_events,
    "calendar.freebusy.query": free_busy.query,
    "calendar.channels.stop": watch.stop,
}


@dataclass(slots=True)
class Api:
    """One call at a time: what it does is done as a whole."""

    accounts: Accounts
    authorization: Authorization
    channels: Channels
    script: Script
    lock: RLock
    validates: bool = True
    page_size: int = 2500
    epoch: int = 1
    calls: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def answer(self, request: Request, path: str) -> Answer:
        """`path` is what follows the root of the API."""
        found = discovery().find(request.method, path)
        if found is None:
            self.violations.append(f"{request.method} {path}: there is no such method")
            return _error(not_found(), None)
        method, values = found
        with self.lock:
            grant = self._grant(request)
            self.calls[method.id] += 1
            fault = self.script.take(method.id, grant.address if grant else "")
            if fault is not None and not fault.is_done:
                return answer_of(fault)
            answer = self._answer(method, values, request, grant)
        return answer_of(fault, answer) if fault is not None else answer

    def _answer(self, method: Method, values: dict[str, str], request: Request, grant: Grant | None) -> Answer:
        try:
            if grant is None:
                raise no_credentials()
            call = self._call(method, values, request, grant)
            fields = call.text("fields")
            selection = method.response.select(fields) if fields and method.response is not None else None
            resource = self._do(call)
        except ApiError as error:
            return self._refusal(method, error)
        if resource is None:
            return Answer(204)
        if self.validates and method.response is not None:
            self.violations += [f"our answer to {method.id}: {one}" for one in method.response.problems(resource)]
        etag = resource.get("etag")
        shown = selection.of(resource) if selection is not None else resource
        return json_answer(200, shown, {"ETag": etag} if isinstance(etag, str) else None)

    def _refusal(self, method: Method, error: ApiError) -> Answer:
        if error.is_violation:
            self.violations.append(f"{method.id}: {error.message}")
        return _error(error, None)

    def _call(self, method: Method, values: dict[str, str], request: Request, grant: Grant) -> Call:
        scopes = frozenset(scope.removeprefix(SCOPE) for scope in grant.scopes)
        if not scopes & method.scopes:
            raise scope_too_narrow()
        query = request.query()
        body = self._body(method, request)
        if self.validates:
            self._validate(method, query, body)
        return Call(
            method=method,
            account=self.accounts.named(grant.address),
            client=grant.client,
            scopes=scopes,
            now=self.accounts.now(),
            path=values,
            query=query,
            headers=request.headers,
            body=body,
            channels=self.channels,
            page_size=self.page_size,
            epoch=self.epoch,
        )

    def _do(self, call: Call) -> Resource | None:
        do = METHODS.get(call.method.id)
        if do is None:
            raise ApiError(501, "notImplemented", "The simulator does not know this method.", is_violation=True)
        return do(call)

    def _grant(self, request: Request) -> Grant | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return self.authorization.bearer(token) if kind.lower() == "bearer" else None

    def _body(self, method: Method, request: Request) -> Resource:
        if method.request is None:
            return {}
        try:
            body = parse(request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ApiError(400, "parseError", "Parse Error", is_violation=True)
        return body

    def _validate(self, method: Method, query: dict[str, list[str]], body: Resource) -> None:
        problems = method.request.problems(body) if method.request is not None else []
        for name, values in query.items():
            parameter = method.parameters.get(name)
            problem = parameter.problem(values) if parameter is not None else "is unknown"
            problems += [f"{name}: {problem}"] if problem else []
        needed = [
            name for name, one in method.parameters.items() if one.required and "{" + name + "}" not in method.segments
        ]
        problems += [f"{name}: is required" for name in needed if name not in query]
        if problems:
            self.violations += [f"{method.id}: {problem}" for problem in problems]
            raise invalid(problems[0], reason="badRequest")


def answer_of(fault: Fault, answer: Answer | None = None) -> Answer:
    """The answer that the fault gives in place of the true one."""
    if not fault.status:
        return Answer(answer.status, answer.body, answer.headers, fault) if answer else Answer(200, fault=fault)
    if fault.page:
        return html_answer(fault.status, fault.page)
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    domain = "usageLimits" if "imit" in fault.message else "global"
    return _error(ApiError(fault.status, fault.reason, fault.message, domain=domain, headers=headers), fault)


def _error(error: ApiError, fault: Fault | None) -> Answer:
    body = b"" if error.status == 304 else json_answer(error.status, error.to_json()).body
    headers = {"Content-Type": "application/json; charset=UTF-8", **error.headers}
    return Answer(error.status, body, headers, fault)
