"""Pages and work in one process: both end well, and neither outlives the other."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from service.serving import listen, serve, work_alone

def app(environ, start_response):
    start_response("200 OK", [])
    return [b"tea"]

def say(word):
    print(word, flush=True)

def finishes(stop):
    say("working")
    stop.wait()
    say("finished")

def dies(stop):
    raise LookupError("tea")

work = {"finishes": finishes, "dies": dies, "nothing": None}[sys.argv[2]]
if sys.argv[1] == "pages":
    serve(app, listen(0, everywhere=False)[:1], lambda: say("ready"), work)
else:
    work_alone(work, lambda: say("ready"))
say("left")
"""


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_stays_behind() -> Iterator[None]:
    yield
    while STARTED:
        with STARTED.pop() as process:
            process.kill()


def start(*arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def said_until(word: str, process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    while word not in lines:
        lines.append(process.stdout.readline().strip())
        assert lines[-1], lines
    return lines


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("place", ["pages", "alone"])
def test_work_in_hand_is_finished_before_leaving(place: str, by: signal.Signals) -> None:
    process = start(place, "finishes")
    said_until("working", process)
    process.send_signal(by)
    rest, _ = process.communicate(timeout=30)
    assert rest.split()[-2:] == ["finished", "left"]
    assert process.returncode == 0


@pytest.mark.parametrize("place", ["pages", "alone"])
def test_no_process_stays_behind_without_its_worker(place: str) -> None:
    process = start(place, "dies")
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "LookupError" in complaint


def test_pages_without_work_leave_as_well() -> None:
    process = start("pages", "nothing")
    said_until("ready", process)
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[0] == "left\n"
    assert process.returncode == 0
