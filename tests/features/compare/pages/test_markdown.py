"""The Markdown page: the answer first, tables of one width, nothing that is read as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapecli.formats import Screen

if TYPE_CHECKING:
    from tests.features.compare.pages.conftest import Compared, Write


def test_the_answer_is_first(compared: Compared, write: Write) -> None:
    first = write(compared(), "markdown").splitlines()[0]
    assert first.startswith("**Nesting targets avoids no derivative work")
    assert first.endswith("**")


def test_the_tables(compared: Compared, write: Write) -> None:
    lines = write(compared(with_operations=True), "markdown").splitlines()
    assert "| parallel | tape1 2 + tape2 2 = 4 | 2 | 8 | 10 | 8 kB | 0 |" in lines
    assert "| nested | 650 (585–715) µs \\* |" in lines
    assert "| batch | - | - | - | - | - | - |" in lines
    assert "| outer, backward from u | Mul Mul Mul Mul Mul Mul Mul Mul |" in lines
    assert "- batch: not everything could be measured: no \\[red\\] gradient" in lines
    assert "`u = x**2`, `y = log(u)`: order 1, at x = 2, float64, TensorFlow 2.21.0" in lines


def test_ascii_alone(compared: Compared, write: Write) -> None:
    text = write(compared(), "markdown", Screen(unicode=False))
    assert text.isascii()
    assert "650 (585-715) us" in text
