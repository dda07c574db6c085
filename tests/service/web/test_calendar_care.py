"""A connected calendar on its owner's page: how it is, what is wrong, and what can be done about it."""

from datetime import timedelta

import pytest

from rituals.calendar_interfaces import Trouble
from rituals.connection import CalendarConnection, Reminder, Way
from rituals.plan import Plan
from tests.conftest import KINDS
from tests.fakes import FakeClock
from tests.service.web.connecting import Calendars
from tests.service.web.people import Pair, services_of
from tests.service.web.planning import agree, words

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def plan_id(couple: Pair, calendars: Calendars) -> int:
    """A plan in Anna's connected calendar."""
    plan_id = agree(couple)
    calendars.connect_google(couple.anna)
    calendars.keep_in_step()
    return plan_id


def page(couple: Pair) -> str:
    return words(couple.anna.get("/calendars").text)


def uid(couple: Pair, plan_id: int) -> str:
    with services_of(couple.anna.application).database.reading() as session:
        return session.get_one(Plan, plan_id).uid


def shown(couple: Pair, calendars: Calendars, plan_id: int) -> bool:
    return uid(couple, plan_id) in calendars.google.calendars[calendars.calendar(couple.anna_id)].kept


def current(couple: Pair) -> CalendarConnection:
    with services_of(couple.anna.application).database.reading() as session:
        return session.query(CalendarConnection).filter_by(partner_id=couple.anna_id, ended_at=None).one()


def test_it_says_when_it_was_read_and_written(
    couple: Pair, calendars: Calendars, plan_id: int, clock: FakeClock
) -> None:
    assert "Google Calendar, Side by Side" in page(couple)
    clock.advance(DAY)
    calendars.look()
    clock.advance(3 * MINUTE)
    assert "Read 3 minutes ago, written yesterday." in page(couple)


def test_one_that_was_never_read_says_so(couple: Pair, calendars: Calendars) -> None:
    calendars.connect_google(couple.anna)
    assert "It has not been read yet; that takes a minute." in page(couple)


@pytest.mark.parametrize(
    ("trouble", "said", "button"),
    [
        (Trouble.RECONNECT, "It does not let us in any more.", "Connect it again"),
        (Trouble.GONE, "The calendar is not there any more.", "Make it again"),
        (Trouble.REFUSED, "It does not allow us to write.", "Connect it again"),
        (Trouble.BUSY, "It asks us to wait.", ""),
        (Trouble.UNREACHABLE, "It does not answer at the moment.", ""),
        (Trouble.ODD, "It answers in a way that we do not understand.", "Connect it again"),
        (Trouble.UNSAFE, "Its address leads to a place that we do not ask", "Connect it again"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_one_thing_to_do(
    couple: Pair, calendars: Calendars, plan_id: int, clock: FakeClock, trouble: Trouble, said: str, button: str
) -> None:
    linked = calendars.linked(couple.anna_id)
    assert linked is not None
    with services_of(couple.anna.application).database.writing() as session:
        kept = session.merge(linked)
        kept.trouble, kept.trouble_at = trouble, clock()
    shown = couple.anna.get("/calendars").text
    assert said in shown
    assert [label for label in ("Connect it again", "Make it again") if f">{label}<" in shown] == (
        [button] if button else []
    )
    assert ("We try again by ourselves." in shown) == (trouble in {Trouble.BUSY, Trouble.UNREACHABLE, Trouble.ODD})
    assert said not in couple.ben.get("/calendars").text


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
def test_a_ritual_that_was_taken_out_there_can_be_put_back(couple: Pair, calendars: Calendars, plan_id: int) -> None:
    calendars.google.phone(calendars.calendar(couple.anna_id)).delete_series(uid(couple, plan_id))
    calendars.look()
    assert "What you took out of it It still stands for the two of you." in page(couple)
    assert "took out" not in words(couple.ben.get("/calendars").text)

    couple.anna.post(f"/plans/{plan_id}/put-back")
    calendars.keep_in_step()

    assert shown(couple, calendars, plan_id)
    assert "took out" not in page(couple)


def test_putting_back_what_is_there_changes_nothing(couple: Pair, calendars: Calendars, plan_id: int) -> None:
    couple.anna.post(f"/plans/{plan_id}/put-back")
    calendars.keep_in_step()
    assert shown(couple, calendars, plan_id)


@pytest.mark.parametrize("reminder", list(Reminder))
def test_the_reminder_is_chosen_and_reaches_the_calendar_soon(
    couple: Pair, calendars: Calendars, plan_id: int, clock: FakeClock, reminder: Reminder
) -> None:
    couple.anna.post("/calendars/reminder", data={"reminder": reminder.value})
    assert current(couple).reminder == reminder
    assert f'value="{reminder.value}" selected' in couple.anna.get("/calendars").text
    linked = calendars.linked(couple.anna_id)
    assert linked is not None
    assert linked.look_at == clock()


@pytest.mark.parametrize(("path", "field"), [("reminder", "reminder"), ("disconnect", "events")])
@pytest.mark.parametrize("value", ["", "never", "\x00"])
def test_what_is_no_choice_is_refused(
    couple: Pair, calendars: Calendars, plan_id: int, path: str, field: str, value: str
) -> None:
    assert couple.anna.post(f"/calendars/{path}", data={field: value}).status_code == 400


@pytest.mark.parametrize("database_url", KINDS, indirect=True)
@pytest.mark.parametrize(("events", "is_deleted"), [("delete", True), ("leave", False)])
def test_disconnecting_takes_our_events_along_or_leaves_them(
    couple: Pair, calendars: Calendars, plan_id: int, events: str, is_deleted: bool
) -> None:
    name = calendars.calendar(couple.anna_id)
    couple.anna.post("/calendars/disconnect", data={"events": events})
    assert current(couple).way == Way.NONE
    assert "Your calendar is being cleared." in page(couple)
    calendars.keep_in_step()
    assert "being cleared" not in page(couple)
    assert (uid(couple, plan_id) not in calendars.google.calendars[name].kept) == is_deleted
    assert calendars.google.withdrawn == [(name, is_deleted)]


def test_the_new_one_says_that_it_waits_for_the_one_before(couple: Pair, calendars: Calendars, plan_id: int) -> None:
    calendars.accounts.open_account("anna", "abcd-efgh-ijkl-mnop")
    calendars.connect_account(couple.anna)
    assert "The calendar before is being cleared. The new one fills in a minute." in page(couple)
    calendars.keep_in_step()
    assert "being cleared" not in page(couple)
    made = calendars.accounts.calendars[calendars.calendar(couple.anna_id)]
    assert uid(couple, plan_id) in made.kept


@pytest.mark.parametrize(
    ("path", "data"), [("/calendars/reminder", {"reminder": "none"}), ("/calendars/disconnect", {"events": "leave"})]
)
def test_without_a_connected_calendar_there_is_nothing_to_care_for(
    couple: Pair, calendars: Calendars, path: str, data: dict[str, str]
) -> None:
    couple.anna.post("/calendars", data={"way": "mail"})
    answer = couple.anna.post(path, data=data, follow_redirects=True)
    assert "No calendar is connected at the moment." in answer.text
    assert current(couple).way == Way.MAIL


def test_the_guide_to_a_quiet_phone_is_found_from_there(couple: Pair, calendars: Calendars, plan_id: int) -> None:
    assert "/calendars/quiet-phone" in couple.anna.get("/calendars").text
    guide = couple.anna.get("/calendars/quiet-phone").text
    assert "Android" in guide
    assert "Event Ends" in guide
