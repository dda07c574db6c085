"""What no library notices about an iCalendar stream: bytes, lines, and the rules of RFC 5545, 5546 and 7986."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Property:
    name: str
    params: dict[str, str]
    value: str

    @property
    def form(self) -> str:
        """How a date-time is written: date, utc, floating or the zone's name."""
        if self.params.get("VALUE") == "DATE" or re.fullmatch(r"\d{8}", self.value):
            return "date"
        return "utc" if self.value.endswith("Z") else self.params.get("TZID", "floating")

    @property
    def time(self) -> datetime | None:
        found = re.fullmatch(r"(\d{8})(?:T(\d{6})Z?)?", self.value)
        return datetime.fromisoformat(f"{found[1]}T{found[2] or '000000'}") if found else None


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [each for each in self.properties if each.name == name]

    def one(self, name: str) -> Property | None:
        return next(iter(self.all(name)), None)

    def walk(self, name: str) -> Iterator["Component"]:
        for component in self.components:
            if component.name == name:
                yield component
            yield from component.walk(name)


def lint(data: bytes) -> list[str]:
    """Everything wrong with the stream, in words; an empty list is a clean bill."""
    problems = list(_bytes(data))
    try:
        calendar = parse(data)
    except (UnicodeDecodeError, ValueError) as error:
        return [*problems, str(error)]
    problems += _calendar(calendar)
    problems += _zones(calendar)
    for event in calendar.walk("VEVENT"):
        problems += _event(event, calendar)
    return problems + list(_method(calendar)) + list(_overrides(calendar))


def parse(data: bytes) -> Component:
    root = Component("")
    stack = [root]
    for line in data.decode("utf-8").replace("\r\n ", "").split("\r\n"):
        if not line:
            continue
        entry = _property(line)
        if entry.name == "BEGIN":
            stack.append(Component(entry.value))
            stack[-2].components.append(stack[-1])
        elif entry.name == "END":
            if stack[-1].name != entry.value:
                raise ValueError(f"END:{entry.value} ends {stack[-1].name}")
            stack.pop()
        else:
            stack[-1].properties.append(entry)
    if len(stack) != 1 or len(root.components) != 1:
        raise ValueError("not exactly one closed component at the top")
    return root.components[0]


