"""The log: one line an event, with ids, counts and durations, and nothing that tells of a person."""

import json
import logging
import logging.config
from collections.abc import Mapping
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
        line: dict[str, Value] = {"at": moment(record), "level": record.levelname.lower(), **content(self, record)}
        return json.dumps(line, ensure_ascii=False)


class ReadableLines(logging.Formatter):
    """For people: the event, then its fields, then the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        fields = content(self, record)
        name, trace = fields.pop("event"), fields.pop("trace", None)
        words = [moment(record)[11:19], str(name), *(f"{key}={value}" for key, value in fields.items())]
        return "  ".join(words) + (f"\n{trace}" if trace else "")


def content(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, Value]:
    """Event, fields and traceback, redacted."""
    clean = redact if record.name == NAME else redact_foreign
    fields: dict[str, Value] = {"event": record.getMessage(), **given_fields(record)}
    if record.name != NAME:
        fields["logger"] = record.name
    if record.exc_info:
        fields["trace"] = formatter.formatException(record.exc_info)
    return {key: clean(value) if isinstance(value, str) else value for key, value in fields.items()}


def given_fields(record: logging.LogRecord) -> Mapping[str, Value]:
    fields: object = getattr(record, "fields", None)
    if not isinstance(fields, dict):
        return {}
    return {str(key): value if isinstance(value, Value) else type(value).__name__ for key, value in fields.items()}


def moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
