"""What a value must look like, compiled from the schemas and parameters of the discovery document."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.simulators.google_calendar.partial import Selection, refused, selection
from tests.simulators.google_calendar.resource import Json, Resource, part, text, texts

Check = Callable[[Json, str], list[str]]
"""The problems of a value, each with where it stands."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the body of a request or an answer must look like, and what one method requires in it."""

    check: Check
    required: frozenset[str]
    schema: Resource
    schemas: Resource

    def select(self, fields: str) -> Selection:
        """Raises ApiError where it names what is never there."""
        found = selection(fields)
        unknown = next(found.unknown(self.schema, self.schemas), None)
        if unknown is not None:
            raise refused(unknown)
        return found

    def problems(self, value: Json) -> list[str]:
        present = {name for name, one in value.items() if one is not None} if isinstance(value, dict) else set()
        missing = [f"{name}: is required" for name in sorted(self.required - present)]
        return missing + self.check(value, "")


class Shapes:
    """All schemas, each compiled once."""

    def __init__(self, schemas: Resource) -> None:
        self._schemas = schemas
        self._compiled: dict[str, Check] = {}

    def named(self, name: str, method: str) -> Shape | None:
        if not name:
            return None
        properties = part(part(self._schemas, name), "properties")
        required = {
            one for one in properties if method in texts(part(part(properties, one), "annotations"), "required")
        }
        return Shape(self._reference(name), frozenset(required), part(self._schemas, name), self._schemas)

    def _reference(self, name: str) -> Check:
        if name not in self._compiled:
            self._compiled[name] = self._check(part(self._schemas, name))
        return self._compiled[name]

    def _check(self, schema: Resource) -> Check:
        if "$ref" in schema:
            return self._reference(text(schema, "$ref"))
        match text(schema, "type"):
            case "object":
                return self._object(schema)
            case "array":
                return _list_of(self._check(part(schema, "items")))
            case kind:
                return _scalar(kind, text(schema, "format"))

    def _object(self, schema: Resource) -> Check:
        properties = part(schema, "properties")
        checks = {name: self._check(part(properties, name)) for name in properties}
        additional = part(schema, "additionalProperties")
        other = self._check(additional) if additional else _unknown

        def check(value: Json, where: str) -> list[str]:
            if not isinstance(value, dict):
                return [f"{where}: should be an object"]
            problems: list[str] = []
            for name, one in value.items():
                # null takes a field away in a PATCH and counts as absent elsewhere.
                if one is not None or (name not in checks and not additional):
                    problems += checks.get(name, other)(one, f"{where}.{name}" if where else name)
            return problems

        return check


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a path or a query."""

    kind: str
    format: str
    choices: frozenset[str]
    minimum: int | None
    maximum: int | None
    repeated: bool
    required: bool

    @classmethod
    def of(cls, found: Resource) -> "Parameter":
        return cls(
            kind=text(found, "type"),
            format=text(found, "format"),
            choices=frozenset(texts(found, "enum")),
            minimum=int(text(found, "minimum")) if "minimum" in found else None,
            maximum=int(text(found, "maximum")) if "maximum" in found else None,
            repeated=found.get("repeated") is True,
            required=found.get("required") is True,
        )

    def problem(self, values: Sequence[str]) -> str | None:
        if len(values) > 1 and not self.repeated:
            return "is given twice"
        return next((problem for problem in map(self._problem, values) if problem), None)

    def _problem(self, value: str) -> str | None:
        if self.kind == "boolean" and value not in {"true", "false"}:
            return "should be true or false"
        if self.kind == "integer" and not self._fits(value):
            return "should be a number in its range"
        if self.choices and value not in self.choices:
            return f"should be one of {', '.join(sorted(self.choices))}"
        if self.format == "date-time" and not _is_moment(value, with_offset=True):
            return "should be a moment as in RFC 3339, with its offset"
        return None

    def _fits(self, value: str) -> bool:
        if not re.fullmatch(r"-?\d{1,10}", value):
            return False
        above = self.minimum is None or int(value) >= self.minimum
        return above and (self.maximum is None or int(value) <= self.maximum)


def _list_of(item: Check) -> Check:
    def check(value: Json, where: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{where}: should be a list"]
        return [problem for index, one in enumerate(value) for problem in item(one, f"{where}[{index}]")]

    return check


def _scalar(kind: str, form: str) -> Check:
    fits = FITS[form if form in FITS else kind]
    problem = f"should be {form or kind}"

    def check(value: Json, where: str) -> list[str]:
        return [] if fits(value) else [f"{where}: {problem}"]

    return check


def _unknown(value: Json, where: str) -> list[str]:
    return [f"{where}: is unknown"]


def _is_moment(value: Json, *, with_offset: bool = False) -> bool:
    if not isinstance(value, str):
        return False
    match = MOMENT.fullmatch(value)
    if match is None or (with_offset and match[2] is None):
        return False
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    return True


def _is_day(value: Json) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in INT32


def _is_long(value: Json) -> bool:
    """Digits in a text, as JSON has no such numbers; the guide to push sends a number, and that is taken as well."""
    return isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"-?\d{1,19}", value) is not None)


FITS: dict[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_integer,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "date-time": _is_moment,
    "date": _is_day,
    "int64": _is_long,
    "any": lambda value: True,
}
