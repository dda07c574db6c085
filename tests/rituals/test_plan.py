"""A plan: two yeses to the same wording, and what follows from them."""

from datetime import UTC, datetime, timedelta

import pytest

from rituals.news import Happening, News
from rituals.occurrence import Standing
from rituals.outbox import LetterKind
from rituals.plan import Plan, PlanState
from rituals.refused import RefusedError, StaleError
from rituals.version import VersionState
from tests.rituals.households import Household, ritual, terms


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


def starts(home: Household, plan: Plan) -> list[datetime]:
    return [one.starts_at for one in home.occurrences(plan) if one.stands()]


def test_nothing_stands_before_the_second_yes(home: Household) -> None:
    plan = home.propose()
    assert plan.state == PlanState.PROPOSED
    assert home.planned() == []
    assert home.occurrences(plan) == []


def test_two_yeses_plan_each_occurrence_once_for_both(home: Household) -> None:
    home.agree()
    assert home.planned()[:4] == [
        (at(7, 18), "Ana"),
        (at(7, 18), "Ben"),
        (at(14, 18), "Ana"),
        (at(14, 18), "Ben"),
    ]


def test_summer_time_moves_the_moment_and_not_the_wall_clock(home: Household) -> None:
    home.agree()
    moments = [due_at for due_at, name in home.planned() if name == "Ana"]
    assert moments == [at(7, 18), at(14, 18), at(21, 18), at(28, 17), at(4, 17, month=4)]


def test_the_same_form_twice_makes_one_plan(home: Household) -> None:
    first = Plan.propose(home.act(home.ana), ritual(), terms(), form_key="same")
    again = Plan.propose(home.act(home.ana), ritual(), terms(), form_key="same")
    assert first is again


def test_a_yes_given_twice_changes_nothing(home: Household) -> None:
    plan = home.agree()
    before = (plan.sequence, home.planned())
    plan.accept(home.act(home.ben), 1)
    assert (plan.sequence, home.planned()) == before


def test_nobody_can_say_yes_for_the_other(home: Household) -> None:
    plan = home.propose()
    with pytest.raises(StaleError):
        plan.accept(home.act(home.ana), 1)
    assert plan.state == PlanState.PROPOSED


def test_an_answer_to_an_old_version_is_not_counted(home: Household) -> None:
    plan = home.propose()
    plan.suggest(home.act(home.ana), terms(datetime(2027, 3, 7, 20)))
    with pytest.raises(StaleError, match="changed"):
        plan.accept(home.act(home.ben), 1)


def test_a_suggestion_goes_back_and_forth_until_both_agree(home: Household) -> None:
    plan = home.propose()
    plan.suggest(home.act(home.ben), terms(datetime(2027, 3, 7, 20)))
    plan.suggest(home.act(home.ana), terms(datetime(2027, 3, 7, 18, 30)))
    plan.accept(home.act(home.ben), 3)
    assert [version.state for version in plan.versions] == [
        VersionState.REPLACED,
        VersionState.REPLACED,
        VersionState.AGREED,
    ]
    assert starts(home, plan)[0] == at(7, 17, 30)


def test_while_a_change_is_proposed_the_old_agreement_holds(home: Household) -> None:
    plan = home.agree()
    before = home.planned()
    plan.suggest(home.act(home.ben), terms(datetime(2027, 3, 9, 18, 30), rule="FREQ=WEEKLY;BYDAY=TU"))
    assert home.planned() == before
    plan.decline(home.act(home.ana), 2)
    assert plan.state == PlanState.AGREED
    assert home.planned() == before


def test_a_changed_rule_keeps_what_has_started_and_derives_the_rest_anew(home: Household) -> None:
    plan = home.agree()
    home.now = at(7, 18, 5)
    plan.suggest(home.act(home.ben), terms(datetime(2027, 3, 9, 18, 30), rule="FREQ=WEEKLY;BYDAY=TU", now=home.now))
    plan.accept(home.act(home.ana), 2)
    assert starts(home, plan)[:3] == [at(7, 18), at(9, 17, 30), at(16, 17, 30)]
    assert at(14, 18) not in [due_at for due_at, _ in home.planned()]


