"""Sampling: open exactly where a curve is not continuous, and denser where it bends."""

from __future__ import annotations

import functools
import itertools
import math
import time
from dataclasses import replace

import numpy as np
import pytest

from tapecli.engines.certified.budget import Budget
from tapecli.evaluation import answering
from tapecli.evaluation.question import Options, Question
from tapecli.evaluation.verdict import Verification
from tapecli.features.plot import sample
from tapecli.features.plot.model import Curve, Curves
from tapecli.features.plot.question import MAX_SAMPLES, ask
from tapecli.result import Result, Status

TERMINAL = (160, 76)
FIGURE = (1200, 800)
run = functools.partial(answering.answer, formulas=False)


def drawn(
    *expressions: str,
    order: int = 0,
    dots: tuple[int, int] = TERMINAL,
    method: str = "taylor",
    limits: tuple[float, float] | None = None,
    **ranges: str,
) -> Curves:
    question = ask(expressions, ranges, (), order, Options(method=method))
    return sample.curves(question, dots, limits, run=run)


def only(*expressions: str, **options: object) -> Curve:
    (curve,) = drawn(*expressions, **options).curves  # type: ignore[arg-type]
    return curve


def pieces(curve: Curve) -> int:
    """How many pieces there are that are more than one sample."""
    return sum(len(x) > 1 for x, _ in curve.pieces)


def widest(curve: Curve) -> float:
    """The widest gap between two pieces, in shares of the axis."""
    ends = [(x[0], x[-1]) for x, _ in curve.pieces]
    gaps = [after[0] - before[1] for before, after in itertools.pairwise(ends)]
    return float(max(gaps, default=0.0)) / 10


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("1/x", 0, [2]),
        ("1/x", 2, [2, 2, 2]),
        ("tan(x)", 1, [5, 5]),
        ("1/(x-0.123456)", 0, [2]),
        ("1/(x^2-2)", 0, [3]),
        ("log|x|", 1, [2, 2]),
        ("log(x^2)", 0, [2]),
        ("gamma(x)", 0, [6]),
        ("lgamma(x)", 0, [6]),
        ("sec(x)", 0, [5]),
        ("sin(x)/x", 0, [2]),
        ("sign(x)", 0, [2]),
        ("|x|", 1, [1, 2]),
        ("max(x,0)", 1, [1, 2]),
        ("atan2(x,-1)", 0, [2]),
        ("sqrt(x)", 0, [1]),
        ("sqrt(4-x^2)", 1, [1, 1]),
        ("log(x)", 1, [1, 1]),
        ("x^x", 0, [1]),
        ("asin(x)", 0, [1]),
        ("cbrt(x)", 0, [1]),
    ],
)
def test_it_is_open_at_poles_and_jumps_and_where_there_is_nothing(
    text: str, order: int, expected: list[int]
) -> None:
    curves = drawn(text, order=order).curves
    assert [pieces(curve) for curve in curves] == expected


@pytest.mark.parametrize(
    "text",
    ["exp(x)", "atan(1000x)", "x^9", "sin(50x)", "1/(x^2+1e-6)", "tanh(100x)", "exp(-x^2)*x^5",
     "3", "x", "|x|", "x+|x-x|", "atan2(x,1)", "erf(20x)", "hypot(x,0.01)", "sigmoid(50x)"],
)  # fmt: skip
@pytest.mark.parametrize(
    "dots",
    [
        pytest.param(TERMINAL, id="terminal"),
        pytest.param(FIGURE, id="figure", marks=pytest.mark.slow),
    ],
)
def test_steep_curves_that_are_continuous_are_drawn_in_one_piece(
    text: str, dots: tuple[int, int]
) -> None:
    curve = only(text, dots=dots)
    assert len(list(curve.pieces)) == 1
    assert curve.joined.all()


@pytest.mark.parametrize("text", ["sqrt(x^2)", "sin(x)/x", "sqrt(x)*sqrt(x)*sign(x)"])
def test_gaps_that_are_no_gaps_cannot_be_seen(text: str) -> None:
    assert widest(only(text)) < 1 / TERMINAL[0]


@pytest.mark.parametrize("dots", [TERMINAL, FIGURE], ids=["terminal", "figure"])
def test_no_line_crosses_a_pole(dots: tuple[int, int]) -> None:
    curve = only("tan(x)", dots=dots)
    assert (np.diff(curve.y)[curve.joined] > 0).all()
    poles = [-1.5 * math.pi, -0.5 * math.pi, 0.5 * math.pi, 1.5 * math.pi]
    for pole in poles:
        before = int(np.searchsorted(curve.x, pole)) - 1
        assert not curve.joined[before]
        assert curve.y[before] > 100
        assert curve.y[before + 1] < -100


