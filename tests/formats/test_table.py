"""The table: aligned on the decimal point, as wide as it may be, and never a digit cut."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tapecli.result import Status

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Render, Samples

    from tapecli.result import Result

WORKED = """\
y = log(x**2)                                              float64, nested tapes

dy/dx = 2/x
x  tape                 analytic             ulps
─────────────────────────────────────────────────
1   2                    2                      0
2   1                    1                      0
3   0.6666666666666666   0.6666666666666666     0

d²y/dx² = -2/x²
x  tape                 analytic             ulps
─────────────────────────────────────────────────
1  -2                   -2                      0
2  -0.5                 -0.5                    0
3  -0.2222222222222222  -0.2222222222222222     0

6 values, all within 1 ulp of the analytic derivative
"""

SIDE_BY_SIDE = """\
dy/dx = 2/x                                          d²y/dx² = -2/x²
x  tape                 analytic             ulps    x  tape                 analytic             ulps
─────────────────────────────────────────────────    ─────────────────────────────────────────────────
1   2                    2                      0    1  -2                   -2                      0
2   1                    1                      0    2  -0.5                 -0.5                    0
3   0.6666666666666666   0.6666666666666666     0    3  -0.2222222222222222  -0.2222222222222222     0
"""  # noqa: E501

NARROW = """\
dy/dx = 2/x
x = 1
  tape     2
  analytic 2
  ulps     0
x = 2
  tape     1
  analytic 1
  ulps     0
x = 3
  tape     0.6666666666666666
  analytic 0.6666666666666666
  ulps     0

d²y/dx² = -2/x²
x = 1
  tape     -2
  analytic -2
  ulps     0
x = 2
  tape     -0.5
  analytic -0.5
  ulps     0
x = 3
  tape     -0.2222222222222222
  analytic -0.2222222222222222
  ulps     0

6 values, all within 1 ulp of the analytic derivative
"""

MIXED = """\
y = atan2(x, 2)                                           float64, a single tape

dy/dx   (the formula is left out: too long to work out)
x        tape        analytic            ulps  status
───────────────────────────────────────────────────────────
-1.5      2           2                     0  ok
 0.01    -0.0033333  -0.0033333000001  25,711  rounded (11)
 0       nan                                   undefined
 1e-200  inf          2e+200                   lost
 3        0.6         0.7               1.2e6  off
undefined at x = 0: a pole: division by zero
lost at x = 1e-200: the tape returned inf
off at x = 3: only 1 digit right

rounded (n): the rule is right, rounding leaves n digits; a better form more
off: rounding cannot explain the difference; a rule for a derivative is wrong
read: tapecli pitfalls singular-point cancellation underflow-inside
5 values: 1 ok, 1 rounded, 1 off, 1 undefined, 1 lost
"""


def test_the_worked_example_at_80_columns(shown: Render, samples: Samples) -> None:
    assert shown("table", samples.worked, width=80) == WORKED
    assert shown("table", samples.worked) == WORKED


def test_the_worked_example_side_by_side_at_200_columns(shown: Render, samples: Samples) -> None:
    text = shown("table", samples.worked, width=200)
    assert text.splitlines()[0] == "y = log(x**2)" + "float64, nested tapes".rjust(67)
    assert text.split("\n\n")[1] + "\n" == SIDE_BY_SIDE


@pytest.mark.parametrize(("width", "tables"), [(101, 2), (102, 1)])
def test_blocks_stand_side_by_side_as_soon_as_they_fit(
    shown: Render, samples: Samples, width: int, tables: int
) -> None:
    text = shown("table", samples.worked, width=width)
    assert len(re.findall(r"^x +tape", text, re.MULTILINE)) == tables


@pytest.mark.parametrize("width", [10, 20, 40, 48])
def test_on_a_narrow_terminal_one_value_stands_below_another(
    shown: Render, samples: Samples, width: int
) -> None:
    text = shown("table", samples.worked, width=width)
    assert text.partition("\n\n")[2] == NARROW


def test_a_table_that_just_fits_is_a_table(shown: Render, samples: Samples) -> None:
    assert (
        shown("table", samples.worked, width=49).partition("\n\n")[2]
        == (WORKED.partition("\n\n")[2])
    )


def test_every_status_is_shown_and_explained(shown: Render, samples: Samples) -> None:
    assert shown("table", samples.mixed, width=80) == MIXED


def test_targets_follow_one_another_under_their_names(shown: Render, samples: Samples) -> None:
    lines = shown("table", samples.two, width=80).splitlines()
    assert [line for line in lines if "tapes" in line] == [
        "u = t**2" + "float32, parallel tapes".rjust(72),
        "v = log(u)" + "float32, parallel tapes".rjust(70),
    ]
    assert [line for line in lines if line.startswith("d")] == ["du/dt = 2·t", "dv/dt = 2/x"]


def missing(text: str, sample: Result) -> set[str]:
    """The numbers of a result that a table does not have, and the sign of what was cut off."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    values = (value for block in sample.blocks for value in block.values if sample.computed)
    at = (value for row in sample.rows for value in row.at.values())
    analytic = (row.analytic for row in sample.rows if row.analytic is not None)
    numbers = {sample.format_.text(value) for value in (*values, *at, *analytic)}
    cut = {"…"} if "…" in plain else set()
    return (numbers - set(plain.replace(",", " ").split())) | cut


