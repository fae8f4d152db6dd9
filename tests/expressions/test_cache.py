"""Files beside the package's bytecode: whole, or not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tapecli.expressions import cache


@pytest.fixture(autouse=True)
def bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_a_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    for content in (b"first", b"second"):
        cache.store(file, content)
        assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "kept.json"
    folder.mkdir()  # which nothing can replace
    cache.store(folder, b"content")
    cache.store(tmp_path / "no folder" / "kept.json", b"content")
    assert list(tmp_path.rglob("*")) == [folder]


def test_nothing_is_written_where_python_writes_no_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    cache.store(tmp_path / "kept.json", b"content")
    assert list(tmp_path.iterdir()) == []


def test_the_file_stands_where_python_keeps_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.path(cache.__file__, ".json").suffix == ".json"
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    assert cache.path(cache.__file__, ".json").is_relative_to(tmp_path)
