"""Several variables in the formats for people: vectors and matrices at a point, else rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tapecli.formats import table

if TYPE_CHECKING:
    from tests.formats.conftest import Render, Samples

GRADIENT = """\
f = x**2*y**3                                             float64, a single tape
at x = 2, y = 3

gradient
       x ⎡ 108 ⎤
       y ⎣ 108 ⎦

       tape  analytic  ulps  formula
────────────────────────────────────
∂f/∂x  108   108          0  2·x·y³
∂f/∂y  108   108          0  3·x²·y²

2 values, all within 1 ulp of the analytic derivative
"""

JACOBIAN = """\
f = x**2*y**3
g = x/y                                               float64, a persistent tape
at x = 2, y = 3

Jacobian            x                     y
       f ⎡ 108                   108                  ⎤
       g ⎣   0.3333333333333333   -0.2222222222222222 ⎦

       tape                  analytic              ulps  formula
────────────────────────────────────────────────────────────────
∂f/∂x  108                   108                      0  2·x·y³
∂f/∂y  108                   108                      0  3·x²·y²
∂g/∂x    0.3333333333333333    0.3333333333333333     0  1/y
∂g/∂y   -0.2222222222222222   -0.2222222222222222     0  -x/y²

4 values, all within 1 ulp of the analytic derivative
"""

HESSIAN = """\
f = x**2*y**3                                              float64, nested tapes
at x = 2, y = 3

Hessian    x    y
      x ⎡  54  108 ⎤
      y ⎣ 108   72 ⎦

          tape  analytic  ulps  formula
───────────────────────────────────────
∂²f/∂x²    54    54          0  2·y³
∂²f/∂x∂y  108   108          0  6·x·y²
∂²f/∂y∂x  108   108          0  6·x·y²
∂²f/∂y²    72    72          0  6·x²·y

"""

SECOND_HESSIAN = """\
g = x/y                                                    float64, nested tapes
at x = 2, y = 3

Hessian            x                    y
      x ⎡  0                   -0.1111111111111111  ⎤
      y ⎣ -0.1111111111111111   0.14814814814814814 ⎦

          tape                  analytic              ulps  formula
───────────────────────────────────────────────────────────────────
∂²g/∂x²    0                     0                       0  0
∂²g/∂x∂y  -0.1111111111111111   -0.1111111111111111      0  -1/y²
∂²g/∂y∂x  -0.1111111111111111   -0.1111111111111111      0  -1/y²
∂²g/∂y²    0.14814814814814814   0.14814814814814814     0  2·x/y³

"""

FOUR = "4 values, all within 1 ulp of the analytic derivative\n"
EIGHT = FOUR.replace("4", "8")

ASCII_MATRIX = """\
Hessian    x    y
      x [  54  108 ]
      y [ 108   72 ]
"""

NARROWER_THAN_FORMULAS = """\
Hessian    x    y
      x ⎡  54  108 ⎤
      y ⎣ 108   72 ⎦

          tape  analytic  ulps
──────────────────────────────
∂²f/∂x²    54    54          0
∂²f/∂x∂y  108   108          0
∂²f/∂y∂x  108   108          0
∂²f/∂y²    72    72          0

∂²f/∂x² = 2·y³
∂²f/∂x∂y = 6·x·y²
∂²f/∂y∂x = 6·x·y²
∂²f/∂y² = 6·x²·y
"""

SIDE_BY_SIDE = """\
f = x**2*y**3                                             float64, a single tape

∂f/∂x = 2·x·y³                ∂f/∂y = 3·x²·y²
x  y  tape  analytic  ulps    x  y  tape  analytic  ulps
──────────────────────────    ──────────────────────────
1  1    2     2          0    1  1    3     3          0
1  2   16    16          0    1  2   12    12          0
1  3   54    54          0    1  3   27    27          0
2  1    4     4          0    2  1   12    12          0
2  2   32    32          0    2  2   48    48          0
2  3  108   108          0    2  3  108   108          0

