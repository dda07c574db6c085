"""Many couples with connected calendars, put into the database at a stroke: everything is still to be written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select, update

from benchmarks.calendars.google import ZONE, Opened
from integrations.vault import Vault
from rituals.calendar_interfaces import Access
from rituals.connection import CalendarConnection, Way
from rituals.couple import Couple, Partner
from rituals.horizon import HORIZON
from rituals.linked_calendar import LinkedCalendar, seal
from rituals.occurrence import Occurrence
from rituals.placement import Placement
from rituals.plan import Plan, PlanState
from rituals.recurrence import Recurrence, tzdata_version
from rituals.rule import Rule
from rituals.version import Terms, Version, VersionState
from service.database import Database

RHYTHMS = ("FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=-1FR")
EVENTS = len(RHYTHMS)
"""In every calendar: each couple has a plan of each rhythm."""
LENGTH = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Couples:
    """All couples of one run, in a database of their own."""

    database: Database
    vault: Vault

    def connect(self, opened: Sequence[Opened]) -> None:
        """As the pages would, two by two, but all in one transaction."""
        now = datetime.now(UTC)
        terms = [_terms(rule, now) for rule in RHYTHMS]
        with self.database.writing() as session:
            couples = [_couple(pair, now) for pair in zip(opened[::2], opened[1::2], strict=True)]
            session.add_all(couples)
            session.flush()
            links = {one.address: one for one in opened}
            for couple in couples:
                plans = [_plan(couple, one, now) for one in terms]
                session.add_all(_date(plan, one) for plan, one in zip(plans, terms, strict=True))
                for partner in couple.partners:
                    linked = self._linked(partner, links[partner.address], now)
                    session.add(linked)
                    session.add_all(Placement(plan=plan, connection=linked.connection, wanted=True) for plan in plans)

    def wake(self) -> None:
        """Every calendar is to be looked at now."""
        with self.database.writing() as session:
            session.execute(update(LinkedCalendar).values(look_at=datetime.now(UTC)))

    def unwritten(self) -> int:
        """How many placements are not known to stand."""
        with self.database.reading() as session:
            behind = select(func.count()).where(Placement.etag.is_(None))
            return session.scalar(behind) or 0

    def waiting(self) -> int:
        """How many calendars are to be looked at, or are in somebody's hands."""
        with self.database.reading() as session:
            due = LinkedCalendar.look_at <= datetime.now(UTC) + timedelta(minutes=5)
            return session.scalar(select(func.count()).where(due)) or 0

    def _linked(self, partner: Partner, opened: Opened, now: datetime) -> LinkedCalendar:
        connection = CalendarConnection(partner=partner, way=Way.GOOGLE, since_at=now, generation=0)
        sealed = seal(Access(opened.tokens, opened.calendar), self.vault)
        return LinkedCalendar(connection=connection, name="Side by Side", sealed=sealed, look_at=now)


def _couple(pair: Sequence[Opened], now: datetime) -> Couple:
    couple = Couple(formed_at=now, phone_place="in a drawer", closing_line="", events_stay=True)
    couple.partners = [
        Partner(address=one.address, name="Ana", zone=ZONE, joined_at=now, side=side)
        for side, one in enumerate(pair, start=1)
    ]
    return couple


def _terms(rule: str, now: datetime) -> Terms:
    starts = datetime.combine((now + timedelta(days=7)).date(), time(19))
    return Terms.of(Recurrence(starts, ZONE, LENGTH, Rule.parse(rule)), "", now)


def _plan(couple: Couple, terms: Terms, now: datetime) -> Plan:
    """Its rows reach far enough: this run is about calendars."""
    recurrence = terms.recurrence
    agreed = Version(
        number=1,
        state=VersionState.AGREED,
        starts=recurrence.starts,
        zone=recurrence.zone,
        minutes=LENGTH // timedelta(minutes=1),
        rule=str(recurrence.rule),
        proposed_by_id=couple.partners[0].id,
        proposed_at=now,
        settled_at=now,
    )
    name = f"{couple.id}-{recurrence.rule}"
    return Plan(
        couple=couple,
        ritual="weekly-check-in",
        ritual_name="Weekly check-in",
        uid=f"{name}@side-by-side",
        state=PlanState.AGREED,
        sequence=1,
        revised_at=now,
        created_at=now,
        form_key=name,
        horizon_at=now + HORIZON,
        tzdata=tzdata_version(),
        versions=[agreed],
    )


def _date(plan: Plan, terms: Terms) -> Occurrence:
    first = terms.recurrence.first()
    assert first is not None
    return Occurrence(
        plan=plan, original_starts=first.original_starts, starts_at=first.starts_at, ends_at=first.ends_at
    )
