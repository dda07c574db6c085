"""Reading one deck file: a TOML header between two +++ lines, then the prompts."""

import re
import unicodedata
from pathlib import Path

from rituals.deck_error import DeckErrors, Proof
from rituals.deck_header import read_header
from rituals.deck_prompts import read_prompts
from rituals.ritual import Prompt, Ritual

FENCE = "+++"
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
REFUSED_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def read_deck(path: Path) -> Ritual:
    """The ritual in this file. Raises DeckErrors with everything that is wrong in it."""
    proof = Proof.of(path)
    ritual = _read(path, proof)
    if ritual is None or proof.errors:
        raise DeckErrors(proof.errors)
    return ritual


def _read(path: Path, proof: Proof) -> Ritual | None:
    lines = _lines(path, proof)
    if not SLUG.fullmatch(path.stem):
        proof.mark(1, f"the file is called {path.name!r}", "use small letters and hyphens, as in evening-walk.md")
    header_end = _header_end(lines, proof) if lines else None
    if header_end is None:
        return None
    numbered = list(enumerate(lines, start=1))
    prompts = read_prompts(numbered[header_end:], proof)
    if not prompts and not proof.errors:
        proof.mark(len(lines), "there is no prompt", "write at least one, under a line '## Its title'")
    ritual = read_header(path.stem, lines[: header_end - 1], prompts, proof)
    if ritual is not None:
        _check_samples(ritual.samples, prompts, lines, proof)
    return ritual


def _lines(path: Path, proof: Proof) -> list[str]:
    """The lines of the file; the byte order mark and line ends of Windows editors are taken off."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        proof.mark(line, "there is a character that is not UTF-8", "save the file with the encoding UTF-8")
        return []
    lines = text.replace("\r\n", "\n").split("\n")
    for number, content_of_line in enumerate(lines, start=1):
        _check_characters(number, content_of_line, proof)
    if not text.strip():
        proof.mark(1, "the file is empty", "copy another deck and change it")
    return [] if proof.errors else lines


def _check_characters(number: int, line: str, proof: Proof) -> None:
    """Control characters and invisible ones (text that runs backwards, say) are refused."""
    for character in line:
        if character != "\t" and unicodedata.category(character) in REFUSED_CATEGORIES:
            proof.mark(number, f"there is an invisible character (U+{ord(character):04X})", "type the line anew")
            return


def _header_end(lines: list[str], proof: Proof) -> int | None:
    """The number of the line with the second fence."""
    if lines[0].strip() != FENCE:
        proof.mark(1, "the header is missing", f"begin the file with a line {FENCE}")
        return None
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == FENCE:
            return number
    proof.mark(1, "the header does not end", f"write a second line {FENCE} before the first prompt")
    return None


def _check_samples(samples: tuple[str, ...], prompts: tuple[Prompt, ...], lines: list[str], proof: Proof) -> None:
    titles = {prompt.title for prompt in prompts}
    line = next((n for n, text in enumerate(lines, start=1) if text.lstrip().startswith("samples")), 1)
    if samples and len(set(samples)) != 2:
        proof.mark(line, f"samples names {len(set(samples))} prompts", "name two, by their titles")
    for title in samples:
        if title not in titles:
            proof.mark(line, f"samples names {title!r}, and no prompt has this title", "copy a title exactly")
