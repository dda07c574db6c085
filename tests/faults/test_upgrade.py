"""A new version comes while prompts are due: its migration adds, and the workers of the old one go on meanwhile."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from rituals.errand import State
from service.schema import newest
from tests.conftest import KINDS, lay_tables
from tests.faults.conftest import KEY, Stage
from tests.faults.couples import Prompts
from tests.faults.workers import PROJECT, eventually
from tests.postgres import Postgres
from tests.simulators.mail_script import Stage as At
from tests.simulators.mail_script import call, on

pytestmark = pytest.mark.faults

NEXT = f"{int(newest()) + 1:04}"
MIGRATION = f'''
"""What a next version may add: columns, a table, an index."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{NEXT}", "{newest()}", None, None


def upgrade() -> None:
    op.create_table("cup", sa.Column("id", sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint("id"))
    for table in ("delivery", "letter", "partner", "heartbeat"):
        op.add_column(table, sa.Column("cup", sa.String(20), nullable=True))
        op.add_column(table, sa.Column("tea", sa.String(20), nullable=False, server_default="green"))
    op.create_index("ix_delivery_cup", "delivery", ["cup"])
'''


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of its own: it is not what other tests expect afterwards."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.create()
    lay_tables(url)
    return url


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The program as it is, and one more migration."""
    folder = tmp_path / "next"
    folder.mkdir()
    for name in ("service", "migrations"):
        shutil.copytree(PROJECT / name, folder / name)
    for name in ("rituals", "integrations", "templates", "pyproject.toml"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / "migrations" / "versions" / f"{NEXT}_the_next.py").write_text(MIGRATION)
    return folder


@contextmanager
def at_work(version: Path, stage: Stage) -> Iterator[Path]:
    """A worker of this version, which brings the tables up to date before it works. Gives what it says."""
    log = stage.folder / "next.log"
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": stage.database_url,
        "SMTP_URL": stage.server.url,
        "SECRET_KEYS": KEY,
        "MAIL_FROM": "Side by Side <rituals@side.example>",
    }
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "service", "worker"], cwd=version, env=environ, stdout=file, stderr=file
        ) as worker,
    ):
        try:
            yield log
            worker.terminate()
            assert worker.wait(30) == 0
        finally:
            worker.kill()


def test_a_next_version_loses_no_prompt_and_sends_none_twice(stage: Stage, next_version: Path) -> None:
    old = stage.worker(lease=20, connections=1)
    with at_work(next_version, stage) as said:
        stage.behave(on(At.RCPT, call(lambda visit: visit.closing.wait(0.02))))  # so that it lasts
        during = stage.due(40, within=timedelta(seconds=0.5))
        eventually(lambda: "at work" in said.read_text(), what="the next version has migrated and works")
        assert any(state in during.states() for state in (State.PLANNED, State.HANDING)), "it was over too soon"
        stage.behave()
        late = stage.due(10, within=timedelta(seconds=0.2))
        eventually(lambda: during.all_settled() and late.all_settled(), what="all prompts are settled")
        old.terminate()
        assert old.wait() == 0
        by_the_next = stage.due(5)
        eventually(by_the_next.all_settled, what="the next version sends alone")
    for prompts in (during, late, by_the_next):
        assert went_once(stage, prompts)
    assert "worker.failed" not in old.said() + said.read_text()


def went_once(stage: Stage, prompts: Prompts) -> bool:
    return prompts.all_are(State.SENT) and set(stage.copies(prompts).values()) == {1}
