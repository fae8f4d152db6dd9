"""Every row of the function table, at orders 0 to 4, against both oracles."""

from __future__ import annotations

import functools
import operator
import re
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy
from tests.oracle import CASES, COMPOSITES, Case, derivative

import tapecli
from tapecli.defaults import EXECUTIONS
from tapecli.engines.certified.judge import judged
from tapecli.engines.certified.symbols import expression
from tapecli.engines.taylor.rules import Taylor
from tapecli.errors import RequestError
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expansion import expanded
from tapecli.expressions.expression import parse
from tapecli.expressions.functions import (
    CONSTANTS,
    FUNCTIONS,
    NAMES,
    OPERATORS,
    Function,
    Limit,
    is_taped,
    limits,
    rule_of,
    whole_power,
)
from tapecli.expressions.functions import (
    row as operator_row,
)
from tapecli.expressions.tree import Call, steps
from tapecli.floats import FORMATS
from tapecli.result import Finding, Status

ORDER = 4

HALF_ULP = Fraction(1, 2**53) * Fraction(10001, 10000)
"""What rounding to nearest may lose, with room for the oracle's own error."""

FORWARD_ULPS = 64
"""How far a tape may stray at ordinary points, where no derivative here is ill-conditioned."""


def rows(
    case: Case, points: tuple[float, ...], order: int = ORDER, **options: Any
) -> list[tapecli.Row]:
    """The rows of the orders from 0; none for order -1."""
    orders = [0, order][: order + 1]
    results = [
        tapecli.diff(case.expression, x=points, order=order, formulas=False, **options)
        for order in orders
    ]
    return [row for result in results for row in result.rows]


by_name = pytest.mark.parametrize("name", FUNCTIONS)
TAPED = [name for name in FUNCTIONS if is_taped(name)]
"""The functions that tapes can compute."""


HIGHEST = {"eager": ORDER, "graph": 2, "xla": 2}
"""The orders that are looked at: tracing and compiling each function takes its time."""


def stated(name: str, dtype: str, execution: str, somewhere: bool = False) -> tuple[int, str]:
    """What `lowest` returns by the limits of the row; with those that are wrong only somewhere."""
    problems = [
        (limit.order, "wrong" if limit.where else "missing")
        for limit in limits(name)
        if limit.dtype == dtype and execution in limit.executions
        if somewhere or not limit.where
    ]
    return min([(HIGHEST[execution] + 1, ""), *problems])


def highest_right(name: str, dtype: str) -> int:
    """The highest order up to `ORDER` that eager tapes have right at ordinary points."""
    return stated(name, dtype, "eager")[0] - 1


@functools.cache
def all_rows(name: str) -> list[tapecli.Row]:
    """The rows of a function at all points of its case; certified where tapes lack an order."""
    case, points = CASES[name], CASES[name].ordinary + CASES[name].edges
    highest = highest_right(name, "float64")
    found = rows(case, points, highest)
    if highest < ORDER:
        certified = rows(case, points, method="none")
        found += [row for row in certified if row.order > highest]
    return found


def rows_at(name: str, points: tuple[float, ...]) -> list[tapecli.Row]:
    """The rows of a function at some of these points."""
    chosen = [row for row in all_rows(name) if row.at["x"] in points]
    assert len(chosen) >= (ORDER + 1) * len(points)
    return chosen


def test_every_row_of_the_table_has_a_case() -> None:
    assert CASES.keys() == FUNCTIONS.keys()


@by_name
def test_the_reference_is_the_derivative_rounded_once(name: str) -> None:
    case = CASES[name]
    for row in all_rows(name):
        exact = derivative(case.function, row.at["x"], row.order)
        assert row.analytic is not None
        error = abs(Fraction(row.analytic) - exact)
        assert error <= abs(exact) * HALF_ULP + FORMATS["float64"].smallest, row


@pytest.mark.parametrize("name", TAPED)
def test_the_tape_is_right_at_ordinary_points(name: str) -> None:
    case = CASES[name]
    for row in rows_at(name, case.ordinary):
        if row.order > highest_right(name, "float64"):
            continue
        assert row.status is Status.OK, row
        assert row.tape is not None
        exact = derivative(case.function, row.at["x"], row.order)
        allowed = FORWARD_ULPS * abs(exact) / 2**53 + FORWARD_ULPS * FORMATS["float64"].smallest
        assert abs(Fraction(row.tape) - exact) <= allowed, row


