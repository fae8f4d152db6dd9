"""Lessons made by hand: a mistake that happens, one that is cured, and a mend that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from tapecli.features.pitfalls.model import (
    Expected,
    Lesson,
    Lessons,
    Outcome,
    Pitfall,
)
from tapecli.formats import PAGES, Screen, render

Write = Callable[..., str]

PROGRAM = """\
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x**2
print(tape.gradient(y, x))
"""
PROGRAMS = """\
 x = tf.Variable(3.0)
 with tf.GradientTape() as tape:
-    y = x**2
+    y = x * x
 print(tape.gradient(y, x))
"""
ROW = Pitfall(
    "a-name",
    "What [bold]surprises",
    PROGRAMS,
    "It is so. And that is why it is as it is, although nobody would have thought of it before.",
    happens=Expected(raises="ValueError"),
    mended=Expected(prints=(6,)),
    threads=("tensorflow/tensorflow#1", "jax-ml/jax#2"),
)
OTHER = replace(ROW, name="another", title="What else", threads=())
MESSAGE = "x " + "is not what it should be, " * 4 + "[/] 0.1234567890123456"
FAILED = Outcome("None\n", "ValueError", MESSAGE, ("WARNING:tensorflow:look",))
RIGHT = Outcome("6.0\n")
HAPPENS = replace(ROW, happens=Expected(prints=(None,), raises="ValueError", warns=True))

GROUPS = {"One kind": [ROW], "Another kind": [OTHER]}
HAPPENED = Lessons("2.21.0", (Lesson(HAPPENS, FAILED, RIGHT),))
CURED = Lessons("2.99.0", (Lesson(ROW, RIGHT, RIGHT),))
CHANGED = Lessons("2.99.0", (Lesson(OTHER, Outcome("7"), RIGHT),))
BROKEN = Lessons("2.99.0", (Lesson(HAPPENS, FAILED, Outcome("")), *HAPPENED.lessons))


@pytest.fixture
def write() -> Write:
    """A page in one of its formats."""

    def call(name: str, page: Mapping[str, Sequence[Pitfall]] | Lessons, **screen: object) -> str:
        return "".join(render(page, PAGES["pitfalls"][name], Screen(**screen)))  # type: ignore[arg-type]

    return call
