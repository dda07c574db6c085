"""`./run demo --google`: the demo with a simulated Google Calendar to connect, and a phone to drag things about on."""

import os
import sys

from service.cli import main
from tests.simulators.google_calendar.simulator import GoogleCalendar


def demo() -> int:
    """Serve both until stopped."""
    with GoogleCalendar() as google:
        for address in ("ana@example.org", "ben@example.org"):
            google.account(address)
        os.environ |= {
            "GOOGLE_CLIENT_ID": google.client_id,
            "GOOGLE_CLIENT_SECRET": google.client_secret,
            "GOOGLE_API_ROOT": google.url,
            "GOOGLE_OAUTH_ROOT": google.url,
        }
        return main(["demo"])


if __name__ == "__main__":
    sys.exit(demo())