@by_name
def test_no_alarm_near_the_edges(name: str) -> None:
    edges = rows_at(name, CASES[name].edges)
    assert {row.status for row in edges} <= {Status.OK, Status.ROUNDED, Status.CERTIFIED}


@pytest.mark.parametrize("case", COMPOSITES, ids=lambda case: case.expression)
def test_composite_expressions(case: Case) -> None:
    for row in rows(case, case.ordinary):
        assert row.status is Status.OK, row
        exact = derivative(case.function, row.at["x"], row.order)
        assert row.analytic is not None
        assert abs(Fraction(row.analytic) - exact) <= abs(exact) * HALF_ULP, row


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("name", TAPED)
def test_no_alarm_in_narrow_dtypes(name: str, dtype: str) -> None:
    highest = highest_right(name, dtype)
    for row in rows(CASES[name], CASES[name].ordinary, highest, dtype=dtype):
        assert row.status in (Status.OK, Status.ROUNDED), row


# --- the checker is checked -------------------------------------------------------------------


def plant(monkeypatch: pytest.MonkeyPatch, name: str, error: float) -> None:
    """Make every derivative of one row wrong by this relative error, and its value right."""
    table: Any = FUNCTIONS if name in FUNCTIONS else OPERATORS
    row: Function = table[name]

    def wrong(tf: Any, *arguments: Any) -> Any:
        y = rule_of(row.tape, tf)(*arguments)
        return y + tf.constant(error, y.dtype) * (y - tf.stop_gradient(y))

    monkeypatch.setitem(table, name, row._replace(tape=wrong))


OWN = [name for name, row in FUNCTIONS.items() if row.tape and row.derivatives != ("0",)]
"""Functions that TensorFlow computes by a rule of their own, and whose derivative is not 0."""

EXPRESSIONS = {
    **{name: CASES[name].expression for name in OWN},
    "add": "x + x^2",
    "sub": "x - 2",
    "mul": "x*sin(x)",
    "div": "x/(1 + x)",
    "neg": "-x",
}
"""An expression for each rule."""


def sloping(name: str) -> tuple[float, ...]:
    """Ordinary points at which the derivative is not 0, so that an error of it can be seen."""
    if name not in CASES:
        return 0.4, 2.0
    case = CASES[name]
    return tuple(x for x in case.ordinary if derivative(case.function, x, 1))


@pytest.mark.parametrize(
    ("name", "dtype", "error"),
    [
        (name, dtype, error)
        for name in EXPRESSIONS
        for dtype, error in (("float64", 1e-6), ("float32", 1e-3))
        if highest_right(name, dtype) > 0
    ],
)
def test_a_planted_error_is_off(
    monkeypatch: pytest.MonkeyPatch, name: str, dtype: str, error: float
) -> None:
    points = sloping(name)
    plant(monkeypatch, name, error)
    result = tapecli.diff(EXPRESSIONS[name], x=points, dtype=dtype, formulas=False)
    assert {row.status for row in result.rows} == {Status.OFF}
    assert not result.ok


MIXED = {
    **{name: re.sub(r"\bx\b", "(x*y + y^2)", CASES[name].expression) for name in OWN},
    "add": "x*y + x^2*y^2",
    "sub": "x*y - 2",
    "mul": "x*y*sin(x)",
    "div": "x/(1 + y)",
    "neg": "-(x*y)",
}
"""Expressions of each operator in two variables, whose mixed derivative is not zero."""


TOO_WIDE = ("asinh", "acosh", "sigmoid", "silu", "gelu_tanh", "fresnel_c", "bessel_j0")
"""Where the rules in ball arithmetic cancel so much that rounding in float32 explains 1e-3."""

