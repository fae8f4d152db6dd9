"""Pitfalls of numbers: digits that are lost although every rule is right."""

from __future__ import annotations

import math

from tapecli.features.pitfalls.model import Expected, Group, Mark, Other, Pitfall

GROUP = Group(
    "Digits that get lost",
    (
        Pitfall(
            "underflow-inside",
            "An underflow inside makes a slope of 2e30 infinite",
            """\
import tensorflow as tf

x = tf.Variable([1e-30, 1.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x**2)
print(y)
print(tape.gradient(y, x))
""",
            "1e-60 is too small for float32, so the square is 0, its logarithm minus infinity and "
            "the slope infinite. The slope itself, 2/x = 2e30, has room. Keep the numbers in "
            "between inside the range by an equal form, or take float64.",
            """\
import tensorflow as tf

x = tf.Variable([1e-30, 1.0])
with tf.GradientTape() as tape:
    y = 2 * tf.math.log(tf.abs(x))
print(y)
print(tape.gradient(y, x))
""",
            Expected(shows=(-math.inf, 0, math.inf, 2)),
            Expected(shows=(-60 * math.log(10), 0, 2e30, 2)),
        ),
        Pitfall(
            "cancellation",
            "The rule is right and every digit of the slope is wrong",
            """\
import tensorflow as tf

x = tf.Variable([1e4, 1e6, 1e8])
with tf.GradientTape() as tape:
    y = tf.sqrt(x + 1) - tf.sqrt(x)
print(tape.gradient(y, x))
""",
            "Two nearly equal roots are subtracted and so are their slopes, and the digits in "
            "which they differ are beyond what float32 holds. Differentiating by rules has no "
            "error of its own, and none of that exactness survives a cancellation. An equal form "
            "without the difference keeps all digits; a wider dtype only moves the place.",
            """\
import tensorflow as tf

x = tf.Variable([1e4, 1e6, 1e8])
with tf.GradientTape() as tape:
    y = 1 / (tf.sqrt(x + 1) + tf.sqrt(x))
print(tape.gradient(y, x))
""",
            Expected(shows=(Mark.ANY, Mark.ANY, Other(-2.5e-13, 0.01))),
            Expected(shows=(-2.4998e-7, -2.5e-10, -2.5e-13)),
            ("tensorflow/tensorflow#41125", "jax-ml/jax#641", "jax-ml/jax#3423"),
        ),
        Pitfall(
            "tanh-tails",
            "The slope of tanh is 0 far too early",
            """\
import tensorflow as tf

x = tf.Variable([5.0, 15.0, 20.0], dtype=tf.float64)
with tf.GradientTape() as tape:
    y = tf.tanh(x)
print(tape.gradient(y, x))
""",
            "TensorFlow computes the slope as 1 - y**2 from the value, which is 1 but for a few "
            "last digits, and loses those in the difference: at 15 the fifth digit is wrong, at "
            "20 nothing is left of 1.7e-17. A form by exponentials has no such difference on its "
            "way back.",
            """\
import tensorflow as tf

x = tf.Variable([5.0, 15.0, 20.0], dtype=tf.float64)
with tf.GradientTape() as tape:
    y = 1 - 2 / (tf.exp(2 * x) + 1)
print(tape.gradient(y, x))
""",
            Expected(shows=(Mark.ANY, Mark.ANY, Other(1.69934e-17)), within=1e-5),
            Expected(shows=(1.815832e-4, 3.743049e-13, 1.699342e-17), within=1e-5),
            ("tensorflow/tensorflow#126524", "tensorflow/tensorflow#126637"),
        ),
        Pitfall(
            "float32-detour",
            "A float64 constant that is only as good as float32",
            """\
import tensorflow as tf

x = tf.Variable(1.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    y = tf.cast(0.1, tf.float64) * x
print(tape.gradient(y, x))
""",
            "tf.cast makes a tensor of 0.1 first, and a Python number becomes float32; the cast "
            "then carries the rounded number into float64. tf.constant with a dtype never leaves "
            "float64.",
            """\
import tensorflow as tf

x = tf.Variable(1.0, dtype=tf.float64)
with tf.GradientTape() as tape:
    y = tf.constant(0.1, tf.float64) * x
print(tape.gradient(y, x))
""",
            Expected(shows=(Other(0.1, 1e-12),)),
            Expected(shows=(0.1,), within=1e-15),
            ("tensorflow/tensorflow#35938", "tensorflow/tensorflow#57779",
             "tensorflow/tensorflow#64548"),
        ),
    ),
)  # fmt: skip
