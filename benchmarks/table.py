"""The figures of a run: printed as a table, and kept in var/."""

import json
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, str | int | float]
VAR = Path(__file__).resolve().parent.parent / "var"


def show(rows: Sequence[Row]) -> None:
    """All rows have the same columns."""
    columns = [[name, *(str(row[name]) for row in rows)] for name in rows[0]]
    widths = [max(map(len, column)) for column in columns]
    for line in zip(*columns, strict=True):
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def keep(name: str, rows: object) -> None:
    VAR.mkdir(exist_ok=True)
    (VAR / f"bench-{name}.json").write_text(json.dumps(rows, indent=1))
