"""A table of a deck's header: every value is checked as it is read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rituals.deck_error import Proof, nearest


@dataclass(frozen=True, slots=True)
class Table:
    """What is missing or wrong is marked in the proof and read as empty."""

    values: dict[str, object]
    lines: list[str]
    proof: Proof
    first_line: int = 1
    """Where the table begins in the file."""

    def mark(self, key: str, problem: str, cure: str) -> None:
        self.proof.mark(self._line_of(key), problem, cure)

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in known:
                meant = nearest(key, known)
                cure = f"did you mean {meant}?" if meant else "take it out"
                self.mark(key, f"{key} is not known here", cure.rstrip("?"))

    def text(self, key: str, limit: int) -> str:
        text = self.optional_text(key, limit)
        if text is None:
            self._missing(key)
        return text or ""

    def optional_text(self, key: str, limit: int) -> str | None:
        """One line of text, however it was wrapped in the file."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.mark(key, f"{key} is not text", f'put it in quotation marks, as in {key} = "…"')
            return ""
        text = " ".join(value.split())
        if not text:
            self.mark(key, f"{key} is empty", "write something between the quotation marks")
        if len(text) > limit:
            self.mark(key, f"{key} is {len(text)} characters long", f"keep it to {limit}")
        return text

    def paragraphs(self, key: str, fewest: int, most: int) -> tuple[str, ...]:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            self.mark(key, f"{key} is not text", 'put it between """ and """')
            return ()
        paragraphs = tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", value) if part.strip())
        if key not in self.values:
            self._missing(key)
        elif not fewest <= len(paragraphs) <= most:
            cure = f"write {fewest} to {most}, with an empty line between them"
            self.mark(key, f"{key} has {len(paragraphs)} paragraph(s)", cure)
        return paragraphs

    def whole_number(self, key: str, low: int, high: int) -> int:
        value = self.values.get(key)
        if value is None:
            self._missing(key)
        elif not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.mark(key, f"{key} is {value!r}", f"write a whole number from {low} to {high}")
        else:
            return value
        return low

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        if value is None:
            self._missing(key)
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            self.mark(key, f"{key} is not a list of texts", f'write it as in {key} = ["One", "Two"]')
            return ()
        return tuple(value)

    def tables(self, key: str) -> Iterable["Table"]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.mark(key, f"{key} is not a list of tables", f"begin each with a line [[{key}]]")
            return
        starts = [n for n, line in enumerate(self.lines, start=1) if line.strip() == f"[[{key}]]"]
        for index, item in enumerate(value):
            first_line = starts[index] if index < len(starts) else 1
            yield Table(item, self.lines, self.proof, first_line)

    def _missing(self, key: str) -> None:
        self.proof.mark(self.first_line, f"{key} is missing", f"add a line {key} = …")

    def _line_of(self, key: str) -> int:
        pattern = re.compile(rf"\s*({re.escape(key)}\s*=|\[\[?{re.escape(key)}\]\]?)")
        for number, line in enumerate(self.lines, start=1):
            if number >= self.first_line and pattern.match(line):
                return number
        return self.first_line
