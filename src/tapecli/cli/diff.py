"""`tapecli diff`."""

from __future__ import annotations

import sys

import click

from tapecli import differentiate, render, tapes, tensorflow_
from tapecli.cli import output
from tapecli.cli.types import ExpressionCommand, ExpressionText, OneOf, PointsOf, WholeNumber
from tapecli.cli.waiting import waiting
from tapecli.errors import PointsError, RequestError
from tapecli.floats import FORMATS
from tapecli.grid import DEFAULT_POINTS
from tapecli.result import Result

FORMATS_HELP = "; ".join(f"{name}: {row.meaning}" for name, row in render.FORMATS.items())
POINTS_HELP = (
    "Points: 1..3, 0..1:0.1, 0..2pi@9, 1e-3..1e3@7log, lists of these with commas, "
    "- for one a line of standard input, or @FILE."
)


@click.command(cls=ExpressionCommand, no_args_is_help=False)
@click.argument("expressions", nargs=-1, type=ExpressionText(), metavar="[EXPRESSION]...")
@click.option(
    "--x",
    "x",
    multiple=True,
    metavar="POINTS",
    help=f"{POINTS_HELP}  [default: {DEFAULT_POINTS}]",
)
@click.option(
    "--at", "at", type=PointsOf(), multiple=True, help="The same for a variable of any name."
)
@click.option(
    "-n",
    "--order",
    type=WholeNumber(),
    default=1,
    show_default=True,
    help="The highest order; all from 1 are shown. 0 is the value alone.",
)
@click.option(
    "--method",
    type=OneOf(tapes.METHODS),
    default="auto",
    show_default=True,
    help="The arrangement of tapes: one, side by side, inside one another, or one asked often.",
)
@click.option(
    "--dtype",
    type=OneOf(FORMATS),
    default="float64",
    show_default=True,
    envvar="TAPECLI_DTYPE",
    help="The precision.",
)
@click.option(
    "--tolerance",
    type=float,
    default=1.0,
    show_default=True,
    metavar="FACTOR",
    help="Widen or narrow what the verdict allows by this factor.",
)
@click.option("--strict", is_flag=True, help="Exit 1 for rounded and undefined values as well.")
@click.option(
    "-f",
    "--format",
    "format_name",
    type=OneOf(render.FORMATS),
    envvar="TAPECLI_FORMAT",
    help=f"{FORMATS_HELP}.  [default: by the ending of --output, else table]",
)
@click.option(
    "-o", "--output", "file", metavar="FILE", help="Write to a file, whole or not at all."
)
@click.option(
    "--color",
    type=OneOf(output.COLOR),
    default="auto",
    show_default=True,
    envvar="TAPECLI_COLOR",
    help="Colours in a table.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show what TensorFlow logs.")
def command(
    expressions: tuple[str, ...],
    x: tuple[str, ...],
    at: tuple[tuple[str, str], ...],
    order: int,
    method: str,
    dtype: str,
    tolerance: float,
    strict: bool,
    format_name: str | None,
    file: str | None,
    color: str,
    verbose: bool,
) -> int:
    """Differentiate expressions with gradient tapes, beside the certified derivatives.

    Without an EXPRESSION it is log(x^2). Several are separate targets; one with a name may be
    used by those that follow.

    \b
      tapecli diff 'log(x^2)' --order 2 --x 1..3
      tapecli diff 'u = x^2' 'y = log(u)' --method nested
      tapecli diff 'sin x cos x' --x 0..2pi@9 --format csv --output slopes.csv
      seq 1 5 | tapecli diff '1/x' --x - --format value

    Exit codes: 0 every value is right, rounded or undefined; 1 a value is off or lost;
    2 the call is wrong; 3 TensorFlow is missing or broken.
    """
    points = _points(x, at)
    output.check(file)
    format_ = output.format_of(format_name, file)
    request = differentiate.prepare(
        expressions or [differentiate.DEFAULT_EXPRESSION],
        points,
        order,
        method,
        dtype,
        tolerance,
        stdin=sys.stdin,
    )
    with waiting("differentiating ..."):
        tensorflow_.load(quietly=True, verbose=verbose)
        result = request.run(formulas=format_.formulas)
    output.write(result, format_, file, color)
    return _exit_code(result, strict)


def _points(x: tuple[str, ...], at: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The points of each variable; standard input must have some to give."""
    points: dict[str, str] = {}
    for name, text in [*(("x", text) for text in x), *at]:
        if name in points:
            raise RequestError(f"the points of '{name}' are given twice")
        points[name] = text
    if "-" in points.values() and sys.stdin is not None and sys.stdin.isatty():
        raise PointsError(
            "'-' reads points from standard input, which is a terminal; "
            "pipe them in, one a line, or write --x 1..3"
        )
    return points


def _exit_code(result: Result, strict: bool) -> int:
    right = result.all_ok if strict else result.ok
    return 0 if right else 1
