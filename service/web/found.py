"""What an address names: one's own plan or occurrence, or nothing at all."""

from flask import abort

from rituals.occurrence import Occurrence
from rituals.plan import Plan
from rituals.ritual import Kind, Ritual
from rituals.suggestion import Suggestion
from service.web.visit import Visit

LARGEST_ID = 2**63 - 1
"""What a key can be; a larger number names nothing, and no database is asked for it."""
ID = f"int(max={LARGEST_ID})"
PLAN = f"/plans/<{ID}:plan_id>"
OCCURRENCE = f"/occurrences/<{ID}:occurrence_id>"
SUGGESTION = f"/suggestions/<{ID}:suggestion_id>"


def own_plan(visit: Visit, plan_id: int, *, lock: bool = False) -> Plan:
    """The couple's plan with this id; anybody else's is not found, as one that never was."""
    _ = visit.couple
    return Plan.of(visit.session, visit.partner, plan_id, lock=lock) or abort(404)


def own_occurrence(visit: Visit, occurrence_id: int, *, lock: bool = False) -> Occurrence:
    _ = visit.couple
    return Occurrence.of(visit.session, visit.partner, occurrence_id, lock=lock) or abort(404)


def own_suggestion(visit: Visit, suggestion_id: int, *, lock: bool = False) -> Suggestion:
    _ = visit.couple
    return Suggestion.of(visit.session, visit.partner, suggestion_id, lock=lock) or abort(404)


def ritual_on_offer(visit: Visit, slug: str) -> Ritual:
    return visit.services.catalogue.get(slug) or abort(404)


def ritual_for_two(visit: Visit, slug: str) -> Ritual:
    """One that two people can agree on."""
    ritual = ritual_on_offer(visit, slug)
    return ritual if ritual.kind is Kind.TOGETHER and ritual.rule else abort(404)
