"""Pitfalls of answers: None, zero and sums that are taken for something else."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Expected, Group, Pitfall, tensorflow

GROUP = Group(
    "What the answer means",
    (
        Pitfall(
            "none-for-zero",
            "The derivative of a constant derivative is None, not 0",
            """\
 x = tf.Variable(2.0)
 with tf.GradientTape() as outer:
     with tf.GradientTape() as inner:
         y = 3 * x + 1
     slope = inner.gradient(y, x)
 print(slope)
-print(outer.gradient(slope, x))
+print(outer.gradient(slope, x, unconnected_gradients="zero"))
""",
            "The first derivative is 3 for every x, so its computation does not use x, and the "
            "outer tape has no path from it back to x. This is what None means: no path was "
            "recorded. Where you know that the true answer is 0, ask for it with "
            "unconnected_gradients='zero'.",
            Expected(prints=(3, None)),
            Expected(prints=(3, 0)),
            tensorflow(24849, 43043),
        ),
        Pitfall(
            "zero-for-none",
            "unconnected_gradients='zero' hides a missing gradient",
            """\
 s = tf.Variable(3.3, dtype=tf.float64)
 with tf.GradientTape() as tape:
     y = tf.math.zeta(s, 2.0)
-print(tape.gradient(y, s, unconnected_gradients="zero"))
+print(tape.gradient(y, s))
+h = 1e-4
+print((tf.math.zeta(s + h, 2.0) - tf.math.zeta(s - h, 2.0)) / (2 * h))
""",
            "TensorFlow has no rule for the derivative of zeta with respect to its first argument "
            "and returns None, but 'zero' turns this None into a number that looks like an "
            "answer. The true derivative is about -0.14. Keep None until you know its cause; "
            "where a rule is missing, a central difference helps.",
            Expected(prints=(0,)),
            Expected(prints=(None, -0.140192)),
            tensorflow(24849),
            right=Expected(prints=(-0.140192,)),
        ),
        Pitfall(
            "summed-targets",
            "With two targets, gradient() returns one number: the sum",
            """\
 x = tf.Variable(3.0)
 with tf.GradientTape() as tape:
     u = x**2
     y = tf.math.log(u)
-print(tape.gradient([u, y], x))
+    both = tf.stack([u, y])
+print(tape.jacobian(both, x))
""",
            "gradient() differentiates the sum of its targets: of all targets in a list, and of "
            "all elements of each. With element-wise functions each element depends on its own "
            "point alone, so nobody notices the sum until points are mixed. jacobian() keeps the "
            "targets apart.",
            Expected(prints=(6 + 2 / 3,)),
            Expected(prints=(6, 2 / 3)),
            tensorflow(25333),
        ),
    ),
)  # fmt: skip
