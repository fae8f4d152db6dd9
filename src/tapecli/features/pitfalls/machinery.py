"""Pitfalls of parts of TensorFlow: missing rules, graphs, forward mode, Jacobians."""

from __future__ import annotations

import math

from tapecli.features.pitfalls.model import Expected, Group, NotNear, Pitfall, Relation, tensorflow

SIN_CUBED = 6 * math.sin(0.7) * math.cos(0.7) ** 2 - 3 * math.sin(0.7) ** 3
"""The second derivative of sin(x)**3 at 0.7."""

GROUP = Group(
    "Missing rules, graphs and other machinery",
    (
        Pitfall(
            "no-second-gradient",
            "The first derivative works, the second is a LookupError",
            """\
 x = tf.Variable(0.7)
 with tf.GradientTape() as outer:
     with tf.GradientTape() as inner:
-        y = tf.math.softsign(x)
+        y = x / (1 + tf.abs(x))
     slope = inner.gradient(y, x)
 print(slope)
 print(outer.gradient(slope, x))
""",
            "The backward pass of some functions is a single operation, and TensorFlow has no "
            "rule for the derivative of this operation. So the first order works, and the second "
            "order raises an error. Write such a function with elementary operations, which have "
            "rules for every order.",
            Expected(prints=(1.7**-2,), raises="LookupError"),
            Expected(prints=(1.7**-2, -2 * 1.7**-3)),
            tensorflow(43765, 21892, 37091, 22825),
        ),
        Pitfall(
            "custom-gradient",
            "A custom gradient has no second derivative",
            """
 @tf.custom_gradient
 def log_of_square(x):
-    return tf.math.log(x**2), lambda upstream: upstream * 2 / x.numpy()
+    return tf.math.log(x**2), lambda upstream: upstream * 2 / x


 x = tf.Variable(2.0)
 with tf.GradientTape() as outer:
     with tf.GradientTape() as inner:
         y = log_of_square(x)
     slope = inner.gradient(y, x)
 print(slope)
 print(outer.gradient(slope, x))
""",
            "The outer tape differentiates what your backward function does, but x.numpy() takes "
            "the number out of the tensor, so the first derivative looks like a constant. Compute "
            "with the tensor itself, and every order works.",
            Expected(prints=(1, None)),
            Expected(prints=(1, -0.5)),
            tensorflow(34503, 36168),
        ),
        Pitfall(
            "forward-over-forward",
            "Forward mode inside forward mode is silently wrong",
            """\
 x = tf.constant(0.7)
 one = tf.ones_like(x)
 with tf.autodiff.ForwardAccumulator(x, one) as outer:
-    with tf.autodiff.ForwardAccumulator(x, one) as inner:
+    with tf.GradientTape() as inner:
+        inner.watch(x)
         u = tf.sin(x)
         y = u * u * u
-    slope = inner.jvp(y)
+    slope = inner.gradient(y, x)
 print(outer.jvp(slope))
""",
            f"The true second derivative is {SIN_CUBED:.4f}. Where an intermediate value is used "
            "more than once, the outer accumulator loses a part of what the inner one computes, "
            "without a warning. If at least one of the two is a gradient tape, the result is "
            "right.",
            Expected(prints=(NotNear(SIN_CUBED, 0.01),)),
            Expected(prints=(SIN_CUBED,)),
            tensorflow(127753, 39075, 53534, 60071),
        ),
        Pitfall(
            "compiled-edges",
            "Compiled by XLA, the same code has another derivative",
            """
 def slope(x):
     with tf.GradientTape() as tape:
         tape.watch(x)
-        y = tf.sqrt(x**2)
+        y = tf.abs(x)
     return tape.gradient(y, x)


 x = tf.constant(1e-25)
 print(slope(x))
 print(tf.function(slope, jit_compile=True)(x))
""",
            "XLA rewrites sqrt(x**2) to |x| before it runs anything, so the square does not "
            "underflow; without XLA it does, and the derivative is infinite. At the limits of a "
            "dtype, compiled and uncompiled code can differ. Write the stable form yourself, and "
            "both agree.",
            Expected(prints=(math.inf, 1)),
            Expected(prints=(1, 1)),
            ("jax-ml/jax#38097", "jax-ml/jax#38096", *tensorflow(116258, 62252)),
        ),
        Pitfall(
            "retracing",
            "A tf.function is traced again for every Python number",
            """
 @tf.function
 def slope(x):
-    x = tf.convert_to_tensor(x)
     with tf.GradientTape() as tape:
         tape.watch(x)
         y = tf.math.log(x**2)
     return tape.gradient(y, x)


 for x in (1.0, 2.0, 3.0, 4.0, 5.0):
-    slope(x)
+    slope(tf.constant(x))
 print("traces:", slope.experimental_get_tracing_count())
""",
            "TensorFlow treats a Python number as a part of the code, so each new number costs a "
            "new trace, which takes much longer than the computation itself. A tensor is an "
            "argument: one trace works for all its values.",
            Expected(prints=(5,), warns=True),
            Expected(prints=(1,)),
            tensorflow(32157, 38561, 41347, 44033),
        ),
        Pitfall(
            "costly-orders",
            "Each further order of nested tapes multiplies the work",
            """
 def derivative(x, order):
-    if order == 0:
-        return tf.math.log(x**2)
-    with tf.GradientTape() as tape:
-        tape.watch(x)
-        y = derivative(x, order - 1)
-    return tape.gradient(y, x)
+    value = 2 / x
+    for k in range(1, order):
+        value = -k * value / x
+    return value


 x = tf.constant(2.0)
 counts = []
 for order in range(1, 7):
     trace = tf.function(derivative).get_concrete_function(x, order)
     counts.append(len(trace.graph.get_operations()))
 print("operations:", counts)
 print(derivative(x, 6))
""",
            "Each tape differentiates everything that the tape inside it has done, including its "
            "backward pass, so every further order multiplies the work. A recurrence for the "
            "derivatives, which is how Taylor series are computed, adds only a few operations for "
            "each order.",
            Expected(prints=(Relation.ANY, *[Relation.TWICE] * 5, -3.75)),
            Expected(prints=(Relation.ANY, *[Relation.GREATER] * 5, -3.75)),
            ("jax-ml/jax#520", "HIPS/autograd#68"),
        ),
        Pitfall(
            "jacobian-row-by-row",
            "jacobian() without pfor uses the tape once for each row",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
-with tf.GradientTape() as tape:
+with tf.GradientTape(persistent=True) as tape:
     y = tf.math.log(x**2)
 print(tape.jacobian(y, x, experimental_use_pfor=False))
+del tape
""",
            "Without pfor, a Jacobian is a loop with one gradient for each row, and each of them "
            "needs the record, which a tape that is not persistent has only once. With pfor, "
            "which is the default, one vectorised step computes all rows.",
            Expected(raises="RuntimeError"),
            Expected(prints=(2, 0, 0, 0, 1, 0, 0, 0, 2 / 3)),
            tensorflow(36227, 32460, 33919, 38391),
        ),
    ),
)  # fmt: skip
