"""TSV: the columns of CSV between tabs, for `cut`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.formats.conftest import Render, Samples

WORKED = """\
target expression wrt order x tape analytic ulps status
y log(x**2) x 1 1 2 2 0 ok
y log(x**2) x 1 2 1 1 0 ok
y log(x**2) x 1 3 0.6666666666666666 0.6666666666666666 0 ok
y log(x**2) x 2 1 -2 -2 0 ok
y log(x**2) x 2 2 -0.5 -0.5 0 ok
y log(x**2) x 2 3 -0.2222222222222222 -0.2222222222222222 0 ok
"""


def test_it_is_a_header_and_a_line_for_each_value(shown: Render, samples: Samples) -> None:
    assert shown("tsv", samples.worked) == WORKED.replace(" ", "\t")


def test_no_field_needs_quotes_and_a_missing_one_is_empty(shown: Render, samples: Samples) -> None:
    lines = [line.split("\t") for line in shown("tsv", samples.mixed).splitlines()]
    assert {len(line) for line in lines} == {9}
    assert lines[3] == ["y", "atan2(x, 2)", "x", "1", "0", "nan", "", "", "undefined"]


def test_each_variable_has_a_column(shown: Render, samples: Samples) -> None:
    header, first, *_ = shown("tsv", samples.several).splitlines()
    assert header.split("\t")[4:6] == ["x", "y"]
    assert first.split("\t") == ["f", "x**2*y**3/2", "x,x,y", "3", "1", "-1", "-1", "-1", "0", "ok"]
