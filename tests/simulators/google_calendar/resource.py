"""A JSON resource as it travels, and how to look into one."""

import json
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Resource: TypeAlias = dict[str, Json]


def parse(raw: bytes) -> Json:
    """Raises ValueError where it is no JSON."""
    value: Json = json.loads(raw)
    return value


def written(resource: Json) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode()


def text(resource: Resource, *path: str) -> str:
    """The text at the end of the path; empty where there is none."""
    for name in path[:-1]:
        resource = part(resource, name)
    value = resource.get(path[-1])
    return value if isinstance(value, str) else ""


def number(resource: Resource, name: str) -> int | None:
    value = resource.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def part(resource: Resource, name: str) -> Resource:
    value = resource.get(name)
    return value if isinstance(value, dict) else {}


def parts(resource: Resource, name: str) -> list[Resource]:
    value = resource.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(resource: Resource, name: str) -> list[str]:
    value = resource.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def merged(resource: Resource, changes: Resource) -> Resource:
    """As PATCH does it: objects are merged, lists are replaced, null takes away."""
    result = dict(resource)
    for name, value in changes.items():
        before = resource.get(name)
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result
