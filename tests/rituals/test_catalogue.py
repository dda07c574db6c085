"""What a deck file may say, and what its author is told when it does not."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from rituals.catalogue import Budget, Catalogue, DeckErrors, Idea, Kind, Knowledge, Setting, Step, Way, check

HEADER = '''+++
place = 5
name = "Evening walk"
plain_name = "Walk"
kind = "together"
rhythm = "FREQ=WEEKLY;BYDAY=TU,TH"
starts = "18:30"
minutes = 30
line = "Half an hour, side by side."
about = """
You walk.

You talk,
or you do not.
"""
before = "Leave the phones at home."
closing = "That was our walk."
samples = ["First steps", "The gate"]
'''

FIRST = """
## First steps
Depth: 1

What did you hear first?

- And then?
- Where from?

Source: Our own
"""

SECOND = """
## The gate
Depth: 2
What lies behind
the gate?
Source: Our own
"""

DECK = f"{HEADER}+++\n{FIRST}{SECOND}"


def deck(folder: Path, text: str = DECK, name: str = "evening-walk.md") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode())
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "rituals" / "decks"


def test_a_deck_becomes_a_ritual(folder):
    walk = Catalogue.load(deck(folder))["evening-walk"]
    assert (walk.name, walk.plain_name, walk.kind) == ("Evening walk", "Walk", Kind.TOGETHER)
    assert (walk.rule, walk.starts, walk.duration) == (
        "FREQ=WEEKLY;BYDAY=TU,TH",
        time(18, 30),
        timedelta(minutes=30),
    )
    assert walk.about == ("You walk.", "You talk, or you do not.")
    assert (walk.settling, walk.listening, walk.invitation, walk.order, walk.known) == (None, None, None, (), ())


def test_a_prompt_has_a_question_and_up_to_two_deeper_ones(folder):
    first, gate = Catalogue.load(deck(folder))["evening-walk"].prompts
    assert (first.title, first.depth, first.question) == ("First steps", 1, "What did you hear first?")
    assert first.deeper == ("And then?", "Where from?")
    assert (gate.depth, gate.question, gate.deeper, gate.source) == (2, "What lies behind the gate?", (), "Our own")


def test_a_prompt_is_found_by_its_title(folder):
    walk = Catalogue.load(deck(folder))["evening-walk"]
    gate = walk.prompt("The gate")
    assert gate is not None
    assert gate.depth == 2
    assert walk.prompt("the moon") is None


def test_two_prompts_are_shown_in_the_catalogue(folder):
    walk = Catalogue.load(deck(folder))["evening-walk"]
    assert [prompt.title for prompt in walk.sample_prompts] == ["First steps", "The gate"]


def test_steps_and_knowledge_stand_in_the_header(folder):
    header = f"""{HEADER}
[[order]]
name = "Settle"
text = "Breathe out."

[[known]]
text = "Walking helps."
source = "Somebody 2020"
doi = "10.1000/182"
limits = "A small study."

