"""Claims: right ones in any shape, wrong ones however little, and what is said of them."""

from __future__ import annotations

import ast
import itertools
import math
import sys
import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import mpmath as mp
import pytest

import tapecli.result
from tapecli.engines.certified import judge as judging
from tapecli.engines.certified import proof
from tapecli.engines.certified.budget import Budget
from tapecli.engines.certified.judge import MOST_POINTS, RANDOM_POINTS, judged, spread
from tapecli.engines.certified.proof import proved
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import parse
from tapecli.floats import FORMATS
from tapecli.result import OUT_OF_TIME, Claim, Finding

SECONDS = 1.0
"""Far more than a judgement takes, far less than a hang."""

NONE: Sequence[Mapping[str, float]] = ()


def judgement(
    function: str,
    claim: str,
    wrt: str = "x",
    points: Sequence[Mapping[str, float]] = NONE,
    dtype: str = "float64",
    seed: int = 0,
) -> Claim:
    """Judge a claim; `wrt` has each variable as often as it is differentiated by."""
    (target,), (claimed,) = parse(function), parse(claim)
    derivative = Derivative(wrt, tuple(wrt.split(",")) if wrt else ())
    return judged(target, derivative, claimed.tree, points, FORMATS[dtype], seed)


def at(*values: float) -> list[dict[str, float]]:
    return [{"x": value} for value in values]


PROVED = [
    ("log(x^2)", "2/x"),
    ("log(x^2)", "1/x + 1/x"),
    ("log(3x)", "1/x"),
    ("sin(x)^2", "sin(2x)"),
    ("sin(x)^2", "2 sin(x) cos(x)"),
    ("sin(x)cos(x)", "cos(2x)"),
    ("sin(3x)", "3cos(x) - 12 sin(x)^2*cos(x)"),
    ("tan(x)", "1/cos(x)^2"),
    ("tan(x)", "1 + tan(x)^2"),
    ("tan(x)", "sec(x)^2"),
    ("log|cos x|", "-tan(x)"),
    ("tanh(x)", "1/cosh(x)^2"),
    ("sinh(x)^2", "sinh(2x)"),
    ("sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"),
    ("softplus(x)", "1/(1 + exp(-x))"),
    ("x^x", "exp(x*log(x))*(1 + log(x))"),
    ("2^x", "log(2)*e^(x*log(2))"),
    ("exp(exp(x))", "exp(x + exp(x))"),
    ("|x|", "sign(x)"),
    ("|x|", "x/|x|"),
    ("|x|", "|x|/x"),
    ("|x - 1|^3", "3*(x - 1)*|x - 1|"),
    ("max(x, 1)", "(1 + sign(x - 1))/2"),
    ("min(x, x^2)", "(1 + 2x + (1 - 2x)*(x^2 - x)/|x^2 - x|)/2"),
    ("sqrt(x^2)", "x/sqrt(x^2)"),
    ("x*sqrt(x)", "3/2*sqrt(x)"),
    ("cbrt(x)", "cbrt(x)/(3x)"),
    ("cbrt(x)", "1/(3*cbrt(x^2))"),
    ("sqrt(1 - x^2)", "-x/sqrt(1 - x^2)"),
    ("asin(x)", "1/sqrt((1 - x)*(1 + x))"),
    ("log(x + sqrt(x^2 + 1))", "1/sqrt(x^2 + 1)"),
    ("x/sqrt(1 + x^2)", "(1 + x^2)^(-3/2)"),
    ("log((1 + x)/(1 - x))", "2/(1 - x^2)"),
    ("atan(x) + atan(1/x)", "0"),
    ("erf(x)", "2/sqrt(pi)*exp(-x^2)"),
    ("log10(x)", "1/(x*log(10))"),
    ("hypot(x, 3)", "x/hypot(x, 3)"),
    ("(x + 1)^1000", "1000(x + 1)^999"),
    ("(x^2 + 1)^100*(x - 1)^100", "100(x^2 + 1)^99*(x - 1)^99*(2x*(x - 1) + x^2 + 1)"),
    ("3", "0"),
]