def lost(
    shown: Render, samples: Samples, widths: Iterable[int], color: bool
) -> dict[str, set[str]]:
    """What each table that is not whole has lost, by its width and the expression."""
    tables = ((width, sample) for width in widths for sample in samples.all)
    found = {
        f"{width} columns, {sample.blocks[0].expression}": missing(
            shown("table", sample, width=width, color=color), sample
        )
        for width, sample in tables
    }
    return {name: numbers for name, numbers in found.items() if numbers}


BOUNDARIES = (10, 11, 20, 27, 28, 48, 49, 50, 60, 73, 80, 81, 82, 86, 101, 102, 200)
"""Widths in columns: the ends, those of usual terminals, and some where tables change."""

WIDEST = 102
"""The width from which on no table of the samples changes."""

coloured_or_not = pytest.mark.parametrize("color", [False, True], ids=["plain", "coloured"])


@coloured_or_not
def test_no_digit_is_lost_where_tables_change(shown: Render, samples: Samples, color: bool) -> None:
    assert lost(shown, samples, BOUNDARIES, color) == {}


@given(width=st.integers(10, WIDEST), number=st.integers(0, 99), color=st.booleans())
def test_no_digit_is_lost_at_some_width(
    shown: Render, samples: Samples, width: int, number: int, color: bool
) -> None:
    sample = samples.all[number % len(samples.all)]
    assert missing(shown("table", sample, width=width, color=color), sample) == set()


@pytest.mark.slow
@coloured_or_not
def test_no_digit_is_lost_at_any_width(shown: Render, samples: Samples, color: bool) -> None:
    assert lost(shown, samples, range(10, WIDEST + 1), color) == {}


@given(width=st.integers(WIDEST, 10 * WIDEST), number=st.integers(0, 99), color=st.booleans())
def test_a_wider_terminal_changes_nothing(
    shown: Render, samples: Samples, width: int, number: int, color: bool
) -> None:
    sample = samples.all[number % len(samples.all)]
    text = shown("table", sample, width=width, color=color)
    assert missing(text, sample) == set()
    assert text == shown("table", sample, width=WIDEST, color=color)


def test_a_digit_that_is_lost_is_seen(shown: Render, samples: Samples) -> None:
    text = shown("table", samples.worked, width=80)
    assert missing(text, samples.worked) == set()
    assert missing(text.replace("0.6666666666666666", "0.66666666…"), samples.worked) == {
        "0.6666666666666666",
        "…",
    }


@pytest.mark.parametrize("width", range(50, 201, 7))
def test_no_line_of_a_table_is_wider_than_the_terminal(
    shown: Render, samples: Samples, width: int
) -> None:
    lines = shown("table", samples.worked, width=width).splitlines()
    assert max(map(cell_len, lines[:-1])) <= width