[[known]]
text = "So does talking."
source = "Somebody else 2021"
limits = "A smaller one."
"""
    walk = Catalogue.load(deck(folder, f"{header}+++\n{FIRST}{SECOND}"))["evening-walk"]
    assert walk.order == (Step(name="Settle", text="Breathe out."),)
    assert walk.known[0] == Knowledge("Walking helps.", "Somebody 2020", "10.1000/182", "A small study.")
    assert walk.known[1].doi is None


def test_a_prompt_may_be_an_idea_to_choose_from(folder):
    idea = "Idea: Find a gate\nand open it.\nBudget: little\nWhere: Outdoors, away\nSitter: yes\n\nWhat lies"
    walk = Catalogue.load(deck(folder, DECK.replace("What lies", idea)))["evening-walk"]
    assert walk.prompts[1].idea == Idea("Find a gate and open it.", Budget.LITTLE, Setting.OUTDOORS, False, True)
    assert walk.prompts[0].idea is None


def test_a_prompt_may_lend_words_and_name_a_way_of_loving(folder):
    text = DECK.replace("What lies", "Way: words\n\n> I noticed that…\n> Thank you for…\n\nWhat lies")
    gate = Catalogue.load(deck(folder, text.replace('"together"', '"gesture"')))["evening-walk"].prompts[1]
    assert gate.starters == ("I noticed that…", "Thank you for…")
    assert gate.way is Way.WORDS


@pytest.mark.parametrize(
    ("kind", "recurs", "private", "turns"),
    [
        (Kind.TOGETHER, True, False, False),
        (Kind.SOLO, True, True, False),
        (Kind.GESTURE, True, False, True),
        (Kind.ON_DEMAND, False, False, False),
    ],
)
def test_a_kind_says_what_it_needs(kind, recurs, private, turns):
    assert (kind.recurs, kind.is_private, kind.takes_turns) == (recurs, private, turns)


def test_a_ritual_on_demand_has_an_invitation_and_no_rhythm(folder):
    text = DECK.replace('rhythm = "FREQ=WEEKLY;BYDAY=TU,TH"', 'invitation = "Would you sit with me?"')
    ritual = Catalogue.load(deck(folder, text.replace('"together"', '"on-demand"')))["evening-walk"]
    assert (ritual.kind, ritual.rule, ritual.invitation) == (Kind.ON_DEMAND, None, "Would you sit with me?")


@pytest.mark.parametrize("text", ["\ufeff" + DECK, DECK.replace("\n", "\r\n"), DECK.replace("Depth:", "depth :")])
def test_the_habits_of_other_editors_are_tolerated(folder, text):
    assert Catalogue.load(deck(folder, text)) == Catalogue.load(deck(folder))


def test_the_catalogue_is_in_the_order_of_place(folder):
    deck(folder)
    deck(folder, DECK.replace("Evening walk", "Tea").replace("place = 5", "place = 1"), "tea.md")
    catalogue = Catalogue.load(folder)
    assert [ritual.slug for ritual in catalogue] == ["tea", "evening-walk"]
    assert len(catalogue) == 2
    assert "tea" in catalogue
    assert "moon" not in catalogue
    assert catalogue.get("moon") is None
    with pytest.raises(KeyError):
        catalogue["moon"]


def test_a_mistake_is_told_with_file_line_and_cure(folder):
    with pytest.raises(DeckErrors) as found:
        Catalogue.load(deck(folder, DECK.replace("Depth: 2", "Depth: 4")))
    assert str(found.value) == "rituals/decks/evening-walk.md, line 32: depth is 4; write 1, 2 or 3."


def test_all_mistakes_of_all_files_are_told_at_once(folder):
    deck(folder, DECK.replace("Depth: 2", "Depth: 4").replace('"18:30"', '"half past six"'))
    deck(folder, "", "tea.md")
    assert [(error.file.rpartition("/")[2], error.line) for error in check(folder)] == [
        ("evening-walk.md", 32),
        ("evening-walk.md", 7),
        ("tea.md", 1),
    ]


def test_a_sound_folder_has_nothing_to_tell(folder):
    assert check(deck(folder)) == []


def test_an_empty_folder_is_told(tmp_path):
    assert "there is no deck here" in str(check(tmp_path)[0])


def test_two_rituals_with_one_name_are_told(folder):
    deck(folder)
    assert "evening-walk.md has the same name" in str(check(deck(folder, DECK, "night-walk.md"))[0])


@pytest.mark.parametrize("name", ["Evening.md", "evening walk.md", "evening_walk.md", "7.md"])
def test_a_file_is_named_in_small_letters_and_hyphens(folder, name):
    assert "use small letters and hyphens" in str(check(deck(folder, name=name))[0])


@pytest.mark.parametrize(
    ("old", "new", "spot", "told"),
    [
        ("+++\nplace", "place", "place", "the header is missing; begin the file with a line +++"),
        ("+++\n\n## First", "\n## First", "+++", "the header does not end"),
        ('kind = "together"', 'kind = "together', "kind =", "the header cannot be read from here"),
        ('kind = "together"', 'kind = "apart"', "kind =", "write together, solo, gesture or on-demand"),
        ('kind = "together"\n', "", "+++", "kind is missing"),
        ("before =", "befor =", "befor =", "befor is not known here; did you mean before"),
        ("before =", "weather =", "weather =", "weather is not known here; take it out"),
        ("before =", "weather =", "+++", "before is missing"),
        ("place = 5", 'place = "five"', "place =", "write a whole number from 1 to 999"),
        ("minutes = 30", "minutes = 0", "minutes =", "minutes is 0; write a whole number"),
        ("minutes = 30", "minutes = true", "minutes =", "minutes is True; write a whole number"),
        ('"18:30"', '"25:30"', "starts =", 'write hours and minutes, as in "19:00"'),
        ('"18:30"', "18:30:00", "starts =", "starts is not text"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "every Tuesday", "rhythm =", "write it as in FREQ=WEEKLY;BYDAY=SU"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=SECONDLY", "rhythm =", "write it as in FREQ=WEEKLY;BYDAY=SU"),
        ('rhythm = "FREQ=WEEKLY;BYDAY=TU,TH"\n', "", "+++", "rhythm is missing"),
        ('kind = "together"', 'kind = "on-demand"', "rhythm =", "a ritual on demand has no rhythm"),
        ("before =", 'invitation = "Come."\nbefore =', "invitation =", "only a ritual on demand has an invitation"),
        ("You walk.\n\nYou", "You", "about =", "about has 1 paragraph(s); write 2 to 4"),
        ('"Walk"', '" "', "plain_name =", "plain_name is empty"),
        ('"Walk"', f'"{"w" * 31}"', "plain_name =", "plain_name is 31 characters long; keep it to 30"),
        ('"The gate"]', '"The moon"]', "samples =", "no prompt has this title"),
        ('"First steps", "The gate"]', '"The gate"]', "samples =", "samples names 1 prompts; name two"),
        ('["First steps", "The gate"]', '"The gate"', "samples =", "samples is not a list of texts"),
        ("\n+++\n", '\n[[known]]\ntext = "So."\nsource = "X"\n+++\n', "[[known]]", "limits is missing"),
        ("\n+++\n", '\n[[order]]\nname = "A"\ntxt = "B"\n+++\n', "txt =", "did you mean text"),
        ("\n+++\n", '\norder = "Settle"\n+++\n', "order =", "begin each with a line [[order]]"),
    ],
)
def test_a_header_is_checked(folder, old, new, spot, told):
    assert_told(folder, DECK.replace(old, new, 1), spot, told)


@pytest.mark.parametrize(
    ("old", "new", "spot", "told"),
    [
        (FIRST + SECOND, "\nend", "end", "this stands before the first prompt"),
        ("## First steps", "Hello\n\n## First steps", "Hello", "write '## A title' above it, or take it out"),
        ("## The gate", "# The gate", "# The gate", "'# The gate' is no title"),
        ("## The gate", "##ungated", "##ungated", "write '## ' and two to four words"),
        ("## The gate", f"## {'t' * 41}", "ttt", "the title is 41 characters long; keep it to 40"),
        ("## The gate", "## first Steps", "## first", "has the same title 'first Steps'"),
        ("Depth: 2", "Depth: 0", "Depth: 0", "depth is 0; write 1, 2 or 3"),
        ("Depth: 2", "Depth: deep", "Depth: deep", "depth is deep; write 1, 2 or 3"),
        ("Depth: 2\n", "", "## The gate", "'The gate' has no depth; write 'Depth: 1' under the title"),
        ("Depth: 2", "Dept: 2", "Dept: 2", "'Dept' is not known here; did you mean Depth"),
        ("Depth: 2", "Depth: 2\nDepth: 3", "Depth: 3", "depth stands here a second time"),
        ("What lies behind\nthe gate?\n", "", "## The gate", "'The gate' has no question"),
        ("What lies", f"What lies {'and lies ' * 30}", "What lies", "keep it to 220"),
        ("the gate?\n", "the gate?\n\nAnd why?\n", "And why?", "a second opening question; write '- ' before it"),
        ("- Where from?", "- Where from?\n- Where to?", "- Where to?", "there are more than 2 deeper questions"),
        ("- Where from?", f"- {'Where? ' * 30}", "- Where?", "keep it to 160"),
        ("- And then?\n- Where from?", "- Where from?\n*", "*", "the deeper is empty"),
        ("the gate?\nSource: Our own\n", "the gate?\n", "## The gate", "'The gate' names no source"),
        ("What did you hear first?", "Source:\n\nWhat?", "Source:", "the source is empty"),
        ("What lies", "> a\n> b\n> c\n> d\n\nWhat lies", "> d", "there are more than 3 starters"),
        ("What lies", "Way: flowers\nWhat lies", "Way:", "write words, time, help, gifts or touch"),
        ("What lies", "Idea: Go.\n\nWhat lies", "## The gate", "the idea lacks Budget, Where, Sitter"),
        ("What lies", "Budget: free\nWhat lies", "## The gate", "the idea lacks Idea, Where, Sitter"),
    ],
)
def test_a_prompt_is_checked(folder, old, new, spot, told):
    assert_told(folder, DECK.replace(old, new, 1), spot, told)


def test_a_deck_has_a_prompt(folder):
    assert "there is no prompt" in str(check(deck(folder, f"{HEADER}+++\n"))[0])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Budget: free", "Budget: 20 pounds", "write free, little, some or treat"),
        ("Where: indoors, home", "Where: indoors", "write indoors, outdoors or either, then a comma"),
        ("Sitter: no", "Sitter: perhaps", "write yes or no"),
        ("Idea: Go.", f"Idea: {'Go. ' * 90}", "keep it to 320"),
    ],
)
def test_an_idea_is_checked(folder, old, new, told):
    idea = "Idea: Go.\nBudget: free\nWhere: indoors, home\nSitter: no\n\nWhat lies"
    assert_told(folder, DECK.replace("What lies", idea).replace(old, new), new.strip(), told)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x85", "\r", "\u200b", "\u202e", "\u2028"])
def test_an_invisible_character_is_refused(folder, character):
    assert_told(folder, DECK.replace("the gate?", f"the{character} gate?"), " gate?", "type the line anew")


def test_the_example_of_the_guide_is_a_sound_deck(folder):
    guide = (Path(__file__).parents[2] / "docs" / "adding-a-ritual.md").read_text(encoding="utf-8")
    example = guide.partition("```markdown\n")[2].partition("```")[0]
    assert check(deck(folder, example)) == []


def test_a_file_that_is_not_utf_8_is_refused(folder):
    deck(folder)
    (folder / "evening-walk.md").write_bytes(DECK.replace("place = 5", "# café").encode("latin-1"))
    assert "line 2: there is a character that is not UTF-8; save the file" in str(check(folder)[0])


def assert_told(folder: Path, text: str, spot: str, told: str) -> None:
    """Somebody who writes this text is told so, at the first line that holds the spot."""
    line = next(number for number, line in enumerate(text.split("\n"), start=1) if spot in line)
    messages = [str(error) for error in check(deck(folder, text))]
    assert any(f"evening-walk.md, line {line}: " in message and told in message for message in messages), messages
