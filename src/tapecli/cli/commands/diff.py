"""`tapecli diff`."""

import click

from tapecli.cli import options
from tapecli.cli.completion import candidates

command = options.differentiating(
    "diff",
    """Differentiate expressions with gradient tapes, beside the certified derivatives.

    Without an EXPRESSION it is log(x^2). Several are separate targets; one with a name, or
    a definition, may be used by those that follow. @FILE has expressions, one a line, and so has -
    standard input.

    \b
      tapecli diff 'log(x^2)' --order 2 --x 1..3
      tapecli diff 'u = x^2' 'y = log(u)' --method nested
      tapecli diff 'f(x) = x^2; f(f(x))' --x 3
      tapecli diff 'x^2*y^3' --wrt x,y --x 2 --y 3
      tapecli diff 'sin(x)*exp(-x^2)' --order 40 --x 1..3@5 --format value
      tapecli diff 'log(x^2)' --claim '2/x' --method none
      tapecli diff 'sin x cos x' --x 0..2pi@9 --format csv --output slopes.csv
      seq 1 5 | tapecli diff '1/x' --x - --format value

    Exit codes: 0 every value is right, rounded or undefined; 1 a value is off or lost, a claim
    wrong or the disk full; 2 the call is wrong; 3 TensorFlow or the cluster is missing or broken.
    """,
    options.ORDER,
    options.BY_IN_TURN,
    options.several(
        "--claim",
        "claims",
        metavar="EXPRESSION",
        shell_complete=candidates.expressions,
        help="Judge a derivative that you worked out, or that stands in your code: one for each "
        "derivative that is shown.",
    ),
    click.option(
        "--scaled",
        is_flag=True,
        help="Show Taylor coefficients: derivatives over the factorials of their orders.",
    ),
)
