"""Markdown: a table for each derivative, as any renderer of pages takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.formats.conftest import Render, Samples

WORKED = """\
**`y = log(x**2)`** (float64, nested tapes)

`dy/dx = 2/x`

| x | tape | analytic | ulps | status |
| ---: | ---: | ---: | ---: | --- |
| 1 | 2 | 2 | 0 | ok |
| 2 | 1 | 1 | 0 | ok |
| 3 | 0.6666666666666666 | 0.6666666666666666 | 0 | ok |

`d²y/dx² = -2/x²`

| x | tape | analytic | ulps | status |
| ---: | ---: | ---: | ---: | --- |
| 1 | -2 | -2 | 0 | ok |
| 2 | -0.5 | -0.5 | 0 | ok |
| 3 | -0.2222222222222222 | -0.2222222222222222 | 0 | ok |

6 values, all within 1 ulp of the analytic derivative
"""


def test_the_whole_page(shown: Render, samples: Samples) -> None:
    assert shown("markdown", samples.worked) == WORKED


def test_every_row_of_a_table_has_the_same_cells(shown: Render, samples: Samples) -> None:
    for sample in (samples.mixed, samples.two):
        rows = [line for line in shown("markdown", sample).splitlines() if line.startswith("|")]
        assert {line.count("|") for line in rows} == {6}


def test_what_is_not_ok_is_explained_below_the_table(shown: Render, samples: Samples) -> None:
    lines = shown("markdown", samples.mixed).splitlines()
    assert "| 0.01 | -0.0033333 | -0.0033333000001 | 25711 | rounded |" in lines
    assert "| 0 | nan |  |  | undefined |" in lines
    assert "*undefined at x = 0: a pole: division by zero*" in lines
    assert "*lost at x = 1e-200: the tape returned inf*" in lines
    assert lines[-1] == "5 values: 1 ok, 1 rounded, 1 off, 1 undefined, 1 lost"


def test_each_target_has_its_heading_once(shown: Render, samples: Samples) -> None:
    headings = [line for line in shown("markdown", samples.two).splitlines() if "**`" in line]
    assert headings == [
        "**`u = t**2`** (float32, parallel tapes)",
        "**`v = log(u)`** (float32, parallel tapes)",
    ]


def test_without_unicode_it_is_ascii(shown: Render, samples: Samples) -> None:
    text = shown("markdown", samples.worked, unicode=False)
    assert text.isascii()
    assert "`d^2y/dx^2 = -2/x^2`" in text


def test_each_variable_has_a_column(shown: Render, samples: Samples) -> None:
    assert shown("markdown", samples.several).splitlines()[2:7] == [
        "`∂³f/∂x²∂y = 3·y²`",
        "",
        "| x | y | tape | analytic | ulps | status |",
        "| ---: | ---: | ---: | ---: | ---: | --- |",
        "| 1 | -1 | -1 | -1 | 0 | ok |",
    ]


def test_what_was_not_verified_leaves_its_cells_empty(shown: Render, samples: Samples) -> None:
    assert "| 2 | 1 |  |  | unverified |" in shown("markdown", samples.sampled).splitlines()


def test_taylor_series_have_a_column_of_their_name_and_the_reason_is_a_note(
    shown: Render, samples: Samples
) -> None:
    lines = shown("markdown", samples.taylor).splitlines()
    assert lines[0] == "**`y = log(x**2)`** (float64, Taylor series)"
    assert "| x | taylor | analytic | ulps | status |" in lines
    assert "*Taylor series, because nested tapes would take about 32 seconds*" in lines


def test_analytic_values_alone_have_one_column(shown: Render, samples: Samples) -> None:
    lines = shown("markdown", samples.uncertain).splitlines()
    assert lines[4:9] == [
        "| x | analytic | status |",
        "| ---: | ---: | --- |",
        "| -1 | -1 | certified |",
        "| 0 |  | undefined |",
        "| 1 | 1 | certified |",
    ]


def test_what_a_claim_says_is_code_for_it_may_have_asterisks(
    shown: Render, samples: Samples
) -> None:
    lines = shown("markdown", samples.claimed).splitlines()
    assert lines[0] == "**`y = log(x**2)`** (float64, nested tapes, xla on gpu:1)"
    assert lines[-5:] == [
        "claim `dy/dx = 2/x`: right, proved, and tested at 43 points",
        "",
        "claim `d²y/dx² = -2/x**3`: wrong at x = 2: claimed -0.25, analytic -0.5; a factor of 1/x",
        "",
        "6 values, all within 1 ulp of the analytic derivative",
    ]


def test_coefficients_have_their_factorials_in_the_heading(shown: Render, samples: Samples) -> None:
    assert "`(d²y/dx²)/2! = -1/x²`" in shown("markdown", samples.coefficients).splitlines()
