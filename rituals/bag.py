"""Drawing the prompt for an occurrence: a shuffled bag for each couple and deck, light before deep."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from rituals.couple import Couple
from rituals.occurrence import Occurrence
from rituals.ritual import Prompt, Ritual

if TYPE_CHECKING:
    from rituals.plan import Plan


def draw(session: Session, plan: "Plan", occurrence: Occurrence, ritual: Ritual) -> None:
    """Give the occurrence its prompt, once; both partners share it.

    No prompt comes twice before all of the couple's depth have come once. The caller commits.
    """
    if occurrence.has_prompt:
        return
    session.scalar(select(Couple.id).where(Couple.id == plan.couple_id).with_for_update())
    session.refresh(occurrence, ["prompt_title", "prompt"])
    if not occurrence.has_prompt:
        _give(session, plan, occurrence, ritual)


def _give(session: Session, plan: "Plan", occurrence: Occurrence, ritual: Ritual) -> None:
    prompt = next_prompt(ritual, _drawn(session, plan), couple_id=plan.couple_id, depth_cap=plan.couple.depth_cap)
    occurrence.prompt_title = prompt.title
    occurrence.prompt = _words(prompt)
    session.flush()


def next_prompt(ritual: Ritual, drawn: Iterable[str], *, couple_id: int, depth_cap: int) -> Prompt:
    """Of the prompts left in the bag, the lightest; among those, this couple's own order, new for each bag."""
    allowed = [prompt for prompt in ritual.prompts if prompt.depth <= depth_cap]
    allowed = allowed or sorted(ritual.prompts, key=lambda prompt: prompt.depth)[:1]
    bag, gone = _bag({prompt.title for prompt in allowed}, drawn)

    def turn(prompt: Prompt) -> tuple[int, bytes]:
        shuffle = hashlib.sha256(f"{couple_id}/{ritual.slug}/{bag}/{prompt.title}".encode()).digest()
        return (prompt.depth, shuffle)

    return min((prompt for prompt in allowed if prompt.title not in gone), key=turn)


def _bag(titles: set[str], drawn: Iterable[str]) -> tuple[int, set[str]]:
    """Which bag of these titles it is, and what has gone from it: a title that joins late comes once, as all do."""
    bag, gone = 0, set[str]()
    for title in drawn:
        gone |= {title} & titles
        if gone == titles:
            bag, gone = bag + 1, set()
    return bag, gone


def _words(prompt: Prompt) -> dict[str, str | list[str]]:
    idea = prompt.idea.text if prompt.idea else ""
    return {"title": prompt.title, "idea": idea, "question": prompt.question, "deeper": list(prompt.deeper)}


def _drawn(session: Session, plan: "Plan") -> Sequence[str]:
    """Every title this couple had of this ritual, in order."""
    from rituals.plan import Plan

    titles = (
        select(Occurrence.prompt_title)
        .join(Plan, Plan.id == Occurrence.plan_id)
        .where(Plan.couple_id == plan.couple_id, Plan.ritual == plan.ritual, Occurrence.prompt_title.is_not(None))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return [title for title in session.scalars(titles) if title is not None]