PLANTED = [
    *((name, "float64", 1e-6) for name in MIXED if highest_right(name, "float64") > 1),
    *(
        (name, "float32", 1e-3)
        for name in MIXED
        if highest_right(name, "float32") > 1 and name not in TOO_WIDE
    ),
    *(
        pytest.param(name, "float32", 1e-3, marks=pytest.mark.xfail(reason="too wide a spread"))
        for name in TOO_WIDE
    ),
]


@pytest.mark.parametrize(("name", "dtype", "error"), PLANTED)
def test_a_planted_error_in_a_mixed_derivative_is_off(
    monkeypatch: pytest.MonkeyPatch, name: str, dtype: str, error: float
) -> None:
    points = sloping(name)
    at = {"x": [2 * point - 0.5 for point in points], "y": 0.5}
    options: Any = {"at": at, "wrt": ("x,y", "y,x"), "dtype": dtype, "formulas": False}
    assert tapecli.diff(MIXED[name], **options).ok
    plant(monkeypatch, name, error)
    result = tapecli.diff(MIXED[name], **options)
    assert {row.status for row in result.rows} == {Status.OFF}


def test_a_planted_error_in_a_narrow_dtype_needs_a_large_tolerance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch, "exp", 1e-6)
    assert not tapecli.diff("exp(x)", formulas=False).ok
    assert tapecli.diff("exp(x)", tolerance=1e10, formulas=False).ok


# --- constants --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_have_all_their_digits(name: str) -> None:
    with mp.workdps(140):
        exact = {"pi": +mp.pi, "tau": 2 * mp.pi, "e": +mp.e}[name]
        assert abs(mp.mpf(CONSTANTS[name].digits) - exact) < mp.mpf(10) ** -115


@pytest.mark.parametrize("name", [*FUNCTIONS, *CONSTANTS])
def test_every_name_says_what_it_means(name: str) -> None:
    row = FUNCTIONS.get(name) or CONSTANTS[name]
    assert row.meaning


# --- what the rows say ------------------------------------------------------------------------


ROWS: dict[str, Function] = {**FUNCTIONS, **OPERATORS}
SLOPES = [
    (name, parameter, slope)
    for name, row in ROWS.items()
    for parameter, slope in zip(row.parameters, row.derivatives, strict=False)
    if slope
]


def beyond(slope: str) -> bool:
    """Whether a derivative has functions that are not in the table, so that none can be typed."""
    return bool(set(re.findall(r"\w+(?=\()", slope)) - FUNCTIONS.keys())


@pytest.mark.parametrize("name", ROWS)
def test_there_is_a_derivative_by_each_argument(name: str) -> None:
    assert len(ROWS[name].derivatives) == ROWS[name].arity


@pytest.mark.parametrize(("name", "parameter", "slope"), SLOPES)
def test_every_derivative_agrees_with_certified_values(
    name: str, parameter: str, slope: str
) -> None:
    (target,) = parse(ROWS[name].signature)
    if beyond(slope):
        exact = {word: getattr(mp, word) for word in re.findall(r"\w+(?=\()", slope)}
        for x in CASES[name].ordinary:
            found = tapecli.diff(target.text, x=x, method="none", formulas=False)
            by_hand = eval(slope, {"x": mp.mpf(x), **exact})
            assert found.analytic[0, 0, 0] == pytest.approx(float(by_hand), rel=1e-14)
        return
    (claim,) = parse(slope)
    assert claim.text == slope, "in its explicit form"
    one = Derivative(parameter, (parameter,))
    verdict = judged(target, one, claim.tree, [], FORMATS["float64"])
    assert verdict.finding in (Finding.PROVED, Finding.AGREES)
    assert verdict.tested >= 5


def test_a_wrong_derivative_would_be_seen() -> None:
    (target,), (claim,) = parse("tan(x)"), parse("1 - tan(x)**2")
    verdict = judged(target, Derivative("x", ("x",)), claim.tree, [], FORMATS["float64"])
    assert verdict.finding is Finding.DIFFERS


