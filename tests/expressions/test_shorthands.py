"""Sums, products, derivatives inside of expressions, and calls of definitions."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from mpmath import mp

from tapecli.engines.certified import Certified
from tapecli.engines.certified.reference import Reference
from tapecli.errors import ExpressionError, UsageError
from tapecli.expressions import tex
from tapecli.expressions.expression import MAX_DEFINITIONS, parse, parse_claims
from tapecli.expressions.shorthands import MAX_NESTED, MAX_OPERATIONS, MAX_TERMS
from tapecli.expressions.tree import Alias, Node, fold, rebuilt, steps, text
from tapecli.floats import FORMATS

CLOSE = 1e-17
"""Relative; both are known to more digits than float64 has."""


def written_out(tree: Node) -> Node:
    """The tree without names and shorthands."""

    def combine(node: Node, children: list[Node]) -> Node:
        return children[0] if isinstance(node, Alias) else rebuilt(node, children)

    return fold(tree, combine)


def read(typed: str) -> Node:
    """The tree of the last expression."""
    return parse(typed)[-1].tree


def refused(typed: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(typed)
    return caught.value


# --- what is computed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        # definitions
        ("f(x) = x^2; f(2x + 1)", "(2x + 1)^2"),
        ("f(x) := x^2; f(f(x))", "(x^2)^2"),
        ("f(x) = x^2\ng(x, y) = x*y\ng(x, f(x))", "x*x^2"),
        ("f(x) = x^2; g(t) = f(t) + f(2); g(y)", "y^2 + 2^2"),
        ("f(x) = a*x; g(a) = f(a + 1); g(y)", "a*(y + 1)"),
        ("f(u) = u^2; u = x + 1; f(u)", "(x + 1)^2"),
        ("loss(rate) = rate^2; loss(3x)", "(3x)^2"),
        ("f[x_, y_] := x^2*y; f[t, 2]", "t^2*2"),
        ("f(x) = x^3; f'(x)", "3*x^2"),
        ("f(x) = x^3; f’(2x)", "3*(2x)^2"),
        ("f(x) = x^3; f''(2x + 1)", "3*(2*(2x + 1))"),
        ("f(x) = x^3; f″(x)", "3*(2*x)"),
        ("f(x) = sin(x); x*f'(x^2)", "x*cos(x^2)"),
        ("f(x) = x^2*y; f'(y)", "y*(2*y)"),
        ("f := x -> x^2; f(3x)", "(3x)^2"),
        ("g = (x, y) => x*y; g(x, 2)", "x*2"),
        ("f(x) = x^2; D(f)(2x)", "2*(2x)"),
        ("sin'(2x)", "cos(2x)"),
        ("exp''(x)", "exp(x)"),
        ("f(x) = x^2; u = f(x); u*f(u)", "x^2*(x^2)^2"),
        # sums and products
        ("sum(x^k, k = 0..3)", "x^0 + x^1 + x^2 + x^3"),
        ("sum(x^k, k=0...2)", "x^0 + x^1 + x^2"),
        ("sum(x^n, n, 0, 2)", "x^0 + x^1 + x^2"),
        ("sum(n, 0, 2, x^n)", "x^0 + x^1 + x^2"),
        ("Sum(x**n, (n, 0, 2))", "x^0 + x^1 + x^2"),
        ("sp.Sum(x**n, (n, 0, 2))", "x^0 + x^1 + x^2"),
        ("Sum[x^n, {n, 0, 2}]", "x^0 + x^1 + x^2"),
        ("sum(x**k for k in range(3))", "x^0 + x^1 + x^2"),
        ("sum(x**k for k in range(1, 3))", "x^1 + x^2"),
        ("sum(k = 0, 2, x^k)", "x^0 + x^1 + x^2"),
        ("∑(k x, k = 1..2)", "1x + 2x"),
        ("2 sum(k, k = -1..1) + 1", "2*(-1 + 0 + 1) + 1"),
        ("prod(x - k, k = 1..3)", "(x - 1)*(x - 2)*(x - 3)"),
        ("product(x - k, k, 1, 2)", "(x - 1)*(x - 2)"),
        ("sum(x, k = 1..2*3 - 4)", "x + x"),
        ("n_0 = 2; sum(x, k = 1..n_0)", "x + x"),
        ("sum(x, k = 1..0)", "0"),
        ("prod(x, k = 1..0)", "1"),
        ("sum(sum(x^j*k, j = 1..k), k = 1..2)", "x^1*1 + (x^1*2 + x^2*2)"),
        ("sum(sum(x + k, k = 1..2)*k, k = 3..3)", "(x + 1 + (x + 2))*3"),
        ("k + sum(k, k = 1..2)", "k + (1 + 2)"),
        ("k = x^2; sum(k, k = 1..2) + k", "1 + 2 + x^2"),
        ("f(x) = x^k; sum(f(k), k = 1..2)", "1^k + 2^k"),
        ("f(x) = sum(x*k, k = 1..2); sum(f(k), k = 3..4)", "3*1 + 3*2 + (4*1 + 4*2)"),
        (r"\sum_{k=0}^{2} x^k + 1", "x^0 + x^1 + x^2 + 1"),
        (r"2\sum_{k=1}^2 k x", "2*(1*x + 2*x)"),
        (r"-\prod\limits_{k=1}^{2}(x - k)", "-((x - 1)*(x - 2))"),
        ("∑_{k=1}^{2} ∑_{j=1}^{k} x^j", "x^1 + (x^1 + x^2)"),
        (r"x\sum_{k=1}^{2} k\sin x", "x*(1*sin(x) + 2*sin(x))"),
        # derivatives
        ("diff(x^3, x)", "3*x^2"),
        ("diff(x^3, x, 2)", "3*(2*x)"),
        ("diff(x^3, x, x)", "3*(2*x)"),
        ("diff(x^3*y, x, 2, y)", "3*(2*x)"),
        ("Derivative(x**3, (x, 2))", "3*(2*x)"),
        ("D[x^3, {x, 2}]", "3*(2*x)"),
        ("D[x^3, x]", "3*x^2"),
        ("D(sin(a), a)", "cos(a)"),
        ("D(sin(t))", "cos(t)"),
        ("der(x^2, x) + derivative(x^2, x)", "2x + 2x"),
        ("x*diff(x^2, x)", "x*(2x)"),
        ("diff(x^2, y)", "0"),
        ("f(x) = diff(x^3, x); f(2t)", "3*(2t)^2"),
        ("f(x, y) = diff(x*y, x); f(2, x)", "x"),
        ("f(x) = x^3; diff(f(2x), x)", "3*(2x)^2*2"),
        ("sum(diff(x^k, x), k = 1..3)", "1 + 2*x + 3*x^2"),
        ("u = x^2; diff(u^2, x)", "2*x^2*(2*x)"),
        ("D*x + D(t^2)", "D*x + 2*t"),
        # factorials
        ("2x!^2", "2*factorial(x)^2"),
        ("-x!", "-factorial(x)"),
        ("x^2!", "x^factorial(2)"),
        ("(x + 1)!", "factorial(x + 1)"),
        ("sin(x)! + sin x!", "factorial(sin(x)) + sin(factorial(x))"),
    ],
)
def test_a_shorthand_computes_what_it_stands_for(typed: str, plain: str) -> None:
    assert written_out(read(typed)) is read(plain)


@pytest.mark.parametrize(
    ("typed", "shown", "latex"),
    [
        (
            "sum(x^k/k!, k = 0..20)",
            "sum(x**k/factorial(k), k = 0..20)",
            r"\sum_{k=0}^{20} \frac{x^{k}}{k!}",
        ),
        (
            "2*prod(x - k, k = 1..2*3)",
            "2*prod(x - k, k = 1..2*3)",
            r"2 \left(\prod_{k=1}^{2 \cdot 3} \left(x - k\right)\right)",
        ),
        ("diff(x^2 + x, x)", "diff(x**2 + x, x)", r"\frac{d}{d x} \left(x^{2} + x\right)"),
        ("D(x^2*y, x, 2, y)", "diff(x**2*y, x, 2, y)", r"\frac{d^{3}}{d x^{2} \, d y} x^{2} y"),
        ("sum(x, k, 1, 3) + 1", "sum(x, k = 1..3) + 1", r"\sum_{k=1}^{3} x + 1"),
        ("sin'(x)", "sin'(x)", r"\sin'\left(x\right)"),
        ("(x + 1)!^2", "factorial(x + 1)**2", r"\left(\left(x + 1\right)!\right)^{2}"),
        ("sum(sum(j, j=1..k), k=1..2)", "sum(sum(j, j = 1..k), k = 1..2)", None),
        ("sum(diff(x^k, x), k = 1..3)", "sum(diff(x**k, x), k = 1..3)", None),
        ("diff(sum(x^k, k = 1..3), x)", "diff(sum(x**k, k = 1..3), x)", None),
    ],
)
def test_a_shorthand_is_shown_as_it_is_meant(typed: str, shown: str, latex: str | None) -> None:
    tree = read(typed)
    assert text(tree) == shown
    assert read(shown) is tree
    assert pickle.loads(pickle.dumps(tree)) is tree
    if latex is not None:
        assert tex.expression(tree) == latex


@pytest.mark.parametrize(
    ("calls", "latex"),
    [
        ("f(2*x + 1)", r"f\left(2 x + 1\right)"),
        ("f(f(x))", r"f\left(f\left(x\right)\right)"),
        ("f'(x)", r"f'\left(x\right)"),
        ("f''(2*x)", r"f''\left(2 x\right)"),
        ("g(x, f(y))", r"g\left(x, f\left(y\right)\right)"),
        ("sum(f(k*x), k = 1..3)", r"\sum_{k=1}^{3} f\left(k x\right)"),
    ],
)
def test_calls_of_definitions_are_shown(calls: str, latex: str) -> None:
    definitions = "f(x) = x^2; g(x, y) = x*y; "
    tree = read(definitions + calls)
    assert text(tree) == calls
    assert read(definitions + text(tree)) is tree
    assert pickle.loads(pickle.dumps(tree)) is tree
    assert tex.expression(tree) == latex


# --- what is a target -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "targets"),
    [
        (["f(x) = x^2"], ["f = x**2"]),
        (["f(x) = x^2; g(x) = f(x)*a"], ["f = x**2", "g = f(x)*a"]),
        (["f(x) = x^2; f(f(x))"], ["y = f(f(x))"]),
        (["f(x) = x^2", "u = f(x)", "u + x"], ["u = f(x)", "y = u + x"]),
        (["a = 2; a*x^2"], ["y = a*x**2"]),
        (["a = 2", "f(x) = a*x^2", "f(f(x))"], ["y = f(f(x))"]),
        (["a = 2; b = 3"], ["a = 2", "b = 3"]),
        (["a = 2", "a*x^2"], ["a = 2", "y = a*x**2"]),
        (["y(t) = t; y(x)"], ["f = y(x)"]),
        (["g(x) = x + y; x"], ["f = x"]),
        (["x; y; x + y"], ["y1 = x", "y2 = y", "y3 = x + y"]),
        (["x^2;"], ["y = x**2"]),
        (["u := x^2\n\nu + 1\n"], ["u = x**2", "y = u + 1"]),
        (["u = x^2 +\n 1\n2u"], ["u = x**2 + 1", "y = 2*u"]),
        (["sin(x)\n + 1"], ["y = sin(x) + 1"]),
    ],
)
def test_definitions_are_targets_only_if_there_is_nothing_else(
    typed: list[str], targets: list[str]
) -> None:
    assert [str(target) for target in parse(typed)] == targets


def test_claims_may_use_definitions() -> None:
    (claim,) = parse_claims(["f(x) = x^2", "f(f(x))"], ["2*f(x)*f'(x)"])
    assert written_out(claim) is read("2*x^2*(2*x)")


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "carets", "problem", "hint"),
    [
        (
            "f(x) = f(x - 1)",
            "       ^",
            "'f' is defined by itself",
            "it may use earlier ones; a semicolon ends a definition",
        ),
        ("f(x) = x; f(x, 2)", " " * 10 + "^", "'f' takes one argument, not 2", "write f(x)"),
        ("g(x, y) = x; g(x)", " " * 13 + "^", "'g' takes 2 arguments, not 1", "write g(x, y)"),
        ("f(x) = x; f + 1", " " * 10 + "^", "'f' is a function", "write f(x)"),
        ("f(x) = x; f x", " " * 10 + "^", "'f' is a function", "write f(x)"),
        (
            "f(x) = x; f² (x)",
            " " * 10 + "^",
            "'f' is a function",
            "write f(x)^n for its power, or f''(x) for a derivative",
        ),
        ("f(x) = x; D(f)", " " * 12 + "^", "'f' is a function", "write f'(x)"),
        (
            "diff(x^2, x)(3)",
            " " * 12 + "^^^",
            "a derivative with a bracket behind it",
            "write f'(3) behind 'f(x) = ...', or a product with its '*'",
        ),
        ("diff x^2", "^^^^", "'diff' needs brackets", "write diff(x^2, x)"),
        ("sum x^k", "^^^", "'sum' needs brackets", "write sum(x^k, k = 0..20)"),
        (
            "(x^2)'",
            "     ^",
            "unexpected '''",
            "a prime is written in f'(x), behind 'f(x) = ...'; 'diff' differentiates without it",
        ),
        ("sin(x) = x", "^^^", "'sin' is a function", "choose another name"),
        ("sum(x) = x", "^^^", "'sum' is a function", "choose another name"),
        ("pi(x) = x", "^^", "'pi' is a constant", "choose another name"),
        ("f(x) = x; f(x) = 2x", " " * 10 + "^", "'f' is defined twice", "choose another name"),
        ("f(x) = x; f = 2x", " " * 10 + "^", "'f' is defined twice", "choose another name"),
        (
            "g(x, y) = x*y; g'(x, y)",
            " " * 15 + "^",
            "'g'' may be by x or by y",
            "write diff(g(x, y), x)",
        ),
        (
            "sum(x, k = 1..-1)",
            " " * 14 + "^^",
            "the sum ends at -1, before it begins at 1",
            "a sum of no terms ends at 0",
        ),
        (
            "sum(x, k = 1..n)",
            " " * 14 + "^",
            "a bound of this sum is not a whole number",
            "write whole numbers: sum(x^k, k = 0..20)",
        ),
        (
            "prod(x, k = 1..1/2)",
            " " * 15 + "^^^",
            "a bound of this product is not a whole number",
            "write whole numbers: prod(x - k, k = 1..5)",
        ),
        ("sum(x, k = 1..1001)", "^^^", "a sum of 1,001 terms", "the limit is 1,000"),
        ("prod(x, k = 1..10^6)", "^^^^", "a product of 1,000,000 factors", "the limit is 1,000"),
        (
            "sum(x^k, k = 0..inf)",
            " " * 16 + "^^^",
            "a sum or product has a finite number of terms",
            "the limit is 1,000",
        ),
        (
            "sum(x, pi = 1..2)",
            "^^^",
            "'pi' cannot be an index",
            "take one letter, as in sum(x^k, k = 0..20)",
        ),
        (
            "sum(x, 2)",
            "^^^",
            "'sum' takes an expression, an index and its bounds",
            "write sum(x^k, k = 0..20)",
        ),
        (
            "sum(1/k, k = 0..3)",
            "",
            "",
            "",
        ),
        (
            "sum(diff(x^k, k), k = 1..2)",
            "    ^^^^",
            "'k' is the index of a sum, which has whole values alone",
            "differentiate by a variable",
        ),
        (
            "u = x; diff(u, u)",
            " " * 7 + "^^^^",
            "'u' is the name of an expression",
            "differentiate by a variable",
        ),
        ("diff(x, pi)", "^^^^", "'pi' is a constant", "differentiate by a variable"),
        ("D(x*y)", "^", "a derivative by x or by y?", "write diff(..., x)"),
        ("D(2)", "^", "a derivative by which variable?", "write diff(..., x)"),
        (
            "diff(x, 2)",
            "        ^",
            "'diff' takes an expression and variables",
            "write diff(x^2, x), or diff(x^2, x, 2) for the second derivative",
        ),
        ("diff(sin(x), x, 101)", "^^^^", "a derivative of order 101", "the limit is 100"),
        (
            "x!!",
            " ^^",
            "unexpected '!!'",
            "write (x!)! for the factorial of a factorial; a double factorial is not read",
        ),
        (
            "f(n) = x^n; f(10^7)",
            " " * 12 + "^",
            "in 'f', an exponent beyond 1,000,000",
            "",
        ),
        (
            "f(n) = x^n; f'(10^7)",
            " " * 12 + "^",
            "in 'f'', an exponent beyond 1,000,000",
            "",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: str, carets: str, problem: str, hint: str) -> None:
    if not problem:
        parse(typed)
        return
    error = refused(typed)
    assert (error.problem, error.hint) == (problem, hint)
    assert " " * error.start + "^" * (error.end - error.start) == carets


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("f(x, x) = x", "the parameter 'x' is there twice"),
        ("f(2) = 3", "'2' is no parameter"),
        ("f() = 3", "'' is no parameter"),
        ("f(e) = e", "the parameter 'e' has another meaning"),
        ("f(sin) = 2", "the parameter 'sin' has another meaning"),
        ("f(f) = 2", "the parameter 'f' has another meaning"),
        ("u = x; f(u) = u", "the parameter 'u' has another meaning"),
        ("g(x) = x; f(g) = g", "the parameter 'g' has another meaning"),
        ("x + f; f(x) = x", "'f' is a variable of an earlier expression"),
        ("f(x) = u*x; u = x^2; f(3)", "'u' is a variable of an earlier expression"),
        ("f(x) = u*x; u(x) = x; f(3)", "'u' is a variable of an earlier expression"),
    ],
)
def test_a_definition_that_could_be_misread_is_refused(typed: str, problem: str) -> None:
    assert refused(typed).problem == problem


def test_an_error_in_a_definition_is_shown_where_it_is_called() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(["f(n) = n^300", "1 + sum(f(k), k = 20..23)"])
    error = caught.value
    assert error.number == 1
    assert error.expression[error.start : error.end] == "sum"
    problem = "in 'sum', a constant of more than 400 digits, where k = 22"
    assert error.problem == problem


# --- bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "sum(sum(x^(j + k), j = 1..200), k = 1..200)",
        "f(x) = x^2; " + "; ".join(f"{b}(x) = {a}(2x)*{a}(x + 1)" for a, b in zip(
            "fghijklmnopqrst", "ghijklmnopqrstu", strict=True)) + "; u(x)",
        "diff(sin(x^2)*exp(sin(x))*tan(x*cos(x)), x, 50)",
    ],
    ids=["terms", "calls", "orders"],
)  # fmt: skip
def test_what_becomes_too_large_is_refused(typed: str) -> None:
    error = refused(typed)
    assert f"more than {MAX_OPERATIONS:,} operations, once it is written out" in error.problem


def test_shorthands_are_nested_to_a_bound() -> None:
    typed = "sum(" * (MAX_NESTED - 1) + "x" + ", k = 1..1)" * (MAX_NESTED - 1)
    assert read(typed)
    problem = f"more than {MAX_NESTED} sums, derivatives and definitions inside one another"
    assert refused("sum(" * 60 + "x" + ", k = 1..1)" * 60).problem == problem


def test_as_many_terms_and_definitions_as_the_bounds() -> None:
    assert len(steps(read(f"sum(x^k, k = 1..{MAX_TERMS})"))) > 2 * MAX_TERMS
    typed = [f"f{n}(x) = x + {n}" for n in range(MAX_DEFINITIONS)]
    assert len(parse(typed)) == MAX_DEFINITIONS
    with pytest.raises(UsageError, match="51 definitions: no more than 50 at once"):
        parse([*typed, "f(x) = x"])


def test_a_definition_that_is_used_often_is_written_out_once() -> None:
    typed = "f(x) = sum(x^k, k = 1..100); " + " + ".join(["f(x)"] * 50)
    assert len(steps(read(typed))) < 500


# --- values, beside mpmath --------------------------------------------------------------------

VALUES: dict[str, Callable[[Any], Any]] = {
    "f(x) = x^2 + 1; f(f(x))": lambda x: (x**2 + 1) ** 2 + 1,
    "f(x) = exp(-x^2); f'(2x) + x*f''(x)": lambda x: (
        -4 * x * mp.exp(-4 * x**2) + x * (4 * x**2 - 2) * mp.exp(-(x**2))
    ),
    "g(x, y) = x^y; g(x + 1, g(2, x))": lambda x: (x + 1) ** (mp.mpf(2) ** x),
    "sum(x^k/k!, k = 0..20)": lambda x: mp.nsum(lambda k: x**k / mp.factorial(k), [0, 20]),
    "sum((-1)^k*x^(2k)/(2k)!, k = 0..10)": lambda x: sum(
        (-1) ** k * x ** (2 * k) / mp.factorial(2 * k) for k in range(11)
    ),
    "prod(1 - x^2/k^2, k = 1..10)": lambda x: mp.nprod(lambda k: 1 - x**2 / k**2, [1, 10]),
    "sum(sum(sin(j*x)/k, j = 1..k), k = 1..5)": lambda x: sum(
        mp.sin(j * x) / k for k in range(1, 6) for j in range(1, k + 1)
    ),
    "x*diff(sin(x)/x, x)": lambda x: mp.cos(x) - mp.sin(x) / x,
    "diff(abs(x - 2)*x, x)": lambda x: abs(x - 2) + x * mp.sign(x - 2),
    "D(x^x)": lambda x: x**x * (mp.log(x) + 1),
    "diff(sum(x^k/k, k = 1..6), x, 2)": lambda x: sum((k - 1) * x ** (k - 2) for k in range(2, 7)),
}


@pytest.mark.parametrize("typed", VALUES)
def test_values_and_slopes_are_those_of_mpmath(typed: str) -> None:
    reference = Reference(read(typed), FORMATS["float64"], [(), ("x",)], "x")
    with mp.workdps(40):
        for point in (0.25, 1.5, 3.75):
            certified = reference.at({"x": point})
            exact = (VALUES[typed](mp.mpf(point)), mp.diff(VALUES[typed], mp.mpf(point)))
            for enclosure, number in zip(certified, exact, strict=True):
                assert isinstance(enclosure, Certified)
                value = mp.mpf(enclosure.value.numerator) / enclosure.value.denominator
                assert abs(value - number) <= CLOSE * abs(number)
