"""The derivatives of ordinary science: formulas that are there, exact, and not long in coming."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

import mpmath as mp
import pytest
from tests.fuzz.numerical import RULES

from tapecli.errors import ExpressionError
from tapecli.evaluation import answering
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions.expression import parse
from tapecli.expressions.tree import Alias, Call, Named, Node, Number, Variable, steps
from tapecli.formats import FORMATS, Screen, render
from tapecli.result import Block

CORPUS = Path(__file__).parent / "corpus"

LEAST_FORMULAS = 330
"""Formulas that the first file of the corpus has at least: what it is for is breadth."""

ORDER = 2
"""The order that is asked for: the first two derivatives, which people look at."""

PAGES = ("table", "json", "markdown", "latex")
"""The formats that show formulas."""

WIDE = Screen(width=20_000)
"""A screen, in columns, on which no formula is left out for its length."""

MOST_SECONDS = 2.0
"""Seconds of a processor that an answer with its pages may take: a person waits no longer."""

ENDLESS_SECONDS = 5.0
"""Seconds of a processor after which an answer is stopped, so that one without end fails alone."""

USUAL_SECONDS = 0.36
"""Seconds of a processor that an answer of a section may take on average: twice to three times what
it takes, for a processor that others use as well is slower."""

MOST_DIGITS = 17
"""Digits of the longest integer in a formula: so many as a float64 has; more are nobody's."""

DIGITS = 60
"""Digits that the values are computed with: enough for 25 behind what cancels in a formula."""

AGREEING = mp.mpf("1e-25")
"""How far apart two values may be, in parts of the value."""

NOTHING = mp.mpf("1e-45")
"""How far a value may be from 0, in parts of f/x^n: what differences of `DIGITS` digits leave."""

LONG_INTEGER = re.compile(rf"(?<![\d.])\d{{{MOST_DIGITS + 1},}}(?![\d.])")


@dataclass(frozen=True)
class Case:
    """A formula of the corpus.

    Attributes:
        section: the heading that it stands under.
        name: what it is called.
        expression: it as it is typed.
        point: the values of its variables; it is differentiated by the first.
    """

    section: str
    name: str
    expression: str
    point: tuple[tuple[str, str], ...]

    @property
    def variable(self) -> str:
        return self.point[0][0]

    @property
    def tree(self) -> Node:
        (expression,) = parse(self.expression, variable_names=dict(self.point))
        return expression.tree


def _cases(file: str) -> Iterator[Case]:
    section = ""
    for line in (CORPUS / file).read_text("utf-8").splitlines():
        if line.startswith("#"):
            section = line.removeprefix("#").strip()
        elif line:
            name, expression, variables, values = line.split("\t")
            point = zip(variables.split(), values.split(), strict=True)
            yield Case(section, name, expression, tuple(point))


