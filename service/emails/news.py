"""What changed, gathered into one mail for one of the two."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Partner
from rituals.news import Happening, News
from rituals.outbox import Letter as Row
from rituals.plan import Plan, PlanState
from service.emails.calendar_news import OWN, calendar_passages
from service.emails.date_news import DateNews
from service.emails.desk import Desk
from service.emails.mime import Letter
from service.emails.passage import Passage
from service.emails.terms import terms

STATES = {
    PlanState.AGREED: "goes on from here.",
    PlanState.PAUSED: "rests for now. No questions come until one of you lets it go on.",
    PlanState.ENDED: "has ended.",
}
TURNS = (Happening.PAUSED, Happening.RESUMED, Happening.ENDED)


@dataclass(frozen=True, slots=True)
class Item:
    """One ritual with what is new about it, and where to look."""

    name: str
    passages: tuple[Passage, ...]
    url: str
    is_yes: bool
    """All that is new about it is that both agree."""
    is_own: bool
    """All that is new about it came of the reader's own calendar."""

    @property
    def asks(self) -> bool:
        return any(passage.asks for passage in self.passages)


def news(desk: Desk, session: Session, row: Row, partner: Partner, now: datetime) -> Letter | None:
    """How things stand now, ritual by ritual. None when nothing is left to say."""
    told = session.scalars(select(News).where(News.letter_id == row.id).order_by(News.id)).all()
    plans = {one.plan_id: session.get_one(Plan, one.plan_id) for one in told}
    items = [
        item
        for plan in plans.values()
        if (item := _item(desk, session, plan, [one for one in told if one.plan_id == plan.id], partner, now))
    ]
    if not items:
        return None
    words: dict[str, object] = {
        "items": items,
        "opening": _opening(items),
        "names": [item.name for item in items if item.asks] or [item.name for item in items],
    }
    if partner.couple is not None:
        words["leave_url"] = desk.links.leave(partner.couple.id, partner.id)
    return desk.write("news", to=partner.address, key=f"news.{row.id}", at=row.due_at, words=words)


def _opening(items: list[Item]) -> str:
    """What the mail is, in its subject and at its head: a question before all else."""
    asking = [passage for item in items for passage in item.passages if passage.asks]
    if asking:
        return "A question for you" if len(asking) == 1 else "Questions for you"
    if all(item.is_own for item in items):
        return "About your calendar"
    return "A yes" if all(item.is_yes for item in items) else "A change"


def _item(desk: Desk, session: Session, plan: Plan, told: list[News], partner: Partner, now: datetime) -> Item | None:
    happened = {one.what for one in told}
    lines = _standing(plan, happened, partner, now)
    passages = [
        *([Passage(tuple(lines))] if lines else []),
        *calendar_passages(session, desk.links, plan, told, partner, now),
        *DateNews(session, desk.links, plan, partner, now).passages(told),
        *(_asked(desk, plan, partner, now) if Happening.PROPOSED in happened else []),
    ]
    if not passages:
        return None
    ritual = desk.catalogue.get(plan.ritual)
    plain = ritual.plain_name if ritual and partner.plain_titles else plan.ritual_name
    return Item(
        plain,
        tuple(passages),
        desk.links.plan(plan.id),
        is_yes=happened == {Happening.AGREED},
        is_own=happened <= OWN,
    )


def _asked(desk: Desk, plan: Plan, partner: Partner, now: datetime) -> list[Passage]:
    """A wording that waits for this reader's answer."""
    version = plan.open_version
    if version is None or not version.awaits(partner):
        return []
    lines = (f"{version.proposed_by.name} suggests: {terms(version, partner, now)}", version.intention)
    answer, page = desk.links.answer(version.id, partner.id), desk.links.plan(plan.id)
    links = (("Yes, let us", answer), ("Another time", f"{page}/edit"), ("Not for us", f"{answer}?answer=decline"))
    return [Passage(tuple(line for line in lines if line), links, asks=True)]


def _standing(plan: Plan, happened: set[Happening], partner: Partner, now: datetime) -> list[str]:
    lines = []
    yes, rests = Happening.AGREED in happened, plan.state == PlanState.PAUSED
    if yes and plan.agreed is not None and (plan.is_running or rests):
        lines.append(f"You both said yes: {terms(plan.agreed, partner, now)}")
    if Happening.DECLINED in happened and plan.open_version is None:
        lines.append("Not for now. What held before still holds." if plan.agreed else "Not this one, or not now.")
    if (happened & set(TURNS) or (yes and rests)) and plan.agreed is not None:
        lines.append(f"This ritual {STATES.get(plan.state, 'has changed.')}")
    if Happening.OVERRIDES_DROPPED in happened:
        lines.append("The new rhythm left no room for some dates that had been moved or left out; please have a look.")
    return lines
