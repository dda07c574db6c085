"""The job that all of them have: to hand one small mail to the mail server, over a connection that stays open."""

import json
import os
import smtplib
import threading
from pathlib import Path

SENDER = "rituals@example.org"
_own = threading.local()


def hand_over(number: int, content: str) -> None:
    """Over this thread's connection."""
    if not hasattr(_own, "connection"):
        _own.connection = smtplib.SMTP("127.0.0.1", int(os.environ["SMTP_PORT"]))
    _own.connection.sendmail(SENDER, [f"p{number}@example.org"], content.encode("latin-1"))


def mails() -> list[dict[str, int | str]]:
    """What each task is given: its number and its mail."""
    contents: list[str] = json.loads(Path(os.environ["CONTENTS"]).read_text())
    count = int(os.environ["PROMPTS"])
    return [{"number": number, "content": contents[number % len(contents)]} for number in range(count)]


def due_at() -> float:
    """Seconds since 1970."""
    return float(os.environ["DUE_AT"])
