"""Partial answers: what the parameter `fields` selects, as in `nextSyncToken,items(id,start/dateTime)`."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tests.simulators.google_calendar.api_error import ApiError
from tests.simulators.google_calendar.resource import Json, Resource, part, text

TOKEN = re.compile(r"[A-Za-z0-9_*]+|[(),/]")


@dataclass(slots=True)
class Selection:
    """Names, and what is selected inside of each; nothing inside means all of it."""

    inside: dict[str, "Selection"] = field(default_factory=dict)

    def of(self, resource: Resource) -> Resource:
        if not self.inside:
            return resource
        everything = self.inside.get("*")
        chosen = {name: self.inside.get(name, everything) for name in resource}
        return {name: inside._part(resource[name]) for name, inside in chosen.items() if inside is not None}

    def _part(self, value: Json) -> Json:
        if isinstance(value, list):
            return [self._part(item) for item in value]
        return self.of(value) if isinstance(value, dict) else value

    def unknown(self, schema: Resource, schemas: Resource) -> Iterator[str]:
        """What it names that such a resource never has."""
        while "$ref" in schema or "items" in schema:
            schema = part(schemas, text(schema, "$ref")) if "$ref" in schema else part(schema, "items")
        properties = part(schema, "properties")
        for name, inside in self.inside.items():
            if name in properties:
                yield from inside.unknown(part(properties, name), schemas)
            elif name != "*" and "additionalProperties" not in schema:
                yield name


@lru_cache(maxsize=256)
def selection(fields: str) -> Selection:
    """Raises ApiError."""
    tokens = deque(TOKEN.findall(fields))
    if "".join(tokens) != fields:
        raise refused(fields)
    root = Selection()
    _read_list(root, tokens)
    if tokens:
        raise refused(fields)
    return root


def refused(name: str) -> ApiError:
    message = f"Invalid field selection {name}"
    return ApiError(400, "invalidParameter", message, location=("parameter", "fields"), is_violation=True)


def _read_list(selected: Selection, tokens: deque[str]) -> None:
    """Names up to a closing parenthesis or the end."""
    while True:
        inner = _read_path(selected, tokens)
        if _takes(tokens, "("):
            _read_list(inner, tokens)
            if not _takes(tokens, ")"):
                raise refused("(")
        if not _takes(tokens, ","):
            return


def _read_path(selected: Selection, tokens: deque[str]) -> Selection:
    """Names one inside the other; the innermost."""
    while True:
        if not tokens or tokens[0] in "(),/":
            raise refused(tokens[0] if tokens else "")
        selected = selected.inside.setdefault(tokens.popleft(), Selection())
        if not _takes(tokens, "/"):
            return selected


def _takes(tokens: deque[str], wanted: str) -> bool:
    if not tokens or tokens[0] != wanted:
        return False
    tokens.popleft()
    return True
