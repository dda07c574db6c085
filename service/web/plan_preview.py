"""The next dates of what is being chosen, on both clocks, before anybody says yes."""

from dataclasses import dataclass

from service.web.plan_fields import PlanFields
from service.web.plan_terms import read_terms
from service.web.schedule import DateLine, Reader, date_lines, night_warning, sentence

DATES = 4


@dataclass(frozen=True, slots=True)
class Preview:
    """What the form shows beneath itself; `problem` where the choices give no dates yet."""

    words: str = ""
    dates: tuple[DateLine, ...] = ()
    warning: str = ""
    problem: str = ""


def preview(fields: PlanFields, reader: Reader) -> Preview:
    reading = read_terms(fields, reader.now)
    if reading.terms is None:
        return Preview(problem=next(iter(reading.errors.values())))
    recurrence = reading.terms.recurrence
    return Preview(
        words=sentence(recurrence, reader),
        dates=tuple(date_lines(recurrence.upcoming(reader.now, DATES), reader)),
        warning=night_warning(recurrence, reader),
    )