@pytest.mark.parametrize("width", [10, 80, 200, None])
def test_no_line_ends_in_blanks(shown: Render, samples: Samples, width: int | None) -> None:
    for sample in samples.all:
        lines = shown("table", sample, width=width).splitlines()
        assert all(line == line.rstrip() for line in lines)


def test_where_there_is_no_terminal_wide_numbers_stay_in_a_table(shown: Render, make: Make) -> None:
    value = -2.2250738585072014e-308
    wide = make([(value, value, value, 12345, Status.ROUNDED, "3 digits")] * 2)
    lines = shown("table", wide).splitlines()
    assert lines[3].split() == ["x", "tape", "analytic", "ulps", "status"]
    number = "-2.2250738585072014e-308"
    assert lines[5].split() == [number, number, number, "12,345", "rounded", "(3)"]


def test_numbers_stand_with_their_decimal_points_below_one_another(
    shown: Render, make: Make
) -> None:
    values = [-12.5, 3.25, 1e300, 0.001, 7]
    lines = shown("table", make([(value, value, value) for value in values])).splitlines()
    assert lines[5:10] == [
        "-12.5     -12.5     -12.5        0",
        "  3.25      3.25      3.25       0",
        "  1e+300    1e+300    1e+300     0",
        "  0.001     0.001     0.001      0",
        "  7         7         7          0",
    ]


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", ":smile:", "\\[x]"])
@pytest.mark.parametrize("width", [20, 80, 200])
def test_what_was_typed_is_never_markup(shown: Render, make: Make, text: str, width: int) -> None:
    result = make([(1, 2, 2, 0, Status.UNDEFINED, text)], expression=text, formula=text)
    lines = shown("table", result, width=width, color=True)
    assert lines.count(text) == 3


def test_colours_change_nothing_but_the_colours(shown: Render, samples: Samples) -> None:
    for sample in samples.all:
        colored = shown("table", sample, width=80, color=True)
        assert "\x1b[" in colored
        stripped = re.sub(r"\x1b\[[0-9;]*m", "", colored)
        assert [line.rstrip() for line in stripped.splitlines()] == (
            shown("table", sample, width=80).splitlines()
        )


def test_without_colours_there_is_no_escape(shown: Render, samples: Samples) -> None:
    assert "\x1b" not in shown("table", samples.mixed, width=80)


def test_without_unicode_it_is_ascii_and_still_aligned(shown: Render, samples: Samples) -> None:
    text = shown("table", samples.worked, width=80, unicode=False)
    assert text.isascii()
    expected = WORKED.replace("─", "-").replace("d²y/dx² = -2/x²", "d^2y/dx^2 = -2/x^2")
    assert text == expected


def test_without_unicode_blocks_side_by_side_are_still_aligned(
    shown: Render, samples: Samples
) -> None:
    head, names = shown("table", samples.worked, width=200, unicode=False).splitlines()[2:4]
    assert head.index("d^2y/dx^2") == names.rindex("x  tape")


TAYLOR = (
    WORKED.replace(" float64, nested tapes", "float64, Taylor series")
    .replace("x  tape  ", "x  taylor")
    .replace(
        "\n6 values", "\nTaylor series, because nested tapes would take about 32 seconds\n6 values"
    )
)

CERTIFIED = """\
y = log(x**2)                                                  float64, analytic

dy/dx = 2/x               d²y/dx² = -2/x²
x  analytic               x  analytic
──────────────────────    ──────────────────────
1   2                     1  -2
2   1                     2  -0.5
3   0.6666666666666666    3  -0.2222222222222222

6 values, certified
"""

UNCERTAIN = """\
y = abs(x)                                                     float64, analytic

dy/dx = sign(x)
x   analytic  status
───────────────────────
-1  -1        certified
 0            undefined
 1   1        certified
undefined at x = 0: a kink

3 values: 1 undefined, 2 certified
"""

UNCERTAIN_NARROW = """\
dy/dx = sign(x)
x = -1
  analytic -1
  certified
x = 0
  undefined
x = 1
  analytic 1
  certified
undefined at x = 0: a kink

3 values: 1 undefined, 2 certified
"""

