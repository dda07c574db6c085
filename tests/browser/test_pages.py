"""Every page on the smallest phone, light and dark: nothing sideways, nothing too small to touch, all of it named."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.test_journey import arrive, choose, introduce

pytestmark = pytest.mark.browser

SMALL = {"width": 320, "height": 640}
LOOK = (Path(__file__).parent / "look.js").read_text()


class Seen(TypedDict):
    """What was found on one page."""

    title: str
    lang: str
    headings: int
    sideways: int
    low: list[str]
    nameless: list[str]
    unlabelled: list[str]
    pictures: list[str]
    twice: list[str]
    pale: list[str]


class Walk:
    """One person with a small phone, and all that they see on the way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.titles: dict[str, str] = {}

    def see(self, path: str | None = None) -> None:
        """Look at the page that is open, or at this one, in light and in dark."""
        if path is not None:
            self.page.goto(path)
        self.page.wait_for_load_state("load")  # after a press the page may still be on its way
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self._note("dark", pale=self._look()["pale"])
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        seen = self._look()
        self._note("light", low=seen["low"], nameless=seen["nameless"], unlabelled=seen["unlabelled"])
        self._note("light", pictures=seen["pictures"], twice=seen["twice"], pale=seen["pale"])
        self._note("light", sideways=[f"{seen['sideways']} px"] if seen["sideways"] > 0 else [])
        self._note("light", headings=[] if seen["headings"] == 1 else [f"{seen['headings']} h1"])
        self._note("light", lang=[] if seen["lang"] == "en" else [seen["lang"]])
        self._remember(seen["title"])

    def press(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name).first.click()

    def _look(self) -> Seen:
        found: Seen = self.page.evaluate(LOOK)
        return found

    def _note(self, scheme: str, **found: list[str]) -> None:
        self.faults += [f"{self._where()} ({scheme}): {kind}: {one}" for kind, many in found.items() for one in many]

    def _remember(self, title: str) -> None:
        first = self.titles.setdefault(title, self._where())
        if first != self._where():
            self.faults.append(f"{self._where()}: has the same title as {first}: {title}")

    def _where(self) -> str:
        return self.page.url.split("/", 3)[-1].partition("?")[0][:40] or "/"


@pytest.fixture
def small(visitor: Callable[..., Page]) -> Iterator[Walk]:
    walk = Walk(visitor("Europe/Madrid", screen=SMALL))
    yield walk
    assert walk.faults == []


def share_a_space(site: Site, walk: Walk, other: Page) -> None:
    """Two who have introduced themselves; the first is looked at on the way."""
    arrive(walk.page, site, "ana@example.org")
    walk.see()
    introduce(walk.page, "Ana", "Europe/Madrid")
    walk.see("/")
    walk.see("/invitations/new")
    walk.page.get_by_label("address").fill("ben@example.org")
    walk.press("Send")
    walk.see()
    site.mail("ben@example.org")
    arrive(other, site, "ben@example.org")
    introduce(other, "Ben", "America/New_York")
    other.goto("/invitations/new")
    other.get_by_role("link", name="Read it").click()
    other.get_by_role("button", name="Accept").click()
    site.mail("ana@example.org")


def keep_a_weekend(walk: Walk) -> None:
    walk.see("/hours")
    walk.page.get_by_label("From", exact=True).fill("2027-03-20T00:00")
    walk.page.get_by_label("Until", exact=True).fill("2027-03-22T00:00")
    walk.press("Keep this free")
    walk.see()


def find_a_time(walk: Walk) -> None:
    """The page finds out by itself when there is something to choose from."""
    walk.page.goto("/plans/new?ritual=new-experience")
    walk.press("Find a time")
    walk.page.locator("[name=start]").first.click()
    walk.see()


def test_what_anybody_may_read(site: Site, small: Walk) -> None:
    for path in ("/", "/sign-in", "/rituals", "/rituals/new-experience", "/support", "/privacy", "/nothing-here"):
        small.see(path)
    small.page.goto("/support")
    for country in small.page.locator("summary").all():
        country.click()
    small.see()


def test_what_two_people_see_from_the_first_day_to_the_last(
    site: Site, small: Walk, visitor: Callable[..., Page]
) -> None:
    ben = visitor("America/New_York", screen=SMALL)
    share_a_space(site, small, ben)
    for path in ("/", "/rituals/morning-coffee", "/plans/new?ritual=new-experience", "/calendars", "/you", "/space"):
        small.see(path)
    keep_a_weekend(small)
    find_a_time(small)

    for ritual in ("Morning coffee", "Weekly check-in"):
        choose(ben, ritual)
    choose(small.page, "A new shared experience")
    small.see()
    small.see("/")
    small.press("Yes")
    small.page.goto("/")
    small.press("Yes")
    small.see("/")
    coffee = small.page.get_by_role("link", name="Morning coffee").last.get_attribute("href")
    assert coffee is not None
    small.see(coffee)
    small.see(f"{coffee}/edit")
    small.see(f"{coffee}/end")
    small.page.goto(coffee)
    small.page.get_by_role("link", name="Move").first.click()
    small.see()
    small.page.goto("/calendars")
    small.page.get_by_label("address").first.check()
    small.press("Choose")
    small.see("/calendars")

    site.pass_time(datetime(2027, 3, 2, 12, 35, tzinfo=UTC))
    small.see("/")
    site.pass_time(datetime(2027, 3, 2, 13, 0, tzinfo=UTC))
    small.see("/")
    small.press("We did it")
    small.see("/")
    small.page.goto(coffee)
    small.press("Not this time")
    small.see(coffee)
    small.press("Let it rest")
    small.see()
    small.see("/leave")
    small.press("Leave now")
    small.see()
    small.see("/")
    small.page = ben
    small.see("/")
