"""The page on which a partner says when rituals suit them; nobody else is ever shown any of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from rituals.calendar_interfaces import Trouble
from rituals.ics_address import ADDRESSES_AT_MOST, IcsAddress
from rituals.private_block import PrivateBlock
from rituals.refused import RefusedError
from rituals.ritual_hours import RitualHours
from service import when
from service.web.hours_fields import HoursFields
from service.web.visit import Visit, viewing

TROUBLES = {
    Trouble.RECONNECT: "It cannot be opened any more. Take it away and add it again.",
    Trouble.GONE: "There is no calendar at this address any more.",
    Trouble.REFUSED: "That server does not let us read it. Is it the calendar’s secret address?",
    Trouble.BUSY: "It could not be read the last time. We try again when it is needed.",
    Trouble.UNREACHABLE: "It could not be read the last time. We try again when it is needed.",
    Trouble.ODD: "What stands at this address is no calendar. The right address often ends in ‘.ics’.",
    Trouble.UNSAFE: "This address is not one of the open internet, so it is not asked.",
}


@dataclass(frozen=True, slots=True)
class BlockLine:
    id: int
    words: str


@dataclass(frozen=True, slots=True)
class AddressLine:
    id: int
    name: str
    state: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class HoursPage:
    """All that stands on it; `fields` and `typed` are kept as they were filled in."""

    fields: HoursFields
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    which: str
    """The form in which there is a mistake."""
    blocks: tuple[BlockLine, ...]
    addresses: tuple[AddressLine, ...]
    has_room: bool
    city: str


def hours_page(
    visit: Visit,
    *,
    fields: HoursFields | None = None,
    typed: Mapping[str, str] | None = None,
    error: RefusedError | None = None,
    which: str = "",
) -> str:
    partner, session = visit.partner, visit.session
    addresses = IcsAddress.all_of(session, partner)
    page = HoursPage(
        fields=fields or HoursFields.of(RitualHours.of(session, partner)),
        typed={"starts": "", "ends": "", "address": "", "name": "", **(typed or {})},
        errors={error.field or which: str(error)} if error is not None else {},
        which=which,
        blocks=tuple(_block(one, partner.zone, visit.now) for one in PrivateBlock.ahead(session, partner, visit.now)),
        addresses=tuple(_address(one, partner.zone, visit.now) for one in addresses),
        has_room=len(addresses) < ADDRESSES_AT_MOST,
        city=when.city(partner.zone),
    )
    return render_template("pages/hours/show.html", page=page)


def page_again(
    error: RefusedError, which: str, *, fields: HoursFields | None = None, typed: Mapping[str, str] | None = None
) -> tuple[str, int]:
    """With the sentence beside its field, and what was typed."""
    with viewing() as visit:
        return hours_page(visit, fields=fields, typed=typed, error=error, which=which), 422


def _block(block: PrivateBlock, zone: str, now: datetime) -> BlockLine:
    starts, ends = (
        f"{when.full_day(at, zone, now)}, {when.clock(at, zone)}" for at in (block.starts_at, block.ends_at)
    )
    if starts.partition(",")[0] == ends.partition(",")[0]:
        ends = when.clock(block.ends_at, zone)
    return BlockLine(block.id, f"{starts} to {ends}")


def _address(row: IcsAddress, zone: str, now: datetime) -> AddressLine:
    if row.trouble is not None:
        return AddressLine(row.id, row.name, TROUBLES[row.trouble], is_wrong=True)
    if row.read_at is None:
        return AddressLine(row.id, row.name, "It is being read for the first time.", is_wrong=False)
    read = f"{when.full_day(row.read_at, zone, now)} at {when.clock(row.read_at, zone)}"
    return AddressLine(row.id, row.name, f"Last read on {read}", is_wrong=False)
