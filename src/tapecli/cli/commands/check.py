"""`tapecli check`."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import click

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.parameters import FormatCommand, OneOf, WholeNumber, from_environment, pop_sharing
from tapecli.cli.progress import bar
from tapecli.defaults import EXECUTIONS
from tapecli.expressions.functions import FUNCTIONS, OPERATORS


@click.command(cls=FormatCommand)
@click.option("--quick", is_flag=True, help="A few seconds, orders up to 2.")
@click.option("--full", is_flag=True, help="Some minutes, orders up to 6, more points.")
@click.option(
    "--exhaustive",
    is_flag=True,
    help="Every number of bfloat16 and float16; of float32 with --function.",
)
@options.several(
    "--function",
    "functions",
    metavar="NAME",
    type=OneOf([*FUNCTIONS, *OPERATORS, "composite"]),
    help="Check only this function, operator or 'composite'; may be given more than once.",
)
@options.several("--dtype", "dtypes", type=options.DTYPES, help="Check only this precision.")
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
@click.option(
    "--order",
    type=WholeNumber(1),
    help="With --exhaustive, the highest order of the derivatives.  [default: 2]",
)
@options.added(
    *options.page("check"),
    options.resume("With --exhaustive, go on with a --output file that was interrupted."),
    *options.WORKING,
    options.VERBOSE,
)
def command(
    quick: bool,
    full: bool,
    exhaustive: bool,
    functions: tuple[str, ...],
    dtypes: tuple[str, ...],
    executions: tuple[str, ...],
    devices: tuple[str, ...],
    seed: int,
    order: int | None,
    resume: bool,
    verbose: bool,
    jobs: int | None,
    workers: int | None,
    scheduler: str | None,
    **writing: Any,
) -> int:
    """Check that this TensorFlow, on this machine, differentiates correctly.

    \b
      tapecli check --quick
      tapecli check --format junit --output check.xml
      tapecli check --function tanh --dtype float32 --full
      tapecli check --exhaustive --dtype bfloat16

    Every function that TensorFlow has an operation for, and composite expressions, are
    differentiated at fixed, random and awkward points, in every precision and every way of running,
    and compared with certified values. Functions that are defined by others, as sech(x) is
    1/cosh(x), are run in float64, with --full in every way, and with --quick only if --function
    names them. What it finds wrong is shown with the call that shows it again.

    With --exhaustive they are checked at every finite number of a precision, which takes minutes
    in 16 bits; the report has every interval of numbers at which values are lost or off.

    Exit codes: 0 all is right, but for known defects of TensorFlow; 1 something is not;
    2 the call is wrong; 3 TensorFlow or the cluster is missing or broken.
    """
    from tapecli.engines.tapes import loading
    from tapecli.features.check import plan

    levels = {"--quick": quick, "--full": full, "--exhaustive": exhaustive}
    named = [f"'{name}'" for name, is_named in levels.items() if is_named]
    if len(named) > 1:
        raise click.UsageError(f"{named[0]} and {named[1]} are two levels; leave one out")
    if exhaustive:
        if seed:
            raise click.UsageError("'--seed' is for random points, and '--exhaustive' has all")
        planned = functions, dtypes, executions, devices, order or 2
        return _every_number(planned, writing, resume=resume, verbose=verbose)
    if from_environment(click.get_current_context(), "scheduler"):
        scheduler = None
    only_exhaustive = {"order": order, "resume": resume, "jobs": jobs, "workers": workers}
    for name, value in {**only_exhaustive, "scheduler": scheduler}.items():
        if value:
            raise click.UsageError(f"'--{name}' is for '--exhaustive'")
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


def _every_number(planned: tuple[Any, ...], writing: Mapping[str, Any], **how: bool) -> int:
    """Check at every number of a dtype, and return the exit code."""
    sharing = pop_sharing(click.get_current_context())
    out = output.Output(formats.PAGES["check.exhaustive"], **writing)
    from tapecli.cli import exhaustive
    from tapecli.features.check.exhaustive import running

    survey = exhaustive.check_every_number(running.planned(*planned), out, sharing, **how)
    return 0 if survey.ok else 1
