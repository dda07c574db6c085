"""Procrastinate on PostgreSQL: a row for each mail, with the moment from which it may go, four at once."""

import os
import sys
from datetime import UTC, datetime
from importlib import import_module

from benchmarks.peers.job import due_at, hand_over, mails

procrastinate = import_module("procrastinate")


def main(what: str) -> None:
    is_worker = what == "work"
    connect = procrastinate.PsycopgConnector if is_worker else procrastinate.SyncPsycopgConnector
    app = procrastinate.App(connector=connect(conninfo=os.environ["POSTGRES_URL"]))
    send = app.task(name="send")(hand_over)
    if is_worker:
        app.run_worker(concurrency=4, fetch_job_polling_interval=0.2, delete_jobs="never")
        return
    with app.open():
        app.schema_manager.apply_schema()
        send.configure(schedule_at=datetime.fromtimestamp(due_at(), UTC)).batch_defer(*mails())


if __name__ == "__main__":
    main(sys.argv[1])
