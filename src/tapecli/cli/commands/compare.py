"""`tapecli compare`."""

from __future__ import annotations

from typing import Any

import click

from tapecli import defaults, formats
from tapecli.cli import options, output
from tapecli.cli.parameters import WholeNumber

TARGETS = ("u = x^2", "y = log(u)")
"""The targets of the worked example, which are compared if there are no others."""


@options.command(
    *options.ONE_POINT,
    options.ORDER_OF_TAPES,
    options.BY_IN_TURN,
    options.DTYPE,
    click.option(
        "--points",
        type=WholeNumber(least=1),
        default=100_000,
        help="The number of points of the second measurement.",
    ),
    click.option("--operations", is_flag=True, help="List all operations that are counted."),
    options.MAX_SECONDS,
    *options.page("compare"),
    options.VERBOSE,
)
def command(
    points: int, operations: bool, verbose: bool, writing: Any, **question_options: Any
) -> int:
    """Measure what arrangements of tapes cost.

    \b
      tapecli compare
      tapecli compare 'u = x^2' 'y = log(u)' --operations
      tapecli compare 'sin(x)/x' --order 2 --points 100000
      tapecli compare 'x*y' 'x+y' --x 1 --y 2 --wrt x --wrt y

    For each arrangement that can do what is asked: the operations that its tapes record, and
    those that run in the forward pass and the backward passes; the bytes that its tapes hold;
    and the times that it takes at one point and at many. The last line says whether nesting the
    targets avoids work.
    Without an expression it is the worked example: u = x^2 and y = log(u).

    Exit codes: 0 it is measured; 1 that cannot be written; 2 the call is wrong; 3 TensorFlow is
    missing or broken.
    """
    from tapecli.cli import call
    from tapecli.features.compare import measuring

    out = output.Output(formats.PAGES["compare"], **writing)
    question_options["expressions"] = question_options["expressions"] or TARGETS
    question = call.question(question_options, default=defaults.POINT)
    measuring.check(question, points)
    if verbose:
        call.load(verbose)
    # This line is at rest, for a bar would disturb the times.
    with output.waiting("measuring, for some seconds ..."):
        call.load(verbose)
        comparison = measuring.compare(question, points, operations)
    out.write(comparison)
    return 0
