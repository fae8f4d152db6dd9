"""`tapecli grad`."""

from tapecli.cli import options

command = options.differentiating(
    "grad",
    """The gradient of an expression: its derivative by each variable, from one tape.

    Several expressions have a gradient each. At one point it is shown as a vector, at many as
    rows. Options and exit codes are those of 'tapecli diff'.

    \b
      tapecli grad '(1-x)^2 + 100(y-x^2)^2' --x 1 --y 1
      tapecli grad 'x*y*z' --x 1..3 --y 2 --z 0..1@5 --format csv
      tapecli grad 'a*exp(-b*t)' --at @runs.csv --wrt a,b --output slopes.npy
    """,
)
