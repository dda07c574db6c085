"""What became of our events in a calendar since we last looked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from integrations.calendars.caldav.collection import Collection, Resource
from integrations.calendars.caldav.token import Token, seen_print
from integrations.calendars.icalendar.mark import is_ours
from integrations.calendars.icalendar.reading import BEYOND_WORDS, timetable
from rituals.calendar_interfaces import Changes, Held


@dataclass(slots=True)
class Findings:
    """Ours among what was read, by path."""

    held: dict[str, Held] = field(default_factory=dict)
    copies: list[Held] = field(default_factory=list)

    @property
    def ours(self) -> dict[str, str]:
        return {path: one.uid for path, one in self.held.items()}


def changes_since(collection: Collection, text: str | None) -> Changes:
    """By sync-collection, by comparing etags where the server has none; everything where the token is no use."""
    token = Token.read(text)
    if token is None:
        return everything(collection)
    if token.sync:
        difference = collection.difference(token.sync)
        if difference is None:
            return everything(collection)
        return _partly(collection, token, replace(token, sync=difference.token), difference.changed, difference.gone)
    state = collection.state()
    if state and state == token.state:
        return Changes((), frozenset(), (), str(token), is_whole=False)
    prints = _prints(collection)
    changed = {path for path, one in prints.items() if one not in token.seen}
    after = replace(token, state=state, seen=frozenset(prints.values()))
    return _partly(collection, token, after, changed, token.ours.keys() - prints.keys())


def everything(collection: Collection) -> Changes:
    # The token is read before the events: what changes in between is told once more, and never lost.
    difference = collection.difference("")
    if difference is not None:
        paths, token = difference.changed, Token(sync=difference.token)
    else:
        state = collection.state()
        prints = _prints(collection)
        paths, token = frozenset(prints), Token(state=state, seen=frozenset(prints.values()))
    found = findings(collection, paths, {})
    token = replace(token, ours=found.ours)
    return Changes(tuple(found.held.values()), frozenset(), tuple(found.copies), str(token), is_whole=True)


def findings(collection: Collection, paths: Iterable[str], known: Mapping[str, str]) -> Findings:
    """`known`: the UIDs of ours by the paths where they stood."""
    found = Findings()
    for resource in collection.fetch(paths):
        one, series = held(resource, known.get(resource.path)), resource.series
        if one is None:
            continue
        if series is not None and series.uid != one.uid:
            found.copies.append(one)
        else:
            found.held[resource.path] = one
    return found


def held(resource: Resource, known_as: str | None = None) -> Held | None:
    """As ours, if it is: by our mark, by its UID, or because it stands where ours stood."""
    series = resource.series
    if series is None:
        return Held(resource.path, known_as, resource.etag, BEYOND_WORDS) if known_as else None
    if series.mark is None and not is_ours(series.uid):
        return None
    return Held(resource.path, series.plan_uid, resource.etag, timetable(series))


def _partly(
    collection: Collection, before: Token, after: Token, changed: Iterable[str], gone: Iterable[str]
) -> Changes:
    found = findings(collection, changed, before.ours)
    missing = set(gone) | (set(changed) & before.ours.keys()) - found.held.keys()
    ours = {path: uid for path, uid in before.ours.items() if path not in missing} | found.ours
    return Changes(
        held=tuple(found.held.values()),
        deleted=frozenset(before.ours.values()) - frozenset(ours.values()),
        copies=tuple(found.copies),
        token=str(replace(after, ours=ours)),
        is_whole=False,
    )


def _prints(collection: Collection) -> dict[str, str]:
    return {path: seen_print(path, etag) for path, etag in collection.etags().items()}
