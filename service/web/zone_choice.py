"""Time zones as people type them."""

from functools import cache

from rituals.recurrence import zones
from service.when import city


def meant(text: str) -> str:
    """The zone that a typed city stands for, if exactly one does; else the text as it is."""
    return _by_city().get(" ".join(text.split()).casefold(), text)


@cache
def _by_city() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for zone in zones():
        found.setdefault(city(zone).casefold(), []).append(zone)
    return {name: names[0] for name, names in found.items() if len(names) == 1}
