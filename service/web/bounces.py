"""Where a mail provider, or whoever gets what comes back, tells us of it: signed, and answered with no detail."""

import hmac
import json
import re
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, request

from rituals.mail_report import Returned
from rituals.mail_status import refuses_address
from service import bounces
from service.services import Services
from service.web.limits import BROWSING, limiter
from service.web.security import csrf
from service.web.visit import services

blueprint = Blueprint("bounces", __name__)

SIGNATURE = re.compile(r"t=([0-9]{1,11}),v1=([0-9a-f]{64})")
PATIENCE = timedelta(minutes=5)
"""How old a call may be, or how far ahead its clock: the same one is not heard again next week."""


@blueprint.post("/bounces")
@limiter.limit(BROWSING)
def create() -> Response:
    """The mail as it came, or a JSON object that says what is known. Without our secret there is nothing here."""
    program = services()
    if not program.settings.bounce_secret:
        abort(404)
    content = request.get_data(cache=False)
    said_at = _signed_at(program, content)
    if said_at is None:
        abort(404)
    if request.mimetype == "application/json":
        _hear_words(program, _words(content), said_at)
    else:
        bounces.hear(program, content)
    return Response(status=204)


csrf.exempt(create)


def _signed_at(program: Services, content: bytes) -> datetime | None:
    """When this was said, by somebody who knows the secret; None if nobody of the kind said it, or not just now."""
    found = SIGNATURE.fullmatch(request.headers.get("Bounce-Signature", ""))
    if found is None:
        return None
    signed = f"{found[1]}.".encode() + content
    expected = hmac.digest(program.settings.bounce_secret.encode(), signed, "sha256").hex()
    said_at = datetime.fromtimestamp(int(found[1]), UTC)
    in_time = abs(program.clock() - said_at) <= PATIENCE
    return said_at if hmac.compare_digest(expected, found[2]) and in_time else None


def _words(content: bytes) -> dict[str, str]:
    """The texts in the object, by name; none where it is no object."""
    try:
        given: object = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(given, dict):
        return {}
    return {name: value for name, value in given.items() if isinstance(name, str) and isinstance(value, str)}


def _hear_words(program: Services, words: dict[str, str], said_at: datetime) -> None:
    recipient, kind = words.get("recipient", ""), words.get("kind", "")
    if "message" in words:
        bounces.hear(program, words["message"].encode("utf-8", "replace"), recipient=recipient)
    elif kind in frozenset(Returned) and _is_final(words):
        if recipient:
            bounces.learn(program, Returned(kind), [recipient])
        elif "address" in words:
            bounces.learn_of(program, Returned(kind), words["address"], said_at=said_at)


def _is_final(words: dict[str, str]) -> bool:
    """Whether a bounce is about the address; where its code is not given, whoever sends it has looked."""
    return words["kind"] == Returned.COMPLAINT or "status" not in words or refuses_address(words["status"])