@pytest.mark.parametrize(("name", "parameter", "slope"), SLOPES)
def test_every_derivative_agrees_with_sympy(name: str, parameter: str, slope: str) -> None:
    row = ROWS[name]
    symbols = sympy.symbols(row.parameters, real=True)
    (target,) = parse(row.signature)
    own = dict(zip(row.parameters, symbols, strict=True))
    ours = sympy.sympify(slope, own) if beyond(slope) else expression(parse(slope)[0].tree)
    difference = expression(target.tree).diff(sympy.Symbol(parameter, real=True)) - ours
    for step in (sympy.Rational(1, 9), sympy.Rational(1, 4)):
        values = [sympy.Rational(sample) + step for sample in row.sample]
        assert abs(difference.subs(dict(zip(symbols, values, strict=False))).evalf(30)) < 1e-25


ROUGH = {
    "atan2": [("y", {"x": -2, "y": 0})],
    "hypot": [("x", {"x": 0, "y": 0}), ("y", {"x": 0, "y": 0})],
    "min": [("x", {"x": 2, "y": 2}), ("y", {"x": 2, "y": 2})],
    "max": [("x", {"x": 2, "y": 2}), ("y", {"x": 2, "y": 2})],
    "pow": [("y", {"x": 0, "y": 2})],
    "where": [("c", {"c": 0, "x": 1, "y": 2})],
    "polygamma": [("n", {"n": 1, "x": 2})],
    "mod": [("x", {"x": 6, "y": 3}), ("y", {"x": 6, "y": 3})],
    "fmod": [("x", {"x": 6, "y": 3}), ("y", {"x": 6, "y": 3})],
    "copysign": [("x", {"x": 0, "y": 1}), ("y", {"x": 1, "y": 0})],
    "root": [("x", {"x": 0, "n": 5})],
    "clip": [("x", {"x": 2, "a": 2, "b": 3}), ("b", {"x": 3, "a": 2, "b": 3})],
    "leaky_relu": [("x", {"x": 0, "a": 2})],
    "elu_alpha": [("x", {"x": 0, "a": 2})],
}
"""Where functions of several arguments have a value and no derivative by this argument."""


