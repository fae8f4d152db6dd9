"""What is in dist/: `make dist` runs this with pytest, after it has made both archives."""

from __future__ import annotations

import email
import subprocess
import tarfile
import zipfile
from pathlib import Path

from tests.packaging.conftest import ROOT

(SDIST,) = (ROOT / "dist").glob("*.tar.gz")
(WHEEL,) = (ROOT / "dist").glob("*.whl")
"""The wheel was made from the sdist."""


def in_the_sdist() -> set[str]:
    with tarfile.open(SDIST) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def in_a_wheel(wheel: Path) -> dict[str, int]:
    """The checksum of each file."""
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        return {each.filename: each.CRC for each in archive.infolist()}


def test_the_sdist_has_what_the_tree_has_and_no_rubbish() -> None:
    """All that is needed to build, to run the tests and to make every target, then."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    there = {name for name in listed.splitlines() if (ROOT / name).exists()}
    assert in_the_sdist() - {"PKG-INFO"} == there


def test_the_wheel_of_the_sdist_is_that_of_the_tree(wheel: Path) -> None:
    assert in_a_wheel(WHEEL) == in_a_wheel(wheel)


def test_data_is_in_both() -> None:
    src = ROOT / "src"
    found = (path for path in (src / "tapecli").rglob("*") if path.is_file())
    data = {str(path.relative_to(src)) for path in found if path.suffix not in {".py", ".pyc"}}
    data = {name for name in data if "__pycache__" not in name}
    texts = {"tapecli/expressions/grammar.lark", "tapecli/features/pitfalls/pitfalls.md"}
    assert {*texts, "tapecli/py.typed"} < data
    assert data <= in_a_wheel(WHEEL).keys()
    assert {f"src/{name}" for name in data} <= in_the_sdist()


def test_the_metadata_is_complete() -> None:
    """What an index wants to know, and what an installer must."""
    with zipfile.ZipFile(WHEEL) as archive:
        (folder,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        told = email.message_from_bytes(archive.read(f"{folder}/METADATA"))
        points = archive.read(f"{folder}/entry_points.txt").decode()
        readme = (ROOT / "README.md").read_text("utf-8")
        assert archive.read(f"{folder}/METADATA").decode().endswith(readme)
        assert f"{folder}/licenses/LICENSE" in archive.namelist()
    assert (told["Name"], told["License-Expression"]) == ("tapecli", "MIT")
    assert WHEEL.name == f"tapecli-{told['Version']}-py3-none-any.whl"
    assert SDIST.name == f"tapecli-{told['Version']}.tar.gz"
    assert told["Description-Content-Type"] == "text/markdown"
    assert len(told["Summary"]) <= 512
    assert "\ntapecli = tapecli." in points
