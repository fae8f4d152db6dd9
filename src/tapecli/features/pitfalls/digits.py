"""Pitfalls of round-off: digits that are lost although every rule is right."""

from __future__ import annotations

import math

from tapecli.features.pitfalls.model import Expected, Group, NotNear, Pitfall, Relation, tensorflow

GROUP = Group(
    "Digits that get lost",
    (
        Pitfall(
            "underflow-inside",
            "An underflow inside makes a derivative of 2e30 infinite",
            """\
 x = tf.Variable([1e-30, 1.0])
 with tf.GradientTape() as tape:
-    y = tf.math.log(x**2)
+    y = 2 * tf.math.log(tf.abs(x))
 print(y)
 print(tape.gradient(y, x))
""",
            "1e-60 is too small for float32, so the square is 0, its logarithm is minus infinity "
            "and the derivative is infinite. The true derivative, 2/x = 2e30, is within the range "
            "of float32. Use an equal form whose intermediate values stay within the range, or "
            "use float64.",
            Expected(prints=(-math.inf, 0, math.inf, 2)),
            Expected(prints=(-60 * math.log(10), 0, 2e30, 2)),
        ),
        Pitfall(
            "cancellation",
            "The rules are right, but every digit is wrong",
            """\
 x = tf.Variable([1e4, 1e6, 1e8])
 with tf.GradientTape() as tape:
-    y = tf.sqrt(x + 1) - tf.sqrt(x)
+    y = 1 / (tf.sqrt(x + 1) + tf.sqrt(x))
 print(tape.gradient(y, x))
""",
            "Two nearly equal square roots are subtracted, and so are their derivatives, which "
            "differ only in digits that float32 does not hold. The rules of differentiation are "
            "exact, but they cannot bring lost digits back. An equal form without the subtraction "
            "keeps all digits; a wider dtype only moves the problem to larger x.",
            Expected(prints=(Relation.ANY, Relation.ANY, NotNear(-2.5e-13, 0.01))),
            Expected(prints=(-2.4998e-7, -2.5e-10, -2.5e-13)),
            (*tensorflow(41125), "jax-ml/jax#641", "jax-ml/jax#3423"),
        ),
        Pitfall(
            "tanh-tails",
            "The derivative of tanh becomes 0 far too early",
            """\
 x = tf.Variable([5.0, 15.0, 20.0], dtype=tf.float64)
 with tf.GradientTape() as tape:
-    y = tf.tanh(x)
+    y = 1 - 2 / (tf.exp(2 * x) + 1)
 print(tape.gradient(y, x))
""",
            "TensorFlow computes the derivative as 1 - y**2 from the value y, which differs from "
            "1 only in its last digits, and the subtraction loses them. At 15 the fifth digit is "
            "wrong; at 20 the result is 0 and not 1.7e-17. A form with exponentials has no such "
            "subtraction in its backward pass.",
            Expected(prints=(Relation.ANY, Relation.ANY, NotNear(1.69934e-17)), tolerance=1e-5),
            Expected(prints=(1.815832e-4, 3.743049e-13, 1.699342e-17), tolerance=1e-5),
            tensorflow(126524, 126637),
        ),
        Pitfall(
            "float32-detour",
            "A float64 constant that has only the digits of float32",
            """\
 x = tf.Variable(1.0, dtype=tf.float64)
 with tf.GradientTape() as tape:
-    y = tf.cast(0.1, tf.float64) * x
+    y = tf.constant(0.1, tf.float64) * x
 print(tape.gradient(y, x))
""",
            "tf.cast first makes a tensor of 0.1, and a Python number becomes float32; then it "
            "converts the rounded number to float64. tf.constant with a dtype uses float64 from "
            "the start.",
            Expected(prints=(NotNear(0.1, 1e-12),)),
            Expected(prints=(0.1,), tolerance=1e-15),
            tensorflow(35938, 57779, 64548),
        ),
    ),
)  # fmt: skip