def _sections(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    return [tuple(of_section) for _, of_section in groupby(cases, lambda case: case.section)]


CASES = tuple(_cases("science.txt"))
MORE_CASES = tuple(_cases("more-science.txt"))

QUICK = ("Radiation", "Rates of reactions", "Potentials between molecules", "Medicine", "Sound")
"""Sections of the first file whose tests are not slow, so that the quick ones have some of each."""


def _parameters(cases: Sequence[Sequence[Case]], start: str = "", quick: Sequence[str] = ()) -> Any:
    names = [of_section[0].section for of_section in cases]
    marks = [() if name in quick else pytest.mark.slow for name in names]
    for of_section, name, mark in zip(cases, names, marks, strict=True):
        yield pytest.param(of_section, id=start + name, marks=mark)


by_section = pytest.mark.parametrize(
    "cases",
    [
        *_parameters(_sections(CASES), quick=QUICK),
        *_parameters(_sections(MORE_CASES), start="more: "),
    ],
)
"""A test for each section of the corpus."""


# --- answers ----------------------------------------------------------------------------------


class Endless(BaseException):
    """An answer was stopped; nothing between here and there catches it."""


@dataclass(frozen=True)
class Answer:
    """What became of a call.

    Attributes:
        seconds: what it took of a processor, with its pages.
        blocks: the derivatives; none if there was trouble.
        pages: the pages by format.
        trouble: why there is no answer, or "".
    """

    seconds: float
    blocks: tuple[Block, ...]
    pages: Mapping[str, str]
    trouble: str = ""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Endless


@contextlib.contextmanager
def _stopped(seconds: float) -> Iterator[None]:
    """Raise `Endless` after so many seconds of the processor, and again if it was lost."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@functools.cache
def answer(case: Case, order: int = ORDER) -> Answer:
    """The derivatives up to an order, as `tapecli diff --method none` gives them."""
    started = time.process_time()
    try:
        with _stopped(ENDLESS_SECONDS):
            blocks, pages = _answered(case, order)
    except Endless:
        return Answer(ENDLESS_SECONDS, (), {}, f"stopped after {ENDLESS_SECONDS:g} s")
    except Exception as error:
        return Answer(time.process_time() - started, (), {}, repr(error))
    return Answer(time.process_time() - started, blocks, pages)


def _answered(case: Case, order: int) -> tuple[tuple[Block, ...], dict[str, str]]:
    """The derivatives, and the pages that show them."""
    where, how = PointsInput(dict(case.point)), Options(method="none")
    request = Question.parse(
        "diff", case.expression, where, wrt=case.variable, order=order, options=how
    )
    result = answering.answer(request, formulas=True)
    pages = {name: "".join(render(result, FORMATS[name], WIDE)) for name in PAGES}
    return result.blocks, pages


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Load whatever an answer takes, which is no part of its time."""
    answer(Case("", "", "x^2*exp(-1.5*x)", (("x", "0.5"),)), 1)


# --- values -----------------------------------------------------------------------------------

CONSTANTS = {"pi": lambda: +mp.pi, "tau": lambda: 2 * mp.pi, "e": lambda: +mp.e}


def value(tree: Node, at: Mapping[str, Any]) -> Any:
    """The value of a tree in mpmath's present precision; decimals are exact."""
    values: dict[Node, Any] = {}
    for node in steps(tree):
        values[node] = _value(node, [values[child] for child in node.children], at)
    return values[tree]


def _value(node: Node, children: list[Any], at: Mapping[str, Any]) -> Any:
    match node:
        case Number(value=number):
            return mp.mpf(number.numerator) / number.denominator
        case Named(name=name):
            return CONSTANTS[name]()
        case Variable(name=name):
            return at[name]
        case Alias():
            return children[0]
        case Call(name=name):
            return RULES[name](*children)
    raise AssertionError(node)


def _point(case: Case) -> dict[str, Any]:
    exact = {name: Fraction(text) for name, text in case.point}
    return {name: mp.mpf(x.numerator) / x.denominator for name, x in exact.items()}


def derivative(case: Case, order: int) -> Any:
    """The derivative by differences of mpmath's, in steps that are small beside the point."""
    tree, at = case.tree, _point(case)
    scale = abs(at[case.variable]) / 1000

    def moved(steps_: Any) -> Any:
        with mp.extradps(DIGITS):
            exact = _point(case)
            return value(tree, {**exact, case.variable: exact[case.variable] + scale * steps_})

    return mp.diff(moved, 0, order) / scale**order


def _disagreement(case: Case, block: Block) -> str:
    """What is wrong with the value of a formula; "" if nothing is."""
    typed = (block.formula or "").replace("·", "*")
    try:
        (formula,) = parse(typed, variable_names=dict(case.point))
    except ExpressionError as error:
        return f"cannot be typed back: {error}"
    with mp.workdps(DIGITS):
        at = _point(case)
        right = derivative(case, block.order)
        size = abs(value(case.tree, at) / at[case.variable] ** block.order)
        with mp.extradps(DIGITS):
            shown = value(formula.tree, _point(case))
        near = abs(shown - right) <= max(AGREEING * abs(right), NOTHING * size)
        return "" if near else f"{mp.nstr(shown, 30)} is not {mp.nstr(right, 30)}"


# --- tests ------------------------------------------------------------------------------------


def test_the_quick_sections_are_there() -> None:
    assert set(QUICK) <= {case.section for case in CASES}


def test_the_corpus_has_many_formulas_and_none_twice() -> None:
    every = (*CASES, *MORE_CASES)
    trees = {case.tree: case.name for case in every}
    assert len(trees) == len({case.name for case in every}) == len(every)
    assert len(CASES) >= LEAST_FORMULAS


def _missing(case: Case) -> Iterator[str]:
    """The formulas that are not in each of the pages."""
    answer_ = answer(case)
    if answer_.trouble:
        yield f"{case.name}: {answer_.trouble}"
        return
    if len(answer_.blocks) != ORDER:
        yield f"{case.name}: {len(answer_.blocks)} derivatives"
    document = json.loads(answer_.pages["json"])
    for block, fields in zip(answer_.blocks, document["derivatives"], strict=True):
        formula, latex = block.formula, block.latex and block.latex.formula
        name = f"{case.name}, order {block.order}"
        if not (formula and latex):
            yield f"{name}: no formula"
            continue
        there = {
            "table": formula in answer_.pages["table"],
            "json": fields["formula"] == formula,
            "markdown": formula in answer_.pages["markdown"],
            "latex": latex in answer_.pages["latex"],
        }
        yield from (f"{name}: not in {page}" for page, is_there in there.items() if not is_there)


def _long_integers(case: Case) -> Iterator[str]:
    """Integers that nobody typed, in the formulas as text and in LaTeX."""
    for block in answer(case).blocks:
        for text in (block.formula, block.latex and block.latex.formula):
            if digits := LONG_INTEGER.search(text or ""):
                yield f"{case.name}, order {block.order}: {digits[0]}"


def _wrong(case: Case) -> Iterator[str]:
    """Formulas that have another value than the derivative."""
    for block in answer(case).blocks:
        if block.formula and (disagreement := _disagreement(case, block)):
            yield f"{case.name}, order {block.order}: {disagreement}"


def _slow(case: Case) -> Iterator[str]:
    """Answers that take longer than a person waits."""
    if answer(case).seconds > MOST_SECONDS:
        yield f"{case.name}: {answer(case).seconds:.1f} s"


@pytest.mark.usefixtures("garbage_waits")
@by_section
def test_every_formula_is_there_and_right_and_has_its_decimals_and_comes_soon(
    cases: Sequence[Case],
) -> None:
    checks = (_missing, _long_integers, _wrong, _slow)
    problems = [text for case in cases for check in checks for text in check(case)]
    assert not problems, "\n".join(problems)
    assert sum(answer(case).seconds for case in cases) < USUAL_SECONDS * len(cases)


@pytest.mark.parametrize(
    ("formula", "is_right"),
    [
        ("0.9·x²·exp(-0.3·x) - 0.09·x³·exp(-0.3·x)", True),
        ("0.9·x²·exp(-0.3·x) - 0.0900000000000000000000001·x³·exp(-0.3·x)", False),
        ("digamma(x)", False),
        ("sni(x)", False),
    ],
)
def test_a_formula_that_is_wrong_is_seen(formula: str, is_right: bool) -> None:
    case = Case("", "", "0.3*x^3*exp(-0.3*x)", (("x", "1.7"),))
    (block,) = answer(case, 1).blocks
    shown = Block(**{**vars(block), "formula": formula})
    assert (_disagreement(case, shown) == "") == is_right
