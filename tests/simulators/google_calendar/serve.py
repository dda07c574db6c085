"""The simulator as a program of its own: python -m tests.simulators.google_calendar.serve --account ana@example.org."""

import json
import signal
from argparse import ArgumentParser

from tests.simulators.google_calendar.simulator import GoogleCalendar


def main() -> None:
    """Says in one line of JSON where it is and what opens it, and serves until it is told to stop."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every answer takes longer")
    parser.add_argument("--account", action="append", default=[], help="an address; its tokens are said")
    parser.add_argument("--without-validation", action="store_true")
    options = parser.parse_args()
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with GoogleCalendar(port=options.port) as google:
        google.set_latency(options.latency)
        google.set_validation(not options.without_validation)
        known = {"url": google.url, "client_id": google.client_id, "client_secret": google.client_secret}
        tokens = {address: google.grant(address) for address in options.account}
        print(json.dumps({**known, "tokens": tokens}), flush=True)
        signal.sigwait(signals)


if __name__ == "__main__":
    main()
