"""What the options of a command ask for: points, and a request that is checked."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tapecli import defaults
from tapecli.errors import ExpressionError, PointsError, RequestError, UsageError
from tapecli.evaluation import question
from tapecli.evaluation.question import How, Request, Where
from tapecli.expressions.expression import MAX_TARGETS
from tapecli.points import text_files

MAX_LINES = 10_000
"""Lines of a file of expressions, with those that are blank and remarks."""


@contextlib.contextmanager
def expressions(options: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The expressions of a call, with those that are in a file or in standard input.

    What is then found wrong with one of those is told with the line that it is on.

    Args:
        options: by name, with the points of the variables among them.

    Raises:
        RequestError: standard input is to be read twice.
        UsageError: a file or standard input cannot be read, is a terminal, or has no expressions
            or too many.
    """
    typed: tuple[str, ...] = options["expressions"]
    in_points = [text for name in defaults.SHORT for text in options.get(name, ())]
    in_points += [text for _, text in options.get("at", ())]
    if [*typed, *in_points].count("-") > 1:
        raise RequestError("'-' is there twice, and standard input can be read but once")
    if sys.stdin is not None and sys.stdin.isatty():
        if "-" in in_points:
            raise PointsError(_terminal("points", "write --x 1..3"))
        if "-" in typed:
            raise UsageError(_terminal("expressions", "write 'x^2'"))
    found = [
        one
        for text in typed
        for one in (listed(text) if text == "-" or text.startswith("@") else [(text, "")])
    ]
    places: dict[int | None, str] = {number: place for number, (_, place) in enumerate(found)}
    try:
        yield tuple(text for text, _ in found)
    except ExpressionError as error:
        if place := places.get(error.number):
            error.problem = f"{place}: {error.problem}"
        raise


def listed(source: str) -> Iterator[tuple[str, str]]:
    """The expressions of a file, one a line, with their places.

    Raises:
        UsageError: they cannot be read, are too many or none, or are on too many lines.
    """
    count = 0
    with text_files.opened(source, sys.stdin, "expressions", UsageError) as (stream, name):
        for number, line in text_files.lines(stream, name, UsageError):
            if number > MAX_LINES:
                raise UsageError(f"more than {MAX_LINES:,} lines in {name}")
            text = line.strip()
            if text and not text.startswith("#"):
                count += 1
                if count > MAX_TARGETS:
                    raise UsageError(f"more than {MAX_TARGETS} expressions in {name}")
                yield text, f"line {number} of {name}"
    if not count:
        raise UsageError(f"there are no expressions in {name}")


def _terminal(what: str, instead: str) -> str:
    """Why standard input is not waited for, which somebody would have to type."""
    return (
        f"'-' reads {what} from standard input, which is a terminal; "
        f"pipe them in, one a line, or {instead}"
    )


def prepared(
    expressions: tuple[str, ...],
    at: tuple[tuple[str, str], ...],
    wrt: tuple[str, ...] = (),
    order: int | None = None,
    paired: bool = False,
    otherwise: str = defaults.POINTS,
    **rest: Any,
) -> Request:
    """The request of derivatives that the options of these names make, checked.

    `otherwise` are the points of the only variable, if there are none; `rest` has the points of
    the variables with an option of their own, and how it is to be done.
    """
    given, rows = points(rest, at)
    where = Where(given, rows, paired, sys.stdin, otherwise)
    expressions = expressions or (defaults.EXPRESSION,)
    return question.prepare("diff", expressions, where, wrt, order, (), How(**rest))


def points(
    options: dict[str, Any], at: tuple[tuple[str, str], ...]
) -> tuple[dict[str, str], str | None]:
    """The values of each variable, and where a table is.

    The variables with an option of their own are taken out of the options.
    """
    named = [(name, text) for name in defaults.SHORT for text in options.pop(name, ())]
    points = question.by_variable([*named, *at])
    rows = points.pop("", None)
    return points, rows
