"""`tapecli trace`."""

from __future__ import annotations

from typing import Any

from tapecli import defaults, formats
from tapecli.cli import options, output


@options.command(
    *options.ONE_POINT,
    options.ORDER,
    options.BY_IN_TURN,
    options.METHOD,
    options.DTYPE,
    options.MAX_SECONDS,
    *options.page("trace"),
    options.VERBOSE,
)
def command(verbose: bool, writing: Any, **question_options: Any) -> int:
    """Show what the tapes record at a point, and the backward passes, step by step.

    \b
      tapecli trace 'log(x^2)' --x 2
      tapecli trace 'log(x^2)' --x 2 --order 2
      tapecli trace 'x^2*y' --x 2 --y 3 --wrt x,y
      tapecli trace 'u = x^2' 'y = log(u)' --method persistent

    The forward pass has the value and the local derivatives of each operation. A backward pass
    has each adjoint, and the terms that it is the sum of. With --order 2, the outer tape records
    the operations of the inner tape's backward pass. Without an EXPRESSION it is log(x^2), and
    without a point x = 2. The methods batch, taylor and none cannot be traced.

    Exit codes: 0 every number is that of 'tapecli diff', and right, rounded or undefined; 1 one
    is not; 2 the call is wrong; 3 TensorFlow is missing or broken.
    """
    from tapecli.cli import call
    from tapecli.features.trace import tracing

    out = output.Output(formats.PAGES["trace"], **writing)
    question = call.question(question_options, default=defaults.POINT)
    tracing.check(question)
    with output.waiting("starting TensorFlow ..."):
        call.load(verbose)
        trace = tracing.trace(question)
    out.write(trace)
    return 0 if trace.ok else 1