def test_a_domain_is_followed_to_its_edge() -> None:
    curve = only("sqrt(4-x^2)", dots=FIGURE)
    ((x, y),) = ((x, y) for x, y in curve.pieces if len(x) > 1)
    assert x[0] == pytest.approx(-2, abs=1e-5)
    assert x[-1] == pytest.approx(2, abs=1e-5)
    assert max(y[0], y[-1]) < 0.01


def test_samples_are_denser_where_it_bends() -> None:
    x = only("exp(-100*x^2)", dots=FIGURE).x
    dense, sparse = np.diff(x[abs(x) < 0.2]), np.diff(x[abs(x) > 1])
    assert dense.max() * 4 < sparse.min() * 1.01
    assert len(only("2x+1", dots=FIGURE).x) == sample.FIRST_INTERVALS + 1


@pytest.mark.parametrize(
    "text",
    [
        "sin(50x)",
        "exp(-1000*(x-0.7)^2)",
        "sin(x^2)",
        pytest.param("cos(500x)", marks=pytest.mark.slow),
    ],
)
def test_chords_stay_close_to_their_curve(text: str) -> None:
    dots = (1200, 100)
    plot = drawn(text, dots=dots, x="0..2")
    (curve,) = plot.curves
    between = (curve.x[1:] + curve.x[:-1]) / 2
    question = ask(
        [text], {"x": ",".join(map(repr, between.tolist()))}, (), 0, Options(method="taylor")
    )
    exact = sample.curves(question, dots, run=run).curves[0].y
    dot = (plot.high - plot.low) / dots[1]
    assert np.abs((curve.y[1:] + curve.y[:-1]) / 2 - exact).max() < sample.STRAIGHT * dot * 1.01


def test_what_cannot_be_seen_is_not_sampled() -> None:
    assert len(only("1/x", limits=(-3, 3), dots=FIGURE).x) < 400
    assert len(only("sin(1e4x)", dots=FIGURE).x) <= MAX_SAMPLES


def test_samples_that_were_asked_for_are_kept() -> None:
    curve = only("1/x", x="-1..1@6")
    assert curve.x.tolist() == pytest.approx([-1, -0.6, -0.2, 0.2, 0.6, 1])
    assert curve.joined.tolist() == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("sin(5x)^2/(1+cos(x)^2)", [True, True]),
        ("1/(x^2+1e-3)", [True, True]),
        ("1/(x-0.1)", [True, False]),
        ("tan(x)", [False, False]),
    ],
)
def test_samples_far_apart_are_joined_where_nothing_is_between_them(
    text: str, joined: list[bool]
) -> None:
    assert only(text, x="-4,0,4").joined.tolist() == joined


def test_what_has_no_value_is_not_drawn_though_the_tapes_have_a_slope() -> None:
    value, slope = drawn("log(x)", order=1, x="-2..2@9").curves
    assert np.isnan(value.y[:5]).all()
    assert np.isnan(slope.y[:5]).all()
    assert slope.counts == {Status.UNDEFINED: 5, Status.OK: 4}


def spoiled(question: Question, at: float, by: float) -> Result:
    """A result with a wrong value at a point."""
    result = run(question)
    indices = [i for i in range(len(result.points)) if result.points.at(i)["x"] == at]
    for block in result.blocks if indices else ():
        assert block.tape is not None
        block.tape[indices[0]] *= by
    again = Verification(question, Budget())
    checks = [
        again.checks(target.tree, [b.tape for b in result.blocks], again.certificates(target.tree))
        for target in question.targets
    ]
    blocks = [replace(b, checks=c) for b, c in zip(result.blocks, checks[0], strict=True)]
    return replace(result, blocks=tuple(blocks))


@pytest.mark.parametrize(
    ("by", "status", "y"), [(1.5, Status.OFF, 1.5), (math.nan, Status.LOST, 1.0)]
)
def test_what_is_wrong_is_marked(by: float, status: Status, y: float) -> None:
    question = ask(["x^2"], {"x": "0..2@3"}, (), 0, Options(method="taylor"))
    (curve,) = sample.curves(
        question, TERMINAL, marked=True, run=lambda question: spoiled(question, 1.0, by)
    ).curves
    assert [(mark.x, mark.y, mark.status) for mark in curve.marks] == [(1, y, status)]
    assert curve.counts == {Status.OK: 2, status: 1}


