"""Pitfalls of singular points: NaN, infinity, and slopes where there is none."""

from __future__ import annotations

import math

from tapecli.features.pitfalls.model import Expected, Group, Pitfall

NAN = math.nan

GROUP = Group(
    "Kinks, poles and the edges of domains",
    (
        Pitfall(
            "where-nan",
            "tf.where lets in the NaN of the branch not taken",
            """\
import tensorflow as tf

x = tf.Variable([0.0, 2.0])
with tf.GradientTape() as tape:
    y = tf.where(x > 0, tf.math.log(x), 0.0)
print(y)
print(tape.gradient(y, x))
""",
            "Both branches are computed at every point, and on the way back the one not taken is "
            "multiplied by 0. At x = 0 that is 0 times the infinite slope of the logarithm: NaN. "
            "Make the argument harmless with a tf.where of its own, before the function sees it.",
            """\
import tensorflow as tf

x = tf.Variable([0.0, 2.0])
with tf.GradientTape() as tape:
    safe = tf.where(x > 0, x, 1.0)
    y = tf.where(x > 0, tf.math.log(safe), 0.0)
print(y)
print(tape.gradient(y, x))
""",
            Expected(shows=(0, math.log(2), NAN, 0.5)),
            Expected(shows=(0, math.log(2), 0, 0.5)),
            ("tensorflow/tensorflow#38349", "tensorflow/tensorflow#2540",
             "tensorflow/tensorflow#27684", "tensorflow/tensorflow#20355", "jax-ml/jax#1052"),
        ),
        Pitfall(
            "singular-point",
            "At a singular point of one step the slope is NaN",
            """\
import tensorflow as tf

x = tf.Variable([0.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.sqrt(x**2)
print(y)
print(tape.gradient(y, x))
""",
            "The root rises vertically at 0 and the square lies flat there, and their slopes, "
            "infinity times 0, make NaN. It takes but one such step anywhere in the chain: "
            "log(x**2) at its pole and tf.norm(x) at the origin do the same. Write the function "
            "so that no step is singular where you need it.",
            """\
import tensorflow as tf

x = tf.Variable([0.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.abs(x)
print(y)
print(tape.gradient(y, x))
""",
            Expected(shows=(0, 3, NAN, 1)),
            Expected(shows=(0, 3, 0, 1)),
            ("tensorflow/tensorflow#12071", "tensorflow/tensorflow#42889",
             "tensorflow/tensorflow#22048", "tensorflow/tensorflow#5562", "jax-ml/jax#21723"),
        ),
        Pitfall(
            "power-at-zero",
            "A whole power has NaN derivatives at 0, past its degree",
            """\
import tensorflow as tf

x = tf.Variable(0.0)
with tf.GradientTape() as third:
    with tf.GradientTape() as second:
        with tf.GradientTape() as first:
            y = tf.exp(x) + x**2
        dy = first.gradient(y, x)
    d2y = second.gradient(dy, x)
print(third.gradient(d2y, x))
""",
            "The rule for a power keeps the exponent as a number of its own: 2 * x**1, then 2 * 1 "
            "* x**0, then 2 * 1 * 0 * x**-1. At 0 that last one is 0 times infinity, and the NaN "
            "swallows every other term of the sum. A product has no exponent to count down.",
            """\
import tensorflow as tf

x = tf.Variable(0.0)
with tf.GradientTape() as third:
    with tf.GradientTape() as second:
        with tf.GradientTape() as first:
            y = tf.exp(x) + x * x
        dy = first.gradient(y, x)
    d2y = second.gradient(dy, x)
print(third.gradient(d2y, x))
""",
            Expected(shows=(NAN,)),
            Expected(shows=(1,)),
            ("tensorflow/tensorflow#35011", "tensorflow/tensorflow#41125",
             "tensorflow/tensorflow#44556", "tensorflow/tensorflow#2295"),
        ),
        Pitfall(
            "nan-value",
            "The value is NaN, and the slope looks fine",
            """\
import tensorflow as tf

x = tf.Variable([-2.0, 2.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x)
print(y)
print(tape.gradient(y, x))
""",
            "The way back uses the formula 1/x, which has a value at -2, where the logarithm has "
            "none: a tape does not look whether the function exists. Look at the value beside "
            "every slope, and let its NaN count for both.",
            """\
import tensorflow as tf

x = tf.Variable([-2.0, 2.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x)
slope = tape.gradient(y, x)
print(y)
print(tf.where(tf.math.is_nan(y), y, slope))
""",
            Expected(shows=(NAN, math.log(2), -0.5, 0.5)),
            Expected(shows=(NAN, math.log(2), NAN, 0.5)),
            ("tensorflow/tensorflow#59046", "tensorflow/tensorflow#57786"),
        ),
        Pitfall(
            "kink",
            "At a kink the same function has two slopes",
            """\
import tensorflow as tf

x = tf.Variable(0.0)
with tf.GradientTape(persistent=True) as tape:
    y = tf.nn.relu(x)
    z = tf.maximum(x, 0.0)
print(tape.gradient(y, x))
print(tape.gradient(z, x))
""",
            "At a kink there is no derivative: the slope from the left is 0, from the right it is "
            "1. TensorFlow returns one of the two by a convention that differs from function to "
            "function. If the point matters, choose the side yourself with a condition.",
            """\
import tensorflow as tf

x = tf.Variable(0.0)
with tf.GradientTape(persistent=True) as tape:
    y = tf.nn.relu(x)
    z = tf.where(x > 0, x, 0.0)
print(tape.gradient(y, x))
print(tape.gradient(z, x))
""",
            Expected(shows=(0, 1)),
            Expected(shows=(0, 0)),
            ("jax-ml/jax#37821", "pytorch/pytorch#184572", "tensorflow/swift-apis#480"),
        ),
    ),
)  # fmt: skip
