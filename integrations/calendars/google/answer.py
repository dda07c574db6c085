"""What Google answered, field by field: whatever is missing, or is of another kind, reads as empty."""

from collections.abc import Mapping
from dataclasses import dataclass

from rituals.calendar_interfaces import CalendarError, Trouble

Body = dict[str, object]
"""What is sent: a JSON object."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object as it came."""

    fields: Mapping[str, object]

    @classmethod
    def of(cls, value: object) -> "Answer":
        """Raises CalendarError, ODD, where it is none: a web page, half an answer, a list."""
        if not isinstance(value, dict):
            raise CalendarError("Google: no answer of this API", Trouble.ODD)
        return cls(value)

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def truth(self, name: str) -> bool:
        return self.fields.get(name) is True

    def part(self, name: str) -> "Answer":
        value = self.fields.get(name)
        return Answer(value if isinstance(value, dict) else {})

    def parts(self, name: str) -> list["Answer"]:
        return [Answer(value) for value in self._list(name) if isinstance(value, dict)]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self._list(name) if isinstance(value, str))

    def whole(self, name: str) -> int | None:
        """A whole number, also where it comes as text, as JSON's numbers cannot hold all of them."""
        value = self.fields.get(name)
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _list(self, name: str) -> list[object]:
        value = self.fields.get(name)
        return list(value) if isinstance(value, list) else []
