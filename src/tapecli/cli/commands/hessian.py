"""`tapecli hessian`."""

from tapecli.cli import options

command = options.differentiating(
    "hessian",
    """The Hessian of an expression: its second derivatives by each pair of variables.

    It comes from nested tapes: the gradient of each entry of the gradient; '--method batch' is
    TensorFlow's batch_jacobian of the gradient. Options and exit codes are those of 'tapecli
    diff'.

    \b
      tapecli hessian '(1-x)^2 + 100(y-x^2)^2' --x 1 --y 1
      tapecli hessian 'sin(x*y)' --x 0..1@100 --y 0..1@100 --output hessians.npz
    """,
)
