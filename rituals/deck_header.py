"""The header of a deck: what a ritual is, when it is usually held, what is known about it."""

import re
import tomllib
from datetime import time, timedelta

from rituals.deck_error import Proof, one_of
from rituals.deck_table import Table
from rituals.ritual import Kind, Knowledge, Prompt, Ritual, Step
from rituals.rule import RecurrenceError, Rule

REQUIRED = ("place", "name", "plain_name", "kind", "starts", "minutes", "line", "about", "before", "closing", "samples")
OPTIONAL = ("rhythm", "settling", "listening", "invitation", "order", "known")
KINDS = tuple(kind.value for kind in Kind)
LONGEST = 4 * 24 * 60
"""Minutes; a long weekend away."""


def read_header(slug: str, lines: list[str], prompts: tuple[Prompt, ...], proof: Proof) -> Ritual | None:
    """The ritual with its prompts; None where the header cannot be read at all."""
    values = _parse(lines, proof)
    if values is None:
        return None
    header = Table(values, lines, proof)
    header.refuse_unknown((*REQUIRED, *OPTIONAL))
    kind = _kind(header)
    return Ritual(
        slug=slug,
        place=header.whole_number("place", 1, 999),
        name=header.text("name", 60),
        plain_name=header.text("plain_name", 30),
        kind=kind,
        line=header.text("line", 160),
        about=header.paragraphs("about", 2, 4),
        rule=_rule(header, kind),
        starts=_starts(header),
        duration=timedelta(minutes=header.whole_number("minutes", 1, LONGEST)),
        before=header.text("before", 400),
        settling=header.optional_text("settling", 400),
        listening=header.optional_text("listening", 400),
        order=tuple(_step(table) for table in header.tables("order")),
        closing=header.text("closing", 160),
        invitation=_invitation(header, kind),
        known=tuple(_knowledge(table) for table in header.tables("known")),
        samples=header.texts("samples"),
        prompts=prompts,
    )


def _parse(lines: list[str], proof: Proof) -> dict[str, object] | None:
    # The fence becomes an empty line, so that TOML counts lines as the author does.
    try:
        return tomllib.loads("\n".join(["", *lines[1:]]))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(lines)
        proof.mark(line, "the header cannot be read from here", 'write key = "text", with both quotation marks')
        return None


def _kind(header: Table) -> Kind:
    text = header.text("kind", 20)
    if text in KINDS:
        return Kind(text)
    if text:
        header.mark("kind", f"kind is {text!r}", f"write {one_of(KINDS)}")
    return Kind.TOGETHER


def _rule(header: Table, kind: Kind) -> str | None:
    text = header.optional_text("rhythm", 120)
    if not kind.recurs:
        if text:
            header.mark("rhythm", "a ritual on demand has no rhythm", "take this line out")
        return None
    if text is None:
        header.mark("rhythm", "rhythm is missing", 'add it, as in rhythm = "FREQ=WEEKLY;BYDAY=SU"')
    elif text:
        _check_rule(header, text)
    return text


def _check_rule(header: Table, text: str) -> None:
    try:
        Rule.parse(text)
    except RecurrenceError as error:
        reason = str(error).rstrip(".")
        header.mark("rhythm", f"rhythm is {text!r} ({reason})", "write it as in FREQ=WEEKLY;BYDAY=SU")


def _starts(header: Table) -> time:
    text = header.text("starts", 20)
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        return time.fromisoformat(text)
    if text:
        header.mark("starts", f"starts is {text!r}", 'write hours and minutes, as in "19:00"')
    return time()


def _invitation(header: Table, kind: Kind) -> str | None:
    text = header.optional_text("invitation", 400)
    if text and kind is not Kind.ON_DEMAND:
        header.mark("invitation", "only a ritual on demand has an invitation", "take this line out")
    return text


def _step(table: Table) -> Step:
    table.refuse_unknown(("name", "text"))
    return Step(name=table.text("name", 40), text=table.text("text", 240))


def _knowledge(table: Table) -> Knowledge:
    table.refuse_unknown(("text", "source", "doi", "limits"))
    doi = table.optional_text("doi", 100)
    if doi and not doi.startswith("10."):
        table.mark("doi", f"doi is {doi!r}", "write it from '10.' on, without https://doi.org/")
    return Knowledge(
        text=table.text("text", 400), source=table.text("source", 200), doi=doi, limits=table.text("limits", 400)
    )