ANALYTIC_HESSIAN = """\
f = x**2*y**3                                                  float64, analytic
at x = 2, y = 3

Hessian    x    y
      x ⎡  54  108 ⎤
      y ⎣ 108   72 ⎦

          analytic  formula
───────────────────────────
∂²f/∂x²    54       2·y³
∂²f/∂x∂y  108       6·x·y²
∂²f/∂y∂x  108       6·x·y²
∂²f/∂y²    72       6·x²·y

4 values, certified
"""


def test_taylor_series_have_a_column_of_their_name_and_the_reason_stands_below(
    shown: Render, samples: Samples
) -> None:
    assert shown("table", samples.taylor, width=80) == TAYLOR
    narrow = shown("table", samples.taylor, width=20).splitlines()
    assert narrow[3:6] == ["x = 1", "  taylor   2", "  analytic 2"]


def test_analytic_values_alone_have_one_column(shown: Render, samples: Samples) -> None:
    assert shown("table", samples.certified, width=80) == CERTIFIED
    assert shown("table", samples.uncertain, width=80) == UNCERTAIN
    assert shown("table", samples.analytic_hessian, width=80) == ANALYTIC_HESSIAN
    narrow = shown("table", samples.uncertain, width=10)
    assert narrow.partition("\n\n")[2] == UNCERTAIN_NARROW


def test_coefficients_have_their_factorials_in_the_heading(shown: Render, samples: Samples) -> None:
    lines = shown("table", samples.coefficients, width=80).splitlines()
    headings = [line for line in lines if " = " in line]
    assert headings[1:] == ["dy/dx = 2/x", "(d²y/dx²)/2! = -1/x²"]


def test_claims_stand_below_the_values_and_leave_the_verdict_as_it_is(
    shown: Render, samples: Samples
) -> None:
    lines = shown("table", samples.claimed, width=80).splitlines()
    assert lines[0] == "y = log(x**2)" + "float64, nested tapes, xla on gpu:1".rjust(67)
    assert lines[-4:] == [
        "claim dy/dx = 2/x: right, proved, and tested at 43 points",
        "claim d²y/dx² = -2/x**3: wrong at x = 2: claimed -0.25, analytic -0.5; a factor",
        "  of 1/x",
        "6 values, all within 1 ulp of the analytic derivative",
    ]
    colored = shown("table", samples.claimed, width=100, color=True).splitlines()
    assert [re.findall(r"\x1b\[([\d;]+)m", line)[0] for line in colored[-3:]] == [
        *("1;32", "1;31", "1;32"),
    ]


def test_without_unicode_claims_and_coefficients_are_ascii(shown: Render, samples: Samples) -> None:
    claimed = shown("table", samples.claimed, width=80, unicode=False)
    assert "claim d^2y/dx^2 = -2/x**3: wrong" in claimed
    assert "(d^2y/dx^2)/2! = -1/x^2" in shown("table", samples.coefficients, unicode=False)
    for sample in samples.beyond_tapes:
        assert shown("table", sample, width=80, unicode=False).isascii()


@pytest.mark.parametrize("sample", ["taylor", "certified", "uncertain", "claimed"])
def test_more_points_than_anyone_looks_at_say_the_same(
    shown: Render, samples: Samples, monkeypatch: pytest.MonkeyPatch, sample: str
) -> None:
    """Long tables are written line by line; nothing but the widths may differ."""
    result = getattr(samples, sample)
    short = shown("table", result)
    monkeypatch.setattr("tapecli.formats.table.LONG", 0)
    long = shown("table", result)
    blocks_below = {word for word in short.split() if "─" not in word}
    assert {word for word in long.split() if "─" not in word} == blocks_below


@pytest.mark.parametrize("sample", ["gradient", "jacobian", "hessians", "kinked"])
@pytest.mark.parametrize("width", [60, 200, None])
def test_a_matrix_of_many_entries_looks_the_same_without_styles(
    shown: Render, samples: Samples, monkeypatch: pytest.MonkeyPatch, sample: str, width: int | None
) -> None:
    result = getattr(samples, sample)
    drawn_by_rich = shown("table", result, width=width)
    monkeypatch.setattr("tapecli.formats.table.LONG", 1)  # there is one point, and more entries
    assert shown("table", result, width=width) == drawn_by_rich
