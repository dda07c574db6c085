"""The decks that we offer: fit to be read aloud by two tired people."""

import re
from collections import Counter
from datetime import time, timedelta
from pathlib import Path

import pytest

from rituals.catalogue import Catalogue, Kind

FOLDER = Path(__file__).parents[2] / "rituals" / "decks"
CATALOGUE = Catalogue.load(FOLDER)
RITUALS = [pytest.param(ritual, id=ritual.slug) for ritual in CATALOGUE]
PROMPTS = [
    pytest.param(prompt, id=f"{ritual.slug}: {prompt.title}") for ritual in CATALOGUE for prompt in ritual.prompts
]

BLAMING = "why did you|why do you|always|never|fault|should you"
LOGISTICS = "chores?|to-do|laundry|budget|money|salary|rent|school run|homework"
ASSUMING = (
    "husband|wife|spouse|married|marriage|wedding|boyfriend|girlfriend|kids|child(ren)?|baby|parents?|mother|father|"
    "god|church|pray(er)?|sex(ual)?|bedroom|office|boss|career|colleagues?|job|wine|beer|alcohol|drunk|pub|"
    "he|she|his|her|him"
)
JARGON = "journey|unlock|connect(ion|ing|ed)?|toxic|narcissist|avoidant|trauma|trigger|hack"
COERCING = "you must|you have to|prove|promise me|password|be honest"
REFUSED = re.compile(rf"\b(?:{BLAMING}|{LOGISTICS}|{ASSUMING}|{JARGON}|{COERCING})\b", re.IGNORECASE)
AMERICAN = re.compile(r"\b(color|favorite|neighbor\w*|realiz\w+|recogniz\w+|gray|center|theater|mom)\b", re.IGNORECASE)


def words_of(prompt):
    return " ".join([prompt.title, prompt.question, *prompt.deeper, prompt.idea.text if prompt.idea else ""])


@pytest.mark.parametrize(
    ("slug", "plain_name", "rule", "starts", "minutes"),
    [
        ("weekly-check-in", "Talk", "FREQ=WEEKLY;BYDAY=SU", time(19), 45),
        ("morning-coffee", "Coffee", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(7, 30), 20),
        ("new-experience", "Outing", "FREQ=MONTHLY;BYDAY=1SA", time(15), 180),
    ],
)
def test_the_first_rituals_are_on_offer(slug, plain_name, rule, starts, minutes):
    ritual = CATALOGUE[slug]
    assert (ritual.kind, ritual.plain_name, ritual.rule) == (Kind.TOGETHER, plain_name, rule)
    assert (ritual.starts, ritual.duration) == (starts, timedelta(minutes=minutes))


def test_the_check_in_has_an_order():
    steps = [step.name for step in CATALOGUE["weekly-check-in"].order]
    assert steps == ["Settle", "Appreciate", "Share in turns", "One ask each", "Close"]


def test_every_new_experience_is_an_idea_to_choose_from():
    ideas = [prompt.idea for prompt in CATALOGUE["new-experience"].prompts]
    assert all(ideas)
    for quality in ("budget", "setting", "at_home", "needs_sitter"):
        assert min(Counter(getattr(idea, quality) for idea in ideas).values()) >= 3, quality


@pytest.mark.parametrize("ritual", RITUALS)
def test_a_deck_lasts_for_most_of_a_year_of_weeks(ritual):
    assert len(ritual.prompts) >= 40


@pytest.mark.parametrize("ritual", RITUALS)
def test_a_deck_begins_light_and_has_plenty_for_those_who_stay_there(ritual):
    depths = Counter(prompt.depth for prompt in ritual.prompts)
    assert depths[1] >= 12
    assert depths[2] >= 8
    assert depths[3] <= len(ritual.prompts) // 3
    assert ritual.prompts[0].depth == 1


@pytest.mark.parametrize("ritual", RITUALS)
def test_the_samples_in_the_catalogue_are_not_tender(ritual):
    assert all(prompt.depth < 3 for prompt in ritual.sample_prompts)


@pytest.mark.parametrize("ritual", RITUALS)
def test_what_is_known_is_told_with_its_limits_and_promises_no_number(ritual):
    assert ritual.known
    for known in ritual.known:
        assert known.limits
        assert not re.search(r"\d\s*%|per cent|percent|guarantee|proven", known.text)


def test_a_question_is_asked_once_in_the_whole_catalogue():
    questions = Counter(q for ritual in CATALOGUE for p in ritual.prompts for q in (p.question, *p.deeper))
    assert [question for question, times in questions.items() if times > 1] == []


@pytest.mark.parametrize("ritual", RITUALS)
def test_prompts_vary_in_how_they_begin(ritual):
    openings = Counter(" ".join(prompt.question.split()[:2]).lower() for prompt in ritual.prompts)
    opening, times = openings.most_common(1)[0]
    assert times <= 6, opening


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_is_short_enough_to_be_read_aloud(prompt):
    assert 2 <= len(prompt.title.split()) <= 6
    assert 20 <= len(prompt.question) <= 180
    assert all(len(question) <= 120 for question in prompt.deeper)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_asks_or_invites(prompt):
    for line in (prompt.question, *prompt.deeper):
        assert line[0].isupper(), line
        assert line[-1] in "?.…", line


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_blames_assumes_and_forces_nothing(prompt):
    assert REFUSED.search(words_of(prompt)) is None


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_is_in_plain_british_english(prompt):
    words = words_of(prompt)
    assert "!" not in words
    assert AMERICAN.search(words) is None
    assert all(ord(character) < 0x2190 for character in words)
    assert not re.search(r"['\"]{2}| {2}| [?.,]", words)


@pytest.mark.parametrize("ritual", RITUALS)
def test_a_ritual_speaks_warmly_and_plainly(ritual):
    words = " ".join([ritual.line, *ritual.about, ritual.before, ritual.closing, *(s.text for s in ritual.order)])
    assert "!" not in words
    assert not re.search(r"\b(journey|unlock|connect\w*|husband|wife|kids)\b", words, re.IGNORECASE)
    assert "phone" in ritual.before.lower()
