"""Google's own description of the API, which ships in googleapiclient: methods, scopes, shapes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import googleapiclient.discovery_cache

from tests.simulators.google_calendar.resource import Resource, part, text, texts
from tests.simulators.google_calendar.shape import Parameter, Shape, Shapes

SCOPE = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API, such as `calendar.events.insert`."""

    id: str
    http_method: str
    segments: tuple[str, ...]
    scopes: frozenset[str]
    parameters: dict[str, Parameter]
    request: Shape | None
    response: Shape | None

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """The values in the path, where it is this method's."""
        values = {}
        for wanted, found in zip(self.segments, segments, strict=True):
            if wanted.startswith("{"):
                values[wanted[1:-1]] = found
            elif wanted != found:
                return None
        return values


@dataclass(slots=True)
class Discovery:
    """Finds the method that a request means."""

    methods: dict[str, Method]
    _routes: dict[tuple[str, int], list[Method]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # '{' sorts after every letter: what is spelled out comes before what is a variable.
        for method in sorted(self.methods.values(), key=lambda method: method.segments):
            self._routes.setdefault((method.http_method, len(method.segments)), []).append(method)

    def find(self, http_method: str, path: str) -> tuple[Method, dict[str, str]] | None:
        segments = [unquote(segment) for segment in path.split("/")]
        for method in self._routes.get((http_method, len(segments)), []):
            values = method.match(segments)
            if values is not None:
                return method, values
        return None


@cache
def discovery() -> Discovery:
    document = _document()
    shapes = Shapes(part(document, "schemas"))
    everywhere = part(document, "parameters")
    methods = {text(found, "id"): _method(found, everywhere, shapes) for found in _methods(part(document, "resources"))}
    return Discovery(methods)


def _document() -> Resource:
    folder = Path(googleapiclient.discovery_cache.__file__).parent
    document: Resource = json.loads((folder / "documents" / "calendar.v3.json").read_text(encoding="utf-8"))
    return document


def _methods(resources: Resource) -> Iterator[Resource]:
    for name in resources:
        resource = part(resources, name)
        methods = part(resource, "methods")
        yield from (part(methods, method) for method in methods)
        yield from _methods(part(resource, "resources"))


def _method(found: Resource, everywhere: Resource, shapes: Shapes) -> Method:
    parameters = {**everywhere, **part(found, "parameters")}
    return Method(
        id=text(found, "id"),
        http_method=text(found, "httpMethod"),
        segments=tuple(text(found, "path").split("/")),
        scopes=frozenset(scope.removeprefix(SCOPE) for scope in texts(found, "scopes")),
        parameters={name: Parameter.of(part(parameters, name)) for name in parameters},
        request=shapes.named(text(found, "request", "$ref"), text(found, "id")),
        response=shapes.named(text(found, "response", "$ref"), ""),
    )