def _property(line: str) -> Property:
    found = re.fullmatch(r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', line, re.DOTALL)
    if found is None:
        raise ValueError(f"no content line: {line[:60]!r}")
    params = re.findall(r';([A-Z0-9-]+)=("[^"]*"|[^";:,]*)', found[2])
    if len({name for name, _ in params}) != len(params):
        raise ValueError(f"a parameter twice: {line[:60]!r}")
    return Property(found[1], {name: value.strip('"') for name, value in params}, found[3])


def _bytes(data: bytes) -> Iterator[str]:
    if data.replace(b"\r\n", b"").count(b"\n") or data.replace(b"\r\n", b"").count(b"\r"):
        yield "a line does not end in CRLF"
    if not data.endswith(b"\r\n"):
        yield "the last line is open"
    for number, line in enumerate(data.split(b"\r\n"), 1):
        if len(line) > 75:
            yield f"line {number} has {len(line)} octets"
        if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", line):
            yield f"line {number} has a control character"
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield f"line {number} is split inside a character"


def _calendar(calendar: Component) -> Iterator[str]:
    if calendar.name != "VCALENDAR":
        yield "no VCALENDAR"
    yield from _exactly_one(calendar, "VERSION", "PRODID")
    yield from _at_most_one(calendar, "METHOD", "CALSCALE", "NAME", "COLOR", "REFRESH-INTERVAL")
    version = calendar.one("VERSION")
    if version and version.value != "2.0":
        yield "VERSION is not 2.0"
    for name, kind in {"REFRESH-INTERVAL": "DURATION", "SOURCE": "URI", "IMAGE": "URI", "CONFERENCE": "URI"}.items():
        for entry in calendar.all(name):
            if entry.params.get("VALUE") != kind:
                yield f"{name} lacks VALUE={kind} (RFC 7986)"
    if not calendar.components:
        # RFC 5545 demands one component; an empty feed is read by all programs, and a made-up event is worse.
        return
    if not any(calendar.walk("VEVENT")):
        yield "no VEVENT"


def _zones(calendar: Component) -> Iterator[str]:
    defined = [zone.one("TZID") for zone in calendar.walk("VTIMEZONE")]
    names = [name.value for name in defined if name]
    if len(set(names)) != len(defined):
        yield "a VTIMEZONE twice or without TZID"
    used = {
        entry.params["TZID"]
        for event in calendar.walk("VEVENT")
        for entry in event.properties
        if "TZID" in entry.params
    }
    for name in used - set(names):
        yield f"TZID {name} is not defined"
    for zone in calendar.walk("VTIMEZONE"):
        if not zone.components:
            yield "a VTIMEZONE without observance"
        for observance in zone.components:
            yield from _observance(observance)


def _observance(observance: Component) -> Iterator[str]:
    yield from _exactly_one(observance, "DTSTART", "TZOFFSETFROM", "TZOFFSETTO")
    yield from _at_most_one(observance, "RRULE")
    start = observance.one("DTSTART")
    if start and start.form != "floating":
        yield "an observance starts at a local time"
    if observance.all("RDATE"):
        yield "RDATE in an observance is lost by readers"


def _event(event: Component, calendar: Component) -> Iterator[str]:
    yield from _exactly_one(event, "UID", "DTSTAMP", "DTSTART")
    once = "DTEND DURATION SUMMARY DESCRIPTION SEQUENCE LAST-MODIFIED STATUS TRANSP CLASS URL RRULE RECURRENCE-ID"
    yield from _at_most_one(event, *once.split())
    for name in ("DTSTAMP", "LAST-MODIFIED", "CREATED"):
        yield from (f"{name} is not in UTC" for entry in event.all(name) if entry.form != "utc")
    start, end = event.one("DTSTART"), event.one("DTEND")
    if end and event.one("DURATION"):
        yield "DTEND and DURATION"
    if start and end:
        if start.form != end.form:
            yield "DTEND is written unlike DTSTART"
        elif start.time and end.time and end.time <= start.time:
            yield "DTEND is not after DTSTART"
    if start and any(entry.form != start.form for entry in event.all("EXDATE")):
        yield "EXDATE is written unlike DTSTART"
    if event.all("EXDATE") and not event.all("RRULE"):
        yield "EXDATE without RRULE"
    if event.all("RECURRENCE-ID") and event.all("RRULE"):
        yield "RRULE in an override"
    yield from _until(event, start)


def _until(event: Component, start: Property | None) -> Iterator[str]:
    rule = event.one("RRULE")
    until = re.search(r"UNTIL=([^;]+)", rule.value) if rule else None
    if until and start and start.form not in {"date", "floating"} and not until[1].endswith("Z"):
        yield "UNTIL is not in UTC"
    if rule and "COUNT=" in rule.value and until:
        yield "COUNT and UNTIL"


def _overrides(calendar: Component) -> Iterator[str]:
    masters: dict[str, Component] = {}
    seen: set[tuple[str, str]] = set()
    for event in calendar.walk("VEVENT"):
        uid, override = event.one("UID"), event.one("RECURRENCE-ID")
        key = (uid.value if uid else "", override.value if override else "")
        if key in seen:
            yield "the same UID and RECURRENCE-ID twice"
        seen.add(key)
        if not override:
            masters[key[0]] = event
    for event in calendar.walk("VEVENT"):
        uid, override = event.one("UID"), event.one("RECURRENCE-ID")
        master = masters.get(uid.value) if uid else None
        start = master.one("DTSTART") if master else None
        if override and start and override.form != start.form:
            yield "RECURRENCE-ID is written unlike the DTSTART of its series"
        if override and master and not master.all("RRULE"):
            yield "an override of an event that does not recur"


def _method(calendar: Component) -> Iterator[str]:
    method = calendar.one("METHOD")
    events = list(calendar.walk("VEVENT"))
    if method is None:
        yield from ("ATTENDEE outside a message" for event in events if event.all("ATTENDEE"))
        return
    if len({uid.value for event in events for uid in event.all("UID")}) != 1:
        yield "a message is about one UID"
    for event in events:
        yield from _exactly_one(event, "ORGANIZER")
        status = event.one("STATUS")
        if method.value == "PUBLISH" and event.all("ATTENDEE"):
            yield "ATTENDEE in PUBLISH"
        if method.value in {"REQUEST", "CANCEL"}:
            yield from _exactly_one(event, "SEQUENCE", "ATTENDEE", "SUMMARY")
        if method.value == "REQUEST" and status and status.value == "CANCELLED":
            yield "a REQUEST that is CANCELLED"
        if method.value == "CANCEL" and (not status or status.value != "CANCELLED"):
            yield "a CANCEL that is not CANCELLED"
        for entry in event.all("ORGANIZER") + event.all("ATTENDEE"):
            if re.fullmatch(r"mailto:[^\s@<>,;]+@[^\s@<>,;]+", entry.value) is None:
                yield f"{entry.name} is no bare mailto"


def _exactly_one(component: Component, *names: str) -> Iterator[str]:
    yield from (f"{component.name}: {name} stands {n} times" for name in names if (n := len(component.all(name))) != 1)


def _at_most_one(component: Component, *names: str) -> Iterator[str]:
    yield from (f"{component.name}: {name} stands twice" for name in names if len(component.all(name)) > 1)
