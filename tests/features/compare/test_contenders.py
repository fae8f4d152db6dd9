"""Which arrangements are compared, and the one that is no method of diff."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tapecli.engines.tapes.arrangements import ARRANGEMENTS, Variables
from tapecli.expressions.expression import parse
from tapecli.features.compare.contenders import SEPARATE, Contender, contenders, separate
from tapecli.floats import FORMATS

FLOAT64 = FORMATS["float64"]


@pytest.mark.parametrize(
    ("targets", "order", "names"),
    [
        (1, 1, ["single", "persistent", "batch"]),
        (2, 1, ["separate", "parallel", "nested", "persistent", "batch"]),
        (1, 2, ["nested", "batch"]),
        (2, 2, ["separate", "nested", "batch"]),
        (1, 3, ["nested"]),
        (3, 5, ["separate", "nested"]),
    ],
)
def test_those_that_can_do_it_are_compared(targets: int, order: int, names: list[str]) -> None:
    assert [one.name for one in contenders(targets, order)] == names


@pytest.mark.parametrize("order", [1, 2, 3])
def test_separate_tapes_find_the_same(order: int) -> None:
    trees = [one.tree for one in parse(["u = sin(x)", "y = u*exp(x)"])]
    wanted: list[Variables] = [("x",) * k for k in range(1, order + 1)]
    xs = {"x": tf.constant([0.5, 2.0], "float64")}
    found = []
    for one in (Contender(SEPARATE, separate, False), Contender("", ARRANGEMENTS["nested"].run)):
        tensors = one.run(tf, one.functions(tf, trees, FLOAT64), xs, wanted)
        found.append(np.array([[y.numpy() for y in tensors[sequence]] for sequence in wanted]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


@pytest.mark.parametrize("sharing", [True, False])
def test_functions_share_what_they_compute_or_do_not(sharing: bool) -> None:
    (tree,) = (one.tree for one in parse(["u = sin(x)"]))
    xs = {"x": tf.constant([0.5], "float64")}
    functions = Contender("", separate, sharing).functions(tf, [tree, tree], FLOAT64)
    first, second = (function(xs) for function in functions)
    assert (first is second) == sharing
