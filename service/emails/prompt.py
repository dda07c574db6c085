"""The prompt, at the start: where the phones go, then one question."""

from rituals.couple import Partner
from rituals.delivery import Delivery
from rituals.ritual import Ritual
from service import when
from service.emails.desk import Desk
from service.emails.mime import Letter


def prompt(desk: Desk, delivery: Delivery, ritual: Ritual) -> Letter:
    """The drawn prompt for one partner, in their own zone; the occurrence holds it already."""
    occurrence, partner = delivery.occurrence, delivery.partner
    drawn = occurrence.prompt or {}
    couple = occurrence.plan.couple
    outcome = desk.links.outcome(occurrence.id, partner.id)
    unsubscribe = desk.links.unsubscribe(occurrence.plan_id, partner.id)
    words: dict[str, object] = {
        "ritual_name": title(ritual, partner),
        "when_words": f"{when.weekday(delivery.due_at, partner.zone)}, {when.clock(delivery.due_at, partner.zone)}",
        "until_words": when.clock(occurrence.ends_at, partner.zone),
        "phone_place": ritual.phones(couple.phone_place),
        "idea": drawn.get("idea", ""),
        "question": drawn.get("question", ""),
        "deeper": drawn.get("deeper", []),
        "listening": ritual.listening or "",
        "closing": couple.closing_line or ritual.closing,
        "did_url": f"{outcome}?answer=done",
        "moved_url": f"{outcome}?answer=moved",
        "not_this_time_url": f"{outcome}?answer=rested",
        "unsubscribe_url": unsubscribe,
        "leave_url": desk.links.leave(couple.id, partner.id),
    }
    return desk.write(
        "prompt",
        to=partner.address,
        key=f"prompt.{delivery.id}.{int(delivery.due_at.timestamp())}",
        at=delivery.due_at,
        words=words,
        unsubscribe=unsubscribe,
    )


def title(ritual: Ritual, partner: Partner) -> str:
    """What this partner lets others read on a screen: the ritual's name, or a plain word for it."""
    return ritual.plain_name if partner.plain_titles else ritual.name
