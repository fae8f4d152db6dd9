"""Bytes that tapes hold, where it is known which tensors these are."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import tensorflow as tf

from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.features.compare import memory
from tapecli.features.compare.contenders import contenders
from tapecli.features.compare.model import TapeMemory

POINTS = 1_000


@pytest.fixture(autouse=True)
def earlier_objects_are_kept_again() -> None:
    """What is measured ends with all of them among what may be garbage."""
    gc.freeze()


def held(*expressions: str, method: str, order: int = 1, dtype: str = "float64") -> TapeMemory:
    (contender,) = (one for one in contenders(len(expressions), order) if one.name == method)
    options = Options(dtype=dtype)
    point = PointsInput({"x": "2"})
    question = Question.parse("diff", expressions, point, order=order, options=options)
    xs = {"x": tf.constant(np.full(POINTS, 2.0), dtype)}
    return memory.tape_memory(tf, question, xs, contender)


@pytest.mark.parametrize(
    ("expression", "tensors"),
    [
        ("x^2", 0),  # the factors are x, which is there anyway
        ("x + x", 0),
        ("sin(x)", 0),
        ("log(x^2)", 1),  # what the logarithm is of
        ("sin(sin(sin(x)))", 2),
        ("exp(x)", 1),  # its gradient is itself
        ("exp(exp(x))", 2),
    ],
)
def test_a_tape_holds_what_its_gradient_needs(expression: str, tensors: int) -> None:
    assert held(expression, method="single") == TapeMemory(tensors * POINTS * 8, 0)


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("float16", 2), ("bfloat16", 2)])
def test_numbers_of_other_precisions_take_less(dtype: str, size: int) -> None:
    assert held("log(x^2)", method="single", dtype=dtype).most == POINTS * size


@pytest.mark.parametrize("method", ["separate", "parallel", "nested"])
def test_tapes_that_are_asked_once_hold_nothing_after_it(method: str) -> None:
    """Two tapes share what they hold."""
    assert held("u = x^2", "y = log(u)", method=method) == TapeMemory(POINTS * 8, 0)


def test_a_persistent_tape_holds_it_until_it_is_deleted() -> None:
    assert held("u = x^2", "y = log(u)", method="persistent") == TapeMemory(POINTS * 8, POINTS * 8)


def test_an_outer_tape_holds_the_inner_ones_way_back_as_well() -> None:
    first, second = (held("log(x^2)", method=name, order=n)
                     for name, n in (("single", 1), ("nested", 2)))  # fmt: skip
    assert second.most > first.most
    assert second.most % (POINTS * 8) == 0
    assert second.after == 0


def test_everything_is_collected_again_afterwards() -> None:
    with memory.collected():
        assert gc.get_freeze_count()
    assert not gc.get_freeze_count()
