"""`./run bench calendars`: how fast connected calendars are written, and what else calendars take."""

import os

from benchmarks import free_time
from benchmarks.calendars import client, pushes
from benchmarks.table import keep, show

PLACEMENTS = int(os.environ.get("PLACEMENTS", "10000"))
"""How many there are to write: `PLACEMENTS=1000 ./run bench calendars` is done in two minutes."""


def main() -> None:
    """Print two tables, and keep the figures in var/."""
    single = client.rows() + free_time.rows()
    show(single)
    written = pushes.rows(PLACEMENTS)
    show(written)
    keep("calendars", {"placements": PLACEMENTS, "single": single, "written": written})
