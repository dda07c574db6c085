"""What people do on the pages, step by step."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, link_in


def arrive(page: Page, site: Site, address: str) -> None:
    """Ask for a link on the front page, and press the button it leads to."""
    page.goto("/")
    page.get_by_label("e-mail").fill(address)
    page.get_by_role("button", name="Begin").click()
    page.goto(link_in(site.mail(address), "/sign-in/"))
    page.get_by_role("button", name="Sign in").click()


def introduce(page: Page, name: str, zone: str) -> None:
    page.get_by_label("call").fill(name)
    expect(page.locator("[data-zone]")).to_have_value(zone)
    page.locator("main form button[type=submit], main form button:not([type])").first.click()


def choose(page: Page, ritual: str) -> None:
    page.goto("/rituals")
    page.get_by_role("link", name=ritual).first.click()
    page.get_by_role("link", name="Choose this ritual").click()
    page.get_by_role("button", name="Propose").click()


def meet(ana: Page, ben: Page, site: Site) -> None:
    """Ana comes and asks Ben, who says yes. The mails of it are read."""
    arrive(ana, site, "ana@example.org")
    introduce(ana, "Ana", "Europe/Madrid")
    ana.get_by_label("address").fill("ben@example.org")
    ana.locator("main form button").first.click()
    ben.goto(link_in(site.mail("ben@example.org"), "/invitation/"))
    ben.get_by_role("button", name="Accept").click()
    introduce(ben, "Ben", "Europe/Madrid")
    site.mail("ana@example.org")
