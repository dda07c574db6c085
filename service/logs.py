"""The log: one line an event, with ids, counts and durations, and nothing that tells of a person."""

import json
import logging
import logging.config
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType

from service.redaction import redact, redact_foreign

NAME = "rituals"
QUIET = ("werkzeug", "alembic", "waitress.queue", "gunicorn.access")
"""They repeat what our own events say, or name clients and paths."""

Value = str | int | float | bool | None
Layout = dict[str, object]


def event(name: str, **fields: Value) -> None:
    """Something happened: `event("prompt.sent", delivery=7, seconds=0.2)`. Ids, counts, durations only."""
    logging.getLogger(NAME).info(name, extra={"fields": fields})


def events(name: str, several: list[dict[str, Value]]) -> None:
    """The same happened several times: a line for each, for little more than the price of one."""
    if several:
        logging.getLogger(NAME).info(name, extra={"several": several})


def failure(name: str, error: BaseException, **fields: Value) -> None:
    """Something failed that nobody expected; the line carries the traceback."""
    described: dict[str, Value] = {**fields, "error": type(error).__name__}
    caught: tuple[type[BaseException], BaseException, TracebackType | None]
    caught = (type(error), error, error.__traceback__)
    logging.getLogger(NAME).error(name, extra={"fields": described}, exc_info=caught)


def configure(*, production: bool) -> None:
    """Send every line to standard error: JSON in production, readable in development."""
    logging.config.dictConfig(layout(production=production))
    logging.captureWarnings(capture=True)


def layout(*, production: bool) -> Layout:
    """The configuration that `logging.config` understands; gunicorn takes it as well."""
    lines = JsonLines if production else ReadableLines
    heard = {"handlers": ["lines"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{lines.__module__}.{lines.__name__}"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": "WARNING"},
        "loggers": {
            NAME: heard,
            "gunicorn.error": heard,
            **{name: {"handlers": [], "level": "CRITICAL", "propagate": False} for name in QUIET},
        },
    }


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        head: dict[str, Value] = {"at": moment(record), "level": record.levelname.lower()}
        return "\n".join(json.dumps(head | fields, ensure_ascii=False) for fields in contents(self, record))


class ReadableLines(logging.Formatter):
    """For people: the event, then its fields, then the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        at = moment(record)[11:19]
        return "\n".join(self._line(at, fields) for fields in contents(self, record))

    def _line(self, at: str, fields: dict[str, Value]) -> str:
        name, trace = fields.pop("event"), fields.pop("trace", None)
        words = [at, str(name), *(f"{key}={value}" for key, value in fields.items())]
        return "  ".join(words) + (f"\n{trace}" if trace else "")


def contents(formatter: logging.Formatter, record: logging.LogRecord) -> list[dict[str, Value]]:
    """Event, fields and traceback, redacted: as often as it happened."""
    clean = redact if record.name == NAME else redact_foreign
    head: dict[str, Value] = {"event": clean(record.getMessage())}
    tail: dict[str, Value] = {} if record.name == NAME else {"logger": record.name}
    if record.exc_info:
        tail["trace"] = clean(formatter.formatException(record.exc_info))
    return [
        head | {key: clean(value) if isinstance(value, str) else value for key, value in fields.items()} | tail
        for fields in given(record)
    ]


def given(record: logging.LogRecord) -> Sequence[Mapping[str, Value]]:
    """The fields, for each time that it happened."""
    several: object = getattr(record, "several", None)
    rows = several if isinstance(several, list) else [getattr(record, "fields", None)]
    return [
        {str(key): value if isinstance(value, Value) else type(value).__name__ for key, value in fields.items()}
        if isinstance(fields, dict)
        else {}
        for fields in rows
    ]


def moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
