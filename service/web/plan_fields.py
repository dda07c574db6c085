"""What stands in the form of a plan, as text: filled in by a person, usual for a ritual, or agreed before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from werkzeug.datastructures import MultiDict

from rituals.couple import Partner
from rituals.recurrence import Recurrence, Rule, wall_clock
from rituals.rhythm import Ends, Every, MonthMode, Rhythm
from rituals.ritual import Ritual
from rituals.version import Version
from service.web.if_then import beginning
from service.web.zone_choice import meant

ONCE = "once"


@dataclass(frozen=True, slots=True)
class PlanFields:
    """The fields by their names in the form; whatever was typed is kept, however wrong."""

    every: str
    interval: str
    weekdays: tuple[str, ...]
    month_mode: str
    date: str
    time: str
    minutes: str
    zone: str
    ends: tuple[str, ...]
    until: str
    times: str
    intention: str

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "PlanFields":
        return cls(
            every=form.get("every", ""),
            interval=form.get("interval", "1"),
            weekdays=tuple(form.getlist("weekdays")),
            month_mode=form.get("month_mode", MonthMode.DATE),
            date=form.get("date", ""),
            time=form.get("time", ""),
            minutes=form.get("minutes", ""),
            zone=meant(form.get("zone", "")),
            ends=tuple(form.getlist("ends")) or (Ends.NEVER,),
            until=form.get("until", ""),
            times=form.get("times", ""),
            intention=form.get("intention", ""),
        )

    @classmethod
    def usual(cls, ritual: Ritual, partner: Partner, now: datetime) -> "PlanFields":
        """The ritual's usual rhythm on this partner's clock, from the next day on which it can be."""
        tomorrow = wall_clock(now, partner.zone).date() + timedelta(days=1)
        rule = Rule.parse(ritual.rule) if ritual.rule else None
        usual = Recurrence(datetime.combine(tomorrow, ritual.starts), partner.zone, ritual.duration, rule).normalised()
        return replace(cls._of(usual), intention=beginning(usual))

    @classmethod
    def of(cls, version: Version, now: datetime) -> "PlanFields":
        """A wording that stands, from its next date on."""
        recurrence = version.recurrence
        ahead = recurrence.upcoming(now, 1000) if recurrence.rule and recurrence.rule.count else []
        coming = recurrence.upcoming(now, 1)
        starts = coming[0].original_starts if coming else recurrence.starts
        fields = cls._of(replace(recurrence, starts=starts))
        left = str(len(ahead)) if ahead else fields.times
        return replace(fields, times=left, intention=version.intention)

    @classmethod
    def _of(cls, recurrence: Recurrence) -> "PlanFields":
        starts, rule, zone = recurrence.starts, recurrence.rule, recurrence.zone
        rhythm = Rhythm.from_rule(rule, starts, zone=zone) if rule else None
        chosen = rhythm or Rhythm(Every.WEEK)
        return cls(
            every=chosen.every if rule else ONCE,
            interval=str(chosen.interval),
            weekdays=tuple(chosen.weekdays),
            month_mode=chosen.month_mode,
            date=starts.date().isoformat(),
            time=f"{starts:%H:%M}",
            minutes=str(int(recurrence.duration.total_seconds() // 60)),
            zone=zone,
            ends=(chosen.ends,),
            until=_iso(chosen.until),
            times=str(chosen.times or ""),
            intention="",
        )

    @property
    def end(self) -> str:
        """The one way of ending that the form shows as chosen."""
        return self.ends[0]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def minute_of(text: str) -> time | None:
    """07:30, as browsers send it; None for anything else."""
    try:
        return time.fromisoformat(text) if len(text) == 5 and text.isascii() else None
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """2027-03-01, as browsers send it; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None
