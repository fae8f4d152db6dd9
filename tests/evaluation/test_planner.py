"""Which method is chosen, what is refused before any work, and the model behind both."""

from __future__ import annotations

import contextlib
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.rows import applied

from tapecli.defaults import EXECUTIONS, MAX_ORDER, MAX_SECONDS, METHODS, XLA
from tapecli.errors import RequestError, UsageError
from tapecli.evaluation import counting, planner
from tapecli.evaluation.counting import counted
from tapecli.evaluation.planner import (
    AFFORDABLE,
    MOST_IN_RULE,
    Choice,
    Workload,
)
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions.derivative import Derivative
from tapecli.expressions.expression import Expression, parse
from tapecli.expressions.functions import FUNCTIONS, is_taped, row
from tapecli.expressions.tree import Node, call
from tapecli.floats import estimated

WORKED = ("u = x^2", "y = log(u)")


def trees(*typed: str) -> list[Node]:
    return [expression.tree for expression in parse(typed)]


def choose(
    method: str,
    targets: list[Node],
    wanted: Sequence[tuple[str, ...]],
    points: int,
    preferred: str = "",
    verified: bool = True,
    **options: Any,
) -> Choice:
    """The method for a question about these derivatives; a Jacobian prefers a persistent tape."""
    question = Question(
        "jacobian" if preferred else "diff",
        tuple(Expression(f"y{number}", tree) for number, tree in enumerate(targets)),
        tuple(Derivative(",".join(names), names) for names in wanted),
        ("x", "y"),
        PointsInput(),
        Options(method=method, verify="auto" if verified else "none", **options),
    )
    question.options.check()
    return planner.choose(question, points)


def certified_seconds(targets: list[Node], wrt: Sequence[tuple[str, ...]], count: int) -> float:
    return Workload(tuple(targets), tuple(wrt), count).certified_seconds


def taylor_seconds(targets: list[Node], wrt: Sequence[tuple[str, ...]], count: int) -> float:
    return Workload(tuple(targets), tuple(wrt), count).taylor_seconds


def tape_seconds(
    targets: list[Node], wrt: Sequence[tuple[str, ...]], count: int, *way: str
) -> float:
    return Workload(tuple(targets), tuple(wrt), count).tape_seconds(*way)


def operations(targets: list[Node], wrt: Sequence[tuple[str, ...]]) -> float:
    return Workload(tuple(targets), tuple(wrt), 1).operations


def quickest(targets: list[Node], wrt: Sequence[tuple[str, ...]], count: int) -> str:
    return Workload(tuple(targets), tuple(wrt), count).quickest


def orders(highest: int) -> list[tuple[str, ...]]:
    """The derivatives by x of the orders from 1; the value for order 0."""
    return [("x",) * order for order in range(1, highest + 1)] or [()]


def grown(typed: str) -> float:
    """How many times more operations the sixth order of an expression runs than the fifth."""
    levels = counted(tuple(trees(typed)), tuple(orders(6)), XLA).levels
    return levels[6] / levels[5]


LOG = trees("log(x^2)")
LARGE = trees("+".join(f"sin({n}*x)" for n in range(1, 60)))


# --- the choice -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "order", "chosen"),
    [
        (("x",), 0, "forward"),
        (("x",), 1, "single"),
        (WORKED, 1, "parallel"),
        (("x",), 2, "nested"),
        (WORKED, 2, "nested"),
    ],
)
def test_auto_is_tapes_where_they_are_affordable(
    typed: tuple[str, ...], order: int, chosen: str
) -> None:
    assert choose("auto", trees(*typed), orders(order), 3) == Choice(chosen, execution="eager")


@pytest.mark.parametrize(
    ("method", "wanted", "preferred", "chosen"),
    [
        ("auto", [("x",), ("y",)], "", "single"),
        ("auto", [("x",), ("y",)], "persistent", "persistent"),
        ("auto", [("x", "y")], "persistent", "nested"),
        ("batch", [("x", "y")], "", "batch"),
        ("none", [("x",), ("y",)], "persistent", "none"),
        ("taylor", [("x", "y")], "", "taylor"),
    ],
)
def test_auto_prefers_what_it_is_told_where_that_can(
    method: str, wanted: Sequence[tuple[str, ...]], preferred: str, chosen: str
) -> None:
    assert choose(method, trees("x*y"), wanted, 3, preferred).method == chosen