def test_several_targets_and_variables() -> None:
    plot = drawn("u = x*y", "v = u^2", order=1, x="0..1", y="3")
    names = [(curve.target.name, curve.derivative.order) for curve in plot.curves]
    assert names == [("u", 0), ("u", 1), ("v", 0), ("v", 1)]
    assert plot.at == {"y": 3}
    assert [curve.y[-1] for curve in plot.curves] == [3, 3, 9, 18]


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_samples_are_of_the_dtype(dtype: str) -> None:
    how = Options(method="taylor", dtype=dtype)
    question = ask(["1/x"], {}, (), 1, how)
    for curve in sample.curves(question, TERMINAL, run=run).curves:
        assert curve.x.tolist() == sorted(set(map(float, curve.x.astype(float))))
        assert pieces(curve) == 2


def test_high_orders_take_fewer_samples() -> None:
    how = Options(method="taylor", max_seconds=1.0)
    question = ask(["exp(sin(x))/(1+x^2)"], {}, (), 30, how)
    assert len(sample.curves(question, FIGURE, run=run).curves[0].x) < 1_000


@pytest.mark.parametrize("text", ["exp(1000x)", "x*1e308", "1e-320*x", "exp(-1000x^2)"])
def test_sizes_beyond_the_dtype_are_drawn_as_far_as_they_go(text: str) -> None:
    plot = drawn(text, order=1)
    assert math.isfinite(plot.high - plot.low)


# --- what it may cost -------------------------------------------------------------------------

DEAR = [
    ("abs(gamma(x+1)-x*gamma(x))", "0.5..3"),
    ("sqrt(sin(x)^2+cos(x)^2-1)", "-5..5"),
    ("tan(" * 100 + "x" + ")" * 100, "-5..5"),
    ("sign(sin(1/x))*tan(1/x)", "-5..5"),
]


def budgeted(
    *texts: str,
    seconds: float = 10.0,
    order: int = 1,
    dots: tuple[int, int] = TERMINAL,
    **ranges: str,
) -> Curves:
    """A plot whose requests and enclosures have a budget together, as the command has it."""
    how = Options(method="taylor", max_seconds=seconds)
    budget = Budget.of_plot(seconds)
    shared = functools.partial(run, budget=budget)
    return sample.curves(ask(texts, ranges, (), order, how), dots, run=shared, budget=budget)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "x"), DEAR, ids=["gamma", "sqrt", "tan", "sign"])
@pytest.mark.parametrize("dots", [TERMINAL, FIGURE], ids=["terminal", "figure"])
def test_what_is_dear_is_drawn_in_wider_steps_and_ends(
    text: str, x: str, dots: tuple[int, int]
) -> None:
    start = time.process_time()
    plot = budgeted(text, x=x, dots=dots)
    assert time.process_time() - start < 20  # at most 7 on a machine with nothing else to do
    assert plot.time_limit == 10
    assert plot.coarser
    assert all(len(curve.x) > sample.COARSEST for curve in plot.curves)


@pytest.mark.slow
def test_many_curves_end() -> None:
    start = time.process_time()
    plot = budgeted(*(f"sin({k}x)" for k in range(1, 26)))
    assert time.process_time() - start < 20  # 6 on a machine with nothing else to do
    assert len(plot.curves) == 50
    assert plot.time_limit is None  # since many points are certified together


def drawing(plot: Curves) -> list[object]:
    return [
        (curve.x.tolist(), list(map(repr, curve.y.tolist())), curve.joined.tolist(), curve.counts)
        for curve in plot.curves
    ]


@pytest.mark.parametrize(("text", "x"), DEAR[:2], ids=["gamma", "sqrt"])
def test_the_same_plot_twice_is_the_same(text: str, x: str) -> None:
    first, second = (budgeted(text, seconds=4, x=x) for _ in range(2))
    assert drawing(first) == drawing(second)
    assert (first.low, first.high, first.uncertified) == (
        second.low,
        second.high,
        second.uncertified,
    )


def test_more_seconds_draw_finer() -> None:
    counts = [len(budgeted(DEAR[1][0], seconds=n).curves[0].x) for n in (1.0, 4.0, 16.0)]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("text", ["tan(x)", "sin(x)/x", "|x|", "sqrt(x^2)", "gamma(x)", "x^x"])
def test_ordinary_plots_are_not_hurried(text: str) -> None:
    plot = budgeted(text)
    assert (plot.time_limit, plot.uncertified) == (None, 0)
    ample = budgeted(text, seconds=1000.0)
    assert drawing(plot) == drawing(ample)


def test_samples_that_were_asked_for_are_kept_where_they_cannot_be_certified() -> None:
    plot = budgeted(DEAR[0][0], seconds=6, x="0.5..3@40")
    assert [len(curve.x) for curve in plot.curves] == [40, 40]
    assert 0 < plot.uncertified < 80
    assert (plot.time_limit, plot.coarser) == (6, False)


def test_without_any_seconds_there_is_a_drawing_all_the_same() -> None:
    plot = budgeted("x^2", seconds=0.2, order=0)
    assert len(plot.curves[0].x) > sample.COARSEST
