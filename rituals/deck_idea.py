"""What a prompt says about an idea to choose from, and about the way somebody feels loved."""

from rituals.deck_error import Proof, one_of
from rituals.ritual import Budget, Idea, Setting, Way

IDEA_LIMIT = 320
IDEA_LABELS = ("idea", "budget", "where", "sitter")
BUDGETS = tuple(budget.value for budget in Budget)
SETTINGS = tuple(setting.value for setting in Setting)
HOMES = ("home", "away")
SITTERS = ("yes", "no")
WAYS = tuple(way.value for way in Way)

Labelled = dict[str, tuple[int, str]]
"""A label's name, its line and what stands behind it."""


def read_idea(labelled: Labelled, line: int, proof: Proof) -> Idea | None:
    present = [name for name in IDEA_LABELS if name in labelled]
    if not present:
        return None
    missing = [name.title() for name in IDEA_LABELS if name not in labelled]
    if missing:
        proof.mark(
            line, f"the idea lacks {', '.join(missing)}", "write Idea, Budget, Where and Sitter, or none of them"
        )
        return None
    idea_line, text = labelled["idea"]
    if len(text) > IDEA_LIMIT:
        proof.mark(idea_line, f"the idea is {len(text)} characters long", f"keep it to {IDEA_LIMIT}")
    setting, home = _where(*labelled["where"], proof)
    return Idea(
        text=text,
        budget=Budget(_word("budget", *labelled["budget"], BUDGETS, proof)),
        setting=setting,
        at_home=home,
        needs_sitter=_word("sitter", *labelled["sitter"], SITTERS, proof) == "yes",
    )


def read_way(line: int, text: str, proof: Proof) -> Way:
    return Way(_word("way", line, text, WAYS, proof))


def _where(line: int, text: str, proof: Proof) -> tuple[Setting, bool]:
    setting, _, home = (part.strip().lower() for part in text.partition(","))
    if setting not in SETTINGS or home not in HOMES:
        proof.mark(line, f"where is {text!r}", f"write {one_of(SETTINGS)}, then a comma, then {one_of(HOMES)}")
        return Setting.EITHER, False
    return Setting(setting), home == "home"


def _word(name: str, line: int, text: str, words: tuple[str, ...], proof: Proof) -> str:
    """One of these words; the first of them where another stands, which is marked."""
    if text.lower() in words:
        return text.lower()
    proof.mark(line, f"{name} is {text!r}", f"write {one_of(words)}")
    return words[0]
