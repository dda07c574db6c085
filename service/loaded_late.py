"""Parts that are made when they are first asked for, so that a start loads only what it needs."""

from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Part = TypeVar("Part")


class LoadedLate(Mapping[Key, Part], Generic[Key, Part]):
    """What there is, is known at once; each part is made once, whichever thread asks first."""

    def __init__(self, makers: Mapping[Key, Callable[[], Part]]) -> None:
        self._makers = dict(makers)
        self._made: dict[Key, Part] = {}
        self._lock = Lock()

    def __getitem__(self, key: Key) -> Part:
        with self._lock:
            if key not in self._made:
                self._made[key] = self._makers[key]()
            return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._makers

    def __iter__(self) -> Iterator[Key]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