def test_auto_goes_over_to_taylor_where_tapes_are_no_longer_affordable_and_says_why() -> None:
    found = [choose("auto", LOG, orders(order), 3) for order in range(2, 41)]
    first = [choice.method for choice in found].index("taylor")
    assert {choice.method for choice in found[:first]} == {"nested"}
    assert {choice.method for choice in found[first:]} == {"taylor"}
    assert tape_seconds(LOG, orders(first + 1), 3) <= AFFORDABLE
    assert tape_seconds(LOG, orders(first + 2), 3) > AFFORDABLE
    assert not any(choice.reason for choice in found[:first])
    assert all(choice.reason.startswith("nested tapes would take ") for choice in found[first:])


@pytest.mark.parametrize("order", [0, 1, 2, 6])
def test_what_is_steady_stays_with_tapes_to_higher_orders(order: int) -> None:
    assert choose("auto", trees("sin(x)"), orders(order), 3).method != "taylor"


@pytest.mark.parametrize("how", [{"execution": "eager"}, {"execution": "xla"}, {"device": "cpu"}])
def test_whoever_says_how_tapes_are_to_run_gets_tapes(how: dict[str, Any]) -> None:
    order = next(n for n in range(2, 40) if tape_seconds(LOG, orders(n), 3) > AFFORDABLE)
    assert choose("auto", LOG, orders(order), 3).method == "taylor"
    chosen = choose("auto", LOG, orders(order), 3, max_seconds=100, **how)
    assert chosen == Choice("nested", execution=how.get("execution", "eager"))
    with pytest.raises(RequestError, match="nested tapes"):
        choose("auto", LOG, orders(20), 3, **how)


PRODUCTS = [call("mul", LARGE[0], call("exp", LARGE[0]))] * 40


def test_too_many_numbers_for_tapes_are_compiled() -> None:
    assert quickest(PRODUCTS, orders(1), 10**7) == "xla"
    chosen = choose("parallel", PRODUCTS, orders(1), 10**7, max_seconds=1e6)
    assert chosen == Choice("parallel", execution="xla")
    with pytest.raises(RequestError, match=r"10,000,000 points are too many .* '--method taylor'"):
        choose("parallel", PRODUCTS, orders(1), 10**7, execution="eager", max_seconds=1e6)
    assert choose("auto", LARGE, orders(1), 10**5).method == "single"


@pytest.mark.parametrize("typed", ["log(x^2)", "sin(x)*exp(-x^2)", "x^5", "1/(1+x^2)"])
def test_few_points_are_run_eagerly_and_many_are_compiled(typed: str) -> None:
    runs = [quickest(trees(typed), orders(2), 10**k) for k in range(9)]
    assert runs == sorted(runs)
    assert (runs[0], runs[4], runs[7]) == ("eager", "eager", "xla")


def test_a_batch_jacobian_is_never_compiled_unasked() -> None:
    wanted = [("x", "x")]
    assert choose("batch", LOG, wanted, 10**6, max_seconds=1e6).execution == "eager"


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "typed", "order", "names"),
    [
        ("single", WORKED, 1, "parallel"),
        ("single", ("x",), 2, "nested"),
        ("parallel", WORKED, 2, "nested"),
        ("persistent", ("x",), 2, "nested"),
        ("batch", WORKED, 3, "nested"),
        ("twisted", ("x",), 1, "nested"),
        ("twisted", ("x",), 1, "taylor, none"),
        ("forward", ("x",), 0, "unknown method 'forward'"),
    ],
)
def test_a_method_that_cannot_names_one_that_can(
    method: str, typed: tuple[str, ...], order: int, names: str
) -> None:
    with pytest.raises(RequestError, match=names):
        choose(method, trees(*typed), orders(order), 3)