def rough(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Arguments by which there is no derivative, and where: "x = -1 or 1" is read from the row."""
    row = FUNCTIONS[name]
    if row.arity == 1 and row.rough:
        start, points = row.rough.split(" = ")
        assert start == "x"
        return [("x", {"x": x}) for x in re.split(", | or ", points) if x != "..."]
    return ROUGH.get(name, [])


@by_name
def test_where_there_is_no_derivative_there_is_a_value(name: str) -> None:
    assert bool(FUNCTIONS[name].rough) == bool(rough(name))
    for parameter, at in rough(name):
        about: Any = {"at": at, "formulas": False, "method": "none"}
        (value,) = tapecli.diff(FUNCTIONS[name].signature, order=0, **about).rows
        assert value.status is Status.CERTIFIED
        (slope,) = tapecli.diff(FUNCTIONS[name].signature, wrt=parameter, **about).rows
        assert slope.status is Status.UNDEFINED


@by_name
def test_a_sample_is_an_ordinary_point(name: str) -> None:
    row = FUNCTIONS[name]
    at = dict(zip(row.parameters, row.sample, strict=False))
    wrt = [x for x, slope in zip(row.parameters, row.derivatives, strict=True) if slope]
    dtype = "float64" if highest_right(name, "float64") > 0 else "float32"
    for one in tapecli.grad(row.signature, at=at, wrt=wrt, dtype=dtype, formulas=False).rows:
        assert one.status in (Status.OK, Status.CERTIFIED)


def test_every_name_and_sign_leads_to_its_row() -> None:
    for function in FUNCTIONS.values():
        assert all(NAMES[name] == (function,) for name in (function.name, *function.aliases))
    for constant in CONSTANTS.values():
        assert all(NAMES[name] == (constant,) for name in (constant.name, *constant.aliases))
    signs = {"+": ["add"], "-": ["sub", "neg"], "*": ["mul"], "/": ["div"], "^": ["pow"]}
    assert {sign: [row.name for row in NAMES[sign]] for sign in signs} == signs


# --- what TensorFlow cannot do ----------------------------------------------------------------


DEEP = {
    **dict.fromkeys(("gamma", "lgamma", "digamma", "polygamma", "beta"), -12.3),
    **dict.fromkeys(("log1p", "xlog1py"), -0.41),
    **dict.fromkeys(("bessel_j0", "bessel_j1", "bessel_i0", "bessel_i1"), 0.0),
    "erfinv": 1e-4,
    "Ei": -2.0,
    "spence": 1.0,
}
"""Points beyond the ordinary ones at which a function is known to be wrong by its own limits."""

OWN_TAPES = [name for name, row in ROWS.items() if row.tape]
"""Functions and operators that are no definitions for tapes, whose limits are those of others."""


def lowest(
    name: str, points: tuple[float, ...], dtype: str, execution: str, values: bool = False
) -> tuple[int, str]:
    """The lowest order that is not done, and how: wrong or missing; one more than `HIGHEST` if
    all are.

    Whether values are wrong as well as derivatives is looked at only with `values`. A call of the
    highest order runs all below, so that one is enough where nothing is amiss.
    """
    options: Any = {"dtype": dtype, "execution": execution, "formulas": False}
    text = CASES[name].expression if name in CASES else EXPRESSIONS[name]

    def problem(order: int) -> str:
        try:
            result = tapecli.diff(text, x=points, order=order, **options)
        except RequestError:
            return "missing"
        failed = (order or values) and any(status.failed for status in result.counts)
        return "wrong" if failed else ""

    highest = HIGHEST[execution]
    if not problem(highest) and not (values and problem(0)):
        return highest + 1, ""
    return next((order, why) for order in range(highest + 1) if (why := problem(order)))


@pytest.mark.slow
@pytest.mark.own_execution
@pytest.mark.parametrize("execution", EXECUTIONS)
@pytest.mark.parametrize("dtype", FORMATS)
def test_tensorflow_has_the_limits_that_the_rows_say(dtype: str, execution: str) -> None:
    for name in OWN_TAPES:
        points = CASES[name].ordinary if name in CASES else (0.4, 2.0)
        order, problem = stated(name, dtype, execution)
        expected = max(order, 1) if problem == "wrong" else order, problem
        assert lowest(name, points, dtype, execution) == expected, name
        if name in DEEP:
            expected = stated(name, dtype, execution, somewhere=True)
            assert lowest(name, (DEEP[name],), dtype, execution, values=True) == expected, name


def test_where_a_function_is_wrong_there_is_a_point_that_shows_it() -> None:
    wheres = {name: {limit.where for limit in row.limits} for name, row in ROWS.items()}
    wrong = {name for name, where in wheres.items() if where - {""}}
    assert wrong == DEEP.keys()


def test_every_limit_is_of_a_dtype_and_executions_that_there_are() -> None:
    limits: list[Limit] = [limit for row in ROWS.values() for limit in row.limits]
    assert {limit.dtype for limit in limits} <= FORMATS.keys()
    assert {each for limit in limits for each in limit.executions} <= EXECUTIONS.keys()


def test_every_function_has_its_rules_or_a_definition() -> None:
    for row in ROWS.values():
        assert row.definition or (row.symbol and row.series), row.name
        series = expanded(parse(row.signature)[0].tree, "series")
        names = {node.name for node in steps(series) if isinstance(node, Call)}
        rules = [operator_row(name).series for name in names]
        lacking = [rule for rule in rules if isinstance(rule, str) and not hasattr(Taylor, rule)]
        assert bool(lacking) == row.only_certified, row.name


def test_what_xla_gets_wrong_is_not_compiled_unasked() -> None:
    for name, row in ROWS.items():
        wrong = [one.order for one in row.limits if one.where and "xla" in one.executions]
        assert row.compiled == (min(wrong) - 1 if wrong else None), name


@pytest.mark.parametrize("exponent", [*range(20), 1000])
def test_a_whole_power_is_a_product_of_few_factors(exponent: int) -> None:
    products = []

    def times(a: int, b: int) -> int:
        products.append(a * b)
        return a * b

    assert whole_power(-3, exponent, times, 1) == (-3) ** exponent
    assert len(products) <= 2 * max(exponent.bit_length() - 1, 0)


def test_a_power_with_the_exponents_0_and_1_needs_no_product() -> None:
    base, unit = object(), object()
    assert whole_power(base, 0, operator.mul, unit) is unit
    assert whole_power(base, 1, operator.mul, unit) is base
