"""From a click to a drag: both connect Google, and what one moves on the phone moves for both, the question too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site, text_of
from tests.browser.people import choose, meet
from tests.fakes import FakeClock
from tests.simulators.google_calendar.simulator import GoogleCalendar

pytestmark = pytest.mark.browser


@pytest.fixture
def simulator(clock: FakeClock) -> Iterator[GoogleCalendar]:
    with GoogleCalendar(now=clock) as simulator:
        yield simulator
    assert simulator.violations == []


@pytest.fixture
def google(simulator: GoogleCalendar) -> dict[str, str]:
    return {
        "GOOGLE_CLIENT_ID": simulator.client_id,
        "GOOGLE_CLIENT_SECRET": simulator.client_secret,
        "GOOGLE_API_ROOT": simulator.url,
        "GOOGLE_OAUTH_ROOT": simulator.url,
    }


def connect(page: Page, address: str) -> None:
    """On the page of one's calendar, at Google, and back."""
    page.goto("/calendars")
    page.get_by_role("radio", name="Google").check()
    page.get_by_role("button", name="Choose this").click()
    page.get_by_label("Your account").fill(address)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("main")).to_contain_text("Google")


def phone(page: Page, simulator: GoogleCalendar, address: str) -> None:
    page.goto(f"{simulator.url}/phone?account={address}")


def shows(page: Page, simulator: GoogleCalendar, address: str, words: str) -> None:
    """Looks at the phone until it shows this."""
    for _ in range(100):
        phone(page, simulator, address)
        if words in page.inner_text("body"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{address} never sees '{words}', but: {page.inner_text('body')}")


def test_a_drag_on_one_phone_moves_it_for_both_and_the_question_comes_then(
    site: Site, visitor: Callable[..., Page], simulator: GoogleCalendar
) -> None:
    ana = visitor("Europe/Madrid", screen=PHONE)
    ben = visitor("Europe/Madrid", screen=DESKTOP)
    meet(ana, ben, site)
    connect(ana, "ana@example.org")
    connect(ben, "ben@example.org")

    choose(ana, "Weekly check-in")
    ben.goto("/")
    ben.get_by_role("button", name="Yes", exact=True).click()
    for page, address in ((ana, "ana@example.org"), (ben, "ben@example.org")):
        shows(page, simulator, address, "Sunday 07 March, 19:00")

    ben.get_by_role("button", name="An hour later").first.click()
    site.wait(minutes=16)
    shows(ana, simulator, "ana@example.org", "Sunday 07 March, 20:00")
    ana.goto("/")
    expect(ana.get_by_role("heading", level=1)).to_contain_text("20:00")
    site.wait(minutes=6)
    told: list[EmailMessage] = []
    while not told:
        told = [mail for mail in site.mails(site.waiting()) if "20:00" in text_of(mail)]
    assert [str(mail["To"]) for mail in told] == ["ana@example.org"]

    site.pass_time(datetime(2027, 3, 7, 18, 0, 30, tzinfo=UTC))
    ana.goto("/")
    assert site.no_more_mails(), "the old time has passed without a word"
    site.pass_time(datetime(2027, 3, 7, 19, 0, 0, tzinfo=UTC))
    assert {str(mail["To"]) for mail in site.mails(2)} == {"ana@example.org", "ben@example.org"}
