"""The prompt, at the start: where the phones go, then one question."""

from dataclasses import fields, replace
from functools import lru_cache

from rituals.bag import Drawn
from rituals.delivery import Delivery
from rituals.ritual import Ritual
from service.emails.desk import Desk
from service.emails.mime import Letter
from service.emails.mould import Blanks, Mould, Own
from service.emails.occasion import Occasion, Words

BLANKS = Blanks("did_url", "moved_url", "not_this_time_url", "unsubscribe_url", "leave_url")
MOULDS = 1000
"""Of 15 kB each. A moment needs one for each wording drawn, times the zones; a couple's own closing line is another."""


def prompt(desk: Desk, delivery: Delivery, ritual: Ritual) -> Letter:
    """The drawn prompt for one partner, in their own zone; the occurrence holds it already."""
    occasion = Occasion.of(delivery)
    return _letter(desk, Words.of(occasion, ritual, occasion.prompt or {}), _own(desk, occasion))


class Press:
    """Composes prompts at a desk, to the same bytes as `compose(prompt(…))`, and sets no words twice."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._mould = lru_cache(MOULDS)(self._set)

    def compose(self, occasion: Occasion, ritual: Ritual, drawn: Drawn) -> bytes:
        """Raises what writing a letter and composing it raise."""
        return self._mould(Words.of(occasion, ritual, drawn)).strike(_own(self._desk, occasion))

    def _set(self, words: Words) -> Mould:
        return Mould(_letter(self._desk, words, BLANKS.own), BLANKS)


def _letter(desk: Desk, words: Words, own: Own) -> Letter:
    said: dict[str, object] = {field.name: getattr(words, field.name) for field in fields(words)}
    letter = desk.write(
        "prompt",
        to=own.recipient,
        key="",
        at=words.due_at,
        words=said | dict(own.links),
        unsubscribe=own.list_unsubscribe,
    )
    return replace(letter, message_id=own.message_id)


def _own(desk: Desk, occasion: Occasion) -> Own:
    outcome = desk.links.outcome(occasion.occurrence_id, occasion.partner_id)
    unsubscribe = desk.links.unsubscribe(occasion.plan_id, occasion.partner_id)
    return Own(
        recipient=occasion.address,
        message_id=desk.message_id(f"prompt.{occasion.delivery_id}.{int(occasion.due_at.timestamp())}"),
        list_unsubscribe=unsubscribe,
        links={
            "did_url": f"{outcome}?answer=done",
            "moved_url": f"{outcome}?answer=moved",
            "not_this_time_url": f"{outcome}?answer=rested",
            "unsubscribe_url": unsubscribe,
            "leave_url": desk.links.leave(occasion.couple_id, occasion.partner_id),
        },
    )
