"""The parser of grammar.lark: kept once it is made, and made where it cannot be kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from lark import Lark

from tapecli.errors import ExpressionError
from tapecli.expressions import parser
from tapecli.expressions.expression import parse

TYPED = "2x sin²(x) - √x/|x| + Γ(x)^-1"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the parser is kept, which is not yet there."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = parser.cache_path(parser._grammar())
    path.parent.mkdir(parents=True)
    return path


def fresh() -> Lark:
    """The parser, as a new process gets it."""
    return parser.parser.__wrapped__()


def test_a_parser_that_was_kept_reads_as_one_that_was_made(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fresh()
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    monkeypatch.setattr(Lark, "__init__", None)  # none can be made
    kept = fresh()
    assert kept.parse(TYPED) == made.parse(TYPED)
    positions = [
        [(tree.meta.start_pos, tree.meta.end_pos) for tree in reader.parse(TYPED).iter_subtrees()]
        for reader in (kept, made)
    ]
    assert positions[0] == positions[1]
    monkeypatch.setattr(parser, "parser", lambda: kept)
    with pytest.raises(ExpressionError, match="unknown function 'sni'"):
        parse("x*sni(x)")


def test_a_damaged_file_is_made_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert fresh().parse("x^2").data == "pow"
    monkeypatch.setattr(Lark, "__init__", None)  # none can be made
    assert fresh().parse("x^2").data == "pow"


def test_nothing_is_kept_where_no_bytecode_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert fresh().parse("x^2").data == "pow"
    assert list(file.parent.iterdir()) == []


def test_without_a_place_the_parser_is_made(file: Path) -> None:
    file.parent.rmdir()
    assert fresh().parse("x^2").data == "pow"


def test_half_a_file_is_not_left_behind(file: Path) -> None:
    file.mkdir()  # which nothing can replace
    assert fresh().parse("x^2").data == "pow"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_another_grammar_has_another_file() -> None:
    path = parser.cache_path("start: NAME")
    assert path != parser.cache_path("start: NAME NAME")
    assert path.parent.parent == Path(parser.__file__).parent or sys.pycache_prefix
