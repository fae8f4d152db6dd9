"""The folder of a file while it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tapecli.cli.resume import STATE, Partial
from tapecli.errors import OutputError

ABOUT = {"kind": "diff"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "y.csv"


@pytest.fixture
def folder(path: Path) -> Path:
    return path.with_name(".y.csv.partial")


@pytest.fixture
def interrupted(path: Path) -> None:
    """What a call leaves that had saved 3 of its 6 bytes."""
    partial = Partial(path, ABOUT)
    partial.clear()
    stream = partial.stream()
    stream.write(b"abc")
    partial.save(1, {"ok": 1})
    stream.write(b"def")
    partial.close()


def test_a_finished_file_takes_its_place_with_its_mode(path: Path, folder: Path) -> None:
    path.write_text("old")
    path.chmod(0o640)
    partial = Partial(path, ABOUT)
    partial.clear()
    partial.stream().write(b"new")
    assert path.read_text() == "old"
    partial.finish()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert not folder.exists()


def test_it_goes_on_where_it_was_saved(path: Path, interrupted: None) -> None:
    partial = Partial(path, ABOUT, resume=True)
    assert partial.state == {"about": ABOUT, "done": 1, "counts": {"ok": 1}, "lengths": [3]}
    partial.stream().write(b"xyz")
    partial.finish()
    assert path.read_text() == "abcxyz"


def test_a_new_beginning_has_nothing_of_an_earlier_call(
    path: Path, folder: Path, interrupted: None
) -> None:
    partial = Partial(path, ABOUT)
    partial.clear()
    assert list(folder.iterdir()) == []
    assert partial.state["done"] == 0
    partial.close()
    partial = Partial(path, ABOUT, resume=True)
    assert partial.state["done"] == 0
    partial.remove()
    assert not folder.exists()


@pytest.mark.parametrize(
    "state",
    [
        *("", "[]", "3", "{}", '{"done": 1'),
        json.dumps({"done": "many", "counts": {}, "lengths": [3]}),
        json.dumps({"done": 1, "counts": {}, "lengths": None}),
        json.dumps({"done": 1, "counts": 7, "lengths": [3]}),
    ],
)
def test_a_damaged_state_is_refused_and_left(
    path: Path, folder: Path, interrupted: None, state: str
) -> None:
    (folder / STATE).write_text(state)
    with pytest.raises(OutputError, match="cannot be read; leave '--resume' out to begin anew"):
        Partial(path, ABOUT, resume=True)
    assert (folder / "part0").read_bytes() == b"abcdef"


@pytest.mark.parametrize("missing", [True, False])
def test_a_part_that_has_lost_something_is_refused(
    path: Path, folder: Path, interrupted: None, missing: bool
) -> None:
    part = folder / "part0"
    part.unlink() if missing else part.write_bytes(b"ab")
    with pytest.raises(OutputError, match=r"part0' is shorter than it was; leave '--resume' out"):
        Partial(path, ABOUT, resume=True)


def test_one_call_at_a_time_has_it(path: Path, folder: Path) -> None:
    first = Partial(path, ABOUT)
    with pytest.raises(OutputError, match=r"cannot write 'y\.csv': another call is writing it"):
        Partial(path, ABOUT)
    first.close()
    second = Partial(path, ABOUT)
    second.remove()
    Partial(path, ABOUT).remove()
    assert not folder.exists()


def test_a_file_in_the_place_of_the_folder(path: Path, folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(FileExistsError):
        Partial(path, ABOUT)
