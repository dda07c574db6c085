"""Two people and what they plan, made through the domain's own doors."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.couple import Couple, Partner, form_couple
from rituals.delivery import Delivery
from rituals.occurrence import Occurrence
from rituals.outbox import Letter, LetterKind
from rituals.plan import Plan
from rituals.recurrence import Recurrence
from rituals.ritual import Kind, Prompt, Ritual
from rituals.rule import Rule
from rituals.signin import welcome
from rituals.version import Terms

A_MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SUNDAYS = "FREQ=WEEKLY;BYDAY=SU"


def ritual(*, titles: dict[str, int] | None = None, slug: str = "check-in") -> Ritual:
    """A small ritual; `titles` gives each prompt's depth."""
    prompts = tuple(
        Prompt(title=title, depth=depth, question=f"{title}?", deeper=(), source="Our own")
        for title, depth in (titles or {"One": 1, "Two": 1, "Three": 2}).items()
    )
    return Ritual(
        slug=slug,
        place=1,
        name="Check-in",
        plain_name="Talk",
        kind=Kind.TOGETHER,
        line="A talk.",
        about=("How it goes.",),
        rule=SUNDAYS,
        starts=time(19),
        duration=timedelta(minutes=45),
        before="Phones away.",
        settling=None,
        listening=None,
        order=(),
        closing="Thank you.",
        invitation=None,
        known=(),
        samples=(),
        prompts=prompts,
    )


def terms(
    starts: datetime = datetime(2027, 3, 7, 19),
    *,
    rule: str = SUNDAYS,
    minutes: int = 45,
    zone: str = "Europe/Madrid",
    now: datetime = A_MONDAY,
    line: str = "",
) -> Terms:
    recurrence = Recurrence(starts, zone, timedelta(minutes=minutes), Rule.parse(rule) if rule else None)
    return Terms.of(recurrence, line, now)


@dataclass(slots=True)
class Household:
    """Ana in Madrid and Ben in New York, in one session of the database; `now` moves by hand."""

    session: Session
    ana: Partner
    ben: Partner
    now: datetime = A_MONDAY
    forms: int = 0

    @classmethod
    def begin(cls, session: Session, names: tuple[str, str] = ("ana", "ben")) -> "Household":
        ana, ben = (welcome(session, f"{name}@example.org", A_MONDAY) for name in names)
        ana.introduce(name="Ana", zone="Europe/Madrid")
        ben.introduce(name="Ben", zone="America/New_York")
        form_couple(session, ana, ben, A_MONDAY)
        return cls(session, ana, ben)

    @property
    def couple(self) -> Couple:
        assert self.ana.couple is not None
        return self.ana.couple

    def act(self, by: Partner) -> Act:
        return Act(self.session, by, self.now)

    def propose(self, wording: Terms | None = None, **more: str) -> Plan:
        self.forms += 1
        return Plan.propose(
            self.act(self.ana), ritual(**more), wording or terms(now=self.now), form_key=f"form-{self.forms}"
        )

    def agree(self, wording: Terms | None = None, **more: str) -> Plan:
        plan = self.propose(wording, **more)
        plan.accept(self.act(self.ben), plan.latest.number)
        return plan

    def occurrences(self, plan: Plan) -> list[Occurrence]:
        self.session.flush()
        rows = select(Occurrence).where(Occurrence.plan_id == plan.id).order_by(Occurrence.original_starts)
        return list(self.session.scalars(rows))

    def planned(self) -> list[tuple[datetime, str]]:
        """Every delivery that is still to come: when, and to whom."""
        self.session.flush()
        rows = select(Delivery).where(Delivery.try_at.is_not(None)).order_by(Delivery.due_at, Delivery.partner_id)
        return [(one.due_at, one.partner.name) for one in self.session.scalars(rows)]

    def letters(self, kind: LetterKind) -> list[Letter]:
        """Letters of a kind that are still to go."""
        self.session.flush()
        rows = select(Letter).where(Letter.kind == kind, Letter.try_at.is_not(None)).order_by(Letter.id)
        return list(self.session.scalars(rows))
