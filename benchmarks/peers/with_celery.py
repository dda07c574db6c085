"""Celery with Redis: a task for each mail, with an eta."""

import os
import sys
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.peers.job import due_at, hand_over, mails

app = import_module("celery").Celery("peers", broker=os.environ["REDIS_URL"])
app.conf.task_ignore_result = True
send = app.task(name="send")(hand_over)


def main(what: str) -> None:
    if what == "work":
        app.worker_main(["worker", "--concurrency", "4", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"])
    else:
        for mail in mails():
            send.apply_async(kwargs=mail, eta=datetime.fromtimestamp(due_at(), UTC))


if __name__ == "__main__":
    main(sys.argv[1])
