"""What the page of a plan shows to one of the two."""

from dataclasses import dataclass

from rituals.muting import is_muted
from rituals.plan import Plan, PlanState
from rituals.version import Version
from service.web.date_questions import DateQuestion, date_questions, own_wishes
from service.web.plan_dates import NextDate, next_dates
from service.web.plan_past import Asked, Done, LateQuestion, asked_about, done, late_question
from service.web.schedule import DateLine, Reader, date_lines, sentence
from service.web.visit import Visit

DATES = 4


@dataclass(frozen=True, slots=True)
class Wording:
    """One version, as it is read."""

    number: int
    when: str
    intention: str
    dates: tuple[DateLine, ...]
    by_me: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything in words; the template only sets it."""

    id: int
    name: str
    slug: str
    other: str
    state: str
    state_words: str
    on_offer: bool
    """Whether the ritual is still in the catalogue."""
    holds: Wording | None
    """What both said yes to."""
    waiting: Wording | None
    """What waits for a yes: a first proposal, or a change."""
    questions: tuple[DateQuestion, ...]
    """Whether one of the dates may move."""
    dates: tuple[NextDate, ...]
    late: LateQuestion | None
    asked: Asked | None
    done: tuple[Done, ...]
    muted: bool
    stopped: bool
    """No mails come to the reader at all."""


def plan_page(visit: Visit, plan: Plan) -> PlanPage:
    reader, other = Reader.of(visit), visit.couple.other(visit.partner)
    name = other.name if other else "your partner"
    open_version = plan.open_version
    wishes = {wish.occurrence_id: wish.note for wish in own_wishes(visit, reader)}
    return PlanPage(
        id=plan.id,
        name=plan.ritual_name,
        slug=plan.ritual,
        other=name,
        state=plan.state,
        state_words=state_words(visit, plan, name),
        on_offer=plan.ritual in visit.services.catalogue,
        holds=_wording(plan.agreed, visit, reader) if plan.agreed else None,
        waiting=_wording(open_version, visit, reader) if open_version else None,
        questions=tuple(one for one in date_questions(visit, reader) if one.plan_id == plan.id),
        dates=tuple(next_dates(visit, plan, reader, DATES, notes=wishes)),
        late=late_question(visit, plan, reader),
        asked=asked_about(visit, plan, reader),
        done=tuple(done(visit, plan, reader)),
        muted=is_muted(visit.act, plan),
        stopped=not visit.partner.takes_mail,
    )


def state_words(visit: Visit, plan: Plan, other: str) -> str:
    """Where it stands between the two, in one sentence."""
    if plan.state == PlanState.ENDED:
        return "This has ended."
    if plan.ritual not in visit.services.catalogue:
        return "This ritual has left the catalogue, so it rests: its dates stay, and no question comes with them."
    if plan.state == PlanState.PAUSED:
        return "This rests until one of you lets it go on."
    if plan.state == PlanState.AGREED:
        return "You both said yes to this."
    waiting = plan.open_version
    if waiting is not None and waiting.awaits(visit.partner):
        return f"{other} asks you. It stands once you have said yes."
    return f"You asked {other}. It stands once {other} has said yes."


def _wording(version: Version, visit: Visit, reader: Reader) -> Wording:
    recurrence = version.recurrence
    return Wording(
        number=version.number,
        when=sentence(recurrence, reader),
        intention=version.intention,
        dates=tuple(date_lines(recurrence.upcoming(visit.now, DATES), reader)),
        by_me=version.proposed_by_id == visit.partner.id,
    )
