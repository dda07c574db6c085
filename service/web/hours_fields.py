"""What stands in the form of ritual hours, as text: seven days, each with a from and an until."""

from dataclasses import dataclass
from typing import Self

from werkzeug.datastructures import MultiDict

from rituals.refused import RefusedError
from rituals.ritual_hours import DAY_END, USUAL, Hours
from rituals.rule import Weekday
from service.web.plan_fields import minute_of

NAMES = dict(zip(Weekday, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


@dataclass(frozen=True, slots=True)
class DayFields:
    """One day. Times that are not used are kept, for whoever ticks the day again."""

    key: str
    name: str
    is_open: bool
    opens: str
    closes: str

    @property
    def field(self) -> str:
        """By which a mistake names it."""
        return f"until_{self.key.lower()}"


@dataclass(frozen=True, slots=True)
class HoursFields:
    days: tuple[DayFields, ...]

    @classmethod
    def of(cls, hours: Hours) -> Self:
        return cls(tuple(_day(day, hours.get(day), USUAL[day]) for day in Weekday))

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Self:
        chosen = set(form.getlist("days"))
        return cls(
            tuple(
                DayFields(
                    key=day.value,
                    name=NAMES[day],
                    is_open=day.value in chosen,
                    opens=form.get(f"from_{day.value.lower()}", ""),
                    closes=form.get(f"until_{day.value.lower()}", ""),
                )
                for day in Weekday
            )
        )

    def hours(self) -> Hours:
        """Raises RefusedError."""
        return {Weekday(day.key): _minutes(day) for day in self.days if day.is_open}


def _day(day: Weekday, times: tuple[int, int] | None, usual: tuple[int, int]) -> DayFields:
    opens, closes = times or usual
    return DayFields(day.value, NAMES[day], times is not None, _clock(opens), _clock(closes))


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _minutes(day: DayFields) -> tuple[int, int]:
    opens, closes = minute_of(day.opens), minute_of(day.closes)
    if opens is None or closes is None:
        raise RefusedError(f"Choose from when until when on {day.name}, like 17:30 to 22:30.", field=day.field)
    until = closes.hour * 60 + closes.minute
    # Midnight as an end is that of the day's end: an input of this kind knows no 24:00.
    return opens.hour * 60 + opens.minute, until or DAY_END
