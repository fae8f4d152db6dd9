"""Pitfalls of singular points: NaN, infinity, and derivatives where there is none."""

from __future__ import annotations

import math

from tapecli.features.pitfalls.model import Expected, Group, Pitfall, tensorflow

NAN = math.nan

GROUP = Group(
    "Kinks, poles and the edges of domains",
    (
        Pitfall(
            "where-nan",
            "tf.where lets through NaN from the branch not taken",
            """\
 x = tf.Variable([0.0, 2.0])
 with tf.GradientTape() as tape:
-    y = tf.where(x > 0, tf.math.log(x), 0.0)
+    safe = tf.where(x > 0, x, 1.0)
+    y = tf.where(x > 0, tf.math.log(safe), 0.0)
 print(y)
 print(tape.gradient(y, x))
""",
            "Both branches are computed at every point, and in the backward pass the branch that "
            "is not taken is multiplied by 0. At x = 0 this is 0 times the infinite derivative of "
            "the logarithm, which is NaN. With another tf.where, replace the argument by a "
            "harmless number before the function gets it.",
            Expected(prints=(0, math.log(2), NAN, 0.5)),
            Expected(prints=(0, math.log(2), 0, 0.5)),
            (*tensorflow(38349, 2540, 27684, 20355), "jax-ml/jax#1052"),
        ),
        Pitfall(
            "singular-point",
            "One singular operation makes the whole derivative NaN",
            """\
 x = tf.Variable([0.0, 3.0])
 with tf.GradientTape() as tape:
-    y = tf.sqrt(x**2)
+    y = tf.abs(x)
 print(y)
 print(tape.gradient(y, x))
""",
            "At 0 the derivative of the square root is infinite and the derivative of the square "
            "is 0, and infinity times 0 is NaN. One such operation anywhere in the chain is "
            "enough: log(x**2) at 0 and tf.norm(x) at the origin do the same. Write the function "
            "so that no operation is singular where you need it.",
            Expected(prints=(0, 3, NAN, 1)),
            Expected(prints=(0, 3, 0, 1)),
            (*tensorflow(12071, 42889, 22048, 5562), "jax-ml/jax#21723"),
        ),
        Pitfall(
            "power-at-zero",
            "Beyond order n, the derivatives of x**n at 0 are NaN",
            """\
 x = tf.Variable(0.0)
 with tf.GradientTape() as third:
     with tf.GradientTape() as second:
         with tf.GradientTape() as first:
-            y = tf.exp(x) + x**2
+            y = tf.exp(x) + x * x
         dy = first.gradient(y, x)
     d2y = second.gradient(dy, x)
 print(third.gradient(d2y, x))
""",
            "The rule for a power has the exponent as a factor: 2 * x**1, then 2 * 1 * x**0, then "
            "2 * 1 * 0 * x**-1. At 0 the last one is 0 times infinity, and this NaN makes the "
            "whole sum NaN. A product such as x * x has no exponent, so this cannot happen.",
            Expected(prints=(NAN,)),
            Expected(prints=(1,)),
            tensorflow(35011, 41125, 44556, 2295),
        ),
        Pitfall(
            "nan-value",
            "The value is NaN, but the derivative looks fine",
            """\
 x = tf.Variable([-2.0, 2.0])
 with tf.GradientTape() as tape:
     y = tf.math.log(x)
+slope = tape.gradient(y, x)
 print(y)
-print(tape.gradient(y, x))
+print(tf.where(tf.math.is_nan(y), y, slope))
""",
            "The backward pass uses the formula 1/x, which has a value at -2, although the "
            "logarithm has none; a tape does not check whether the function is defined. Look at "
            "the value next to every derivative, and where the value is NaN, take the derivative "
            "as NaN as well.",
            Expected(prints=(NAN, math.log(2), -0.5, 0.5)),
            Expected(prints=(NAN, math.log(2), NAN, 0.5)),
            tensorflow(59046, 57786),
        ),
        Pitfall(
            "kink",
            "At a kink, the same function gets two derivatives",
            """\
 x = tf.Variable(0.0)
 with tf.GradientTape(persistent=True) as tape:
     y = tf.nn.relu(x)
-    z = tf.maximum(x, 0.0)
+    z = tf.where(x > 0, x, 0.0)
 print(tape.gradient(y, x))
 print(tape.gradient(z, x))
""",
            "At a kink there is no derivative: from the left it is 0, from the right it is 1. "
            "TensorFlow returns one of the two, and which one differs from function to function. "
            "If this point matters to you, choose the side yourself with a condition.",
            Expected(prints=(0, 1)),
            Expected(prints=(0, 0)),
            ("jax-ml/jax#37821", "pytorch/pytorch#184572", "tensorflow/swift-apis#480"),
        ),
    ),
)  # fmt: skip
