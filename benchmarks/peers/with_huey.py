"""Huey on SQLite: a task for each mail, with an eta, and four threads."""

import os
import sys
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.peers.job import due_at, hand_over, mails

huey = import_module("huey").SqliteHuey("peers", filename=os.environ["HUEY_FILE"], fsync=True, utc=True, results=False)
send = huey.task(name="send")(hand_over)


def main(what: str) -> None:
    if what == "work":
        huey.create_consumer(workers=4, worker_type="thread", initial_delay=0.02, max_delay=0.1).run()
    else:
        eta = datetime.fromtimestamp(due_at(), UTC).replace(tzinfo=None)
        for mail in mails():
            send.schedule(kwargs=mail, eta=eta)


if __name__ == "__main__":
    main(sys.argv[1])