def test_what_would_take_too_long_says_how_long_and_what_would_not() -> None:
    with pytest.raises(RequestError) as refused:
        choose("nested", LOG, orders(12), 3)
    text = str(refused.value)
    shown = estimated(tape_seconds(LOG, orders(12), 3))
    assert text.startswith(f"order 12 would take nested tapes about {shown}, and ")
    assert "'--max-seconds' is 10; '--method taylor' would take less than a second" in text


def test_taylor_is_not_named_where_it_would_take_too_long_as_well() -> None:
    with pytest.raises(RequestError, match=r"'--max-seconds' is 0$"):
        choose("nested", LOG, orders(12), 3, max_seconds=0)


def test_max_seconds_lifts_the_limit_and_lowers_it() -> None:
    needed = tape_seconds(LOG, orders(12), 3) + certified_seconds(LOG, orders(12), 1)
    assert needed > MAX_SECONDS
    assert choose("nested", LOG, orders(12), 3, max_seconds=needed).method == "nested"
    with pytest.raises(RequestError):
        choose("nested", LOG, orders(12), 3, max_seconds=needed * 0.999)
    cheap = tape_seconds(LOG, orders(1), 3)
    with pytest.raises(RequestError, match="order 1 would take a tape about"):
        choose("auto", LOG, orders(1), 3, max_seconds=cheap / 2)


@pytest.mark.parametrize("method", ["auto", "taylor"])
def test_taylor_is_refused_where_even_series_take_too_long(method: str) -> None:
    wanted = [("x",) * MAX_ORDER]
    with pytest.raises(RequestError, match="order 1000 would take Taylor series about"):
        choose(method, LOG, wanted, 10_000)
    needed = taylor_seconds(LOG, wanted, 10_000) + certified_seconds(LOG, wanted, 1)
    assert choose(method, LOG, wanted, 10_000, max_seconds=needed).method == "taylor"


@pytest.mark.parametrize("method", METHODS)
def test_the_order_has_a_bound(method: str) -> None:
    with pytest.raises(RequestError, match="order 1,001: no more than 1,000"):
        choose(method, LOG, [("x",) * (MAX_ORDER + 1)], 3)


def test_certified_values_are_refused_where_they_take_too_long() -> None:
    with pytest.raises(RequestError, match="order 1 would take certified values about"):
        choose("none", LOG, orders(1), 10_000_000)
    needed = certified_seconds(LOG, orders(1), 10_000_000)
    assert choose("none", LOG, orders(1), 10_000_000, max_seconds=needed).method == "none"


def test_a_first_derivative_at_many_points_is_left_to_tapes() -> None:
    assert choose("auto", LOG, orders(1), 5_000_000).method == "single"


@pytest.mark.parametrize("method", ["taylor", "none"])
@pytest.mark.parametrize(
    ("option", "how"),
    [("--execution", {"execution": "graph"}), ("--device", {"device": "cpu"})],
)
def test_what_uses_no_tensorflow_is_not_told_how_that_is_to_run(
    method: str, option: str, how: dict[str, str]
) -> None:
    with pytest.raises(RequestError, match=f"'{option}' is for tapes; '--method {method}'"):
        choose(method, LOG, orders(1), 3, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [100, 1_000])
def test_a_refusal_takes_no_longer_for_a_high_order(order: int) -> None:
    """It once went through every pair of the orders, and each took as long as its order."""
    start = time.process_time()
    with pytest.raises(RequestError, match="years"):
        choose("nested", LOG, orders(order), 3)
    assert time.process_time() - start < 10


# --- where nothing is counted -----------------------------------------------------------------

CORPUS = Path(__file__).parents[1] / "corpus"

QUICK_QUESTIONS = 8_000
"""Choices at least that are made without a count, of some 40,000."""