AGREEING = [
    ("gamma(x)*gamma(1 - x)", "-pi^2*cos(pi*x)/sin(pi*x)^2"),
    ("sqrt(x + 1)*sqrt(x - 1)", "x/sqrt(x^2 - 1)"),
]


@pytest.mark.parametrize(("function", "claim"), PROVED)
def test_right_claims_are_proved_in_any_shape(function: str, claim: str) -> None:
    start = time.process_time()
    found = judgement(function, claim)
    assert time.process_time() - start < SECONDS
    assert found.finding is Finding.PROVED, found
    assert found.tested >= RANDOM_POINTS // 2
    assert not found.failed
    assert (found.at, found.claimed, found.analytic) == (None, None, None)


@pytest.mark.parametrize("trace", [12, 37, 38, 60, 120])
@pytest.mark.parametrize(("function", "claim"), PROVED + AGREEING)
def test_the_same_claims_are_wrong_by_a_trace(function: str, claim: str, trace: int) -> None:
    wrong = judgement(function, f"({claim})*(1 + 10^-{trace})" if claim != "0" else "10^-30")
    assert wrong.finding is Finding.DIFFERS, wrong
    expected = f"they differ by 1e-{trace} of" if claim != "0" else "the right value is zero there"
    assert wrong.reason.startswith(expected)


@pytest.mark.parametrize(("function", "claim"), AGREEING)
def test_what_no_cheap_proof_shows_agrees(function: str, claim: str) -> None:
    start = time.process_time()
    found = judgement(function, claim)
    assert time.process_time() - start < SECONDS
    assert (found.finding, found.reason) == (Finding.AGREES, "")


@pytest.mark.parametrize(
    ("function", "claim", "order"),
    [
        ("log(x^2)", "-2/x^2", 2),
        ("log(x^2)", "-10080/x^8", 8),
        ("1/(1 - x)", "40320/(1 - x)^9", 8),
        ("sin(x)^2", "-128cos(2x)", 8),
        ("x^4*log(x)", "24/x", 5),
        ("exp(-x^2/2)", "(x^4 - 6x^2 + 3)*exp(-x^2/2)", 4),
        ("1/(1 + x^2)", "24x*(1 - x^2)/(1 + x^2)^4", 3),
        ("tanh(x)", "2(1 - tanh(x)^2)*(3tanh(x)^2 - 1)", 3),
        ("asin(x)", "(1 + 2x^2)/(1 - x^2)^(5/2)", 3),
        ("x^7", "0", 8),
    ],
)
def test_higher_orders(function: str, claim: str, order: int) -> None:
    wrt = ",".join("x" * order)
    found = judgement(function, claim, wrt)
    assert (found.finding, found.order) == (Finding.PROVED, order)
    lower = judgement(function, claim, ",".join("x" * (order - 1)))
    assert lower.finding is Finding.DIFFERS


@pytest.mark.parametrize(
    ("function", "claim", "finding"),
    [
        ("sin(2x)", "2sin(x)cos(x)", Finding.PROVED),
        ("log(x^2)", "2*log|x|", Finding.PROVED),
        ("(x + 1)^2", "x^2 + 2x + 1", Finding.PROVED),
        ("gamma(x + 1)", "x*gamma(x)", Finding.AGREES),
        ("log(x^2)", "2*log(x)", Finding.DIFFERS),
        ("sqrt(x^2)", "x", Finding.DIFFERS),
        ("sin(x)", "x", Finding.DIFFERS),
    ],
)
def test_order_0_compares_functions(function: str, claim: str, finding: Finding) -> None:
    assert judgement(function, claim, "").finding is finding


