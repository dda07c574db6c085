"""Drawing prompts: once each before any comes again, light before deep, shared by both, given back when unused."""

from rituals.bag import Waiting, draw
from rituals.bag import draw_all as draw_together
from rituals.errand import State
from rituals.occurrence import Occurrence
from rituals.plan import Plan
from tests.rituals.households import Household, ritual, terms

DECK = {"Light one": 1, "Light two": 1, "Light three": 1, "Open one": 2, "Open two": 2, "Tender": 3}


def draw_all(home: Household, count: int, *, depth: int = 3) -> list[Occurrence]:
    for partner in home.couple.partners:
        partner.prefer(plain_titles=False, depth_cap=depth)
    plan = home.agree(terms(rule="FREQ=DAILY"))
    drawn = home.occurrences(plan)[:count]
    for occurrence in drawn:
        draw(home.session, plan, occurrence, ritual(titles=DECK))
    return drawn


def titles(occurrences: list[Occurrence]) -> list[str]:
    return [one.prompt_title or "" for one in occurrences]


def test_no_prompt_comes_twice_before_all_have_come_once(home: Household) -> None:
    drawn = titles(draw_all(home, 12))
    assert sorted(drawn[:6]) == sorted(DECK)
    assert sorted(drawn[6:]) == sorted(DECK)


def test_prompts_that_join_late_come_once_and_then_wait_their_turn(home: Household) -> None:
    drawn = titles(draw_all(home, 9, depth=1))
    assert sorted(drawn) == sorted(["Light one", "Light two", "Light three"] * 3)
    for partner in home.couple.partners:
        partner.prefer(plain_titles=False, depth_cap=2)
    (plan,) = Plan.living(home.session, home.couple)
    following = home.occurrences(plan)[9:16]
    for occurrence in following:
        draw(home.session, plan, occurrence, ritual(titles=DECK))
    assert sorted(titles(following[:2])) == ["Open one", "Open two"]
    assert len(set(titles(following[2:]))) == 5


def test_light_prompts_come_before_deep_ones(home: Household) -> None:
    depths = [DECK[title] for title in titles(draw_all(home, 6))]
    assert depths == sorted(depths)


def test_prompts_go_no_deeper_than_the_more_careful_of_the_two_allows(home: Household) -> None:
    home.ana.prefer(plain_titles=False, depth_cap=3)
    home.ben.prefer(plain_titles=False, depth_cap=1)
    assert home.couple.depth_cap == 1
    assert {DECK[title] for title in titles(draw_all(home, 6, depth=1))} == {1}


def test_tender_prompts_come_only_where_both_have_asked_for_them(home: Household) -> None:
    assert home.couple.depth_cap == 2
    home.ana.prefer(plain_titles=False, depth_cap=3)
    assert home.couple.depth_cap == 2
    home.ben.prefer(plain_titles=False, depth_cap=3)
    assert home.couple.depth_cap == 3


def test_a_drawn_prompt_stays_though_the_deck_changes(home: Household) -> None:
    (first,) = draw_all(home, 1)
    before = first.prompt
    draw(home.session, first.plan, first, ritual(titles={"Another": 1}))
    assert first.prompt == before


def test_a_skipped_occurrence_gives_its_prompt_back(home: Household) -> None:
    first, second = draw_all(home, 2)
    given_back = first.prompt_title
    first.skip(home.act(home.ana))
    assert first.prompt is None
    following = home.occurrences(first.plan)[2]
    draw(home.session, first.plan, following, ritual(titles=DECK))
    assert following.prompt_title == given_back
    assert second.prompt_title != given_back


def test_a_prompt_that_somebody_has_read_is_not_given_back(home: Household) -> None:
    (first,) = draw_all(home, 1)
    first.deliveries[0].state = State.SENT
    first.deliveries[1].state = State.EXPIRED
    first.give_prompt_back()
    assert first.prompt is not None


def test_two_couples_draw_in_orders_of_their_own(home: Household) -> None:
    deck = {f"Prompt {number}": 1 for number in range(12)}
    orders = []
    for household in (home, Household.begin(home.session, ("cleo", "dan"))):
        plan = household.agree(terms(rule="FREQ=DAILY"))
        for occurrence in household.occurrences(plan)[:12]:
            draw(home.session, plan, occurrence, ritual(titles=deck))
        orders.append(titles(household.occurrences(plan)[:12]))
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_many_draw_together_as_one_after_the_other_would(home: Household) -> None:
    others = Household.begin(home.session, ("cleo", "dan"))
    alone = draw_all(home, 7)
    for one in alone[2:]:
        one.prompt_title = one.prompt = None
    home.session.flush()
    plan = others.agree(terms(rule="FREQ=DAILY"))
    together = [*alone[2:], *others.occurrences(plan)[:3]]
    before = [first.prompt for first in alone[:2]]
    drawn = draw_together(
        home.session,
        [Waiting(one.id, one.starts_at, one.plan.couple_id, ritual(titles=DECK)) for one in together],
    )
    home.session.expire_all()
    assert [one.prompt for one in together] == [drawn[one.id] for one in together]
    assert [first.prompt for first in alone[:2]] == before
    for one in (*together[:5], *alone[:2]):
        one.prompt_title = one.prompt = None
    home.session.flush()
    for one in alone:
        draw(home.session, one.plan, one, ritual(titles=DECK))
    assert [one.prompt for one in alone[2:]] == [drawn[one.id] for one in alone[2:]]