def questions() -> Iterator[tuple[Question, int]]:
    """Every formula of the corpus and every function of the table, with numbers of points."""
    lines = [
        line.split("\t")[1:3]
        for file in ("science.txt", "more-science.txt")
        for line in (CORPUS / file).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    lines += [[str(applied(name)), "x"] for name in FUNCTIONS if is_taped(name)]
    for typed, names in lines:
        wrt = names.split()[0]
        asked = [("diff", {"wrt": wrt, "order": order}) for order in range(4)]
        asked += [("jacobian", {}), ("hessian", {"wrt": wrt})]
        for kind, rest in asked:
            try:
                question = Question.parse(kind, typed, **rest)  # type: ignore[arg-type]
            except UsageError:  # it has a name that only a point may give
                continue
            yield from ((question, points) for points in (3, 5_000))


def test_what_is_not_counted_is_chosen_as_if_it_were(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = 0
    for parsed, points in questions():
        work = Workload.of(parsed, points)
        if planner._impossible(work, "tape") or work.most_operations == math.inf:
            continue
        assert work.most_operations >= counted(work.targets, work.wrt).operations
        for seconds, execution in itertools.product((MAX_SECONDS, 0.02), (None, "eager")):
            options = Options(max_seconds=seconds, execution=execution)
            question = replace(parsed, options=options)
            if work.is_quick(options):
                quick += 1
                uncounted = planner.choose(question, points)
                with monkeypatch.context() as patch:
                    patch.setattr(Workload, "is_quick", lambda *_: False)
                    assert planner.choose(question, points) == uncounted
    assert quick >= QUICK_QUESTIONS


def test_the_worked_example_is_answered_without_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "counted", None)
    assert choose("auto", LOG, orders(2), 3) == Choice("nested", execution="eager")


def test_no_rule_runs_more_operations_than_the_bound_says() -> None:
    checked = set()
    for execution, names in itertools.product(EXECUTIONS, ("x", "xy")):
        for kind, rule in counting._RULES.items():
            paper = counting._Paper(("x", "y"), execution)
            inputs = tuple(paper._xs[name] for name in names)
            output, paper._watched = paper._new(kind, inputs, 3), 3
            with contextlib.suppress(TypeError):  # a rule for another number of inputs
                rule(paper, inputs[0], output, *inputs)
                is_defined = kind in FUNCTIONS and row(kind).definition
                is_always_counted = is_defined or kind in ("pow", "xdivy")
                assert paper.count + 1 <= MOST_IN_RULE or is_always_counted
                checked.add(kind)
    assert checked == set(counting._RULES)


def test_a_function_of_several_operations_is_counted() -> None:
    several = {row.name for row in FUNCTIONS.values() if callable(row.tape)}
    assert several >= set(counting._FORWARD)
    assert {name for name in several if not FUNCTIONS[name].definition} <= set(counting._FORWARD)


# --- the model --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("x", "7", "x^5", "3x - 2", "x^2*y + y", "(x+1)(x-1)/2", "abs(x)", "-x", "max(x, 2)"),
        *("sin(x)", "cos(2x + 1)", "exp(x)", "sinh(x/3)", "sin(x) + exp(x)", "5*sin(x)"),
    ],
)
def test_polynomials_and_what_is_its_own_derivative_stay_steady(typed: str) -> None:
    assert grown(typed) <= 1.8


@pytest.mark.parametrize(
    ("simple", "harder"),
    [
        ("sin(x)", "sin(x)*exp(x)"),
        ("sin(x)", "sin(x^2)"),
        ("sin(x)", "log(x)"),
        ("x^2 + 1", "1/(x^2 + 1)"),
        ("log(x)", "log(x)/x"),
        ("exp(x)", "exp(sin(x))"),
    ],
)
def test_what_is_composed_grows_faster(simple: str, harder: str) -> None:
    assert grown(simple) < grown(harder)


@pytest.mark.parametrize("typed", ["sin(x)/2", "sin(x)*pi", "2*sin(x) - 1"])
def test_constants_change_nothing_of_how_it_grows(typed: str) -> None:
    assert grown(typed) == grown("sin(x)")


