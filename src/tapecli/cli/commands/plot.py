"""`tapecli plot`."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from typing import Any

import click

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.completion import candidates
from tapecli.cli.parameters import OneOf

WIDTH, LINES = 80, 24
"""The size in characters where no terminal says its own."""

FINE = (1200, 800)
"""The dots of a figure, across and up: nothing smaller can be seen in it."""


@options.command(
    *options.variables(
        "RANGE",
        "The range of x: -5..5, 0..2pi. Of 0..1@200, 0..1:0.01, 1e-3..1e3@61log and lists, "
        "exactly these values are drawn. Or the value of x, if another variable has the range.  "
        "[default: -5..5]",
        candidates.RANGES,
    ),
    options.order("The highest order; the value and all orders up to it are drawn.  [default: 1]"),
    options.by_in_turn("the variable with the range"),
    options.METHOD,
    options.DTYPE,
    click.option(
        "--window",
        metavar="LOW..HIGH",
        help="The lowest and the highest value to show.  [default: all values, but poles are cut]",
    ),
    click.option(
        "--points",
        "marked",
        is_flag=True,
        help="Mark the samples whose values are off, lost, rounded or undefined.",
    ),
    click.option(
        "-f",
        "--format",
        "format_name",
        type=OneOf(list(formats.PLOTS), formats.canonical),
        help="; ".join(f"{name}: {row.meaning}" for name, row in formats.PLOTS.items())
        + ".  [default: by the ending of --output, else text]",
    ),
    *options.OUTPUT,
    options.max_seconds(help="How long a drawing may take; after that it is drawn in wider steps."),
    options.VERBOSE,
)
def command(
    window: str | None, marked: bool, verbose: bool, writing: Any, **question_options: Any
) -> int:
    """Draw expressions and their derivatives, in the terminal or as a figure.

    Without an EXPRESSION it is log(x^2). The curve is open at poles and where it has no value: a
    line is drawn only where the curve is certified to be continuous.

    \b
      tapecli plot 'tan(x)' --x -5..5
      tapecli plot 'sin(x)/x' --order 2 --x -20..20 --output sinc.svg
      tapecli plot 'x^2*y' --x 0..1 --y 3 --wrt y
      tapecli plot '(1-cos x)/x^2' --x -1e-3..1e-3 --order 0 --points
      tapecli plot '1/(1+x^2)' --x 1e-2..1e2@81log --window -1..1

    Figures (png, svg, pdf) need Matplotlib: pip install 'tapecli[plot]'.

    Exit codes: 0 every value is right, rounded or undefined; 1 a value is off or lost; 2 the
    call is wrong; 3 TensorFlow is missing or broken.
    """
    from tapecli.cli import call
    from tapecli.engines.certified.budget import PLOT_SHARE, Budget
    from tapecli.features.plot import question
    from tapecli.formats import words

    arguments = call.arguments("diff", question_options)
    source, how = arguments["source"], arguments["options"]
    if source.table is not None:
        raise click.UsageError("a plot takes a range from the call, not a table: --x -5..5")
    out = output.Output(formats.PLOTS, **writing)
    expressions, wrt, order = (arguments[name] for name in ("expressions", "wrt", "order"))
    plot_question = question.ask(expressions, source.values, wrt, order, how)
    limits = question.ends(window) if window is not None else None
    from tapecli.evaluation import answering  # only now, so that a wrong call fails at once
    from tapecli.features.plot import sample

    load = functools.partial(call.load, verbose)
    budget = Budget.of_plot(how.max_seconds)
    run = functools.partial(answering.answer, formulas=False, load=load, budget=budget)
    with output.waiting("drawing ..."):
        curves = sample.curves(plot_question, _dots(out), limits, marked, run, budget)
    out.write(curves)
    if verbose and curves.uncertified:
        total, seconds = sum(curves.counts.values()), PLOT_SHARE * how.max_seconds
        click.echo(words.given_up(curves.uncertified, total, seconds, "values"), err=True)
    if out.format_.binary:
        from tapecli.features.plot.pages import legend

        for line, _ in legend.notes(curves, signs=False):
            click.echo(line, err=True)
    return 0 if curves.ok else 1


def _dots(out: output.Output) -> tuple[int, int]:
    """What the curves are drawn on: the terminal without the line of the prompt, or a figure."""
    if out.format_.binary:
        return FINE
    height = output.natural("LINES")
    if height is None:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # no terminal, or no stream
            height = os.get_terminal_size(sys.stdout.fileno()).lines
    lines = max((height or LINES) - 1, 1)
    width = output.screen(sys.stdout, out.color).width or WIDTH
    return 2 * width, 4 * lines
