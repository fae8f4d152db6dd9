"""`tapecli jacobian`."""

from tapecli.cli import options

command = options.differentiating(
    "jacobian",
    """The Jacobian: a row for each expression, a column for each variable.

    It comes from one persistent tape, which is asked once for each row; '--method batch' is
    TensorFlow's own batch_jacobian. Options and exit codes are those of 'tapecli diff'.

    \b
      tapecli jacobian 'r*cos(t)' 'r*sin(t)' --at r=2 --t pi/3
      tapecli jacobian 'u = x*y' 'v = u + x' --x 1..3 --y 4..6 --zip
    """,
)
