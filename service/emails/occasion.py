"""What a prompt mail is made from: one partner's part in one occurrence, and the words that come of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rituals.bag import Drawn
from rituals.delivery import Delivery
from rituals.ritual import Ritual
from service import when


@dataclass(frozen=True, slots=True)
class Occasion:
    """One partner's part in one occurrence."""

    delivery_id: int
    due_at: datetime
    occurrence_id: int
    starts_at: datetime
    ends_at: datetime
    prompt: Drawn | None
    """What was drawn, if something was."""
    plan_id: int
    ritual: str
    couple_id: int
    phone_place: str
    closing_line: str
    partner_id: int
    address: str
    zone: str
    plain_titles: bool
    takes_mail: bool

    @classmethod
    def of(cls, delivery: Delivery) -> "Occasion":
        occurrence, partner = delivery.occurrence, delivery.partner
        couple = occurrence.plan.couple
        return cls(
            delivery_id=delivery.id,
            due_at=delivery.due_at,
            occurrence_id=occurrence.id,
            starts_at=occurrence.starts_at,
            ends_at=occurrence.ends_at,
            prompt=occurrence.prompt,
            plan_id=occurrence.plan_id,
            ritual=occurrence.plan.ritual,
            couple_id=couple.id,
            phone_place=couple.phone_place,
            closing_line=couple.closing_line,
            partner_id=partner.id,
            address=partner.address,
            zone=partner.zone,
            plain_titles=partner.plain_titles,
            takes_mail=partner.takes_mail,
        )


@dataclass(frozen=True, slots=True)
class Words:
    """What a prompt says to all who are at the same point, by the names in its templates."""

    due_at: datetime
    ritual_name: str
    when_words: str
    until_words: str
    phone_place: str
    idea: str
    question: str
    deeper: tuple[str, ...]
    listening: str
    closing: str

    @classmethod
    def of(cls, occasion: Occasion, ritual: Ritual, drawn: Drawn) -> "Words":
        return cls(
            due_at=occasion.due_at,
            ritual_name=ritual.plain_name if occasion.plain_titles else ritual.name,
            when_words=_start(occasion.due_at, occasion.zone),
            until_words=_clock(occasion.ends_at, occasion.zone),
            phone_place=ritual.phones(occasion.phone_place),
            idea=str(drawn.get("idea", "")),
            question=str(drawn.get("question", "")),
            deeper=tuple(drawn.get("deeper", ())),
            listening=ritual.listening or "",
            closing=occasion.closing_line or ritual.closing,
        )


@lru_cache
def _start(at: datetime, zone: str) -> str:
    """Sunday, 19:00"""
    return f"{when.weekday(at, zone)}, {when.clock(at, zone)}"


@lru_cache
def _clock(at: datetime, zone: str) -> str:
    return when.clock(at, zone)
