"""Amounts in words: how many, how long, how large."""

from datetime import timedelta

UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def number(amount: int) -> str:
    return f"{amount:,}"


def several(amount: int, one: str, many: str) -> str:
    """With its verb: '1 prompt is', '2 prompts are'."""
    return f"1 {one} is" if amount == 1 else f"{number(amount)} {many} are"


def span(length: timedelta) -> str:
    """The largest unit that fills it: '3 minutes'."""
    seconds = int(max(length, timedelta()).total_seconds())
    size, unit = next((each for each in UNITS if seconds >= each[0]), UNITS[-1])
    amount = seconds // size
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


def bytes_of(amount: int) -> str:
    size = float(amount)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
