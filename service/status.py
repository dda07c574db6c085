"""How the service is doing, for people: one screen of plain sentences, and what to do where something is wrong."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, func, select, text
from sqlalchemy.orm import Session

from rituals.calendar_channel import PERIOD
from rituals.couple import Couple
from rituals.delivery import Delivery
from rituals.horizon import EXTENDED_BEFORE
from rituals.outbox import Letter
from rituals.plan import Plan
from rituals.tally import RELAY, Count, Ending, Outcome, Tally
from service import schema
from service.amounts import bytes_of, number, several, span
from service.engines import is_sqlite
from service.finding import Finding
from service.services import Services
from service.settings import Settings
from service.survey import Survey, counted

NAMES = {Delivery.__tablename__: ("prompt", "prompts"), Letter.__tablename__: ("letter", "letters")}
TOLD = (Outcome.SENT, Outcome.DELAYED, Outcome.REFUSED, Outcome.UNKNOWN, Outcome.EXPIRED)
LATE = timedelta(minutes=1)
HORIZON_BEHIND = timedelta(days=1)
COUNTED_EXACTLY = 10_000
ROOM = 500_000_000
"""Bytes that should be free beside an SQLite file, or as many as it has."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Counts = dict[Ending, Count]


def look(services: Services) -> list[Finding]:
    """Everything that there is to say at the moment."""
    settings, now = services.settings, services.clock()
    with services.database.reading() as session:
        revision = schema.revision_of(session.connection())
        if not schema.suffices(session.connection()):
            return [tables(revision)]
        survey = Survey.take(session, now)
        hour, day = Tally.since(session, now - HOUR), Tally.since(session, now - DAY)
        people = [size_of_all(session)]
    lines = [*people, workers(survey), *queues(survey), *mails(hour, "hour"), *mails(day, "day"), *troubles(hour)]
    return [
        *lines,
        *relays(settings, hour),
        horizon(survey),
        *calendars(survey),
        *files(services.database.engine.url, survey, revision),
    ]


def size_of_all(session: Session) -> Finding:
    return Finding(f"Couples: {rough(session, Couple)}. Plans: {rough(session, Plan)}.")


def rough(session: Session, kind: type[Couple] | type[Plan]) -> str:
    """Counted where that is quick, else as the database remembers it."""
    exact = counted(session, select(kind.id).order_by(kind.id), COUNTED_EXACTLY)
    if exact < COUNTED_EXACTLY:
        return number(exact)
    if session.get_bind().dialect.name == "sqlite":
        return number(session.scalar(select(func.count()).select_from(kind)) or 0)
    guess = session.scalar(
        text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)"), {"name": kind.__tablename__}
    )
    return f"about {number(max(int(guess or 0), COUNTED_EXACTLY))}"


def workers(survey: Survey) -> Finding:
    if not survey.workers:
        return Finding("No worker is at work.", "Start one with ./run worker, or look at its log for why it ended.")
    last = max(sign.beat_at for sign in survey.workers)
    return Finding(
        f"{several(len(survey.workers), 'worker', 'workers')} at work, heard of {span(survey.at - last)} ago."
    )


def queues(survey: Survey) -> Iterator[Finding]:
    for kind, queue in survey.queues.items():
        one, many = NAMES[kind.__tablename__]
        if not queue.due:
            yield Finding(f"No {one} waits.")
            continue
        behind = (
            "Start another worker if they do not keep up, or see below whether mail servers answer."
            if queue.late > LATE
            else ""
        )
        yield Finding(f"{several(queue.due, one, many)} due, the first for {span(queue.late)}.", behind)


def mails(counts: Counts, since: str) -> Iterator[Finding]:
    for kind, (_, many) in NAMES.items():
        told = ", ".join(f"{number(total(counts, kind, outcome))} {outcome.value}" for outcome in TOLD)
        yield Finding(f"In the last {since}, {many}: {told}.")


