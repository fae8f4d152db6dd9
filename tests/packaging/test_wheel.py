"""The wheel of this tree: it has every file of the package, and runs unpacked or not."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.packaging.conftest import ROOT

from tapecli.cli.completion import script

SOURCE = ROOT / "src"
PLACE = "import tapecli; print(tapecli.__file__)"
VALUES = "-2\n-0.5\n-0.2222222222222222\n"
TYPO = "unknown function 'sni'"


def call(wheel: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the wheel as it is, in a folder of its own, from which nothing else is found."""
    spare = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
    spare.pop("HOME", None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=wheel.parent,
        env={**spare, "PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    there = {path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file()}
    wanted = {str(path) for path in there if "__pycache__" not in path.parts}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name for name in names if ".dist-info/" not in name} == wanted


def test_the_zipped_wheel_has_a_shells_script(wheel: Path) -> None:
    done = call(wheel, "-m", "tapecli", "completion", "fish")
    assert (done.returncode, done.stdout, done.stderr) == (0, script("fish"), "")


def test_the_zipped_wheel_computes_and_leaves_nothing_behind(wheel: Path) -> None:
    """The version and the grammar are found in it; the parser is kept nowhere."""
    before = wheel.read_bytes()
    assert call(wheel, "-c", PLACE).stdout == f"{wheel / 'tapecli' / '__init__.py'}\n"
    version = wheel.name.split("-")[1]
    assert call(wheel, "-m", "tapecli", "--version").stdout == f"tapecli {version}\n"
    short = "--order", "2", "--x", "1..3", "--format", "value", "--method", "none"
    done = call(wheel, "-m", "tapecli", "diff", "log(x^2)", *short)
    assert (done.returncode, done.stdout, done.stderr) == (0, VALUES, "")
    done = call(wheel, "-m", "tapecli", "diff", "sni(x)")
    assert (done.returncode, TYPO in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    assert wheel.read_bytes() == before
    assert list(wheel.parent.iterdir()) == [wheel]
