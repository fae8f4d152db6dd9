"""Pages of a trace, from one that is made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tapecli import formats
from tapecli.features.trace.model import (
    Adjoint,
    Answer,
    LocalDerivative,
    Step,
    Term,
    Trace,
    TracedPass,
    TracedTape,
    TracedTarget,
)
from tapecli.floats import FORMATS
from tapecli.formats import PAGES, Screen
from tapecli.result import Status

LONG = 0.1234567890123456

SQUARE = Step("v1", "Mul", "x*x", 4.0, (LocalDerivative("x", "2*x", 4.0),), ("outer", "inner"))
LOG = Step("v2", "Log", "log(v1)", LONG, (LocalDerivative("v1", "1/v1", 0.25),), ("outer",))
BACK = Step(
    "v3", "Reciprocal", "1/v1", 0.25, (LocalDerivative("v1", "", None),), ("outer",), "inner"
)
BACKWARD = TracedPass(
    "inner", "v2", "y", (), ("x",),
    (
        Adjoint("v2", 1.0, ()),
        Adjoint("v1", 0.25, (Term("v2", 1.0, 0.25),)),
        Adjoint("x", -1.0, (Term("v1", -0.25, 4.0), Term("v2", 0.0, 0.0))),
    ),
    5, ("outer",),
)  # fmt: skip


def a_trace(value: float = 1.0, diff: float = 1.0, status: Status = Status.OK) -> Trace:
    return Trace(
        (TracedTarget("y", "log(x**2)", "v2"),),
        {"x": 2.0},
        FORMATS["float64"],
        "nested",
        "2.21.0",
        (
            TracedTape("outer", False, ("v1", "v2", "v3"), ("v2",)),
            TracedTape("inner", False, ("v1",), ()),
        ),
        (SQUARE, LOG, BACK),
        (BACKWARD,),
        (Answer("y", ("x",), "v3", value, diff, 1.0, status, value == diff),),
    )


def page(trace: Trace, name: str = "table", screen: Screen = Screen()) -> str:  # noqa: B008
    return "".join(formats.render(trace, PAGES["trace"][name], screen))


WHOLE = """\
y = log(x**2)                                    at x = 2, float64, nested tapes

Forward pass
  v1 = x*x       Mul   outer, inner   4                    ∂v1/∂x = 2*x     4
  v2 = log(v1)   Log   outer          0.1234567890123456   ∂v2/∂v1 = 1/v1   0.25

Backward pass of inner, from y = v2: 5 operations
  ∂y/∂v2   1      where it starts
  ∂y/∂v1   0.25   ∂y/∂v2·∂v2/∂v1 = 1·0.25
  ∂y/∂x    -1     ∂y/∂v1·∂v1/∂x = (-0.25)·4
                  + ∂y/∂v2·∂v2/∂x = 0·0
  dy/dx = -1

Operations of the backward pass of inner, recorded by outer
  v3 = 1/v1   Reciprocal   0.25   ∂v3/∂v1   no gradient

outer records v2 for nothing: none of its gradients needs it
dy/dx = 1: as in diff, ok
"""


def test_the_whole_page() -> None:
    assert page(a_trace()) == WHOLE


@pytest.mark.parametrize("width", [40, 60, 70, 80, 200])
def test_no_digit_is_lost_at_any_width(width: int) -> None:
    text = page(a_trace(), screen=Screen(width))
    assert "0.1234567890123456" in text
    assert max(map(len, text.splitlines())) <= width


def test_on_a_narrow_screen_slopes_stand_below_their_steps() -> None:
    lines = page(a_trace(), screen=Screen(60)).splitlines()
    index = lines.index("  v2 = log(v1) = 0.1234567890123456")
    assert lines[index + 1 : index + 3] == ["    recorded by outer", "    ∂v2/∂v1 = 1/v1 = 0.25"]


def test_a_step_without_local_derivatives_has_no_empty_columns() -> None:
    step = Step("v2", "Mul", "3*1", 3.0, (), (), "inner")
    assert "  v2 = 3*1   Mul   3" in page(replace(a_trace(), steps=(step,))).splitlines()


def test_plain_letters() -> None:
    text = page(a_trace(), screen=Screen(unicode=False))
    assert text.isascii()
    assert "dy/dv1   0.25   dy/dv2*dv2/dv1 = 1*0.25" in text


def test_colours_add_nothing_but_colours() -> None:
    import re

    colored = page(a_trace(), screen=Screen(80, color=True))
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == page(a_trace(), screen=Screen(80))


@pytest.mark.parametrize(
    ("trace", "last"),
    [
        (a_trace(2.0), "dy/dx = 2: not as in diff, ok"),
        (a_trace(status=Status.LOST), "dy/dx = 1: as in diff, lost"),
    ],
)
def test_the_last_line_says_what_is_wrong(trace: Trace, last: str) -> None:
    assert page(trace).splitlines()[-1] == last
    assert json.loads(page(trace, "json"))["ok"] is False


def test_the_document_is_strict() -> None:
    document = json.loads(page(a_trace(float("nan")), "json"), parse_constant=pytest.fail)
    assert document["schema"] == 1
    assert document["tensorflow"] == "2.21.0"
    assert document["answers"][0]["value"] is None
    assert document["answers"][0]["derivative"] == "dy/dx"
    assert document["steps"][1]["value"] == LONG
    assert document["passes"][0]["adjoints"][1]["terms"] == [
        {"step": "v2", "adjoint": 1.0, "slope": 0.25}
    ]


def test_a_markdown_page_has_a_table_for_each_part() -> None:
    text = page(a_trace(), "markdown")
    assert text.count("| --- |") >= 3
    assert "| `v2 = log(v1)` | Log | outer | 0.1234567890123456 | `∂v2/∂v1 = 1/v1` | 0.25 |" in text
    assert "| `∂y/∂x` | -1 | `∂y/∂v1·∂v1/∂x + ∂y/∂v2·∂v2/∂x` |" in text


def test_what_is_typed_is_no_markup() -> None:
    trace = a_trace()
    target = TracedTarget("y", "[bold]x[/]", "v2")
    text = page(Trace(**{**vars(trace), "targets": (target,)}))
    assert "[bold]x[/]" in text