@pytest.mark.parametrize("typed", ["x", "sin(x)", "log(x^2)", "1/(1 + x*x)", "x^x", "7"])
@pytest.mark.parametrize("execution", EXECUTIONS)
def test_more_orders_points_and_operations_take_longer(typed: str, execution: str) -> None:
    wanted = [orders(order) for order in range(1, 9)]
    by_order = [tape_seconds(trees(typed), each, 3, execution) for each in wanted]
    by_points = [
        tape_seconds(trees(typed), orders(2), n, execution) for n in (1, 10**3, 10**5, 10**7)
    ]
    by_size = [
        tape_seconds(trees(text), orders(2), 3, execution) for text in (typed, f"({typed})*sin(x)")
    ]
    for several in (by_order, by_points, by_size):
        assert all(0 < a < b < math.inf for a, b in itertools.pairwise(several))


def test_taylor_takes_the_square_of_the_order_and_tapes_a_power_of_it() -> None:
    series = [taylor_seconds(LOG, orders(order), 3) for order in (20, 40, 80)]
    assert all(3 < b / a < 4.1 for a, b in itertools.pairwise(series))
    tapes = [tape_seconds(LOG, orders(order), 3) for order in (5, 6, 7)]
    assert all(1.8 < b / a < 2.6 for a, b in itertools.pairwise(tapes))


def test_more_variables_take_longer() -> None:
    tree = trees("x*y*z")
    names = ["x", "y", "z"]
    counts = [list(itertools.product(names[:count], repeat=2)) for count in (1, 2, 3)]
    for model in (operations, lambda targets, wanted: taylor_seconds(targets, wanted, 3)):
        assert all(a < b for a, b in itertools.pairwise(model(tree, each) for each in counts))


def test_the_model_of_a_gradient_asks_each_tape_once() -> None:
    tree = trees("x*y")
    alone, by_y = operations(tree, [("x",)]), operations(tree, [("y",)])
    assert alone == by_y == 3  # the product, the gradient that it begins with, and its other factor
    assert operations(tree, [("x",), ("y",)]) == 4
    both = operations(tree, [("x", "x"), ("y", "x")])
    assert operations(tree, [("x", "x")]) < both <= 2 * operations(tree, [("x", "x")])


@pytest.mark.parametrize("powers", ["x", "xx", "y", "x xx xxx", "x xx y yy yyy", "xy", "x xy xxx"])
def test_lower_orders_that_are_wanted_as_well_cost_tapes_nothing(powers: str) -> None:
    wanted = [tuple(text) for text in powers.split()]
    all_below = [sequence[:k] for sequence in wanted for k in range(1, len(sequence) + 1)]
    assert operations(trees("x*y"), wanted) == operations(trees("x*y"), [*all_below, *wanted])


def test_beyond_any_measure_is_infinite() -> None:
    assert operations(LOG, orders(2_000)) == math.inf


@pytest.mark.parametrize("typed", ["lgamma(x)", "gamma(x)*x"])
def test_what_xla_has_wrong_somewhere_is_not_compiled_unasked(typed: str) -> None:
    """Its polygamma is wrong below -7.5."""
    assert quickest(trees(typed), orders(1), 10**7) == "xla"
    assert quickest(trees(typed), orders(2), 10**9) == "eager"
    assert choose("nested", trees(typed), orders(2), 10**5, execution="xla").execution == "xla"


def test_what_certifies_the_values_counts_as_well() -> None:
    names = [f"x{n}" for n in range(20)]
    (product,) = parse("*".join(names))
    pairs = [(first, second) for first in names for second in names]
    alone = taylor_seconds([product.tree], pairs, 1)
    both = alone + certified_seconds([product.tree], pairs, 1)
    assert choose("taylor", [product.tree], pairs, 1, max_seconds=both).method == "taylor"
    with pytest.raises(
        RequestError, match=r"Taylor series and certified values about .*; '--verify"
    ):
        choose("taylor", [product.tree], pairs, 1, max_seconds=both * 0.99)
    quick = choose("taylor", [product.tree], pairs, 1, max_seconds=alone, verified=False)
    assert quick.method == "taylor"
