"""Reminders in an event: those that its owner asked us for, beside those that they made themselves."""

from dataclasses import replace
from datetime import timedelta

from integrations.calendars.icalendar.lines import Component, Line
from integrations.calendars.icalendar.mark import REMINDER, Mark
from rituals.calendar_event import Event


def with_reminders(event: Event, before: Mark | None, component: Component) -> Component:
    """The component, its alarms changed only where the wish has changed since we last wrote.

    So one that its owner took out or set to another time by hand stays as they left it.
    """
    if event.reminders is None or (before is not None and before.reminders == event.reminders):
        return component
    kept = [part for part in component.parts if part.first(REMINDER) is None]
    # Where a program dropped our mark from an alarm, the same one must not come again with every write.
    there = {part.value("TRIGGER") for part in kept}
    added = [alarm for ahead in event.reminders if (alarm := _alarm(component, ahead)).value("TRIGGER") not in there]
    return replace(component, parts=(*kept, *added))


def _alarm(component: Component, ahead: timedelta) -> Component:
    minutes = int(ahead.total_seconds() // 60)
    trigger = f"-PT{minutes}M" if minutes else "PT0S"
    summary = component.first("SUMMARY")
    lines = (
        Line("ACTION", "", "DISPLAY"),
        Line("DESCRIPTION", "", summary.value if summary else ""),
        Line("TRIGGER", "", trigger),
        Line("UID", "", f"{component.value('UID')}-{minutes}"),
        Line(REMINDER, "", "TRUE"),
    )
    return Component("VALARM", lines)