12 values, all within 1 ulp of the analytic derivative
"""

SEVERAL = """\
∂³f/∂x²∂y = 3·y²
x      y   tape    analytic  ulps
─────────────────────────────────
1      -1  -1      -1           0
1.5     2  12      12           0
1e-09   1   1e-09   1e-09       0
"""


@pytest.mark.parametrize("width", [80, 200, None])
@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("gradient", GRADIENT),
        ("jacobian", JACOBIAN),
        ("hessian", HESSIAN + FOUR),
        ("hessians", HESSIAN + SECOND_HESSIAN + EIGHT),
        ("grid", SIDE_BY_SIDE),
    ],
)
def test_at_one_point_it_is_a_vector_or_matrix_and_at_many_it_is_rows(
    shown: Render, samples: Samples, sample: str, expected: str, width: int | None
) -> None:
    assert shown("table", getattr(samples, sample), width=width) == expected


def test_every_variable_has_a_column_that_is_aligned(shown: Render, samples: Samples) -> None:
    assert SEVERAL in shown("table", samples.several)


def test_a_matrix_of_one_row_has_square_brackets(shown: Render, samples: Samples) -> None:
    assert "\n       f [ 108  108 ]\n" in shown("table", samples.one_row)


def test_without_unicode_the_brackets_are_ascii_and_stand_as_they_did(
    shown: Render, samples: Samples
) -> None:
    text = shown("table", samples.hessian, unicode=False)
    assert text.isascii()
    assert ASCII_MATRIX in text
    for sample in samples.all:
        assert shown("table", sample, unicode=False).isascii()


def test_without_unicode_the_columns_of_the_entries_stay_aligned(
    shown: Render, samples: Samples
) -> None:
    lines = shown("table", samples.hessian, unicode=False).splitlines()
    (header,) = (line for line in lines if "tape" in line and "analytic" in line)
    entries = [line for line in lines if line.startswith("d^2f/")]
    assert len(entries) == 4
    assert {line[header.index("ulps") + 3] for line in entries} == {"0"}
    assert {line[header.index("formula") - 1] for line in entries} == {" "}


def test_formulas_stand_below_where_they_do_not_fit_beside(shown: Render, samples: Samples) -> None:
    assert NARROWER_THAN_FORMULAS in shown("table", samples.hessian, width=30)


@pytest.mark.parametrize(("width", "matrices"), [(20, 1), (19, 0)])
def test_a_matrix_is_left_out_where_it_would_be_cut(
    shown: Render, samples: Samples, width: int, matrices: int
) -> None:
    text = shown("table", samples.hessian, width=width)
    assert text.count("⎡") == text.count("⎦") == matrices
    assert text.count("  tape     108\n") == 2
    assert all(f"∂²f/{below} = " in text for below in ("∂x²", "∂x∂y", "∂y∂x", "∂y²"))


@pytest.mark.parametrize("width", range(10, 100))
def test_no_line_of_a_matrix_is_wider_than_the_terminal(
    shown: Render, samples: Samples, width: int
) -> None:
    for sample in samples.at_one_point:
        lines = shown("table", sample, width=width).splitlines()
        matrix = [line for line in lines if re.search("[⎡⎢⎣─]|[⎤⎥⎦]$", line)]
        assert all(cell_len(line) <= width for line in matrix)


@pytest.mark.parametrize("width", [80, 30, 10])
def test_the_reason_of_entries_that_are_not_ok_stands_once(
    shown: Render, samples: Samples, width: int
) -> None:
    lines = shown("table", samples.kinked, width=width).splitlines()
    assert [line for line in lines if "kink" in line] == [
        "undefined at (x, y) = (2, 3): a kink",
        "read: tapecli pitfalls kink",
    ]


def test_entries_that_are_not_ok_have_their_status_before_the_formula(
    shown: Render, samples: Samples
) -> None:
    lines = shown("table", samples.kinked).splitlines()
    assert [line.split()[2:4] for line in lines if line.startswith("∂")] == [
        ["undefined", "2·x·y³"],
        ["undefined", "3·x²·y²"],
    ]


@pytest.mark.parametrize("sample", ["worked", "mixed", "two", "value", "several", "sampled"])
@pytest.mark.parametrize("unicode", [True, False])
def test_many_points_are_written_line_by_line_and_look_no_different(
    shown: Render, samples: Samples, monkeypatch: pytest.MonkeyPatch, sample: str, unicode: bool
) -> None:
    result = getattr(samples, sample)
    few = shown("table", result, unicode=unicode)
    monkeypatch.setattr(table, "LONG", 0)
    assert shown("table", result, unicode=unicode) == few


@pytest.mark.parametrize("sample", ["grid", "tabled"])
def test_many_points_of_several_variables_are_all_there(
    shown: Render, samples: Samples, monkeypatch: pytest.MonkeyPatch, sample: str
) -> None:
    result = getattr(samples, sample)
    monkeypatch.setattr(table, "LONG", 0)
    lines = [line.split() for line in shown("table", result).splitlines()]
    text = result.format_.text
    assert [line for line in lines if line and re.fullmatch(r"[\d.]+", line[0])][:-1] == [
        [*map(text, row.at.values()), text(row.tape), text(row.analytic), "0"]
        for row in result.rows
    ]
