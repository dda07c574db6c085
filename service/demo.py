"""A couple to watch: one ritual that starts in a minute, their home page, and the mailbox."""

import webbrowser
from datetime import datetime, timedelta
from threading import Timer

from sqlalchemy.orm import Session

from rituals.act import Act
from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.couple import Partner, form_couple
from rituals.plan import Plan
from rituals.recurrence import Recurrence, wall_clock
from rituals.rule import Rule
from rituals.signin import SignInLink, welcome
from rituals.version import Terms
from service.mail_links import MailLinks
from service.services import Services

ZONE = "Europe/Madrid"
SOONEST = timedelta(seconds=25)
BROWSER_DELAY = 1.5
PEOPLE = (("ana@example.org", "Ana"), ("ben@example.org", "Ben"))
RITUALS = (
    ("weekly-check-in", 45, "FREQ=WEEKLY", "we sit down at the kitchen table with a candle."),
    ("morning-coffee", 20, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "we make two coffees and sit by the window."),
)


def prepare(services: Services) -> str:
    """Make the couple, open the browser if there is one, and say what to look at."""
    starts_at = next_minute(services.clock())
    with services.database.writing() as session:
        link_id = _couple(session, services, starts_at)
    site = services.settings.base_url
    way_in = MailLinks(services.links).sign_in(link_id)
    for page in (f"{site}/mailbox", way_in):
        Timer(BROWSER_DELAY, webbrowser.open, (page,)).start()
    starts = f"{wall_clock(starts_at, ZONE):%H:%M}"
    return (
        f"Ana and Ben share a space. Their check-in begins at {starts} in Madrid, in a minute or so.\n"
        f"  Ana's home page: {way_in}\n"
        f"  The mailbox:     {site}/mailbox\n"
        f"{_phones(services)}"
        f"At {starts} both get the same question. Stop it with Ctrl-C."
    )


def _phones(services: Services) -> str:
    """With a simulated Google: where to connect to it, and where its calendars are shown as on a phone."""
    if Way.GOOGLE not in services.calendars:
        return ""
    settings = services.settings
    return (
        f"  Connect Google:  {settings.base_url}/calendars (simulated; allow whatever it asks)\n"
        f"  Ana's phone:     {settings.google_api_root}/phone?account={PEOPLE[0][0]}\n"
    )


def next_minute(now: datetime) -> datetime:
    """The next whole minute that leaves time to open the pages."""
    soonest = now + SOONEST
    return soonest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _couple(session: Session, services: Services, starts_at: datetime) -> int:
    now = services.clock()
    ana, ben = (_partner(session, address, name, now) for address, name in PEOPLE)
    couple = form_couple(session, ana, ben, now)
    couple.settle(phone_place="in the drawer", closing_line="")
    choose_way(session, ana, Way.MAIL, now)
    for slug, minutes, rule, line in RITUALS:
        starts = wall_clock(starts_at, ZONE)
        if slug == "morning-coffee":
            starts = (starts + timedelta(days=1)).replace(hour=7, minute=30)
        recurrence = Recurrence(starts, ZONE, timedelta(minutes=minutes), Rule.parse(rule))
        terms = Terms.of(recurrence, f"If it is {starts:%A} at {starts:%H:%M}, {line}", now)
        plan = Plan.propose(Act(session, ana, now), services.catalogue[slug], terms, form_key=slug)
        plan.accept(Act(session, ben, now), 1)
    link = SignInLink(address=ana.address, asked_at=now, expires_at=now + timedelta(hours=1))
    session.add(link)
    session.flush()
    return link.id


def _partner(session: Session, address: str, name: str, now: datetime) -> Partner:
    partner = welcome(session, address, now)
    partner.introduce(name=name, zone=ZONE)
    return partner
