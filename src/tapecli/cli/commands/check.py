"""`tapecli check`."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.parameters import OneOf, WholeNumber
from tapecli.cli.progress import bar
from tapecli.defaults import EXECUTIONS
from tapecli.expressions.functions import FUNCTIONS, OPERATORS
from tapecli.floats import FORMATS


@click.command()
@click.option("--quick", is_flag=True, help="A few seconds, orders up to 2.")
@click.option("--full", is_flag=True, help="Some minutes, orders up to 6, more points.")
@options.several(
    "--function",
    "functions",
    metavar="NAME",
    type=OneOf([*FUNCTIONS, *OPERATORS, "composite"]),
    help="Check only this function, operator or 'composite'; may be given more than once.",
)
@options.several("--dtype", "dtypes", type=OneOf(list(FORMATS)), help="Check only this precision.")
@options.several(
    "--execution",
    "executions",
    type=OneOf(list(EXECUTIONS)),
    help="Check only what TensorFlow runs in this way.",
)
@options.several(
    "--device",
    "devices",
    metavar="NAME",
    help="Check on this device: cpu, gpu:1.  [default: all that are present]",
)
@click.option("--seed", type=WholeNumber(), default=0, help="The seed of the random points.")
@options.added(*options.page("check"), options.VERBOSE)
def command(
    quick: bool,
    full: bool,
    functions: tuple[str, ...],
    dtypes: tuple[str, ...],
    executions: tuple[str, ...],
    devices: tuple[str, ...],
    seed: int,
    verbose: bool,
    **writing: Any,
) -> int:
    """Check that this TensorFlow, on this machine, differentiates correctly.

    \b
      tapecli check --quick
      tapecli check --format junit --output check.xml
      tapecli check --function tanh --dtype float32 --full

    Every function of the language and composite expressions are differentiated at fixed, random
    and awkward points, in every precision and every way of running, and compared with certified
    values. What it finds wrong is shown with the call that shows it again.

    Exit codes: 0 all is right, but for known defects of TensorFlow; 1 something is not;
    2 the call is wrong; 3 TensorFlow is missing or broken.
    """
    from tapecli.engines.tapes import loading
    from tapecli.features.check import plan

    if quick and full:
        raise click.UsageError("'--quick' and '--full' are two levels; leave one out")
    level = "quick" if quick else "full" if full else "default"
    out = output.Output(formats.PAGES["check"], **writing)
    plan.selected(level, functions, dtypes, executions)  # before TensorFlow takes its time
    if verbose:
        loading.load(core_only=True)  # before the bar, which its log would break
    log = contextlib.nullcontext() if verbose else loading.log_captured("being checked")
    with bar(f"checking ({level})", out.color) as progress, log:
        loading.load(core_only=True)
        from tapecli.features.check.running import check_tensorflow

        report = check_tensorflow(level, seed, functions, dtypes, executions, devices, progress)
    out.write(report)
    return 0 if report.ok else 1
