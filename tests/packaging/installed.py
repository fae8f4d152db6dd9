"""The wheel in dist/ as users have it: `make test-dist` runs this with pytest.

It is installed into an environment of its own, whose folder has blanks and foreign letters in its
name, and called from elsewhere through a link. What the wheel depends on is shared with the
environment that runs the tests: its resolution is what `make test-newest` and others try.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.packaging.conftest import ROOT

(WHEEL,) = (ROOT / "dist").glob("*.whl")
VERSION = WHEEL.name.split("-")[1]
VALUES = "-2\n-0.5\n-0.2222222222222222\n"
DIFF = ("diff", "log(x^2)", "--order", "2", "--x", "1..3", "--format", "value")

CALLS = {
    ("--version",): f"tapecli {VERSION}\n",
    DIFF: VALUES,
    ("functions",): "log(x)",
    ("completion", "bash"): "complete",
    ("completion", "zsh"): "#compdef",
    ("completion", "fish"): "complete",
    ("code",): "import tensorflow as tf\n",
    ("check", "--quick"): " differentiates correctly: ",
}
"""For each call a part of what it prints; it ends with 0, and no word on standard error."""

LOCKED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""What takes from the administrator that files without permission can be written."""

PLACES: dict[str, Mapping[str, str | None]] = {
    "as ever": {},
    "no home": {"HOME": None},
    "a home that is not there": {"HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere"},
    "an ASCII locale": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "nothing but a path": dict.fromkeys(set(os.environ) - {"PATH"}),
}
"""What is changed of the environment's variables; None takes one away."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("made") / "ein Ordner é 漢字"
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", str(WHEEL)]
    subprocess.run(install, check=True, timeout=120)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


@pytest.fixture(scope="module")
def command(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command by a link in another folder, as pipx makes it."""
    link = tmp_path_factory.mktemp("elsewhere") / "tapecli"
    link.symlink_to(environment / "bin" / "tapecli")
    return link


def run(
    *command: str | Path, cwd: Path, changes: Mapping[str, str | None]
) -> subprocess.CompletedProcess[str]:
    """Call it, with the variables changed, in a folder of its own."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
    env = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def right(done: subprocess.CompletedProcess[str], part: str) -> bool:
    """Whether it ended well, and without a word but what it was asked."""
    assert (done.returncode, done.stderr) == (0, "")
    return part in done.stdout


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_the_command(command: Path, call: tuple[str, ...], tmp_path: Path) -> None:
    assert right(run(command, *call, cwd=tmp_path, changes={}), CALLS[call])


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_the_wheel_unpacked_by_nobody(
    environment: Path, call: tuple[str, ...], tmp_path: Path
) -> None:
    copy = tmp_path / WHEEL.name
    copy.write_bytes(WHEEL.read_bytes())
    done = run(
        sys.executable, "-m", "tapecli", *call, cwd=tmp_path, changes={"PYTHONPATH": str(copy)}
    )
    assert right(done, CALLS[call])
    assert list(tmp_path.iterdir()) == [copy]
    assert copy.read_bytes() == WHEEL.read_bytes()


@pytest.mark.parametrize("place", PLACES)
def test_the_main_job_wherever_it_is(command: Path, place: str, tmp_path: Path) -> None:
    done = run(command, *DIFF, cwd=tmp_path, changes=PLACES[place])
    assert (done.returncode, done.stdout, done.stderr) == (0, VALUES, "")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def read_only(environment: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the environment in which nothing may be written."""
    folder = tmp_path / "read only"
    shutil.copytree(environment, folder, symlinks=True)
    for cache in folder.rglob("__pycache__"):
        shutil.rmtree(cache)
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    yield folder
    for path in folders:
        path.chmod(0o755)


def test_where_nothing_may_be_written(read_only: Path, tmp_path: Path) -> None:
    lock = LOCKED if os.geteuid() == 0 else ()
    if lock and not shutil.which(lock[0]):
        pytest.skip("the administrator may write everywhere")
    before = set(read_only.rglob("*"))
    python = read_only / "bin" / "python"
    probe = f"import os; print(os.access({json.dumps(str(read_only))}, os.W_OK))"
    assert run(*lock, python, "-c", probe, cwd=tmp_path, changes={}).stdout == "False\n"
    for call in (DIFF, ("completion", "bash"), ("--version",)):
        done = run(*lock, python, "-m", "tapecli", *call, cwd=tmp_path, changes={})
        assert right(done, CALLS[call])
    assert set(read_only.rglob("*")) == before
