"""What every template may use."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask, g, get_flashed_messages, url_for
from jinja2 import StrictUndefined

from rituals.couple import Partner
from service import when

STATIC = Path(__file__).parent / "static"


def register(app: Flask) -> None:
    """Strict templates, the frame's variables, and words for moments in the visitor's own zone."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    prints = {path.relative_to(STATIC).as_posix(): _print(path) for path in STATIC.rglob("*") if path.is_file()}

    def static(name: str) -> str:
        return url_for("static", filename=name, v=prints.get(name, ""))

    app.jinja_env.globals["static"] = static
    app.jinja_env.filters.update(length=when.length, city=when.city)
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    visitor: Partner | None = g.get("visitor")
    return {
        "signed_in": visitor is not None,
        "in_couple": g.get("in_couple", False),
        "visitor": visitor,
        "current": "",
        "notices": list(get_flashed_messages(with_categories=True)),
    }


def _print(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def local_words(zone: str, now: datetime) -> dict[str, object]:
    """Moments in words for one reader's clock, to hand to a template."""

    def clock(moment: datetime) -> str:
        return when.clock(moment, zone)

    def full_day(moment: datetime) -> str:
        return when.full_day(moment, zone, now)

    def near_day(moment: datetime) -> str:
        return when.near_day(moment, zone, now)

    def span(starts_at: datetime, ends_at: datetime) -> str:
        return when.span(starts_at, ends_at, zone)

    def until(starts_at: datetime, duration: timedelta) -> str:
        return when.clock(starts_at + duration, zone)

    return {"clock": clock, "full_day": full_day, "near_day": near_day, "span": span, "until": until}