def test_a_declined_first_proposal_ends_the_plan_and_tells_the_one_who_asked(home: Household) -> None:
    plan = home.propose()
    plan.decline(home.act(home.ben), 1)
    assert plan.state == PlanState.ENDED
    assert [letter.partner_id for letter in home.letters(LetterKind.NEWS)] == [home.ben.id, home.ana.id]


def test_a_plan_agreed_after_its_start_begins_with_the_next_one(home: Household) -> None:
    plan = home.propose()
    home.now = at(7, 18, 0) + timedelta(seconds=1)
    plan.accept(home.act(home.ben), 1)
    assert home.planned()[0] == (at(14, 18), "Ana")


def test_a_plan_agreed_in_the_last_minute_still_goes_on_time(home: Household) -> None:
    plan = home.propose()
    home.now = at(7, 17, 59) + timedelta(seconds=40)
    plan.accept(home.act(home.ben), 1)
    assert home.planned()[0] == (at(7, 18), "Ana")


def test_a_proposal_whose_only_date_has_passed_cannot_be_agreed(home: Household) -> None:
    plan = home.propose(terms(rule=""))
    home.now = at(8, 9)
    with pytest.raises(StaleError, match="another time"):
        plan.accept(home.act(home.ben), 1)


def test_pausing_withdraws_everything_and_resuming_sends_nothing_of_the_pause(home: Household) -> None:
    plan = home.agree()
    plan.pause(home.act(home.ben))
    assert home.planned() == []
    home.now = at(16, 9)
    plan.resume(home.act(home.ana))
    assert home.planned()[0] == (at(21, 18), "Ana")


def test_ending_withdraws_everything_for_good(home: Household) -> None:
    plan = home.agree()
    plan.end(home.act(home.ana))
    assert home.planned() == []
    with pytest.raises(StaleError):
        plan.suggest(home.act(home.ben), terms())


def test_a_moved_date_goes_at_its_new_time_only(home: Household) -> None:
    plan = home.agree()
    fourth = home.occurrences(plan)[3]
    fourth.move(home.act(home.ben), datetime(2027, 4, 5, 20))
    assert [due_at for due_at, name in home.planned() if name == "Ben"] == [
        at(7, 18),
        at(14, 18),
        at(21, 18),
        at(4, 17, month=4),
        at(5, 18, month=4),
    ]
    assert fourth.original_starts == datetime(2027, 3, 28, 19)


def test_moved_twice_the_last_counts(home: Household) -> None:
    plan = home.agree()
    first = home.occurrences(plan)[0]
    first.move(home.act(home.ben), datetime(2027, 3, 8, 20))
    first.move(home.act(home.ana), datetime(2027, 3, 8, 21))
    assert [due_at for due_at, _ in home.planned()][:2] == [at(8, 20), at(8, 20)]
    assert len(plan.overrides) == 1


def test_moved_back_it_is_as_if_it_had_never_moved(home: Household) -> None:
    plan = home.agree()
    before = home.planned()
    first = home.occurrences(plan)[0]
    first.move(home.act(home.ben), datetime(2027, 3, 8, 20))
    first.move(home.act(home.ana), datetime(2027, 3, 7, 19))
    assert home.planned() == before
    assert plan.overrides == []


def test_a_date_never_moves_into_the_past(home: Household) -> None:
    plan = home.agree()
    with pytest.raises(RefusedError, match="passed"):
        home.occurrences(plan)[0].move(home.act(home.ana), datetime(2027, 2, 28, 19))


def test_what_has_begun_cannot_be_moved_or_skipped(home: Household) -> None:
    plan = home.agree()
    first = home.occurrences(plan)[0]
    home.now = at(7, 18)
    with pytest.raises(RefusedError, match="begun"):
        first.move(home.act(home.ana), datetime(2027, 3, 9, 19))
    with pytest.raises(RefusedError, match="begun"):
        first.skip(home.act(home.ben))


