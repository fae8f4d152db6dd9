"""Pitfalls of answers: None, zero and sums that are taken for something else."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Expected, Group, Pitfall

GROUP = Group(
    "What the answer means",
    (
        Pitfall(
            "none-for-zero",
            "The slope of a constant slope is None, and not 0",
            """\
import tensorflow as tf

x = tf.Variable(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = 3 * x + 1
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            "The slope is 3 wherever x is, so its computation never touches x, and the outer tape "
            "has no way from one to the other. None says just that: no way was recorded. Where "
            "the truth is known to be 0, unconnected_gradients says to answer so.",
            """\
import tensorflow as tf

x = tf.Variable(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = 3 * x + 1
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x, unconnected_gradients="zero"))
""",
            Expected(shows=(3, None)),
            Expected(shows=(3, 0)),
            ("tensorflow/tensorflow#24849", "tensorflow/tensorflow#43043"),
        ),
        Pitfall(
            "zero-for-none",
            "unconnected_gradients='zero' hides a missing gradient",
            """\
import tensorflow as tf

s = tf.Variable(3.3, dtype=tf.float64)
with tf.GradientTape() as tape:
    y = tf.math.zeta(s, 2.0)
print(tape.gradient(y, s, unconnected_gradients="zero"))
""",
            "TensorFlow has no rule for the derivative of zeta by its first argument and returns "
            "None, which 'zero' turns into a number that looks like an answer. The true slope is "
            "about -0.14. Leave None as it is until you know why it is there; where a rule is "
            "missing, a central difference helps.",
            """\
import tensorflow as tf

s = tf.Variable(3.3, dtype=tf.float64)
with tf.GradientTape() as tape:
    y = tf.math.zeta(s, 2.0)
print(tape.gradient(y, s))
h = 1e-4
print((tf.math.zeta(s + h, 2.0) - tf.math.zeta(s - h, 2.0)) / (2 * h))
""",
            Expected(shows=(0,)),
            Expected(shows=(None, -0.140192)),
            ("tensorflow/tensorflow#24849",),
            right=Expected(shows=(-0.140192,)),
        ),
        Pitfall(
            "summed-targets",
            "Two targets, and the answer is one number: the sum",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    u = x**2
    y = tf.math.log(u)
print(tape.gradient([u, y], x))
""",
            "gradient() differentiates the sum of its targets: of all in a list, and of all "
            "elements of each. Of element-wise functions the elements stay apart, so nobody "
            "notices until points are mixed. jacobian() keeps every target by itself.",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    u = x**2
    y = tf.math.log(u)
    both = tf.stack([u, y])
print(tape.jacobian(both, x))
""",
            Expected(shows=(6 + 2 / 3,)),
            Expected(shows=(6, 2 / 3)),
            ("tensorflow/tensorflow#25333",),
        ),
    ),
)  # fmt: skip
