"""The lint that our calendars have to pass."""

import pytest

from rituals.ics import feed, request
from tests.ics_lint import lint
from tests.ics_samples import ATTENDEE, ORGANIZER, SINCE, SKIPPED_AND_MOVED, plan


class TestTheLint:
    GOOD = feed([plan(overrides=SKIPPED_AND_MOVED)], name="Ours", since=SINCE)
    INVITATION = request(plan(), organizer=ORGANIZER, attendee=ATTENDEE)

    @pytest.mark.parametrize(
        ("before", "after", "problem"),
        [
            (b"\r\n", b"\n", "CRLF"),
            (b"SUMMARY:", b"SUMMARY:" + b"x" * 80, "octets"),
            (b"VERSION:2.0\r\n", b"", "VERSION"),
            (b"UID:plan-7@example.org\r\n", b"", "UID"),
            (b"DTEND;TZID=Europe/Madrid:20270314T194500", b"DTEND;TZID=Europe/Madrid:20270314T184500", "not after"),
            (b"RECURRENCE-ID;TZID=Europe/Madrid:20270328T190000", b"RECURRENCE-ID:20270328T170000Z", "RECURRENCE-ID"),
            (b"TZID:Europe/Madrid", b"TZID:Europe/Paris", "not defined"),
            (b"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL", "VALUE=DURATION"),
            (b"SUMMARY:Dinner", b"SUMMARY:Din\x07ner", "control"),
            (b"END:VEVENT\r\nEND:VCALENDAR", b"END:VCALENDAR", "ends"),
            (b"CALSCALE:GREGORIAN", b"METHOD:REQUEST", "ORGANIZER"),
        ],
        ids=lambda each: each if isinstance(each, str) else None,
    )
    def test_it_notices(self, before: bytes, after: bytes, problem: str):
        assert before in self.GOOD
        assert any(problem in each for each in lint(self.GOOD.replace(before, after)))

    def test_it_notices_an_invitation_that_cancels(self):
        assert lint(self.INVITATION.replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED")) == [
            "a REQUEST that is CANCELLED"
        ]
