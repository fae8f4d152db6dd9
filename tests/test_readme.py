"""What the README says of Python is run; its sessions are run by docs/generate.py."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from tapecli import choices, derivative, expression, grid, points, reader, verification
from tapecli.floats import FORMATS as FORMATS_OF_NUMBERS
from tapecli.functions import FUNCTIONS
from tapecli.render import FORMATS
from tapecli.verdict import Status

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_session_prints_what_it_says() -> None:
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert (failed, tried > 0) == (0, True)


ROWS = [
    ("`2x`", "2x", "2*x"),
    ("`1/2x`", "1/2x", "1/2*x"),
    ("`x**(-2)`", "x^-2", "x**-2"),
    ("`log x²`", "log x²", "log(x**2)"),
    ("`log x^2 + 1`", "log x^2 + 1", "log(x**2) + 1"),
    ("`sin x cos x`", "sin x cos x", "sin(x)*cos(x)"),
]


@pytest.mark.parametrize(("_", "typed", "read"), ROWS)
def test_expressions_are_read_as_the_table_says(_: str, typed: str, read: str) -> None:
    assert expression.parse(typed)[0].text == read


@pytest.mark.parametrize("name", [*FUNCTIONS, *FORMATS, *map(str, Status)])
def test_everything_is_mentioned(name: str) -> None:
    assert re.search(rf"\b{name}\b", README)


def test_the_figures_are_those_that_were_measured() -> None:
    measured = (ROOT / "docs" / "accuracy.md").read_text("utf-8")
    figures = [
        line for line in README.splitlines() if re.match(r"\| (b?float\d+|ok) \| .*[/%]", line)
    ]
    assert len(figures) == len(FORMATS_OF_NUMBERS) + 2
    assert all(line in measured for line in figures)


@pytest.mark.parametrize(
    "number",
    [
        grid.MAX_POINTS,
        choices.MAX_ORDER,
        points.MAX_PRODUCT,
        derivative.MAX_ENTRIES,
        verification.ALL_SERIES,
        reader.MAX_LENGTH,
        reader.MAX_DEPTH,
        expression.MAX_TARGETS,
    ],
)
def test_limits_are_those_of_the_code(number: int) -> None:
    assert f"{number:,}" in README
