"""What the arguments and options of a command ask for: expressions, points and a question."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tapecli import defaults
from tapecli.errors import ExpressionError, PointsError, RequestError, UsageError
from tapecli.evaluation.question import Options, PointsInput, Question
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
    points = [text for name in defaults.SHORT for text in options.get(name, ())]
    points += [text for _, text in options.get("at", ())]
    if [*typed, *points].count("-") > 1:
        raise RequestError("'-' is there twice, and standard input can be read but once")
    if sys.stdin is not None and sys.stdin.isatty():
        if "-" in points:
            raise PointsError(_terminal("points", "write --x 1..3"))
        if "-" in typed:
            raise UsageError(_terminal("expressions", "write 'x^2'"))
    located = [
        pair
        for text in typed
        for pair in (read_file(text) if text == "-" or text.startswith("@") else [(text, "")])
    ]
    lines = {number: line for number, (_, line) in enumerate(located)}
    try:
        yield tuple(text for text, _ in located)
    except ExpressionError as error:
        if error.number is not None and (line := lines.get(error.number)):
            error.problem = f"{line}: {error.problem}"
        raise


def read_file(source: str) -> Iterator[tuple[str, str]]:
    """The expressions of a file, one a line, with the line that each is on.

    Raises:
        UsageError: they cannot be read, are too many or none, or are on too many lines.
    """
    count = 0
    with text_files.open_text(source, sys.stdin, "expressions", UsageError) as (stream, name):
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


def _terminal(content: str, instead: str) -> str:
    """Why standard input is not waited for, which somebody would have to type."""
    return (
        f"'-' reads {content} from standard input, which is a terminal; "
        f"pipe them in, one a line, or {instead}"
    )


def arguments(
    kind: str, options: Mapping[str, Any], default: str = defaults.POINTS
) -> dict[str, Any]:
    """The arguments of `Question.parse`, from the options of a command by name.

    Args:
        kind: one of `KINDS`; a gradient and the like have no default expression.
        options: the expressions, the points of the variables, and how to compute; no others.
        default: the points of the only variable, if there are none.

    Raises:
        RequestError: points are given twice.
    """
    rest = dict(options)
    at = rest.pop("at", ())
    tables = [text for name, text in at if not name]
    if len(tables) > 1:
        raise RequestError("a table of points is given twice")
    pairs = [(name, text) for name in defaults.SHORT for text in rest.pop(name, ())]
    source = PointsInput.of_pairs(
        [*pairs, *((name, text) for name, text in at if name)],
        table=tables[0] if tables else None,
        paired=rest.pop("paired", False),
        stdin=sys.stdin,
        default=default,
    )
    names = [name for name in ("wrt", "order", "claims") if name in rest]
    texts: dict[str, Any] = {name: rest.pop(name) for name in names}
    expressions = rest.pop("expressions")
    return {
        "kind": kind,
        "expressions": expressions or ((defaults.EXPRESSION,) if kind == "diff" else ()),
        "source": source,
        "options": Options(**rest),
        **texts,
    }


def question(options: Mapping[str, Any], default: str = defaults.POINTS) -> Question:
    """The question about derivatives that these options ask, checked; as `arguments` takes them.

    Raises:
        UsageError: something in it cannot be done.
    """
    return Question.parse(**arguments("diff", options, default))
