"""Drawing the prompt for an occurrence: a shuffled bag for each couple and deck, light before deep."""

import hashlib
from bisect import insort
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from rituals.couple import USUAL_DEPTH, Couple, Partner
from rituals.occurrence import Occurrence
from rituals.ritual import Prompt, Ritual

if TYPE_CHECKING:
    from rituals.plan import Plan

Drawn = dict[str, str | list[str]]
"""A prompt's words as an occurrence keeps them."""
Had = dict[tuple[int, str], list[tuple[datetime, int, str]]]
"""By couple and ritual: when which occurrence had which title."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An occurrence without its prompt."""

    occurrence_id: int
    starts_at: datetime
    couple_id: int
    ritual: Ritual


def draw(session: Session, plan: "Plan", occurrence: Occurrence, ritual: Ritual) -> None:
    """Give the occurrence its prompt, once; both partners share it.

    No prompt comes twice before all of the couple's depth have come once. The caller commits.
    """
    if occurrence.has_prompt:
        return
    session.scalar(select(Couple.id).where(Couple.id == plan.couple_id).with_for_update())
    session.refresh(occurrence, ["prompt_title", "prompt"])
    if not occurrence.has_prompt:
        draw_all(session, [Waiting(occurrence.id, occurrence.starts_at, plan.couple_id, ritual)])
        session.refresh(occurrence, ["prompt_title", "prompt"])


def draw_all(session: Session, waiting: Sequence[Waiting]) -> dict[int, Drawn]:
    """The same for many, one after the other, by their ids. The caller holds all of their couples, and commits."""
    couples, rituals = {one.couple_id for one in waiting}, {one.ritual.slug for one in waiting}
    caps, had = _depth_caps(session, couples), _had(session, couples, rituals)
    drawn, kept = dict[int, Drawn](), []
    for one in waiting:
        theirs = had.setdefault((one.couple_id, one.ritual.slug), [])
        cap = caps.get(one.couple_id, USUAL_DEPTH)
        titles = (title for _, _, title in theirs)
        prompt = next_prompt(one.ritual, titles, couple_id=one.couple_id, depth_cap=cap)
        insort(theirs, (one.starts_at, one.occurrence_id, prompt.title))
        drawn[one.occurrence_id] = _words(prompt)
        kept.append({"of": one.occurrence_id, "title": prompt.title, "words": drawn[one.occurrence_id]})
    if kept:
        its_own = update(Occurrence).where(Occurrence.id == bindparam("of"))
        its_own = its_own.values(prompt_title=bindparam("title"), prompt=bindparam("words"))
        session.connection().execute(its_own, kept)
    return drawn


def next_prompt(ritual: Ritual, drawn: Iterable[str], *, couple_id: int, depth_cap: int) -> Prompt:
    """Of the prompts left in the bag, the lightest; among those, this couple's own order, new for each bag."""
    allowed = [prompt for prompt in ritual.prompts if prompt.depth <= depth_cap]
    allowed = allowed or sorted(ritual.prompts, key=lambda prompt: prompt.depth)[:1]
    bag, gone = _bag({prompt.title for prompt in allowed}, drawn)
    left = [prompt for prompt in allowed if prompt.title not in gone]
    lightest = min(prompt.depth for prompt in left)

    def turn(prompt: Prompt) -> bytes:
        return hashlib.sha256(f"{couple_id}/{ritual.slug}/{bag}/{prompt.title}".encode()).digest()

    return min((prompt for prompt in left if prompt.depth == lightest), key=turn)


def _bag(titles: set[str], drawn: Iterable[str]) -> tuple[int, set[str]]:
    """Which bag of these titles it is, and what has gone from it: a title that joins late comes once, as all do."""
    bag, gone = 0, set[str]()
    for title in drawn:
        gone |= {title} & titles
        if gone == titles:
            bag, gone = bag + 1, set()
    return bag, gone


def _words(prompt: Prompt) -> Drawn:
    idea = prompt.idea.text if prompt.idea else ""
    return {"title": prompt.title, "idea": idea, "question": prompt.question, "deeper": list(prompt.deeper)}


def _depth_caps(session: Session, couples: Collection[int]) -> dict[int, int]:
    """As deep as the more careful of the two allows (`Couple.depth_cap`)."""
    caps = select(Partner.couple_id, func.min(Partner.depth_cap)).where(Partner.couple_id.in_(couples))
    found = session.execute(caps.group_by(Partner.couple_id)).all()
    return {couple_id: cap for couple_id, cap in found if couple_id is not None}


def _had(session: Session, couples: Collection[int], rituals: Collection[str]) -> Had:
    """Every title these couples had of these rituals, in order."""
    from rituals.plan import Plan

    titles = (
        select(Plan.couple_id, Plan.ritual, Occurrence.starts_at, Occurrence.id, Occurrence.prompt_title)
        .join(Plan, Plan.id == Occurrence.plan_id)
        .where(Plan.couple_id.in_(couples), Plan.ritual.in_(rituals), Occurrence.prompt_title.is_not(None))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    had: Had = {}
    for couple_id, ritual, starts_at, occurrence_id, title in session.execute(titles):
        if title is not None:
            had.setdefault((couple_id, ritual), []).append((starts_at, occurrence_id, title))
    return had
