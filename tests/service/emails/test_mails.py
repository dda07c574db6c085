"""What the mails say, read as a mail program reads them."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html import unescape

import pytest
from icalendar import Calendar

from rituals.bag import draw
from rituals.calendar_letters import record_told, repair
from rituals.choosing import choose_way
from rituals.connection import Way
from rituals.errand import State
from rituals.invitation import Invitation
from rituals.outbox import LetterKind
from rituals.plan import Plan
from rituals.signin import SignInLink, welcome
from service.calendar_events import event_of
from service.emails.desk import Desk
from service.emails.mime import compose
from service.emails.prompt import prompt
from service.jobs import letters
from tests.ics_lint import lint
from tests.rituals.households import Household, terms
from tests.service.emails.reading import CATALOGUE, part, read

CHECK_IN = CATALOGUE["weekly-check-in"]


def agreed(home: Household) -> Plan:
    home.forms += 1
    plan = Plan.propose(home.act(home.ana), CHECK_IN, terms(), form_key=f"f{home.forms}")
    plan.accept(home.act(home.ben), 1)
    return plan


def prompt_mail(home: Household, desk: Desk, reader: str = "Ana") -> bytes:
    plan = agreed(home)
    occurrence = home.occurrences(plan)[0]
    draw(home.session, plan, occurrence, CHECK_IN)
    delivery = next(one for one in occurrence.deliveries if one.partner.name == reader)
    return compose(prompt(desk, delivery, CHECK_IN))


def letter(home: Household, desk: Desk, kind: LetterKind, *, number: int = 0) -> EmailMessage:
    row = home.letters(kind)[number]
    mail = letters.write(home.session, desk, row, row.due_at)
    assert mail is not None, "there was nothing to say"
    return read(compose(mail))


def test_the_prompt_says_first_where_the_phones_go(home: Household, desk: Desk) -> None:
    home.couple.settle(phone_place="in the drawer", closing_line="")
    text = part(read(prompt_mail(home, desk)), "plain")
    assert text.splitlines()[0] == "Phones in the drawer until 19:45."


def test_an_idea_stands_before_its_question_and_the_phones_are_simply_away(home: Household, desk: Desk) -> None:
    outing = CATALOGUE["new-experience"]
    plan = Plan.propose(home.act(home.ana), outing, terms(), form_key="outing")
    plan.accept(home.act(home.ben), 1)
    occurrence = home.occurrences(plan)[0]
    draw(home.session, plan, occurrence, outing)
    drawn = occurrence.prompt or {}
    mail = read(compose(prompt(desk, occurrence.deliveries[0], outing)))
    for kind in ("plain", "html"):
        said = " ".join(unescape(part(mail, kind)).split())
        assert (
            0 <= said.index("Phones away until") < said.index(str(drawn["idea"])) < said.index(str(drawn["question"]))
        )


def test_the_prompt_says_once_how_to_use_it(home: Household, desk: Desk) -> None:
    mail = read(prompt_mail(home, desk))
    for kind in ("plain", "html"):
        assert part(mail, kind).count("One of you reads it aloud") == 1


def test_what_belongs_to_no_mail_alone_stands_below_the_signature_line(home: Household, desk: Desk) -> None:
    text = part(read(prompt_mail(home, desk)), "plain")
    lines = text.splitlines()
    assert lines[lines.index("-- ") + 1].startswith("Stop these mails: ")


def test_both_read_the_same_question_on_their_own_clocks(home: Household, desk: Desk) -> None:
    plan = agreed(home)
    occurrence = home.occurrences(plan)[0]
    draw(home.session, plan, occurrence, CHECK_IN)
    assert occurrence.prompt is not None
    mails = [read(compose(prompt(desk, delivery, CHECK_IN))) for delivery in occurrence.deliveries]
    for mail in mails:
        assert str(occurrence.prompt["question"]) in " ".join(part(mail, "plain").split())
    subjects = {str(mail["To"]): str(mail["Subject"]) for mail in mails}
    assert subjects == {
        "ana@example.org": "Weekly check-in, Sunday, 19:00",
        "ben@example.org": "Weekly check-in, Sunday, 13:00",
    }


def test_composing_twice_gives_the_same_bytes(home: Household, desk: Desk) -> None:
    plan = agreed(home)
    occurrence = home.occurrences(plan)[0]
    draw(home.session, plan, occurrence, CHECK_IN)
    once, again = (compose(prompt(desk, occurrence.deliveries[0], CHECK_IN)) for _ in range(2))
    assert once == again


def test_the_prompt_can_be_stopped_with_one_click(home: Household, desk: Desk) -> None:
    message = read(prompt_mail(home, desk))
    assert re.fullmatch(r"<https://rituals\.example\.org/unsubscribe/\S+>", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_preview_line_and_the_subject_show_no_question(home: Household, desk: Desk) -> None:
    plan = agreed(home)
    occurrence = home.occurrences(plan)[0]
    draw(home.session, plan, occurrence, CHECK_IN)
    message = read(compose(prompt(desk, occurrence.deliveries[0], CHECK_IN)))
    assert occurrence.prompt is not None
    html = part(message, "html")
    preview = html[html.index("display:none") : html.index("</div>")]
    first_words = " ".join(str(occurrence.prompt["question"]).split()[:4])
    assert first_words in part(message, "plain").replace("\n", " ")
    assert first_words not in preview
    assert first_words not in message["Subject"]


def test_no_mail_loads_anything_from_anywhere(home: Household, desk: Desk) -> None:
    html = part(read(prompt_mail(home, desk)), "html")
    assert not re.search(r"<img|<link|<script|url\(|@import|src=", html)


def test_plain_titles_show_nothing_but_a_plain_word(home: Household, desk: Desk) -> None:
    home.ana.prefer(plain_titles=True, depth_cap=3)
    message = read(prompt_mail(home, desk))
    assert message["Subject"] == "Talk, Sunday, 19:00"
    assert "check-in" not in part(message, "plain").lower()


def test_the_way_in_is_one_link(home: Household, desk: Desk) -> None:
    SignInLink.ask(home.session, "ana@example.org", home.now)
    text = part(letter(home, desk, LetterKind.SIGN_IN), "plain")
    assert len(re.findall(r"https://rituals\.example\.org/sign-in/\S+", text)) == 1
    assert "ten minutes" in text


def test_an_invitation_carries_no_free_text(home: Household, desk: Desk) -> None:
    eve = Household.begin(home.session, ("eve", "fay")).ana
    eve.couple, eve.name = None, "Buy cheap watches"
    Invitation.send(home.session, eve, "dan@example.org", home.now)
    message = letter(home, desk, LetterKind.INVITATION)
    for shown in (message["Subject"], part(message, "plain"), part(message, "html")):
        assert "watches" not in shown
    assert "eve@example.org" in message["Subject"]


def test_whoever_asked_hears_of_the_yes(home: Household, desk: Desk) -> None:
    eve, fay = (welcome(home.session, f"{name}@example.org", home.now) for name in ("eve", "fay"))
    Invitation.send(home.session, eve, fay.address, home.now).accept(home.session, home.now)
    message = letter(home, desk, LetterKind.JOINED)
    assert (message["To"], message["Subject"]) == ("eve@example.org", "A yes from fay@example.org")


def test_news_asks_and_can_be_answered_from_the_mail(home: Household, desk: Desk) -> None:
    home.propose(terms(line="If it is Sunday at seven, we make tea"))
    message = letter(home, desk, LetterKind.NEWS)
    text = part(message, "plain")
    assert message["Subject"] == "A question for you: Check-in"
    assert "Ana suggests: on Sundays at 19:00 in Madrid (13:00 for you), 45 minutes" in " ".join(text.split())
    assert "we make tea" in text
    assert "/answer/" in text


def test_news_names_first_what_it_asks(home: Household, desk: Desk) -> None:
    home.agree()
    home.propose()
    home.propose()
    subjects = {
        row.partner_id: letter(home, desk, LetterKind.NEWS, number=n)["Subject"]
        for n, row in enumerate(home.letters(LetterKind.NEWS))
    }
    assert subjects == {
        home.ana.id: "A yes: Check-in",
        home.ben.id: "Questions for you: Check-in, Check-in",
    }


def test_news_says_how_things_stand_and_not_each_step(home: Household, desk: Desk) -> None:
    plan = home.propose()
    plan.suggest(home.act(home.ana), terms(datetime(2027, 3, 7, 20)))
    text = part(letter(home, desk, LetterKind.NEWS), "plain")
    assert text.count("suggests") == 1
    assert "20:00" in text


def test_news_that_has_become_nothing_is_not_sent(home: Household, desk: Desk) -> None:
    plan = home.propose()
    plan.withdraw(home.act(home.ana), 1)
    (row,) = home.letters(LetterKind.NEWS)
    assert letters.write(home.session, desk, row, row.due_at) is None


def test_a_moved_date_is_told_without_saying_who_moved_it(home: Household, desk: Desk) -> None:
    plan = home.agree()
    for row in home.letters(LetterKind.NEWS):
        row.withdraw()
    home.occurrences(plan)[0].move(home.act(home.ana), datetime(2027, 3, 8, 20))
    text = part(letter(home, desk, LetterKind.NEWS), "plain")
    assert "Instead of Sunday 7 March: Monday 8 March at 14:00." in text
    assert "Ana" not in text


def calendar_of(message: EmailMessage) -> tuple[str, bytes]:
    for one in message.walk():
        if one.get_content_type() == "text/calendar":
            content = one.get_payload(decode=True)
            assert isinstance(content, bytes)
            return str(one.get_param("method")), content
    raise AssertionError("no calendar part")


def calendar_mail(home: Household, desk: Desk) -> EmailMessage:
    """The one letter that waits for a calendar, composed and gone."""
    (row,) = home.letters(LetterKind.CALENDAR)
    mail = letter(home, desk, LetterKind.CALENDAR)
    row.withdraw()
    record_told(home.session, row.id, home.now)
    return mail


def test_an_agreed_plan_reaches_the_calendar_by_mail_and_follows(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    method, content = calendar_of(calendar_mail(home, desk))
    assert (method, lint(content)) == ("REQUEST", [])
    first = Calendar.from_ical(content).walk("VEVENT")[0]

    home.occurrences(plan)[1].move(home.act(home.ben), datetime(2027, 3, 15, 20))
    (row,) = home.letters(LetterKind.CALENDAR)
    assert row.due_at == home.now + timedelta(minutes=5)
    _, content = calendar_of(calendar_mail(home, desk))
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [str(one["UID"]) for one in events] == [str(first["UID"])] * 2
    assert events[0]["SEQUENCE"] > first["SEQUENCE"]

    plan.end(home.act(home.ben))
    mail = calendar_mail(home, desk)
    assert "It is no longer planned." in part(mail, "plain")
    method, content = calendar_of(mail)
    (cancelled,) = Calendar.from_ical(content).walk("VEVENT")
    assert (method, str(cancelled["STATUS"]), lint(content)) == ("CANCEL", "CANCELLED", [])
    assert cancelled["SEQUENCE"] > events[0]["SEQUENCE"]


def test_what_rests_or_comes_another_way_is_not_called_gone(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    calendar_mail(home, desk)
    plan.pause(home.act(home.ben))
    assert "It rests for now" in part(calendar_mail(home, desk), "plain")
    plan.resume(home.act(home.ben))
    calendar_mail(home, desk)
    choose_way(home.session, home.ana, Way.FEED, home.now)
    assert "no longer comes to your calendar by mail" in " ".join(part(calendar_mail(home, desk), "plain").split())


def test_what_never_reached_a_calendar_is_not_cancelled_there(home: Household) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    plan.end(home.act(home.ben))
    assert home.letters(LetterKind.CALENDAR) == []


def test_an_invitation_that_was_on_its_way_when_the_plan_ended_is_called_back(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    (row,) = home.letters(LetterKind.CALENDAR)
    letter(home, desk, LetterKind.CALENDAR)
    row.state = State.HANDING
    plan.end(home.act(home.ben))
    row.state, row.try_at = State.SENT, None
    record_told(home.session, row.id, home.now)
    assert calendar_of(calendar_mail(home, desk))[0] == "CANCEL"


def test_a_change_just_before_the_start_goes_to_calendars_at_once(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    calendar_mail(home, desk)
    home.now = datetime(2027, 3, 7, 17, 50, tzinfo=UTC)
    home.occurrences(plan)[0].skip(home.act(home.ben))
    assert home.letters(LetterKind.CALENDAR)[0].due_at == home.now


def test_a_single_date_that_is_skipped_is_cancelled_and_comes_back(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree(terms(rule=""))
    only = home.occurrences(plan)[0]
    methods = [calendar_of(calendar_mail(home, desk))[0]]
    for change in (only.skip, only.restore):
        change(home.act(home.ben))
        methods.append(calendar_of(calendar_mail(home, desk))[0])
    assert methods == ["REQUEST", "CANCEL", "REQUEST"]


def test_changing_ones_way_shows_in_nobody_elses_calendar(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    _, before = calendar_of(calendar_mail(home, desk))
    bens = choose_way(home.session, home.ben, Way.FEED, home.now)
    seen = event_of(plan, bens, CATALOGUE, desk.links)
    home.now += timedelta(days=1)
    choose_way(home.session, home.ana, Way.FEED, home.now)
    _, gone = calendar_of(calendar_mail(home, desk))
    assert event_of(plan, bens, CATALOGUE, desk.links) == seen
    first, cancelled = (Calendar.from_ical(one).walk("VEVENT")[0] for one in (before, gone))
    assert cancelled["SEQUENCE"] > first["SEQUENCE"]
    assert cancelled["DTSTAMP"].dt > first["DTSTAMP"].dt


def test_coming_back_to_mail_is_newer_than_the_cancellation(home: Household, desk: Desk) -> None:
    sequences = []
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    home.agree()
    for way in (Way.FEED, Way.MAIL):
        content = calendar_of(calendar_mail(home, desk))[1]
        sequences.append(Calendar.from_ical(content).walk("VEVENT")[0]["SEQUENCE"])
        home.now += timedelta(days=1)
        choose_way(home.session, home.ana, way, home.now)
    content = calendar_of(calendar_mail(home, desk))[1]
    sequences.append(Calendar.from_ical(content).walk("VEVENT")[0]["SEQUENCE"])
    assert sequences == sorted(set(sequences))


def test_a_calendar_that_could_not_be_told_is_told_again_a_day_later(home: Household, desk: Desk) -> None:
    choose_way(home.session, home.ana, Way.MAIL, home.now)
    plan = home.agree()
    (row,) = home.letters(LetterKind.CALENDAR)
    letter(home, desk, LetterKind.CALENDAR)
    row.state, row.try_at = State.EXPIRED, None
    assert repair(home.session, home.now + timedelta(hours=23), limit=10) == 0
    home.now += timedelta(days=1, minutes=1)
    assert repair(home.session, home.now, limit=10) == 1
    assert calendar_of(calendar_mail(home, desk))[0] == "REQUEST"
    assert repair(home.session, home.now + timedelta(days=2), limit=10) == 0
    assert plan.is_running


HOSTILE = ["<script>alert(1)</script>", "{{ 7 * 7 }}", "Ana\r\nBcc: eve@example.org", "\u202eanA", "a" * 60]


@pytest.mark.parametrize("name", HOSTILE, ids=["markup", "template", "line break", "direction", "long"])
def test_a_hostile_name_stays_text(home: Household, desk: Desk, name: str) -> None:
    home.ana.introduce(name=name, zone="Europe/Madrid")
    home.propose()
    message = letter(home, desk, LetterKind.NEWS)
    assert message.keys() == letter_keys(message)
    assert "<script" not in part(message, "html")
    assert "49" not in part(message, "plain").split("suggests")[0]
    assert "\u202e" not in part(message, "plain")


def letter_keys(message: EmailMessage) -> list[str]:
    expected = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted"]
    return [*expected, "X-Auto-Response-Suppress", "Reply-To", "Content-Type"] if "Bcc" not in message else []
