"""Drawing the prompt for an occurrence: a shuffled bag for each couple and deck, light before deep."""

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select
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


def next_prompt(ritual: Ritual, drawn: Counter[str], *, couple_id: int, depth_cap: int) -> Prompt:
    """Of the prompts that came least often, the lightest; among those, this couple's own shuffled order."""
    allowed = [prompt for prompt in ritual.prompts if prompt.depth <= depth_cap]
    allowed = allowed or sorted(ritual.prompts, key=lambda prompt: prompt.depth)[:1]

    def turn(prompt: Prompt) -> tuple[int, int, bytes]:
        came = drawn[prompt.title]
        shuffle = hashlib.sha256(f"{couple_id}/{ritual.slug}/{came}/{prompt.title}".encode()).digest()
        return (came, prompt.depth, shuffle)

    return min(allowed, key=turn)


def _words(prompt: Prompt) -> dict[str, str | list[str]]:
    idea = prompt.idea.text if prompt.idea else ""
    return {"title": prompt.title, "idea": idea, "question": prompt.question, "deeper": list(prompt.deeper)}


def _drawn(session: Session, plan: "Plan") -> Counter[str]:
    from rituals.plan import Plan

    counts = (
        select(Occurrence.prompt_title, func.count())
        .join(Plan, Plan.id == Occurrence.plan_id)
        .where(Plan.couple_id == plan.couple_id, Plan.ritual == plan.ritual, Occurrence.prompt_title.is_not(None))
        .group_by(Occurrence.prompt_title)
    )
    return Counter({title: count for title, count in session.execute(counts) if title is not None})
