"""Time zones: from wall clock to moment and back, by the `tzdata` package alone."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from rituals.rule import RecurrenceError

REGIONS = frozenset(
    "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split()  # noqa: SIM905
)

LARGEST_SHIFT = timedelta(days=2)
"""More than any zone has ever moved its clocks: Apia left out a whole day in 2011."""


def moment(local: datetime, zone: str) -> datetime:
    """The moment, aware UTC, at which the clocks in `zone` show the naive `local`.

    A time that a change of the clocks leaves out shifts forward by what was left out; of a time that
    comes twice it is the first.
    """
    if local.tzinfo is not None:
        raise ValueError("a wall-clock time carries no zone of its own")
    return local.replace(tzinfo=zone_info(zone), fold=0).astimezone(UTC)


def wall_clock(moment: datetime, zone: str) -> datetime:
    """What the clocks in `zone` show, naive, at an aware moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment is aware of its zone")
    return moment.astimezone(zone_info(zone)).replace(tzinfo=None, fold=0)


def unclear(local: datetime, zone: str) -> bool:
    """Whether a change of the clocks leaves this naive time out, or makes it come twice."""
    here = local.replace(tzinfo=zone_info(zone))
    return here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()


def known_zone(name: str) -> bool:
    """Whether people may choose this name: an IANA zone of a place, or UTC."""
    return name in _choices()


def zones() -> tuple[str, ...]:
    """All names that people may choose, sorted."""
    return tuple(sorted(_choices()))


def tzdata_version() -> str:
    """The IANA release that all moments are derived by, '2026f' say."""
    version: str = import_module("tzdata").IANA_VERSION
    return version


@cache
def zone_info(name: str) -> ZoneInfo:
    """The rules of any zone in the `tzdata` package; the system's own zone files are never asked."""
    with zone_file(name).open("rb") as compiled:
        return ZoneInfo.from_file(compiled, key=name)


def zone_file(name: str) -> Traversable:
    """The compiled zone (RFC 9636). Names are looked up in the package's list, so no path gets past it."""
    if name not in _names():
        raise RecurrenceError("We do not know this time zone.")
    return files("tzdata").joinpath("zoneinfo", *name.split("/"))


@cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("ascii").split())


@cache
def _choices() -> frozenset[str]:
    return frozenset(name for name in _names() if name.split("/")[0] in REGIONS and "/" in name) | {"UTC"}
