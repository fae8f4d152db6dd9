"""The formats of a listing, of rows with everything that a row may have."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

import pytest
from rich.cells import cell_len

from tapecli.expressions.functions import (
    CONSTANTS,
    FAMILIES,
    FUNCTIONS,
    OPERATORS,
    Limit,
    Listing,
    Row,
)
from tapecli.expressions.functions import ROWS as ALL
from tapecli.features.functions.pages import words
from tapecli.formats import PAGES, Screen, render

ROWS = (FUNCTIONS["gamma"], FUNCTIONS["atan2"], OPERATORS["neg"], CONSTANTS["pi"])
TABLE = Listing(ROWS, "table")
DETAILS = Listing(ROWS, "details")


def shown(listing: Listing, name: str = "table", **screen: Any) -> str:
    return "".join(render(listing, PAGES["functions"][name], Screen(**screen)))


def test_in_a_pipe_each_has_a_line_and_no_more_is_said() -> None:
    assert shown(TABLE).splitlines() == [
        "FUNCTION     MEANING                      DERIVATIVE                         "
        "DOMAIN            ALSO",
        "gamma(x)     gamma function               gamma(x)*digamma(x)                "
        "x not 0, -1, ...  Gamma, Γ",
        "atan2(y, x)  angle of the point (x, y)    x/(x**2 + y**2), -y/(x**2 + y**2)  "
        "not both 0        arctan2",
        "-x           opposite                     -1                                 everywhere",
        f"{'pi           circumference over diameter':<95}π",
    ]


def test_by_families_there_is_nothing_but_how_each_is_written() -> None:
    rows: tuple[Row, ...] = (*FAMILIES["hyperbolic"], *CONSTANTS.values())
    lines = shown(Listing(rows), width=40).splitlines()
    assert lines[:2] == ["hyperbolic", "  sinh(x)   cosh(x)   tanh(x)   asinh(x)"]
    assert lines[-3:-1] == ["constants  pi  tau  e", ""]
    cells = [cell for line in lines[1:-2] for cell in re.split("  +", line.strip())]
    written = [cell for cell in cells if cell != "constants"]
    assert written == [getattr(row, "signature", row.name) for row in rows]


def test_all_fit_two_screens() -> None:
    assert len(shown(Listing(tuple(ALL.values())), width=80).splitlines()) <= 2 * 25


def test_a_definition_is_told() -> None:
    text = shown(Listing((FUNCTIONS["sech"],), "details"))
    assert "  definition        1/cosh(x)\n" in text
    assert "  TensorFlow        its definition\n" in text


def test_a_narrower_terminal_has_domain_and_names_below_the_meaning() -> None:
    assert shown(TABLE, width=80).splitlines() == [
        "FUNCTION     MEANING                          DERIVATIVE",
        "gamma(x)     gamma function                   gamma(x)*digamma(x)",
        "             x not 0, -1, ...; also Gamma, Γ",
        "atan2(y, x)  angle of the point (x, y)        by y: x/(x**2 + y**2)",
        "             not both 0; also arctan2         by x: -y/(x**2 + y**2)",
        "-x           opposite                         -1",
        "pi           circumference over diameter      0",
        "             also π",
        "",
        "by tapes: any order, in every dtype and execution",
        "  less of gamma",
        "by taylor: any order up to 1,000, in every dtype, without TensorFlow",
        "more: tapecli functions gelu; of a family: functions hyperbolic; of all: --long",
    ]


def test_a_very_narrow_one_has_each_thing_on_its_line() -> None:
    assert shown(TABLE, width=30).splitlines()[:8] == [
        "gamma(x)",
        "  gamma function",
        "  gamma(x)*digamma(x)",
        "  x not 0, -1, ...",
        "  Gamma, Γ",
        "atan2(y, x)",
        "  angle of the point (x, y)",
        "  x/(x**2 + y**2), -y/(x**2 + y**2)",
    ]


def test_a_detail_says_what_tapes_can_do() -> None:
    assert shown(DETAILS, width=80).splitlines()[:31] == [
        "gamma(x)  gamma function",
        "",
        "  derivative        gamma(x)*digamma(x)",
        "  domain            x not 0, -1, ...",
        "  also              Gamma, Γ",
        "  family            gamma",
        "  TensorFlow        a combination of several operations",
        "  tapes             float64 by eager and graph: any order",
        "                    float64 by xla: any order, wrong at x < -7.5 from order 2 on",
        "                    float32: any order, wrong at x < -7.5 from order 2 on",
        "                    bfloat16 by eager and graph: not at all: no kernel",
        "                    bfloat16 by xla: up to order 1",
        "                    float16: up to order 1",
        "  taylor            any order up to 1,000, in every dtype, without TensorFlow",
        "  example           tapecli diff 'gamma(x)' --x 0.5",
        "",
        "atan2(y, x)  angle of the point (x, y)",
        "",
        "  derivative by y   x/(x**2 + y**2)",
        "  derivative by x   -y/(x**2 + y**2)",
        "  domain            not both 0",
        "  no derivative at  y = 0 and x < 0",
        "  also              arctan2",
        "  family            circular",
        "  TensorFlow        tf.math.atan2",
        "  tapes             any order, in every dtype and execution",
        "  taylor            any order up to 1,000, in every dtype, without TensorFlow",
        "  example           tapecli grad 'atan2(y, x)' --y 0.5 --x 2",
        "",
        "-x  opposite",
        "",
    ]


@pytest.mark.parametrize("name", PAGES["functions"])
@pytest.mark.parametrize("listing", [TABLE, DETAILS], ids=["table", "details"])
def test_without_unicode_it_is_ascii(name: str, listing: Listing) -> None:
    text = shown(listing, name, unicode=False)
    assert text.isascii()
    assert "u0393" in text


def test_colours_change_no_letter() -> None:
    for listing in (TABLE, DETAILS):
        colored = shown(listing, width=80, color=True)
        assert "\x1b[" in colored
        plain = [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in colored.splitlines()]
        assert plain == shown(listing, width=80).splitlines()


def test_the_whole_table_fits_80_columns() -> None:
    everything = tuple(ALL.values())
    layouts: list[Literal["families", "table", "details"]] = ["families", "table", "details"]
    for layout in layouts:
        lines = shown(Listing(everything, layout), width=80).splitlines()
        wrapped = [line for line in lines if not line.startswith("  example")]
        assert max(map(cell_len, wrapped)) <= 80


def test_the_document_has_every_field() -> None:
    document = json.loads(shown(TABLE, "json"))
    assert (document["schema"], document["tensorflow"]) == (1, "2.21")
    gamma, atan2, neg, pi = document["functions"]
    assert [entry["kind"] for entry in (gamma, atan2, neg, pi)] == [
        *("function", "function", "operator", "constant"),
    ]
    assert gamma["aliases"] == ["Gamma", "Γ"]
    limit = {"dtype": "bfloat16", "order": 2, "executions": ["xla"], "where": ""}
    assert limit in gamma["limits"]
    assert atan2["derivatives"] == {"y": "x/(x**2 + y**2)", "x": "-y/(x**2 + y**2)"}
    assert atan2["no_derivative"] == "y = 0 and x < 0"
    assert neg["signature"] == "-x"
    assert pi["digits"] == CONSTANTS["pi"].digits


def test_a_markdown_page() -> None:
    assert shown(TABLE, "markdown").splitlines()[:4] == [
        "| Function | Meaning | Derivative | Domain | Also |",
        "| --- | --- | --- | --- | --- |",
        "| `gamma(x)` | gamma function | `gamma(x)*digamma(x)` | x not 0, -1, ... | `Gamma`, `Γ` |",
        "| `atan2(y, x)` | angle of the point (x, y) | `x/(x**2 + y**2)`, `-y/(x**2 + y**2)` "
        "| not both 0 | `arctan2` |",
    ]
    assert shown(DETAILS, "markdown").splitlines()[:8] == [
        "**`gamma(x)`** gamma function",
        "",
        "- derivative: `gamma(x)*digamma(x)`",
        "- domain: x not 0, -1, ...",
        "- also: Gamma, Γ",
        "- family: gamma",
        "- TensorFlow: a combination of several operations",
        "- tapes: float64 by eager and graph: any order",
    ]


def test_a_row_of_the_table_has_as_many_cells_as_its_head() -> None:
    everything = tuple(ALL.values())
    rows = [
        row
        for row in shown(Listing(everything, "table"), "markdown").splitlines()
        if row[:1] == "|"
    ]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}


def test_limits_in_words() -> None:
    row = FUNCTIONS["sin"]._replace(limits=(Limit("float16", 3, ("eager", "graph", "xla")),))
    assert list(words.tapes(row.limits)) == [
        "float64: any order",
        "float32: any order",
        "bfloat16: any order",
        "float16: up to order 2",
    ]
