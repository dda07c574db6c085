"""The script ./run, on a tiny project of its own: sets up once, repairs what is broken, says what is missing."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from shlex import quote

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "cksum", "cat", "mkdir", "rm", "sed", "grep", "tail")
OURS = str(Path(sys.executable).resolve())
PATH = os.pathsep.join([str(Path(OURS).parent), "/usr/bin", "/bin"])
ECHO = """
import os, signal, sys
print(sys.argv[1:], os.getcwd(), "PYTHONPATH" in os.environ, flush=True)
if sys.argv[1:] == ["web"]:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("ready", flush=True)
    signal.pause()
sys.exit(3 if sys.argv[1:] == ["migrate"] else 0)
"""

READY_MADE = """#!/bin/sh
[ "$1 $2" = "-m venv" ] && [ $# -eq 3 ] && exec cp -R {made} "$3"
exec {python} "$@"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that needs no package, in a folder with a space in its name, set up by its first start."""
    folder = tmp_path_factory.mktemp("side by side")
    shutil.copy(PROJECT / "run", folder)
    (folder / "constraints.txt").write_text("")
    (folder / "pyproject.toml").write_text("[project]\ndependencies = []\noptional-dependencies = { test = [] }\n")
    (folder / "service").mkdir()
    (folder / "service" / "__main__.py").write_text(ECHO)
    first = start(folder, "worker")
    assert first.returncode == 0, first.stderr
    assert "Setting up" in first.stderr
    return folder


@pytest.fixture(scope="module")
def quick(project: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH whose python3 answers `-m venv` with a copy of what the first start made: the same, but sooner."""
    folder = tmp_path_factory.mktemp("quick")
    made = shutil.copytree(project / ".venv", folder / "made", symlinks=True)
    for stamp in made.glob(".ready.*"):
        stamp.unlink()
    shim = folder / "python3"
    shim.write_text(READY_MADE.format(made=quote(str(made)), python=quote(OURS)))
    shim.chmod(0o755)
    return os.pathsep.join([str(folder), PATH])


def start(folder: Path, *arguments: str, path: str = PATH, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", folder / "run", *arguments],
        cwd="/",
        env=environment(path) | environ,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def environment(path: str = PATH) -> dict[str, str]:
    """Nothing but a way to the tools and to this Python, and no way to a package."""
    return {"PATH": path, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}


def tools(folder: Path, python3: str | None) -> str:
    """A folder for PATH with the plain tools, and this script as python3."""
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or "/bin/false")
    if python3 is not None:
        (folder / "python3").write_text(f"#!/bin/sh\n{python3}\n")
        (folder / "python3").chmod(0o755)
    return str(folder)


def bare(folder: Path, project: Path) -> Path:
    """The same project, never set up."""
    return Path(shutil.copytree(project, folder, ignore=shutil.ignore_patterns(".venv", "var")))


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ((), ["serve"]),
        (("serve",), ["serve"]),
        (("worker",), ["worker"]),
        (("demo",), ["demo"]),
        (("status", "prompt", "7"), ["status", "prompt", "7"]),
        (("backup", "/b.sqlite3"), ["backup", "/b.sqlite3"]),
    ],
)
def test_a_second_start_sets_nothing_up(project: Path, arguments: tuple[str, ...], command: list[str]) -> None:
    again = start(project, *arguments, PYTHONPATH="/nowhere")
    assert again.stdout == f"{command} {project} False\n"
    assert (again.returncode, again.stderr) == (0, "")


def test_a_file_is_named_as_seen_from_where_somebody_stands(project: Path) -> None:
    assert start(project, "backup", "b.sqlite3").stdout.startswith("['backup', '//b.sqlite3']")


def test_the_exit_status_is_that_of_the_program(project: Path) -> None:
    assert start(project, "migrate").returncode == 3


def test_signals_reach_the_program(project: Path) -> None:
    with subprocess.Popen(
        ["/bin/sh", project / "run", "web"], env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "ready\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_start_through_a_link_finds_the_project(project: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(project)
    assert start(link, "worker").returncode == 0


def test_changed_packages_are_set_up_and_then_left_alone(project: Path) -> None:
    with (project / "constraints.txt").open("a") as constraints:
        constraints.write("# another day\n")
    assert "Setting up" in start(project, "worker").stderr
    assert start(project, "worker").stderr == ""


@pytest.mark.parametrize("broken", ["bin/python", "lib", ".ready.run"])
def test_what_was_interrupted_or_broken_is_repaired(project: Path, quick: str, broken: str) -> None:
    for path in (project / ".venv").glob(".ready.test"):
        path.unlink()
    target = project / ".venv" / broken
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    repaired = start(project, "worker", path=quick)
    assert repaired.returncode == 0, repaired.stderr
    assert start(project, "worker").stderr == ""


def test_two_first_starts_at_once_take_turns(project: Path, quick: str, tmp_path: Path) -> None:
    fresh = bare(tmp_path / "fresh", project)
    both = [
        subprocess.Popen(
            ["/bin/sh", fresh / "run", "worker"], env=environment(quick), stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=100)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum("Setting up" in text for text in said) == 1


@pytest.mark.parametrize(
    ("python3", "sentence"),
    [
        (None, "Python 3.11 or later is needed, and there is no python3 here."),
        ('[ "$2" = x ] || case $2 in *print*) echo 3.9 ;; *) exit 1 ;; esac', "found only 3.9."),
        ("case $2 in *print*) echo 3.12 ;; *ensurepip*) exit 1 ;; esac", "apt install python3-venv"),
    ],
    ids=["no python", "an old python", "no venv"],
)
def test_a_missing_python_is_explained(project: Path, tmp_path: Path, python3: str | None, sentence: str) -> None:
    refused = start(bare(tmp_path / "fresh", project), path=tools(tmp_path / "tools", python3))
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_machine_without_network_is_told_so(project: Path, quick: str, tmp_path: Path) -> None:
    fresh = bare(tmp_path / "fresh", project)
    (fresh / "pyproject.toml").write_text('[project]\ndependencies = ["no-such-package"]\n')
    refused = start(fresh, "web", path=quick)
    assert refused.returncode == 1
    assert "Is this machine online?" in refused.stderr
    assert len(refused.stderr.splitlines()) < 8
    assert not list((fresh / ".venv").glob(".ready.*"))


def test_help_needs_nothing_set_up(project: Path, tmp_path: Path) -> None:
    fresh = bare(tmp_path / "fresh", project)
    helped = start(fresh, "help", path=tools(tmp_path / "tools", None))
    assert helped.returncode == 0
    for command in ("demo", "test", "check", "web", "worker", "migrate", "status", "bounce", "bench", "help"):
        assert f"./run {command}" in helped.stdout
    assert not (fresh / ".venv").exists()


def test_an_unknown_command_is_named(project: Path) -> None:
    refused = start(project, "tset")
    assert refused.returncode == 1
    assert "There is no './run tset'" in refused.stderr
