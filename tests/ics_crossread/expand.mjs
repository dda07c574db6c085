// Expands calendars as ical.js (Thunderbird, Nextcloud) reads them.
// In: JSON [{ics, until}] on standard input. Out: for each a list of [start, end] in seconds since 1970.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const LIMIT = 5000;

function occurrences(ics, until) {
  const calendar = new ICAL.Component(ICAL.parse(ics));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const components = calendar.getAllSubcomponents("vevent");
  const exceptions = components.filter((each) => each.hasProperty("recurrence-id"));
  const found = [];
  for (const component of components.filter((each) => !each.hasProperty("recurrence-id"))) {
    const event = new ICAL.Event(component, { exceptions });
    if (!event.isRecurring()) {
      found.push([event.startDate.toUnixTime(), event.endDate.toUnixTime()]);
      continue;
    }
    const iterator = event.iterator();
    for (let next = iterator.next(), seen = 0; next && seen < LIMIT; next = iterator.next(), seen += 1) {
      const { startDate, endDate } = event.getOccurrenceDetails(next);
      if (next.toUnixTime() > until) break;
      found.push([startDate.toUnixTime(), endDate.toUnixTime()]);
    }
  }
  return found.filter(([start]) => start <= until).sort((one, other) => one[0] - other[0]);
}

const requests = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(requests.map(({ ics, until }) => occurrences(ics, until))));
