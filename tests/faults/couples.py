"""Many couples whose prompts come due at one moment, put into the database at a stroke, and what became of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import func, select

from rituals.couple import Couple, Partner
from rituals.delivery import Delivery
from rituals.errand import State
from rituals.occurrence import Occurrence
from rituals.plan import Plan, PlanState
from rituals.recurrence import tzdata_version
from service.database import Database

RITUAL = "weekly-check-in"
SETTLED = (State.SENT, State.UNKNOWN, State.EXPIRED, State.FAILED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Two prompts a couple, all due at one moment."""

    database: Database
    addresses: tuple[str, ...]
    due_at: datetime
    expires_at: datetime

    def state(self, address: str) -> State:
        return self._of(address).state

    def copies(self, address: str) -> int:
        return self._of(address).copies

    def states(self) -> Counter[State]:
        """How many of these prompts are in which state."""
        counts = select(Delivery.state, func.count()).join(Partner).where(Partner.address.in_(self.addresses))
        with self.database.reading() as session:
            return Counter(dict(session.execute(counts.group_by(Delivery.state)).all()))

    def all_are(self, *states: State) -> bool:
        return set(self.states()) <= set(states)

    def all_settled(self) -> bool:
        return self.all_are(*SETTLED)

    def bounced(self) -> set[str]:
        with self.database.reading() as session:
            return set(session.scalars(select(Partner.address).where(Partner.bounced_at.is_not(None))))

    def _of(self, address: str) -> Delivery:
        with self.database.reading() as session:
            return session.scalars(select(Delivery).join(Partner).where(Partner.address == address)).one()


class Couples:
    """Makes couples, each with one occurrence; no address comes twice."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers = count(1)

    def due(self, couples: int = 1, *, within: timedelta = timedelta(), window: timedelta) -> Prompts:
        """So many couples whose ritual starts `within` this time (ago, if negative), good for `window`."""
        due_at = datetime.now(UTC) + within
        addresses: list[str] = []
        with self._database.writing() as session:
            rows = [self._occurrence(due_at, window, addresses) for _ in range(couples)]
            session.add_all(rows)
        return Prompts(self._database, tuple(addresses), due_at, due_at + window)

    def _occurrence(self, due_at: datetime, window: timedelta, addresses: list[str]) -> Occurrence:
        number = next(self._numbers)
        couple = Couple(formed_at=due_at, phone_place="in a drawer", closing_line="", events_stay=True)
        couple.partners = [self._partner(f"{name}{number}@example.org", name, due_at, side) for side, name in PAIR]
        addresses += [partner.address for partner in couple.partners]
        plan = Plan(
            couple=couple,
            ritual=RITUAL,
            ritual_name="Check-in",
            uid=f"plan-{number}@side-by-side",
            state=PlanState.AGREED,
            sequence=1,
            revised_at=due_at,
            created_at=due_at,
            form_key=f"form-{number}",
            tzdata=tzdata_version(),
        )
        occurrence = Occurrence(
            plan=plan, original_starts=due_at.replace(tzinfo=None), starts_at=due_at, ends_at=due_at + window * 2
        )
        occurrence.deliveries = [
            Delivery(partner=partner, due_at=due_at, try_at=due_at, expires_at=due_at + window)
            for partner in couple.partners
        ]
        return occurrence

    def _partner(self, address: str, name: str, joined_at: datetime, side: int) -> Partner:
        return Partner(address=address, name=name, zone="Europe/Madrid", joined_at=joined_at, side=side)


PAIR = ((1, "ana"), (2, "ben"))
