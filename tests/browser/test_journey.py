"""From nothing to a coffee without phones: two people, two browsers, two time zones."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Site, link_in, text_of
from tests.browser.people import arrive, choose, introduce
from tests.ics_lint import lint

pytestmark = pytest.mark.browser


def test_two_people_go_from_nothing_to_a_coffee_without_phones(site: Site, visitor: Callable[..., Page]) -> None:
    ana = visitor("Europe/Madrid", screen=PHONE)
    ben = visitor("America/New_York", screen=DESKTOP)

    # Ana comes, says who she is, and asks Ben.
    arrive(ana, site, "ana@example.org")
    introduce(ana, "Ana", "Europe/Madrid")
    ana.get_by_label("address").fill("ben@example.org")
    ana.locator("main form button").first.click()

    # Ben gets one mail, without free text, and says yes.
    invitation = site.mail("ben@example.org")
    assert "Ana" not in text_of(invitation)
    ben.goto(link_in(invitation, "/invitation/"))
    ben.get_by_role("button", name="Accept").click()
    introduce(ben, "Ben", "America/New_York")
    assert "You share a space now" in text_of(site.mail("ana@example.org"))

    # Ana chooses three rituals; Ben hears of them in one mail, five minutes later.
    for ritual in ("Morning coffee", "Weekly check-in", "A new shared experience"):
        choose(ana, ritual)
    assert site.no_more_mails()
    site.wait(minutes=5)
    asked = site.mail("ben@example.org")
    for ritual in ("Morning coffee", "Weekly check-in", "A new shared experience"):
        assert ritual in text_of(asked)

    # Each says how rituals reach their calendar: Ana by mail, Ben by a feed.
    ana.goto("/calendars")
    ana.get_by_role("radio", name="Invitations by mail").check()
    ana.locator("main form button").first.click()
    ben.goto("/calendars")
    ben.get_by_role("radio", name="A private address").check()
    ben.locator("main form button").first.click()
    feed = ben.locator("#feed-address").inner_text()

    # Ben accepts the first, suggests another time for the second, declines the third.
    ben.goto("/")
    ben.get_by_role("button", name="Yes", exact=True).first.click()
    ben.goto("/")
    ben.get_by_role("link", name="Another time").first.click()
    ben.get_by_label("At", exact=True).fill("20:00")
    ben.get_by_role("button", name="Suggest").click()
    ben.goto("/")
    ben.get_by_role("button", name="Not for us").first.click()

    # What both said yes to reaches Ana's calendar at once; what they did not, does not.
    request = site.mail("ana@example.org")
    calendar = next(part for part in request.walk() if part.get_content_type() == "text/calendar")
    content = calendar.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert lint(content) == []
    assert [str(event["SUMMARY"]) for event in Calendar.from_ical(content).walk("VEVENT")] == ["Morning coffee"]

    # Ana says yes to Ben's suggestion, from the mail.
    site.wait(minutes=5)
    ana.goto(link_in(site.mail("ana@example.org"), "/answer/"))
    ana.get_by_role("button", name="Yes").click()
    assert "Weekly check-in" in str(site.mail("ana@example.org")["Subject"])

    # Ben's feed has the same two.
    answer = ben.request.get(feed)
    assert answer.status == 200
    assert lint(answer.body()) == []
    summaries = {str(event["SUMMARY"]) for event in Calendar.from_ical(answer.body()).walk("VEVENT")}
    assert summaries == {"Morning coffee", "Weekly check-in"}
    site.wait(minutes=6)
    site.mail("ben@example.org")  # that Ana agreed

    # Tuesday, 07:30 in Madrid: the same question to both, on the minute and not before.
    site.pass_time(datetime(2027, 3, 2, 6, 29, 59, tzinfo=UTC))
    ana.goto("/")
    expect(ana.get_by_role("heading", level=1)).to_contain_text("07:30")
    assert site.no_more_mails()
    site.pass_time(datetime(2027, 3, 2, 6, 30, 0, tzinfo=UTC))
    prompts = {str(mail["To"]): mail for mail in site.mails(2)}
    assert set(prompts) == {"ana@example.org", "ben@example.org"}
    assert text_of(prompts["ana@example.org"]).startswith("Phones ")
    assert "01:30" in str(prompts["ben@example.org"]["Subject"])
    questions = {text_of(mail).split("If there is room")[0].split("30 ", 1)[-1] for mail in prompts.values()}
    assert len(questions) == 1, questions

    # Afterwards one tap, from the mail.
    site.pass_time(datetime(2027, 3, 2, 6, 51, tzinfo=UTC))
    ben.goto(link_in(prompts["ben@example.org"], "/after/"))
    ben.get_by_role("button", name="We did it").click()
    ana.goto("/")
    expect(ana.get_by_text("This year, so far")).to_be_visible()

    # Ana moves Sunday's talk; Ben hears of it, and the feed follows.
    ana.get_by_role("link", name="Weekly check-in").last.click()
    ana.get_by_role("link", name="Move").first.click()
    ana.locator("input[type=date]").fill("2027-03-08")
    ana.locator("main form button").first.click()
    site.wait(minutes=5)
    told = {str(mail["To"]): mail for mail in site.mails(2)}
    assert "Instead of Sunday 7 March: Monday 8 March" in text_of(told["ben@example.org"])
    moved = Calendar.from_ical(ben.request.get(feed).body())
    assert any(event.get("RECURRENCE-ID") for event in moved.walk("VEVENT"))

    # Ben leaves, alone; nothing more reaches anybody.
    ben.goto("/")
    ben.get_by_role("contentinfo").get_by_role("link", name="Leave").click()
    ben.get_by_role("button", name="Leave").click()
    ana.goto("/")
    expect(ana.get_by_text("This shared space is closed")).to_be_visible()
    site.pass_time(datetime(2027, 3, 3, 6, 30, 5, tzinfo=UTC))
    assert ben.request.get(feed).status == 404
    assert site.no_more_mails()