@pytest.mark.parametrize(
    ("function", "wrt", "claim", "finding"),
    [
        ("x^2*y^3", "x,y", "6x*y^2", Finding.PROVED),
        ("x^2*y^3", "y,x", "6x*y^2", Finding.PROVED),
        ("sin(x*y)", "x,y", "cos(x*y) - x*y*sin(x*y)", Finding.PROVED),
        ("sin(x*y)", "x,y", "cos(x*y) + x*y*sin(x*y)", Finding.DIFFERS),
        ("atan2(y, x)", "x", "-y/(x^2 + y^2)", Finding.PROVED),
        ("log(x*y)", "y", "1/y", Finding.PROVED),
        ("x^y", "y", "x^y*log(x)", Finding.PROVED),
        ("hypot(x, y)", "x,y", "-x*y/hypot(x, y)^3", Finding.PROVED),
        ("x^2 + y^2", "x,y", "0", Finding.PROVED),
        ("asin(x)*asin(y)*asin(z)", "x", "asin(y)*asin(z)/sqrt(1 - x^2)", Finding.PROVED),
        ("x^2", "x", "2x + y - y", Finding.PROVED),
        ("x^2", "x", "2x + y", Finding.DIFFERS),
        ("3", "x", "y", Finding.DIFFERS),
    ],
)
def test_several_variables(function: str, wrt: str, claim: str, finding: Finding) -> None:
    found = judgement(function, claim, wrt)
    assert found.finding is finding, found
    assert found.tested >= RANDOM_POINTS // 2
    assert (found.at is None) is not found.failed


@pytest.mark.parametrize(
    ("function", "claim", "says"),
    [
        ("log(x^2)", "-2/x", "they differ by 200 % of the value; the claim has the wrong sign"),
        ("log(x^2)", "1/x", "50 % of the value; the claim is 1/2 times the right value"),
        ("sin(3x)", "cos(3x)", "67 % of the value; the claim is 1/3 times the right value"),
        ("(2x + 1)^5", "5(2x + 1)^4", "the claim is 1/2 times"),
        ("exp(x^2)", "exp(x^2)", "50 % of the value"),
        ("log(3x)", "1.000000000001/x", "they differ by 1e-12 of the value"),
        ("2*log(x)/3", "0.6667/x", "they differ by 5e-5 of the value"),
        ("x^2", "2x + 10^-140", "the right value is zero there"),
        ("x^2", "0", "100 % of the value"),
        ("5", "1", "the right value is zero there"),
        ("|x|", "1", "; they are equal at "),
        ("log(x^2)", "2/|x|", "; they are equal at "),
        ("x^2", "2*sqrt(x)^2", "the claim has no value there (outside the domain of sqrt"),
        ("x^3/3", "exp(2*log(x))", "the claim has no value there (outside the domain of log"),
        ("gamma(x)", "gamma(x)", "of the value"),
        ("lgamma(x)", "log(x)", "the value"),
    ],
)
def test_wrong_claims_differ_and_it_is_said_how(function: str, claim: str, says: str) -> None:
    found = judgement(function, claim)
    assert found.finding is Finding.DIFFERS
    assert found.failed
    assert says in found.reason
    assert found.at is not None
    assert found.analytic is not None


def test_values_at_the_point_are_those_of_mpmath() -> None:
    found = judgement("gamma(x)*sin(x)", "gamma(x)*cos(x)", points=at(0.5, 2.5, 4.5))
    assert found.at is not None
    x = found.at["x"]
    assert x in (0.5, 2.5, 4.5)
    with mp.workdps(40):
        derivative = mp.diff(lambda x: mp.gamma(x) * mp.sin(x), x)
        assert found.analytic == float(derivative)
        assert found.claimed == float(mp.gamma(x) * mp.cos(x))
        apart = [
            abs(mp.digamma(x) * mp.sin(x))
            / max(abs(mp.digamma(x) * mp.sin(x) + mp.cos(x)), abs(mp.cos(x)))
            for x in (0.5, 2.5, 4.5)
        ]
    assert x == (0.5, 2.5, 4.5)[apart.index(max(apart))]  # the largest relative difference


def test_the_users_points_decide_where_the_random_ones_see_nothing() -> None:
    bump = "x^2 + max(0, 10^-9 - (x - 700.125)^2)"
    assert judgement(bump, "2x").finding is not Finding.DIFFERS
    found = judgement(bump, "2x", points=at(1.0, 700.1250001, 2.0))
    assert found.finding is Finding.DIFFERS
    assert found.at == {"x": 700.1250001}