def test_a_skipped_date_is_left_out_and_can_come_back(home: Household) -> None:
    plan = home.agree()
    before = home.planned()
    first = home.occurrences(plan)[0]
    first.skip(home.act(home.ana))
    assert first.standing == Standing.SKIPPED
    assert home.planned() == before[2:]
    first.restore(home.act(home.ben))
    assert home.planned() == before


def test_a_skipped_date_does_not_come_back_after_its_time(home: Household) -> None:
    plan = home.agree()
    first = home.occurrences(plan)[0]
    first.skip(home.act(home.ana))
    home.now = at(8, 9)
    with pytest.raises(RefusedError, match="passed"):
        first.restore(home.act(home.ana))


def test_a_new_rule_keeps_a_single_change_that_still_fits_and_says_which_are_lost(home: Household) -> None:
    plan = home.agree(terms(datetime(2027, 3, 2, 19), rule="FREQ=DAILY"))
    tuesday, wednesday = home.occurrences(plan)[:2]
    tuesday.skip(home.act(home.ana))
    wednesday.skip(home.act(home.ana))
    plan.suggest(home.act(home.ben), terms(datetime(2027, 3, 2, 19), rule="FREQ=WEEKLY;BYDAY=TU"))
    plan.accept(home.act(home.ana), 2)
    assert [one.original_starts for one in plan.overrides] == [datetime(2027, 3, 2, 19)]
    told = [one.what for one in home.session.query(News)]
    assert told.count(Happening.OVERRIDES_DROPPED) == 2


def test_changes_within_five_minutes_become_one_letter(home: Household) -> None:
    for _ in range(3):
        home.propose()
    (letter,) = home.letters(LetterKind.NEWS)
    assert (letter.to, letter.due_at) == ("ben@example.org", home.now + timedelta(minutes=5))


def test_a_change_close_to_the_start_is_told_at_once(home: Household) -> None:
    plan = home.agree()
    for letter in home.letters(LetterKind.NEWS):
        letter.withdraw()
    home.now = at(7, 17, 45)
    home.occurrences(plan)[0].skip(home.act(home.ana))
    (letter,) = home.letters(LetterKind.NEWS)
    assert (letter.partner_id, letter.try_at) == (home.ben.id, home.now)


def test_every_change_that_calendars_show_raises_the_sequence(home: Household) -> None:
    plan = home.agree()
    seen = [plan.sequence]
    for change in (
        lambda: home.occurrences(plan)[0].move(home.act(home.ana), datetime(2027, 3, 8, 20)),
        lambda: home.occurrences(plan)[1].skip(home.act(home.ana)),
        lambda: plan.pause(home.act(home.ben)),
        lambda: plan.resume(home.act(home.ben)),
        lambda: plan.end(home.act(home.ana)),
    ):
        change()
        seen.append(plan.sequence)
    assert seen == sorted(set(seen))


def test_the_uid_stays_through_every_change(home: Household) -> None:
    plan = home.agree()
    uid = plan.uid
    plan.suggest(home.act(home.ben), terms(datetime(2027, 3, 9, 18, 30), rule="FREQ=WEEKLY;BYDAY=TU"))
    plan.accept(home.act(home.ana), 2)
    assert plan.uid == uid


def test_another_couples_plan_is_not_to_be_found(home: Household) -> None:
    plan = home.agree()
    stranger = Household.begin(home.session, ("cleo", "dan")).ana
    assert Plan.of(home.session, home.ben, plan.id) is plan
    assert Plan.of(home.session, stranger, plan.id) is None


@pytest.mark.parametrize(
    ("starts_at", "rule", "why"),
    [
        (datetime(2027, 2, 1, 19), "", "past"),
        (datetime(2027, 2, 7, 19), "FREQ=WEEKLY;COUNT=2", "past"),
    ],
    ids=["once, a month ago", "twice, both over"],
)
def test_a_first_date_in_the_past_is_refused(starts_at: datetime, rule: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        terms(starts_at, rule=rule)
