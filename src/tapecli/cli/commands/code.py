"""`tapecli code`."""

from __future__ import annotations

from typing import Any

import click

from tapecli import formats
from tapecli.cli import options, output

SOURCE = formats.Format("source", "a program of Python", (".py",))
"""How a program is written."""


@options.command(
    *options.POINTS,
    options.ORDER,
    options.BY_IN_TURN,
    options.METHOD,
    options.STABLE,
    options.DTYPE,
    options.EXECUTION,
    *options.OUTPUT,
)
def command(writing: Any, **question_options: Any) -> int:
    """Write the TensorFlow program that computes what diff would, tapes in the open.

    Without an EXPRESSION it differentiates log(x^2). The program needs TensorFlow alone, or NumPy
    for long ranges, and its numbers are those of diff with the same options; as a graph and
    compiled they may differ in the last digits. The methods taylor and none have no program. For
    a gradient, there is a --wrt for each variable.

    \b
      tapecli code 'log(x^2)' --order 2 --x 1..3
      tapecli code --order 2 --x 1..3 | python -
      tapecli code 'u = x^2' 'y = log(u)' --method nested
      tapecli code 'x^2*y^3' --wrt x,x,y --x 2 --y 3
      tapecli code 'sin(x)/x' --execution xla --output slopes.py

    Exit codes: 0 it is written; 1 it cannot be; 2 the call is wrong.
    """
    from tapecli.cli import call
    from tapecli.features.codegen import program

    out = output.Output({"source": SOURCE}, "source", **writing)
    question = call.question({**question_options, "max_seconds": program.UNLIMITED})
    text, note = program.generate(question)
    if note:
        click.echo(f"note: {note}", err=True)
    out.write(text)
    return 0