def test_a_point_of_the_users_is_shown_rather_than_a_simple_one() -> None:
    found = judgement("x^3", "2x^2", points=at(17.25, 3.0, 19.75))
    assert found.at == {"x": 3.0}  # all differ by a third; 3 is the simplest of them
    assert (found.claimed, found.analytic) == (18.0, 27.0)
    assert judgement("x^3", "2x^2").at == {"x": 1.0}


def test_where_the_derivative_does_not_exist_nothing_is_compared() -> None:
    alone = judgement("|x|", "sign(x)")
    assert judgement("|x|", "sign(x)", points=at(0.0)).tested == alone.tested
    assert judgement("log(x)", "1/x", points=at(-1.0)).finding is Finding.PROVED


def test_a_hole_of_the_claim_is_a_difference_where_the_user_asks_for_it() -> None:
    right = judgement("x^4", "4x^4/x")
    assert (right.finding, right.reason) == (Finding.PROVED, "the claim has no value at x = 0")
    found = judgement("x^4", "4x^4/x", points=at(0.0, 1.0))
    assert (found.finding, found.at) == (Finding.DIFFERS, {"x": 0.0})
    assert (found.claimed, found.analytic) == (None, 0.0)
    assert "the claim has no value there (a pole: division by zero)" in found.reason


def test_a_region_without_a_value_of_the_claim_is_a_difference() -> None:
    found = judgement("x^2", "2*sqrt(x)^2")
    assert (found.at, found.claimed, found.analytic) == ({"x": -1.0}, None, -2.0)
    assert "they are equal at" in found.reason


@pytest.mark.parametrize("function", ["log(-1 - x^2)", "sqrt(-x^2 - 1)", "asin(2 + x^2)"])
def test_a_function_without_values_leaves_a_claim_untested(function: str) -> None:
    found = judgement(function, "x", points=at(1.0, 2.0))
    assert (found.finding, found.tested, found.at) == (Finding.UNTESTED, 0, None)
    assert found.failed
    assert "outside the domain" in found.reason


def test_points_far_from_the_usual_scales_lead_to_the_domain() -> None:
    assert judgement("asin(x - 30000)", "1/sqrt(1 - (x - 30000)^2)").finding is Finding.UNTESTED
    found = judgement("asin(x - 30000)", "1/sqrt(1 - (x - 30000)^2)", points=at(29999.5, 30000.25))
    assert found.finding is Finding.PROVED
    assert found.tested > 10  # around the user's points as well


def test_a_tail_too_small_to_be_told_from_zero_is_no_difference() -> None:
    # 1 - tanh(900) is below 2**-2560, and sqrt of it has a derivative all the same
    assert judgement("sqrt(tanh(log(tanh(x))))", "x").finding is Finding.UNTESTED
    assert not judgement("sqrt(1 - tanh(x))", "-(1 - tanh(x)^2)/(2sqrt(1 - tanh(x)))").failed


# --- decimals ---------------------------------------------------------------------------------


def test_decimals_mean_the_numbers_of_the_dtype() -> None:
    tenth = Fraction(13421773, 134217728)  # the float32 nearest to 0.1
    assert FORMATS["float32"].round(Fraction(1, 10)) == tenth
    claim = f"x*{tenth.numerator}/{tenth.denominator}"
    assert not judgement("0.1*x^2/2", claim, dtype="float32").failed
    found = judgement("0.1*x^2/2", claim, dtype="float64")
    assert found.finding is Finding.DIFFERS
    assert found.reason == "they differ by 1e-8 of the value"


