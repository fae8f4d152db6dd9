"""The bounds: each has its own error, one step beyond it, and its row in docs/limits.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import tapecli
from tapecli import defaults
from tapecli.cli import call
from tapecli.errors import TapecliError, UsageError
from tapecli.evaluation import batch
from tapecli.expressions import derivative, expression, parser, shorthands
from tapecli.features.plot import question as plot_question
from tapecli.formats.json import document
from tapecli.points import exact, points, text_files

PAGE = (Path(__file__).parent.parent / "docs" / "limits.md").read_text("utf-8")
TABLE = dict(re.findall(r"(?m)^\| (.*?) \| (.*?) \|$", PAGE.partition("## Hard to break")[2]))


class Bound(NamedTuple):
    """A row of the page, and what is one step beyond it.

    Attributes:
        what, most: the row.
        beyond: a call.
        problem: how its message begins.
    """

    what: str
    most: str
    beyond: Callable[[], object]
    problem: str


def diff(*typed: str, **given: object) -> object:
    return tapecli.diff(list(typed), method="none", **given)  # type: ignore[arg-type]


def answered(**request: object) -> object:
    """Raises the error that a request is answered by."""
    (line,) = batch.Batch(document=document).answers([json.dumps(request)])
    error = json.loads(line)["error"]
    raise UsageError(error["message"])


FILE = "@long"
NAMES = {f"x{number}": [1] for number in range(points.MAX_LISTED + 1)}

BOUNDS = [
    Bound(
        "characters of an expression",
        f"{parser.MAX_LENGTH:,}",
        lambda: diff("x" + " " * parser.MAX_LENGTH),
        "the expression has 10,001 characters; the limit is 10,000",
    ),
    Bound(
        "nested brackets and operators",
        f"{parser.MAX_DEPTH:,}",
        lambda: diff("(" * parser.MAX_DEPTH + "x" + ")" * parser.MAX_DEPTH),
        "more than 200 nested brackets and operators",
    ),
    Bound(
        "digits of a number, and of a constant such as `9^99`",
        f"{parser.MAX_DIGITS:,}",
        lambda: diff("9" * (parser.MAX_DIGITS + 1)),
        "a number of more than 400 digits",
    ),
    Bound(
        "digits of a number, and of a constant such as `9^99`",
        f"{parser.MAX_DIGITS:,}",
        lambda: diff("10^400"),
        "a constant of more than 400 digits",
    ),
    Bound(
        "a constant exponent",
        f"{parser.MAX_EXPONENT:,}",
        lambda: diff("x^1000001"),
        "an exponent beyond 1,000,000",
    ),
    Bound(
        "expressions in a call",
        f"{expression.MAX_TARGETS:,}",
        lambda: diff(*["x"] * (expression.MAX_TARGETS + 1)),
        "51 expressions: no more than 50 at once",
    ),
    Bound(
        "definitions beside them",
        f"{expression.MAX_DEFINITIONS:,}",
        lambda: diff(*[f"f{n}(x) = x" for n in range(expression.MAX_DEFINITIONS + 1)]),
        "51 definitions: no more than 50 at once",
    ),
    Bound(
        "terms of a sum, and factors of a product",
        f"{shorthands.MAX_TERMS:,}",
        lambda: diff("sum(x^k, k = 1..1001)"),
        "a sum of 1,001 terms; the limit is 1,000",
    ),
    Bound(
        "operations that sums, derivatives inside and calls of definitions write out",
        f"{shorthands.MAX_OPERATIONS:,}",
        lambda: diff("sum(sum(x^(j + k), j = 1..200), k = 1..200)"),
        "more than 20,000 operations, once it is written out",
    ),
    Bound(
        "sums, derivatives and calls of definitions inside one another",
        f"{shorthands.MAX_NESTED:,}",
        lambda: diff("sum(" * 51 + "x" + ", k = 1..1)" * 51),
        "more than 50 sums, derivatives and definitions inside one another",
    ),
    Bound(
        "times that an expression is differentiated inside of another",
        f"{shorthands.MAX_TIMES:,}",
        lambda: diff("2*diff(sin(x), x, 101)"),
        "a derivative of order 101; the limit is 100",
    ),
    Bound(
        "the order",
        f"{defaults.MAX_ORDER:,}",
        lambda: diff("x", order=defaults.MAX_ORDER + 1),
        "order 1,001: no more than 1,000",
    ),
    Bound(
        "derivatives in a call",
        f"{derivative.MAX_ENTRIES:,}",
        lambda: diff(*["x"] * 11, order=1_000),
        "11,000 derivatives: no more than 10,000",
    ),
    Bound(
        "curves in a plot",
        f"{plot_question.MAX_CURVES:,}",
        lambda: plot_question.ask(["x^2"], {}, order=plot_question.MAX_CURVES),
        "51 curves: no more than 50 in a plot",
    ),
    Bound(
        "the order with the size of the expression",
        f"what is expected to take {defaults.MAX_SECONDS:g} CPU seconds; `--max-seconds`",
        lambda: diff("tanh(" * 98 + "x" + ")" * 98, order=1_000),
        "order 1000 would take certified values about ",
    ),
    Bound(
        "points of a variable, and rows of a table, where all are in memory",
        f"{exact.MAX_POINTS:,}",
        lambda: diff("x", x=f"1..{exact.MAX_POINTS + 1}"),
        "'1..100001': more than 100,000 points",
    ),
    Bound(
        "points in several variables, where all are in memory",
        f"{points.MAX_PRODUCT:,}",
        lambda: diff("x*y", at={"x": "1..10000", "y": "1..1001"}, wrt="x"),
        "10,000 x 1,001 are more than 10,000,000 points",
    ),
    Bound(
        "variables with a list of values each",
        f"{points.MAX_LISTED:,}",
        lambda: diff(" + ".join(NAMES), at=NAMES, wrt="x0"),
        "26 lists of values: no more than 25; --zip pairs them",
    ),
    Bound(
        "points that are computed in chunks",
        f"{exact.MAX_COUNT:,}",
        lambda: next(tapecli.parts("x", x=f"0..{exact.MAX_COUNT}")),
        "'0..1000000000000000': more than 1,000,000,000,000,000 points",
    ),
    Bound(
        "characters of a line of a file, and lines of a file of expressions",
        f"{text_files.MAX_LINE:,} and {call.MAX_LINES:,}",
        lambda: diff("x", x=FILE),
        "line 1 of 'long' has more than 100,000 characters",
    ),
    Bound(
        "characters of a line of a file, and lines of a file of expressions",
        f"{text_files.MAX_LINE:,} and {call.MAX_LINES:,}",
        lambda: list(call.read_file("@empty")),
        "more than 10,000 lines in 'empty'",
    ),
    Bound(
        "characters of a request, and numbers of an answer, in a batch",
        f"{batch.MAX_LINE:,} and {batch.MAX_VALUES:,}",
        lambda: answered(expr="x", id="x" * batch.MAX_LINE),
        "the request has more than 10,000,000 characters",
    ),
    Bound(
        "characters of a request, and numbers of an answer, in a batch",
        f"{batch.MAX_LINE:,} and {batch.MAX_VALUES:,}",
        lambda: answered(expr="x", x=f"1..{exact.MAX_POINTS}", order=6),
        "600,000 values: no more than 500,000 in an answer",
    ),
]


@pytest.mark.parametrize("bound", BOUNDS, ids=[bound.problem for bound in BOUNDS])
def test_one_step_beyond_it_is_an_error_of_its_own(
    bound: Bound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(FILE[1:]).write_text("1" * (text_files.MAX_LINE + 1))
    Path("empty").write_text("\n" * (call.MAX_LINES + 1))
    with pytest.raises(TapecliError) as caught:
        bound.beyond()
    assert str(caught.value).startswith(bound.problem)


def test_the_page_of_limits_has_each_and_no_other() -> None:
    rows = {what: most for what, most in TABLE.items() if what not in ("what", "---")}
    assert rows == {bound.what: bound.most for bound in BOUNDS}
