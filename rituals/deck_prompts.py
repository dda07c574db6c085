"""The prompts of a deck, each under its own heading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rituals.deck_error import Proof, nearest
from rituals.deck_idea import IDEA_LABELS, read_idea, read_way
from rituals.ritual import Prompt

QUESTION_LIMIT = 220
DEEPER_LIMIT = 160
TITLE_LIMIT = 40
MOST_DEEPER = 2
MOST_STARTERS = 3
DEPTHS = ("1", "2", "3")

LABELS = ("depth", "source", "way", *IDEA_LABELS)
WRAPPED = {"question", "deeper", "starter", "source", "idea"}
"""These may run over several lines; the others end with their line."""

_LABEL = re.compile(r"([A-Za-z]+)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A question, a deeper one, a starter, or what stands behind a label."""

    name: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it."""

    title: str
    line: int
    blocks: list[Block] = field(default_factory=list)

    def named(self, name: str) -> list[Block]:
        return [block for block in self.blocks if block.name == name]


def read_prompts(lines: list[tuple[int, str]], proof: Proof) -> tuple[Prompt, ...]:
    prompts: dict[str, Prompt] = {}
    first_lines: dict[str, int] = {}
    for section in _sections(lines, proof):
        prompt = _prompt(section, proof)
        key = prompt.title.casefold()
        if key in prompts:
            problem = f"line {first_lines[key]} has the same title {prompt.title!r}"
            proof.mark(section.line, problem, "give one of the two another title")
        prompts.setdefault(key, prompt)
        first_lines.setdefault(key, section.line)
    return tuple(prompts.values())


def _sections(lines: list[tuple[int, str]], proof: Proof) -> Iterator[Section]:
    section: Section | None = None
    open_block = False
    for number, line in lines:
        text = line.strip()
        if text.startswith("#"):
            if section:
                yield section
            section, open_block = Section(_title(number, text, proof), number), False
        elif not text:
            open_block = False
        elif section is None:
            proof.mark(number, "this stands before the first prompt", "write '## A title' above it, or take it out")
        else:
            open_block = _add(section.blocks, _block(number, text, proof), wraps=open_block)
    if section:
        yield section


def _title(number: int, text: str, proof: Proof) -> str:
    marks, _, title = text.partition(" ")
    title = " ".join(title.split())
    if marks != "##" or not title:
        proof.mark(number, f"{text!r} is no title", "write '## ' and two to four words")
    elif len(title) > TITLE_LIMIT:
        proof.mark(number, f"the title is {len(title)} characters long", f"keep it to {TITLE_LIMIT}")
    return title


def _block(number: int, text: str, proof: Proof) -> Block:
    if text[0] in "-*>" and text[1:2] in ("", " "):
        return Block("starter" if text[0] == ">" else "deeper", number, text[1:].strip())
    if found := _LABEL.match(text):
        label = found[1].lower()
        if label in LABELS:
            return Block(label, number, found[2])
        if meant := nearest(label, LABELS):
            proof.mark(number, f"{found[1]!r} is not known here", f"did you mean {meant.title()}")
            return Block(meant, number, found[2])
    return Block("question", number, text)


def _add(blocks: list[Block], block: Block, *, wraps: bool) -> bool:
    """Add the block, or let it continue the one before. Says whether the next line may continue it."""
    if wraps and block.name == "question":
        blocks[-1] = replace(blocks[-1], text=f"{blocks[-1].text} {block.text}".strip())
    else:
        blocks.append(block)
    return blocks[-1].name in WRAPPED


def _prompt(section: Section, proof: Proof) -> Prompt:
    for block in section.blocks:
        if not block.text:
            proof.mark(block.line, f"the {block.name} is empty", "write it on this line, or take the line out")
    labelled = _labelled(section, proof)
    source = labelled.get("source")
    if source is None:
        proof.mark(section.line, f"{section.title!r} names no source", "write 'Source: ' and whose idea it is")
    return Prompt(
        title=section.title,
        depth=_depth(section, labelled.get("depth"), proof),
        question=_question(section, proof),
        deeper=_texts(section.named("deeper"), MOST_DEEPER, "deeper questions", proof),
        source=source.text if source else "",
        idea=read_idea({name: (b.line, b.text) for name, b in labelled.items()}, section.line, proof),
        starters=_texts(section.named("starter"), MOST_STARTERS, "starters", proof),
        way=read_way(labelled["way"].line, labelled["way"].text, proof) if "way" in labelled else None,
    )


def _labelled(section: Section, proof: Proof) -> dict[str, Block]:
    labelled: dict[str, Block] = {}
    for block in section.blocks:
        if block.name in labelled:
            proof.mark(block.line, f"{block.name} stands here a second time", "keep one of the two")
        elif block.name in LABELS:
            labelled[block.name] = block
    return labelled


def _depth(section: Section, block: Block | None, proof: Proof) -> int:
    if block is None:
        proof.mark(section.line, f"{section.title!r} has no depth", "write 'Depth: 1' under the title")
    elif block.text in DEPTHS:
        return int(block.text)
    elif block.text:
        proof.mark(block.line, f"depth is {block.text}", "write 1, 2 or 3")
    return 1


def _question(section: Section, proof: Proof) -> str:
    questions = section.named("question")
    if not questions:
        problem = f"{section.title!r} has no question"
        proof.mark(section.line, problem, "write it as a paragraph of its own, with an empty line before it")
        return ""
    for extra in questions[1:]:
        proof.mark(extra.line, "this is a second opening question", "write '- ' before it, or take it out")
    question = questions[0]
    if len(question.text) > QUESTION_LIMIT:
        proof.mark(
            question.line, f"the question is {len(question.text)} characters long", f"keep it to {QUESTION_LIMIT}"
        )
    return question.text


def _texts(blocks: list[Block], most: int, name: str, proof: Proof) -> tuple[str, ...]:
    for extra in blocks[most:]:
        proof.mark(extra.line, f"there are more than {most} {name}", "one question is enough: keep the best")
    for block in blocks:
        if len(block.text) > DEEPER_LIMIT:
            proof.mark(block.line, f"this is {len(block.text)} characters long", f"keep it to {DEEPER_LIMIT}")
    return tuple(block.text for block in blocks)