@pytest.mark.parametrize(
    ("function", "claim", "finding"),
    [
        ("0.1*x^2", "0.2*x", Finding.PROVED),  # twice a float is a float
        ("0.1*x^3", "0.3*x^2", Finding.AGREES),  # three times one is not
        ("0.5*x^2 + 0.25*x^4", "x + x^3", Finding.PROVED),
        ("x^0.1", "0.1*x^(0.1 - 1)", Finding.PROVED),
        ("x^0.1", "0.1*x^-0.9", Finding.AGREES),
        ("exp(-0.3x)", "-0.3*exp(-0.3x)", Finding.PROVED),
        ("x^2.5", "2.5*x^1.5", Finding.PROVED),
        ("0.1/(1 - 0.1x)^2", "0.02/(1 - 0.1x)^3", Finding.AGREES),  # 10 is a pole of exact ones
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_decimals_that_differ_by_rounding_alone_agree(
    function: str, claim: str, finding: Finding, dtype: str
) -> None:
    found = judgement(function, claim, dtype=dtype)
    assert found.finding is finding
    only = f"equal if decimals are taken exactly; as numbers of {dtype} they differ by rounding"
    assert (found.reason == only) is (finding is Finding.AGREES)


def test_an_error_in_the_numbers_is_not_put_on_the_dtype() -> None:
    assert "decimals" not in judgement("0.1*x^3", "0.3001*x^2").reason


@pytest.mark.parametrize("dtype", FORMATS)
def test_points_and_values_are_numbers_of_the_dtype(dtype: str) -> None:
    found = judgement("exp(x*y)", "x*exp(x*y)", dtype=dtype)
    assert found.at is not None
    for value in (*found.at.values(), found.claimed, found.analytic):
        assert value is not None
        assert FORMATS[dtype].round(Fraction(value)) == value


# --- points -----------------------------------------------------------------------------------


def test_the_same_seed_finds_the_same_and_another_one_other_points() -> None:
    function, claim = "x*y*sin(x - y)", "y*sin(x - y)"
    assert judgement(function, claim) == judgement(function, claim)
    shown = {str(judgement(function, claim, seed=seed).at) for seed in range(5)}
    assert len(shown) > 1
    assert {judgement("sin(x)^2", "sin(2x)", seed=s).finding for s in range(5)} == {Finding.PROVED}


def test_many_points_are_taken_evenly() -> None:
    assert spread(3) == [0, 1, 2]
    places = spread(1_000_001)
    assert (len(set(places)), places[0], places[-1]) == (MOST_POINTS, 0, 1_000_000)
    assert max(b - a for a, b in itertools.pairwise(places)) < 6000
    many = at(*(1 + place / 64 for place in range(3000)))
    assert judgement("x^2", "2x", points=many).tested == MOST_POINTS + RANDOM_POINTS


def test_points_may_lack_variables_and_have_others() -> None:
    points = [{"x": 3.0, "t": 7.0}, {"x": 3.0, "t": 8.0}, {"x": math.inf, "t": 1.0}]
    found = judgement("x^2", "2x + y", points=points)
    assert found.at is not None
    assert set(found.at) == {"x", "y"}
    assert found.at["x"] == 3.0


# --- never a hang, never a traceback ----------------------------------------------------------

HEAVY = [
    ("(x + y + z + w)^20*(x - y - z)^20", "x"),
    ("x^(1/20) + x^(1/3)/(x + x^(1/4))", "x,x,x"),
    ("x^(12345/100003) + sqrt(x)/(x + 1)", "x"),
    ("sin(x)^20*cos(y)^20*sin(x + y)^10", "x"),
    ("tan(sin(cos(x)))", "x,x"),
    ("exp(x)^20*exp(y)^19/(exp(x) + exp(y) + exp(x*y))^10", "x"),
    ("(a + b)^9*(b + c)^9*(c + d)^9", "a,a"),
    ("gamma(10^6)*x", "x"),
    ("(x^2 + 1)^1000*sin(x)", "x,x"),
    ("sqrt(x + sqrt(x + sqrt(x + sqrt(x))))", "x,x,x"),
    ("x^0.1*x^0.3/(x^0.7 + x^1.1)", "x"),
    ("exp(0.1x)*exp(0.3x)/(exp(0.7x) + 1)", "x,x"),
]


@pytest.mark.parametrize(("function", "wrt"), HEAVY)
def test_no_proof_is_looked_for_for_long(function: str, wrt: str) -> None:
    (target,), (claim,) = parse(function, "abcdwxyz"), parse("sin(x)^9*(x + 2)^9/tan(x)")
    start = time.process_time()
    assert not proved(target.tree, wrt.split(","), claim.tree, FORMATS["float64"])
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("order", [0, 1, 8, 40])
def test_large_expressions_are_tested_at_fewer_points(order: int) -> None:
    function = " + ".join(f"sin({k}x)*exp(x/{k})" for k in range(1, 150))
    start = time.process_time()
    found = judgement(function, "1", ",".join("x" * order), at(*(k / 7 for k in range(300))))
    assert time.process_time() - start < 10 * SECONDS
    assert found.finding is Finding.DIFFERS
    most = {0: MOST_POINTS + RANDOM_POINTS, 1: 100, 8: 20, 40: 10}
    assert 10 <= found.tested <= most[order]


@pytest.mark.parametrize(
    "error", [RecursionError, ZeroDivisionError, NotImplementedError, KeyError]
)
def test_whatever_sympy_raises_means_not_proved(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    assert judgement("sin(x)^2", "sin(2x)").finding is Finding.PROVED
    monkeypatch.setattr(proof, "_is_zero", fails)
    assert judgement("sin(x)^2", "sin(2x)").finding is Finding.AGREES


def test_a_value_has_the_last_word_over_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "proved", lambda *_: True)
    assert judgement("|x|", "1").finding is Finding.DIFFERS
    assert judgement("log(-1 - x^2)", "x").finding is Finding.UNTESTED


@pytest.mark.parametrize(
    ("function", "claim"),
    [("|x|", "1"), ("log(x^2)", "2/|x|"), ("0.1*x^3", "0.3*x^2"), ("x^2", "2x + 10^-300")],
)
def test_proofs_prove_nothing_wrong(function: str, claim: str) -> None:
    (target,), (claimed,) = parse(function), parse(claim)
    assert not proved(target.tree, ("x",), claimed.tree, FORMATS["float64"])


def test_a_claim_says_what_it_is_about() -> None:
    found = judgement("u = x^2*y", "2x*y", "x")
    assert (found.target, found.wrt, found.order, found.text) == ("u", "x", 1, "2*x*y")
    assert [finding.failed for finding in Finding] == [False, False, True, True]
    assert str(Finding.PROVED) == "proved"


def test_the_data_of_claims_import_nothing_heavy() -> None:
    tree = ast.parse(Path(tapecli.result.__file__).read_text("utf-8"))
    modules = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    ours = {module for module in modules if module and module.startswith("tapecli")}
    assert ours == {"tapecli.expressions.derivative", "tapecli.floats"}
    assert {str(name).split(".")[0] for name in modules - ours} <= sys.stdlib_module_names


# --- what it may cost ---------------------------------------------------------------------------

DEAR = "gamma(x+1)-x*gamma(x)+x^2"


def budgeted(seconds: float, claim: str = "2x") -> Claim:
    target, claimed = parse([DEAR, claim], {"x"})
    points = at(*(1 + k / 50 for k in range(50)))
    derivative, budget = Derivative("x", ("x",)), Budget(seconds, seconds)
    return judged(target, derivative, claimed.tree, points, FORMATS["float64"], budget=budget)


def test_without_a_budget_a_claim_that_takes_a_further_look_is_not_tested() -> None:
    found = budgeted(0.0)
    assert (found.finding, found.tested) == (Finding.UNTESTED, 0)
    assert OUT_OF_TIME in found.reason


def test_more_seconds_test_more_points() -> None:
    tested = [budgeted(seconds).tested for seconds in (0.01, 0.03, 10.0)]
    assert tested == sorted(set(tested))
    assert budgeted(0.01) == budgeted(0.01)
    assert {budgeted(seconds).finding for seconds in (0.03, 10.0)} <= {
        Finding.AGREES, Finding.PROVED,
    }  # fmt: skip


def test_a_wrong_claim_is_found_at_the_first_look() -> None:
    assert budgeted(0.0, "3x").finding is Finding.DIFFERS
