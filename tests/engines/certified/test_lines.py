"""Mixed derivatives from lines: the identity itself, and where it must not be used."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping
from fractions import Fraction

import pytest
from flint import arb

from tapecli.engines.certified import NoDerivative
from tapecli.engines.certified.interpreter import Interpreter
from tapecli.engines.certified.lines import Index, PointDerivatives, directions
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS


def enclosed(typed: str, index: str, point: Mapping[str, float]) -> arb | NoDerivative:
    (expression,) = parse(typed)
    exact = {name: Fraction(value) for name, value in point.items()}
    lines = PointDerivatives(
        Interpreter(expression.tree, FORMATS["float64"]), exact, len(index) + 2, 256
    )
    return lines.enclosed(tuple(sorted(index)))


X, Y, Z = (((name, 1),) for name in "xyz")


@pytest.mark.parametrize(
    ("index", "weights"),
    [
        ("xy", {X: -1, Y: -1, X + Y: 1}),
        ("xxy", {X: -6, Y: 1, X + Y: -2, (("x", 2), ("y", 1)): 1}),
        ("xyz", {X: 1, Y: 1, Z: 1, X + Y: -1, X + Z: -1, Y + Z: -1, X + Y + Z: 1}),
        ("x", {X: 1}),
        ("xx", {X: 2}),
        ("xxx", {X: 6}),
    ],
)
def test_the_weights_of_the_lines(index: str, weights: dict[object, int]) -> None:
    assert directions(tuple(index)) == weights


INDICES = [
    index
    for order in range(1, 6)
    for index in itertools.combinations_with_replacement("xyz", order)
]


@pytest.mark.parametrize("index", INDICES, ids="".join)
def test_the_identity_holds_for_every_monomial_of_the_order(index: Index) -> None:
    for powers in itertools.product(range(len(index) + 1), repeat=3):
        if sum(powers) != len(index):
            continue
        exponents = dict(zip("xyz", powers, strict=True))
        total = 0
        for line, weight in directions(index).items():
            steps = dict(line)
            total += weight * math.prod(steps.get(name, 0) ** n for name, n in exponents.items())
        own = all(index.count(name) == n for name, n in exponents.items())
        assert total == (math.prod(map(math.factorial, powers)) if own else 0), powers


@pytest.mark.parametrize(
    ("typed", "index", "point", "value"),
    [
        ("x*y", "xy", {"x": 3, "y": 5}, 1),
        ("x^2*y^3", "xy", {"x": 3, "y": 5}, 450),
        ("x^2*y^3", "xxy", {"x": 3, "y": 5}, 150),
        ("x^2*y^3", "xxyyy", {"x": 3, "y": 5}, 12),
        ("x^2*y^3", "xxxy", {"x": 3, "y": 5}, 0),
        ("x*y*z", "xyz", {"x": 1e300, "y": 1e-300, "z": 0}, 1),
        ("x^2*y*z^3", "xyzz", {"x": -1.5, "y": 0.25, "z": 2}, -36),
        ("(x + y)^6", "xxyy", {"x": 1, "y": 1}, 1440),
        ("(x - 2y)^5", "xxyyy", {"x": 7, "y": 9}, -960),
        ("x^4*y^4", "xxxxyyyy", {"x": 0, "y": 0}, 576),
        ("(x*y)^3", "xy", {"x": 2.0**-500, "y": 2.0**500}, 9),
    ],
)
def test_mixed_derivatives_of_polynomials(
    typed: str, index: str, point: dict[str, float], value: int
) -> None:
    found = enclosed(typed, index, point)
    assert isinstance(found, arb)
    assert found.contains(value)
    assert found.rad() <= (1 + abs(value)) * arb(2) ** -128


@pytest.mark.parametrize("index", ["xy", "xxy", "xyz", "xyyzz"])
def test_the_sequence_does_not_matter(index: str) -> None:
    point = {"x": 0.5, "y": 1.5, "z": -0.75}
    found = [
        enclosed("exp(x*y)*sin(y + z)/(2 + x*z)", "".join(sequence), point)
        for sequence in itertools.permutations(index)
    ]
    first = found[0]
    assert isinstance(first, arb)
    assert all(isinstance(one, arb) and one.overlaps(first) for one in found)
    assert directions(tuple(index)).items() == directions(tuple(sorted(index))).items()


@pytest.mark.parametrize("typed", ["x^2 + exp(y)", "sin(x) - y/3", "x*z + y", "z*(x + y)", "x"])
def test_variables_that_never_meet_have_exactly_zero(typed: str) -> None:
    assert enclosed(typed, "xy", {"x": 0.3, "y": 0.7, "z": 0.1}) == 0


def test_the_reason_for_no_derivative_is_that_of_the_first_variable() -> None:
    """It must be the same in each process, whatever the sequence of texts in a set."""
    names = "abcdfghj"
    tree = parse(f"log(0^x) + {' + '.join(names)}")[0].tree
    point = {name: Fraction(1) for name in (*names, "x")}
    derivatives = PointDerivatives(Interpreter(tree, FORMATS["float64"]), point, 3, 128)
    reasons = {str(derivatives.enclosed((name, "x"))) for name in names}
    assert reasons == {str(derivatives.enclosed(("a",)))}
    assert reasons != {str(derivatives.enclosed(("x",)))}


def test_a_zero_needs_a_function_that_is_there() -> None:
    assert isinstance(enclosed("log(x) + y", "xy", {"x": -1, "y": 1}), NoDerivative)
    assert isinstance(enclosed("1/x + y", "xy", {"x": 0, "y": 1}), NoDerivative)


@pytest.mark.parametrize(
    ("typed", "index", "point"),
    [
        ("|x|*y", "xy", {"x": 0, "y": 2}),
        ("|x - y|", "xy", {"x": 1, "y": 1}),
        ("max(x, y)", "xy", {"x": 2, "y": 2}),
        ("sqrt(x^4 + y^4)", "xy", {"x": 0, "y": 0}),
        ("sqrt(x^2 + y^2)", "xy", {"x": 0, "y": 0}),
        ("hypot(x, y)", "xy", {"x": 0, "y": 0}),
        ("atan2(y, x)", "xy", {"x": 0, "y": 0}),
        ("cbrt(x*y)", "xy", {"x": 0, "y": 1}),
        ("x*y*(x^2 - y^2)/(x^2 + y^2)", "xy", {"x": 0, "y": 0}),
        ("|x*y|", "xy", {"x": 0, "y": 0}),
        ("sqrt(x)*y", "xy", {"x": 0, "y": 1}),
        ("log(x)*y", "xy", {"x": -1, "y": 1}),
        ("sign(x)*y", "xy", {"x": 0, "y": 1}),
        ("|x|*y*z", "xyz", {"x": 0, "y": 1, "z": 1}),
    ],
)
def test_no_mixed_derivative_is_certified_at_a_kink(
    typed: str, index: str, point: dict[str, float]
) -> None:
    assert isinstance(enclosed(typed, index, point), NoDerivative)


@pytest.mark.parametrize(
    ("typed", "index", "point", "value"),
    [
        ("|x| + y*z", "yz", {"x": 0, "y": 2, "z": 3}, 1),
        ("|x|*y*z", "yz", {"x": 0, "y": 2, "z": 3}, 0),
        ("|x| + y^2*z^2", "yz", {"x": 0, "y": 2, "z": 3}, 24),
        ("|x|*y", "xy", {"x": -1, "y": 2}, -1),
        ("max(x*y, 1)", "xy", {"x": 1, "y": 2}, 1),
        ("cbrt(x)*y*z", "yz", {"x": 8, "y": 1, "z": 1}, 2),
        ("sqrt(x)*y", "xy", {"x": 4, "y": 1}, Fraction(1, 4)),
    ],
)
def test_a_kink_elsewhere_does_no_harm(
    typed: str, index: str, point: dict[str, float], value: Fraction
) -> None:
    found = enclosed(typed, index, point)
    assert isinstance(found, arb)
    assert abs(found - arb(value.numerator) / value.denominator) < arb(2) ** -200


@pytest.mark.parametrize("order", [1, 7, 300, 5_000])
@pytest.mark.usefixtures("garbage_waits")
def test_a_line_along_one_variable_has_the_factorial(order: int) -> None:
    """The sum of n + 1 terms that the identity is took seconds at order 1,000."""
    start = time.process_time()
    assert directions(("x",) * order) == {X: math.factorial(order)}
    assert time.process_time() - start < 1
