"""Which form of a plan was sent: that of a first proposal, or of another wording."""

import re

from flask import abort, request

from service.web.found import LARGEST_ID, own_plan, ritual_for_two
from service.web.plan_form import Frame, edit_frame, new_frame
from service.web.visit import Visit

FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def same_frame(visit: Visit) -> Frame:
    """That of the form from which something was asked."""
    plan_id = request.form.get("plan", type=int)
    if plan_id is not None:
        plan = own_plan(visit, plan_id if 0 < plan_id <= LARGEST_ID else abort(404))
        return edit_frame(visit, plan, request.form.get("seen", ""))
    return new_frame(visit, ritual_for_two(visit, request.form.get("ritual", "")), form_key_sent())


def form_key_sent() -> str:
    key = request.form.get("form_key", "")
    return key if FORM_KEY.fullmatch(key) else abort(400)
