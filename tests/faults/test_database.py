"""A database that is locked, full, cut off or restarted under the worker's hands."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import make_url

from rituals.errand import State
from service.database import Database
from tests.conftest import lay_tables
from tests.faults.conftest import Stage
from tests.faults.couples import Couples
from tests.faults.workers import eventually
from tests.postgres import Postgres
from tests.simulators.mail_script import Stage as At
from tests.simulators.mail_script import call, on
from tests.simulators.mail_server import MailServer

pytestmark = pytest.mark.faults

SMALL = 1
"""Bytes: whatever grows a file fails from now on, as on a full disk."""
AS_IT_LIKES = -1


def test_a_lock_held_by_another_process_is_waited_for(stage: Stage) -> None:
    worker = stage.worker()
    prompts = stage.due(3, within=timedelta(seconds=0.5))
    with locked(stage.database_url):
        eventually(lambda: datetime.now(UTC) > prompts.due_at + timedelta(seconds=3), what="3 seconds pass")
        assert stage.server.received == []
    assert stage.server.wait_for_messages(6)
    assert set(stage.copies(prompts).values()) == {1}
    assert worker.is_running()


def test_on_a_full_disk_nothing_is_sent_and_afterwards_everything(stage: Stage) -> None:
    worker = stage.worker()
    worker.limit_files(SMALL)
    prompts = stage.due(3)
    eventually(lambda: datetime.now(UTC) > prompts.due_at + timedelta(seconds=2.5), what="the worker tried twice")
    assert stage.server.reached(At.MAIL) == 0
    worker.limit_files(AS_IT_LIKES)
    assert stage.server.wait_for_messages(6)
    assert set(stage.copies(prompts).values()) == {1}


def test_a_disk_that_fills_before_the_body_lets_nothing_go(stage: Stage) -> None:
    worker = stage.worker(lease=30, connections=1)
    stage.behave(on(At.RCPT, call(lambda _: worker.limit_files(SMALL)), first=1))
    prompts = stage.due(3)
    assert stage.server.wait_for(At.DATA)
    assert not stage.server.wait_for(At.BODY, timeout=1), "a body left though nothing could be recorded"
    assert stage.server.received == []
    worker.limit_files(AS_IT_LIKES)
    assert stage.server.wait_for_messages(6)
    assert set(stage.copies(prompts).values()) == {1}


def test_a_disk_that_fills_after_a_body_lets_nothing_more_go_until_the_answer_is_on_record(stage: Stage) -> None:
    worker = stage.worker(lease=30, connections=1)
    stage.behave(on(At.AFTER_BODY, call(lambda _: worker.limit_files(SMALL)), first=1))
    prompts = stage.due(3)
    assert stage.server.wait_for_messages(1)
    assert not stage.server.wait_for(At.BODY, 2, timeout=1.5), "the next one went although this one was not recorded"
    worker.limit_files(AS_IT_LIKES)
    assert stage.server.wait_for_messages(6)
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    assert set(stage.copies(prompts).values()) == {1}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_cut_every_half_second_one_copy_each(stage: Stage, postgres: Postgres) -> None:
    worker = stage.worker(lease=10, connections=2)
    stage.behave(on(At.AFTER_BODY, call(lambda visit: visit.closing.wait(0.05))))
    prompts = stage.due(40, within=timedelta(seconds=1))
    with cutting(postgres, stage.database_url):
        assert stage.server.wait_for_messages(80, timeout=40)
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    assert set(stage.copies(prompts).values()) == {1}
    assert worker.is_running()
    assert "Traceback" not in worker.said()


def test_a_server_that_is_restarted_one_copy_each(
    private_postgres: Postgres, server: MailServer, tmp_path: Path
) -> None:
    url = private_postgres.create()
    lay_tables(url)
    database = Database.open(url)
    stage = Stage(server, database, url, tmp_path, Couples(database))
    worker = stage.worker(lease=10, connections=1)
    stage.behave(on(At.AFTER_BODY, call(lambda visit: visit.closing.wait(0.05))))
    prompts = stage.due(15, within=timedelta(seconds=1))
    assert server.wait_for_messages(8, timeout=20)
    private_postgres.stop()
    private_postgres.resume()
    assert server.wait_for_messages(30, timeout=40)
    eventually(lambda: prompts.all_are(State.SENT), what="all are sent")
    assert set(stage.copies(prompts).values()) == {1}
    assert worker.is_running()
    assert "Traceback" not in worker.said()
    stage.clear()
    database.close()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the write lock, as another process would."""
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


@contextmanager
def cutting(postgres: Postgres, url: str) -> Iterator[None]:
    """Cut every connection to this database, every half second."""
    enough = Event()

    def cut() -> None:
        while not enough.wait(0.5):
            postgres.cut(url)

    thread = Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
