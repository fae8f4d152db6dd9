"""What the commands that differentiate share: their options, and how they answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from tapecli import methods, render, request, tapes, tensorflow_, verification
from tapecli.cli import output
from tapecli.cli.types import ExpressionCommand, ExpressionText, OneOf, PointsOf
from tapecli.cli.waiting import waiting
from tapecli.differentiate import DEFAULT_EXPRESSION
from tapecli.errors import PointsError, RequestError
from tapecli.floats import FORMATS
from tapecli.grid import DEFAULT_POINTS
from tapecli.points import SHORT
from tapecli.render import words
from tapecli.request import How, Where

FORMATS_HELP = "; ".join(f"{name}: {row.meaning}" for name, row in render.FORMATS.items())
POINTS_HELP = (
    "Values of x: 1..3, 0..1:0.1, 0..2pi@9, 1e-3..1e3@7log, lists of these with commas, "
    "- for one a line of standard input, or @FILE."
)

_WHERE = (
    click.argument("expressions", nargs=-1, type=ExpressionText(), metavar="[EXPRESSION]..."),
    click.option(
        "--x",
        multiple=True,
        metavar="POINTS",
        help=f"{POINTS_HELP}  [default: {DEFAULT_POINTS}, if it is the only variable]",
    ),
    *(
        click.option(f"--{name}", multiple=True, metavar="POINTS", help=f"The same for {name}.")
        for name in SHORT[1:]
    ),
    click.option(
        "--at",
        type=PointsOf(),
        multiple=True,
        help="The same for a variable of any name; or @FILE or - alone, for rows of points "
        "under a header of names, as CSV, TSV or JSON lines.",
    ),
    click.option(
        "--zip",
        "paired",
        is_flag=True,
        help="Pair the values of several variables, first with first, and do not combine all.",
    ),
)

_HOW = (
    click.option(
        "--method",
        type=OneOf(methods.METHODS),
        default="auto",
        show_default=True,
        help="The arrangement of tapes: one, side by side, inside one another, one asked often, "
        "or TensorFlow's batch Jacobian; taylor, series for high orders without TensorFlow; "
        "none, the analytic values alone. auto is tapes where they take no longer than a moment.",
    ),
    click.option(
        "--dtype",
        type=OneOf(FORMATS),
        default="float64",
        show_default=True,
        envvar="TAPECLI_DTYPE",
        help="The precision.",
    ),
    click.option(
        "--execution",
        type=OneOf(tapes.EXECUTIONS),
        help="How TensorFlow runs the tapes: "
        + "; ".join(f"{name}: {meaning}" for name, meaning in tapes.EXECUTIONS.items())
        + ".  [default: eager]",
    ),
    click.option(
        "--device",
        metavar="NAME",
        help="Where TensorFlow runs them: cpu, gpu, gpu:1.  [default: its own choice]",
    ),
    click.option(
        "--max-seconds",
        type=float,
        default=methods.MAX_SECONDS,
        show_default=True,
        metavar="SECONDS",
        help="Refuse what is expected to take longer.",
    ),
    click.option(
        "--verify",
        type=OneOf(verification.VERIFY),
        default="auto",
        show_default=True,
        help="At which points to compare with certified values; auto is all, or a sample of many.",
    ),
    click.option(
        "--tolerance",
        type=float,
        default=1.0,
        show_default=True,
        metavar="FACTOR",
        help="Widen or narrow what the verdict allows by this factor.",
    ),
    click.option("--strict", is_flag=True, help="Exit 1 for rounded and undefined values as well."),
    click.option(
        "-f",
        "--format",
        "format_name",
        type=OneOf(render.FORMATS),
        envvar="TAPECLI_FORMAT",
        help=f"{FORMATS_HELP}.  [default: by the ending of --output, else table]",
    ),
    *output.OPTIONS,
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Show what TensorFlow logs, and how long each part took.",
    ),
)

_BY = (
    click.option(
        "--wrt",
        multiple=True,
        metavar="NAMES",
        help="The variables to differentiate by, with commas.  [default: all]",
    ),
)


def command(*own: Any) -> Callable[[Any], click.Command]:
    """A command that differentiates: the options of all of them, and its own among them."""

    def decorate(function: Any) -> click.Command:
        options: tuple[Any, ...] = (*_WHERE, *(own or _BY), *_HOW)
        for option in reversed(options):
            function = option(function)
        return click.command(cls=ExpressionCommand, no_args_is_help=False)(function)

    return decorate


def answer(
    kind: str,
    expressions: tuple[str, ...],
    at: tuple[tuple[str, str], ...],
    paired: bool,
    wrt: tuple[str, ...],
    strict: bool,
    format_name: str | None,
    file: str | None,
    color: str,
    verbose: bool,
    order: int | None = None,
    claims: tuple[str, ...] = (),
    **rest: Any,
) -> int:
    """Differentiate, write the result, and return the exit code.

    `rest` has the points of the variables with an option of their own, and how it is to be done.
    """
    given, rows = _points({name: rest.pop(name) for name in SHORT}, at)
    output.check(file)
    format_ = output.format_of(format_name, file)
    if not expressions and kind == "diff":
        expressions = (DEFAULT_EXPRESSION,)
    where = Where(given, rows, paired, sys.stdin)
    asked = request.prepare(kind, expressions, where, wrt, order, claims, How(**rest))
    timings: dict[str, float] = {}
    with waiting("differentiating ..."):
        if asked.needs_tensorflow:
            tensorflow_.load(quietly=True, verbose=verbose)
        result = asked.run(format_.formulas, timings)
    output.write(result, format_, file, color)
    if not format_.claims:
        for claim, text, found in words.claims(result):
            if claim.failed:
                click.echo(f"claim {text}: {found}", err=True)
    if verbose:
        parts = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in timings.items())
        click.echo(f"{len(result.points):,} points; {parts}", err=True)
    return 0 if result.ok and (result.all_ok or not strict) else 1


def _points(
    short: Mapping[str, tuple[str, ...]], at: tuple[tuple[str, str], ...]
) -> tuple[dict[str, str], str | None]:
    """The values of each variable, and where a table is; standard input must have some to give."""
    points: dict[str, str] = {}
    named = [(name, text) for name, texts in short.items() for text in texts]
    for name, text in [*named, *at]:
        if name in points:
            what = f"the points of '{name}' are" if name else "a table of points is"
            raise RequestError(f"{what} given twice")
        points[name] = text
    if list(points.values()).count("-") > 1:
        raise RequestError("'-' is there twice, and standard input can be read but once")
    if "-" in points.values() and sys.stdin is not None and sys.stdin.isatty():
        raise PointsError(
            "'-' reads points from standard input, which is a terminal; "
            "pipe them in, one a line, or write --x 1..3"
        )
    rows = points.pop("", None)
    return points, rows
