"""What the mails say of single dates that were moved, asked about, or did not suit, and of one's own calendar."""

from datetime import UTC, datetime

import pytest

from rituals.calendar_interfaces import Access
from rituals.choosing import link
from rituals.connection import Way
from rituals.couple import Partner
from rituals.news import Happening, tell
from rituals.occurrence import Occurrence
from rituals.outbox import LetterKind
from rituals.placement import Placement
from rituals.plan import Plan
from rituals.suggestion import Suggestion
from service.emails.desk import Desk
from service.emails.mime import compose
from service.jobs import letters
from tests.rituals.households import Household, terms
from tests.service.emails.reading import part, read

AT_EIGHT = datetime(2027, 3, 7, 20)
IN_THE_NIGHT = datetime(2027, 3, 8, 1)


class NoSeal:
    """Keeps what it is given as it is."""

    def seal(self, plain: bytes) -> bytes:
        return plain

    def open(self, sealed: bytes) -> bytes:
        return sealed


def agreed(home: Household) -> tuple[Plan, Occurrence]:
    """A plan whose agreement was told long ago."""
    plan = home.agree()
    for row in home.letters(LetterKind.NEWS):
        row.withdraw()
    return plan, home.occurrences(plan)[0]


def mails(home: Household, desk: Desk) -> dict[str, tuple[str, str]]:
    """What waits to be told: by name, the subject and the words."""
    found = {}
    for row in home.letters(LetterKind.NEWS):
        mail = letters.write(home.session, desk, row, row.due_at)
        if mail is not None:
            message = read(compose(mail))
            words = " ".join(part(message, "plain").split())
            found[str(message["To"]).partition("@")[0]] = (str(message["Subject"]), words)
    return found


def test_a_date_that_the_other_would_like_to_move_is_a_question(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    Suggestion.make(home.act(home.ana), first, IN_THE_NIGHT)
    subject, words = mails(home, desk)["ben"]
    assert subject == "A question for you: Check-in"
    assert "Ana would like to move Sunday 7 March from 13:00 to 19:00." in words
    assert "Yes, let us: https://rituals.example.org/suggestion/" in words
    assert "?answer=decline" in words


def test_its_maker_hears_that_it_waits_and_what_stands(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    Suggestion.make(home.act(home.ana), first, IN_THE_NIGHT)
    subject, words = mails(home, desk)["ana"]
    assert subject == "About your calendar: Check-in"
    assert "You moved Sunday 7 March at 19:00 to Monday 8 March at 01:00." in words
    assert "That waits for Ben’s yes; until then the old time stands" in words
    assert "/suggestion/" not in words


def test_a_question_that_was_answered_in_time_is_not_asked_by_mail(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    Suggestion.make(home.act(home.ana), first, IN_THE_NIGHT).accept(home.act(home.ben))
    told = mails(home, desk)
    assert "ben" not in told
    assert "Instead of Sunday 7 March: Monday 8 March at 01:00." in told["ana"][1]


def test_a_no_says_what_stands_and_nobody_s_name(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    Suggestion.make(home.act(home.ana), first, IN_THE_NIGHT).decline(home.act(home.ben))
    words = mails(home, desk)["ana"][1]
    assert "The old time stands: Sunday 7 March at 19:00." in words
    assert "Ben" not in words


def test_a_moved_date_can_be_turned_away_from_the_mail(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    first.move(home.act(home.ana), AT_EIGHT)
    words = mails(home, desk)["ben"][1]
    assert "Instead of Sunday 7 March: Sunday 7 March at 14:00. It doesn’t suit: https://" in words


def test_one_s_own_wish_that_was_granted_is_not_asked_about_again(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    Suggestion.make(home.act(home.ana), first, IN_THE_NIGHT).accept(home.act(home.ben))
    assert "/unsuited/" not in mails(home, desk)["ana"][1]


def test_what_did_not_suit_is_told_without_a_name_or_a_reason(home: Household, desk: Desk) -> None:
    _, first = agreed(home)
    first.move(home.act(home.ana), AT_EIGHT)
    first.turn_away(home.act(home.ben), datetime(2027, 3, 7, 19, tzinfo=UTC))
    words = mails(home, desk)["ana"][1]
    assert "Sunday 7 March at 20:00 does not suit, so this time is left out." in words
    assert "Choose another time: https://rituals.example.org/occurrences/" in words
    assert "Ben" not in words
    assert "because" not in words


def test_a_rhythm_changed_in_one_s_own_calendar_waits(home: Household, desk: Desk) -> None:
    plan, _ = agreed(home)
    plan.suggest(home.act(home.ana), terms(datetime(2027, 3, 14, 21)))
    tell(home.session, home.ana, plan.id, Happening.SERIES_WAITS, home.now)
    told = mails(home, desk)
    assert "waits for Ben’s yes: on Sundays at 21:00, 45 minutes" in told["ana"][1]
    assert "calendar" not in told["ben"][1]


@pytest.mark.parametrize("whole", [True, False], ids=["the series", "one date"])
def test_what_could_not_be_followed_says_what_the_calendar_shows_again(
    home: Household, desk: Desk, *, whole: bool
) -> None:
    plan, first = agreed(home)
    about = None if whole else first.id
    tell(home.session, home.ana, plan.id, Happening.NOT_FOLLOWED, home.now, occurrence_id=about)
    subject, words = mails(home, desk)["ana"]
    assert subject == "About your calendar: Check-in"
    assert "your calendar shows again: " in words
    assert "19:00" in words


def test_a_ritual_taken_out_of_a_calendar_can_be_put_back_and_is_told_once(home: Household, desk: Desk) -> None:
    plan, _ = agreed(home)
    placement = linked_placement(home, home.ana, plan)
    placement.was_deleted(home.now)
    tell(home.session, home.ana, plan.id, Happening.TAKEN_OUT, home.now)
    told = mails(home, desk)
    assert "it stays out. It still stands for the two of you." in told["ana"][1]
    assert "Put it back: https://rituals.example.org/calendars" in told["ana"][1]
    assert "ben" not in told

    placement.put_back()
    assert mails(home, desk) == {}


def linked_placement(home: Household, partner: Partner, plan: Plan) -> Placement:
    access = Access({"password": "a secret"}, "a calendar")
    linked = link(home.session, partner, Way.CALDAV, access, NoSeal(), name="Side by Side", now=home.now)
    return Placement.on(home.session, plan, linked.connection)


def test_several_dates_are_asked_one_by_one(home: Household, desk: Desk) -> None:
    plan, first = agreed(home)
    for date in (first, home.occurrences(plan)[1]):
        Suggestion.make(home.act(home.ana), date, date.original_starts.replace(hour=23))
    subject, words = mails(home, desk)["ben"]
    assert subject == "Questions for you: Check-in"
    assert words.count("Yes, let us: ") == 2


def test_nothing_is_said_of_dates_that_rest(home: Household, desk: Desk) -> None:
    plan, first = agreed(home)
    Suggestion.make(home.act(home.ana), first, IN_THE_NIGHT)
    plan.pause(home.act(home.ana))
    assert "would like" not in mails(home, desk)["ben"][1]
