"""Soft exits look like noise: what one does for oneself changes nothing that the other can see."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from rituals.couple import Partner
from rituals.mail_report import Returned
from rituals.outbox import Letter
from rituals.returned_mail import stop_mail
from service.services import Services
from tests.fakes import FakeClock
from tests.service.web.people import Pair
from tests.service.web.planning import agree

TOKEN = re.compile(r'name="(csrf_token|form_key)" value="[^"]*"')
Step = Callable[[Pair, Services], object]


def stopped(pair: Pair, services: Services, returned: Returned) -> None:
    now = services.clock()
    with services.database.writing() as session:
        stop_mail(session, session.get_one(Partner, pair.anna_id), returned, now, left_at=now)


STEPS: dict[str, Step] = {
    "stops her mails": lambda pair, _: pair.anna.post("/plans/1/mails/stop"),
    "stops and starts them": lambda pair, _: [pair.anna.post(f"/plans/1/mails/{turn}") for turn in ("stop", "start")],
    "chooses mail": lambda pair, _: pair.anna.post("/calendars", data={"way": "mail"}),
    "chooses a feed": lambda pair, _: pair.anna.post("/calendars", data={"way": "feed"}),
    "disconnects": lambda pair, _: [pair.anna.post("/calendars", data={"way": way}) for way in ("mail", "none")],
    "wants plain titles and light questions": lambda pair, _: pair.anna.post(
        "/you", data={"name": "Anna", "zone": "Europe/Berlin", "depth_cap": "1", "plain_titles": "on"}
    ),
    "signs out everywhere": lambda pair, _: pair.anna.post("/you/sessions/end-all"),
    "can get no mail": lambda pair, services: stopped(pair, services, Returned.BOUNCE),
    "calls a mail unwanted": lambda pair, services: stopped(pair, services, Returned.COMPLAINT),
    "can get no mail and tries again": lambda pair, services: [
        stopped(pair, services, Returned.BOUNCE),
        pair.anna.post("/you/mail/start"),
    ],
}


def seen(pair: Pair, feed: str) -> list[object]:
    """Everything that Ben can look at, with the headers of his feed."""
    pages = [pair.ben.get(path).text for path in ("/", "/plans/1", "/plans/1/edit", "/calendars", "/you", "/space")]
    answer = pair.ben.get(feed)
    headers = [answer.headers[name] for name in ("ETag", "Last-Modified")]
    return [*(TOKEN.sub("", page) for page in pages), answer.data, *headers]


def letters(services: Services, partner_id: int) -> int:
    with services.database.reading() as session:
        return len(session.scalars(select(Letter.id).where(Letter.partner_id == partner_id)).all())


@pytest.mark.parametrize("name", STEPS)
def test_the_other_notices_nothing(couple: Pair, services: Services, clock: FakeClock, name: str) -> None:
    couple.ben.post("/calendars", data={"way": "feed"})
    agree(couple)
    found = re.search(r"(/feed/[^\"<]+\.ics)", couple.ben.get("/calendars").text)
    assert found
    before, mails = seen(couple, found[1]), letters(services, couple.ben_id)
    clock.advance(timedelta(seconds=20))
    STEPS[name](couple, services)
    assert seen(couple, found[1]) == before
    assert letters(services, couple.ben_id) == mails
