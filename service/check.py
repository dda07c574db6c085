"""What `./run check` asks of the files that no compiler reads: decks and templates."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from rituals import catalogue
from service.schema import PROJECT
from service.settings import Settings

DECKS = PROJECT / "rituals" / "decks"
TEMPLATES = PROJECT / "templates"


def decks() -> Sequence[str]:
    """What is wrong in the decks, a sentence each."""
    return [str(mistake) for mistake in catalogue.check(DECKS)]


def templates() -> Sequence[str]:
    """The templates that cannot be compiled: bad syntax, or a filter or test that nobody registered."""
    every = {path for path in TEMPLATES.rglob("*") if path.is_file()}
    mails = {path for path in every if path.is_relative_to(TEMPLATES / "email")}
    return [*broken(every - mails, page_environment()), *broken(mails, Environment(autoescape=True))]


def broken(paths: Iterable[Path], environment: Environment) -> list[str]:
    mistakes = []
    for path in sorted(paths):
        try:
            environment.compile(path.read_text(), str(path))
        except TemplateSyntaxError as error:
            mistakes.append(f"{path.relative_to(PROJECT)}, line {error.lineno}: {error.message}")
    return mistakes


def page_environment() -> Environment:
    """As the application has it, with its filters."""
    from service.web import create_app
    from service.wiring import build

    with tempfile.TemporaryDirectory() as folder:
        services = build(Settings.read({}, root=Path(folder)))
        environment = create_app(services).jinja_env
        services.database.close()
    return environment