def troubles(counts: Counts) -> Iterator[Finding]:
    """What should not happen, in the last hour."""
    sent = sum(total(counts, kind, Outcome.SENT) for kind in NAMES)
    delayed = sum(total(counts, kind, Outcome.DELAYED) for kind in NAMES)
    refused = sum(total(counts, kind, Outcome.REFUSED) for kind in NAMES)
    expired = total(counts, Delivery.__tablename__, Outcome.EXPIRED)
    unwritable = sum(total(counts, kind, Outcome.UNWRITABLE) for kind in NAMES)
    mail_check = "./run mail check looks at the way to the mail server."
    if expired:
        yield Finding(f"Prompts that could not go in time in the last hour: {number(expired)}.", mail_check)
    if delayed and not sent:
        yield Finding("The mail server took nothing in the last hour.", mail_check)
    if refused > max(sent // 20, 4):
        cure = "Their log lines say by what code ('why'). RCPT: an address; anything else: us."
        yield Finding(f"Mails refused for good in the last hour: {number(refused)}.", cure)
    if unwritable:
        cure = "Tell the developers: the log has the reason."
        yield Finding(f"Mails that could not be written in the last hour: {number(unwritable)}.", cure)


def relays(settings: Settings, counts: Counts) -> Iterator[Finding]:
    if settings.has_mailbox:
        yield Finding("Mails stay here, in the built-in mailbox.")
    for url in settings.smtp_urls:
        yield Finding(f"Mail goes through {urlsplit(url).netloc.rpartition('@')[2]}.")
    for relay in sorted({ending.relay for ending in counts if ending.relay}):
        theirs = {ending: count for ending, count in counts.items() if ending.relay == relay}
        yield from unreached(relay, theirs)
        ends = (Outcome.SENT, Outcome.DELAYED, Outcome.REFUSED)
        told = (f"{number(sum(total(theirs, kind, end) for kind in NAMES))} {end.value}" for end in ends)
        yield Finding(f"In the last hour, through {relay}: {', '.join(told)}.")


def unreached(relay: str, counts: Counts) -> Iterator[Finding]:
    """Whether somebody must act: not where another takes its mails, or it takes them again."""
    times = total(counts, RELAY, Outcome.UNREACHABLE)
    sent = sum(total(counts, kind, Outcome.SENT) for kind in NAMES)
    if times:
        cure = "" if sent else "./run mail check looks at it."
        yield Finding(f"In the last hour, {relay} could not be reached {number(times)} times.", cure)


def horizon(survey: Survey) -> Finding:
    if survey.horizon is None:
        return Finding("No plan has dates ahead.")
    behind = survey.horizon < EXTENDED_BEFORE - HORIZON_BEHIND
    cure = "Workers extend it when nothing else is due: is one at work, and does its log complain?" if behind else ""
    return Finding(f"Every plan's dates are written down for {span(survey.horizon)} ahead at least.", cure)


def calendars(survey: Survey) -> Iterator[Finding]:
    seen = survey.calendars
    behind = "The workers do not keep up with calendars: start another." if seen.late > PERIOD else ""
    if seen.unread_for or behind:
        yield Finding(f"The connected calendar that waits longest was read {span(seen.unread_for)} ago.", behind)
    for trouble, count in sorted(seen.troubled.items()):
        yield Finding(f"{several(count, 'calendar', 'calendars')} in trouble: {trouble.value}. Their owners are told.")


def files(url: URL, survey: Survey, revision: str) -> Iterator[Finding]:
    yield tables(revision)
    if not is_sqlite(url):
        yield Finding(f"PostgreSQL, {bytes_of(survey.size)}. Back it up with pg_dump; docs/hosting.md says how.")
        return
    yield Finding(f"SQLite, {bytes_of(survey.size)} in {url.database}. ./run backup FILE copies it while it is in use.")
    free = shutil.disk_usage(Path(url.database or "").parent).free
    if free < max(ROOM, survey.size):
        yield Finding(
            f"Its disk has {bytes_of(free)} left.", "Make room: where nothing can be written down, nothing goes."
        )


def tables(revision: str) -> Finding:
    newest = schema.newest()
    if revision < newest:
        return Finding("The tables are not those of this version.", "./run migrate brings them up to date.")
    if revision > newest:
        return Finding(f"The tables are those of a version to come ({revision}); this one works on them as well.")
    return Finding(f"The tables are up to date ({revision}).")


def total(counts: Counts, kind: str, outcome: Outcome) -> int:
    return sum(count.mails for ending, count in counts.items() if (ending.kind, ending.outcome) == (kind, outcome))


def heading(now: datetime) -> str:
    return f"Side by Side, {now:%A %d %B %Y, %H:%M:%S} UTC"
