"""Where a tape may find no connection: what is said of it holds on TensorFlow."""

from __future__ import annotations

from typing import Any

import pytest

from tapecli.engines.tapes import loading
from tapecli.engines.tapes.arrangements import functions_of, tape_tree
from tapecli.expressions.expression import parse
from tapecli.features.codegen.connection import unconnected
from tapecli.floats import FORMATS

TEXTS = ("3", "x", "3*x", "x^2", "x^3 + x", "x/2", "2/x", "x*y", "x + y", "x/y", "y/x", "x^2*y",
         "exp(x)", "exp(x) + y", "exp(x*y)", "exp(x + y)", "sign(x)", "x*sign(x)", "exp(sign(x))",
         "sign(x)*sign(x)", "|x|", "|x|*|x|", "|x|^3", "max(x, x^2)", "min(x, 1)", "max(x, y)",
         "-x^2", "sqrt(x)", "x^2.5", "2^x", "x^y", "atan2(y, x)", "hypot(x, y)", "gamma(x)",
         "cbrt(x)", "x - x", "0*x", "(x + y)^3", "sec(x)*y", "softplus(x)", "erf(x)",
         "lgamma(x)")  # fmt: skip

SEQUENCES = ("x", "xx", "xxx", "xxxx", "xy", "xyy", "yx", "yy", "xxy")


def connected(tf: Any, text: str, sequence: str) -> bool:
    """Whether tapes find a way to the derivative."""
    (expression,) = parse(text)
    with tf.GradientTape(persistent=True) as tape:
        xs = {name: tf.constant([0.7], tf.float64) for name in "xy"}
        tape.watch(xs)
        (target,) = functions_of(tf, [expression.tree], FORMATS["float64"])
        found = target(xs)
        for name in sequence:
            found = tape.gradient(found, xs[name])
            if found is None:
                return False
    return True


@pytest.mark.parametrize("text", TEXTS)
def test_where_nothing_is_said_there_is_a_way(text: str) -> None:
    tf = loading.load()
    tree = tape_tree(parse(text)[0].tree, FORMATS["float64"])
    for sequence in SEQUENCES:
        if not unconnected(tree, [sequence]):
            assert connected(tf, text, sequence), sequence


@pytest.mark.parametrize(
    ("text", "sequence", "expected"),
    [
        ("log(x*x)", "xx", False),
        ("x", "x", False),
        ("x", "xx", True),
        ("x^3", "xxx", False),
        ("x^3", "xxxx", True),
        ("x*y", "xy", False),
        ("x + y", "xy", True),
        ("x/y", "xyy", False),
        ("x/y", "xx", True),
        ("exp(x) + y", "yy", True),
        ("(x + y)^100", "x", False),
        ("(x + y)^250", "xy", True),
    ],
)
def test_what_is_said(text: str, sequence: str, expected: bool) -> None:
    tree = tape_tree(parse(text)[0].tree, FORMATS["float64"])
    assert unconnected(tree, [sequence]) is expected
