"""The words that the formats for people share."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tapecli.floats import FORMATS
from tapecli.formats import words
from tapecli.points import points
from tapecli.result import Claim, Finding, Status

if TYPE_CHECKING:
    from tests.formats.conftest import Make, Render, Samples


@pytest.mark.parametrize(
    ("order", "expected"),
    [(0, "y"), (1, "dy/dx"), (2, "d²y/dx²"), (3, "d³y/dx³"), (10, "d¹⁰y/dx¹⁰")],
)
def test_a_derivative_is_written_as_leibniz_wrote_it(make: Make, order: int, expected: str) -> None:
    assert words.derivative(make([(1, 2, 2)], order=order).blocks[0]) == expected


def test_a_formula_longer_than_a_line_is_broken_in_front_of_operators(make: Make) -> None:
    formula = " + ".join(f"{n}·x^{n}/sin({n}·x)" for n in range(1, 9))
    heading = words.heading(make([(1, 2, 2)], formula=formula).blocks[0], 40)
    lines = heading.splitlines()
    assert all(len(line) <= 40 for line in lines)
    assert all(line.strip()[0] in "+·/" for line in lines[1:])
    assert " ".join(line.strip() for line in lines).replace(" ·", "·").replace(" /", "/") == (
        f"dy/dx = {formula}"
    )


def test_what_cannot_be_broken_is_longer_than_its_line(make: Make) -> None:
    block = make([(1, 2, 2)], formula="x" * 100).blocks[0]
    assert words.heading(block, 40) == "dy/dx = " + "x" * 100


def test_a_formula_of_very_many_lines_is_left_out_and_said_so(make: Make) -> None:
    formula = " + ".join(["x"] * 400)
    block = make([(1, 2, 2)], formula=formula).blocks[0]
    assert words.heading(block, 2_000) == f"dy/dx = {formula}"
    assert words.heading(block, 80) == (
        "dy/dx   (the formula is left out: 1,597 characters; --format json has it)"
    )
    unknown = make([(1, 2, 2)], formula=None).blocks[0]
    assert words.heading(unknown, 80) == "dy/dx   (the formula is left out: too long to work out)"


def test_points_with_the_same_reason_share_a_note_and_only_some_are_named(make: Make) -> None:
    rows = [(float(x), 0.0, None, None, Status.UNDEFINED, "a kink") for x in range(5)]
    result = make([*rows, (9.0, 0.0, None, None, Status.UNDEFINED, "a pole")])
    assert list(words.notes(result, result.blocks[0])) == [
        (Status.UNDEFINED, "undefined at x = 0, 1, 2 and 2 more: a kink"),
        (Status.UNDEFINED, "undefined at x = 9: a pole"),
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(1, 2, 2, 0)], "1 value, within 1 ulp of the analytic derivative"),
        ([(1, 2, 2, 1)] * 2, "2 values, all within 1 ulp of the analytic derivative"),
        ([(1, 2, 2, 0), (1, 2, 2, 3)], "2 values, all within 3 ulps of the analytic derivative"),
        (
            [(1, 2, 2, 1000)],
            "1 value, all ok: as near to the analytic derivative as float64 points allow",
        ),
        (
            [(1, 2, 2), (1, 2, None, None, Status.UNDEFINED), (1, 2, 3, 9, Status.OFF)],
            "3 values: 1 ok, 1 off, 1 undefined",
        ),
    ],
)
def test_the_last_line_is_the_verdict(
    make: Make, rows: list[tuple[object, ...]], expected: str
) -> None:
    assert words.verdict(make(rows)) == expected


def test_the_verdict_on_order_0_is_of_values(samples: Samples) -> None:
    assert words.verdict(samples.value) == "2 values, all within 1 ulp of the exact value"


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("float64", "rounding leaves n digits; a better form more"),
        ("float32", "rounding leaves n digits; a wider dtype or a better form more"),
    ],
)
def test_the_hint_offers_a_wider_dtype_only_where_there_is_one(
    make: Make, dtype: str, expected: str
) -> None:
    result = make([(1, 2, 2, 9, Status.ROUNDED, "3 digits")], dtype=dtype)
    hint, _ = words.hints(result)
    assert hint == f"rounded (n): the rule is right, {expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d²y/dx² = -2·x⁻¹²", "d^2y/dx^2 = -2*x^-12"),
        ("√(x) ─ │ …", "sqrt(x) - | ..."),
        ("α", "\\u03b1"),
        ("", ""),
        ("²", "^2"),
    ],
)
def test_ascii_keeps_the_meaning(text: str, expected: str) -> None:
    assert words.ascii_only(text) == expected


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        ("x", "∂y/∂x"),
        ("x,y", "∂²y/∂x∂y"),
        ("x,x,y", "∂³y/∂x²∂y"),
        ("y,x,y", "∂³y/∂y∂x∂y"),
        (",".join(["x"] * 10 + ["y"]), "∂¹¹y/∂x¹⁰∂y"),
    ],
)
def test_a_partial_derivative_has_round_ds(make: Make, wrt: str, expected: str) -> None:
    result = make([((1, 2), 3, 3)], wrt=wrt, variables=("x", "y"))
    assert words.derivative(result.blocks[0]) == expected


def test_a_point_of_several_variables_is_named_by_all_of_them(samples: Samples) -> None:
    assert words.point(samples.several, 1) == "x = 1.5, y = 2"
    ((status, note),) = words.notes(samples.kinked, samples.kinked.blocks[0])
    assert (status, note) == (Status.UNDEFINED, "undefined at (x, y) = (2, 3): a kink")


def test_the_verdict_says_how_many_values_were_verified(samples: Samples) -> None:
    assert words.verdict(samples.sampled) == (
        "4 values; 2 of them verified, all within 1 ulp of the analytic derivative"
    )


def test_the_verdict_says_where_no_value_was_verified(samples: Samples) -> None:
    none = replace(
        samples.worked, blocks=tuple(replace(b, checks={}) for b in samples.worked.blocks)
    )
    assert words.verdict(none) == "6 values, none of them verified"


@pytest.mark.parametrize(
    ("wrt", "order", "expected"),
    [
        ("x", 0, "y"),
        ("x", 1, "dy/dx"),
        ("x", 2, "(d²y/dx²)/2!"),
        ("x", 12, "(d¹²y/dx¹²)/12!"),
        ("x,y", None, "∂²y/∂x∂y"),
        ("x,x,y", None, "(∂³y/∂x²∂y)/2!"),
        ("y,x,y,x,y", None, "(∂⁵y/∂y∂x∂y∂x∂y)/(3!·2!)"),
    ],
)
def test_a_coefficient_has_its_factorials(
    make: Make, wrt: str, order: int | None, expected: str
) -> None:
    several = "," in wrt
    point = (1, 2) if several else 1
    about = {"variables": ("x", "y")} if several else {}
    (block,) = make([(point, 3, 3)], wrt=wrt, order=order, **about).blocks
    scaled = replace(block, derivative=replace(block.derivative, scaled=True))
    assert words.derivative(scaled) == expected


@pytest.mark.parametrize(
    ("method", "execution", "device", "expected"),
    [
        ("nested", "eager", "", "float64, nested tapes"),
        ("nested", "graph", "", "float64, nested tapes, graph"),
        ("single", "xla", "", "float64, a single tape, xla"),
        ("single", "xla", "gpu:1", "float64, a single tape, xla on gpu:1"),
        ("batch", "eager", "cpu", "float64, batch Jacobian on cpu"),
        ("forward", "graph", "", "float64, no tape, graph"),
        ("taylor", "", "", "float64, Taylor series"),
        ("none", "", "", "float64, analytic"),
    ],
)
def test_the_heading_says_how_it_was_computed(
    samples: Samples, method: str, execution: str, device: str, expected: str
) -> None:
    how = replace(samples.worked, method=method, execution=execution, device=device)
    assert words.method(how) == expected


def test_the_columns_are_named_after_what_was_computed(samples: Samples) -> None:
    assert list(words.columns(samples.worked, ())) == ["tape", "analytic", "ulps"]
    assert list(words.columns(samples.taylor, ())) == ["taylor", "analytic", "ulps"]
    assert list(words.columns(samples.certified, ())) == ["analytic"]


def test_the_reason_is_the_first_hint(samples: Samples) -> None:
    reason = "Taylor series, because nested tapes would take about 32 seconds"
    assert list(words.hints(samples.taylor)) == [reason]
    assert list(words.hints(samples.worked)) == []


WRONG = Claim("y", "x", 1, "3/x", Finding.DIFFERS, 9, {"x": 2, "t": 0.1}, 1.5, 1)


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (Claim("y", "x", 1, "2/x", Finding.PROVED, 43), "right, proved, and tested at 43 points"),
        (Claim("y", "x", 1, "2/x", Finding.PROVED, 1), "right, proved, and tested at 1 point"),
        (Claim("y", "x", 1, "2/x", Finding.AGREES, 7), "right at 7 points, not proved"),
        (
            Claim("y", "x", 1, "2/x", Finding.UNTESTED, 0, reason="no value anywhere"),
            "not tested: no value anywhere",
        ),
        (WRONG, "wrong at x = 2, t = 0.1: claimed 1.5, analytic 1"),
        (replace(WRONG, reason="half"), "wrong at x = 2, t = 0.1: claimed 1.5, analytic 1; half"),
        (replace(WRONG, claimed=None), "wrong at x = 2, t = 0.1: analytic 1"),
        (replace(WRONG, claimed=float("inf")), "wrong at x = 2, t = 0.1: claimed inf, analytic 1"),
    ],
)
def test_what_became_of_a_claim(samples: Samples, claim: Claim, found: str) -> None:
    result = replace(samples.worked, claims=(claim,))
    assert list(words.claims(result)) == [(claim, f"dy/dx = {claim.text}", found)]


def test_the_verdict_on_analytic_values_alone(samples: Samples) -> None:
    assert words.verdict(samples.certified) == "6 values, certified"
    assert words.verdict(samples.uncertain) == "3 values: 1 undefined, 2 certified"


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("name", ["table", "json", "markdown", "latex", "csv", "tsv", "jsonl"])
def test_few_points_are_written_as_many_are(
    make: Make, shown: Render, monkeypatch: pytest.MonkeyPatch, dtype: str, name: str
) -> None:
    numbers = map(Fraction, (0.0, 2.0, -0.1, 1 / 3, 1e-7, 6.5e4, 1e300))
    values = [-0.0, *map(FORMATS[dtype].round, numbers)]
    result = make([(x, 2, 2) for x in values if math.isfinite(x)], dtype=dtype)
    few = shown(name, result)
    monkeypatch.setattr(points, "FEW", 0)
    assert shown(name, result) == few
