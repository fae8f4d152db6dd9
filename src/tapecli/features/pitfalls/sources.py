"""Pitfalls of sources: what a tape watches, and what breaks the backward pass."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Expected, Group, Pitfall, tensorflow

GROUP = Group(
    "What a tape watches, and what breaks the backward pass",
    (
        Pitfall(
            "unwatched-tensor",
            "The gradient with respect to a constant tensor is None",
            """\
 x = tf.constant([1.0, 2.0, 3.0])
 with tf.GradientTape() as tape:
+    tape.watch(x)
     y = tf.math.log(x**2)
 print(tape.gradient(y, x))
""",
            "A tape watches trainable variables automatically, but plain tensors only on request. "
            "Without tape.watch(x) it records nothing that is computed from x.",
            Expected(prints=(None,)),
            Expected(prints=(2, 1, 2 / 3)),
            (*tensorflow(29942, 50661, 56968, 55262),
             "fchollet/deep-learning-with-python-notebooks#284"),
        ),
        Pitfall(
            "numpy-detour",
            "A step in NumPy gives None, or an error in gradient()",
            """\
-import numpy as np
 import tensorflow as tf

 x = tf.Variable([1.0, 2.0, 3.0])
-with tf.GradientTape(persistent=True) as tape:
-    y = np.log(x**2)
-    z = tf.constant(y)
-print(tape.gradient(z, x))
+with tf.GradientTape() as tape:
+    y = tf.math.log(x**2)
 print(tape.gradient(y, x))
""",
            "NumPy takes the numbers out of the tensor and computes where no tape can record. If "
            "the result is turned back into a tensor, it is a constant and its gradient is None; "
            "if it stays an array, gradient() does not accept it as a target. Use TensorFlow's "
            "own functions all the way from the source to the target.",
            Expected(prints=(None,), raises="AttributeError"),
            Expected(prints=(2, 1, 2 / 3)),
            (*tensorflow(36596, 46194), "keras-team/keras#14287"),
        ),
        Pitfall(
            "integer-source",
            "A variable of integers has no gradient",
            """\
-x = tf.Variable([1, 2, 3])
+x = tf.Variable([1.0, 2.0, 3.0])
 with tf.GradientTape() as tape:
     y = x**2
 print(tape.gradient(y, x))
""",
            "[1, 2, 3] becomes an int32 variable, but TensorFlow differentiates only with respect "
            "to real or complex numbers. The tape ignores the variable without an error. Write "
            "the numbers with a decimal point, or give a dtype.",
            Expected(prints=(None,)),
            Expected(prints=(2, 4, 6)),
            tensorflow(26143, 43845, 27378),
        ),
        Pitfall(
            "replaced-variable",
            "From the second step of a loop on, the gradient is None",
            """\
 x = tf.Variable(3.0)
 for step in range(2):
     with tf.GradientTape() as tape:
         y = tf.math.log(x**2)
     print(type(x).__name__, tape.gradient(y, x))
-    x = x - 1.0
+    x.assign_sub(1.0)
""",
            "x - 1.0 is a new tensor, and after the assignment the name x means this tensor and "
            "no longer the variable. The next tape does not watch a plain tensor. "
            "x.assign_sub(1.0) changes the variable itself.",
            Expected(prints=(2 / 3, None)),
            Expected(prints=(2 / 3, 1)),
            tensorflow(54568),
        ),
        Pitfall(
            "assigned-variable",
            "A value stored with assign() is cut off from its source",
            """\
 x = tf.Variable(3.0)
-u = tf.Variable(0.0)
 with tf.GradientTape() as tape:
-    u.assign(x**2)
+    u = x**2
     y = tf.math.log(u)
 print(tape.gradient(y, x))
""",
            "A tape records that a variable is read, but not what assign() has written into it "
            "before. So the backward pass ends at the variable. Keep intermediate results in "
            "plain tensors.",
            Expected(prints=(None,)),
            Expected(prints=(2 / 3,)),
            tensorflow(30234, 54532, 23621, 17735),
        ),
        Pitfall(
            "late-watch",
            "watch() after the tensor was used comes too late",
            """\
 x = tf.constant(3.0)
 with tf.GradientTape() as tape:
+    tape.watch(x)
     u = x**2
-    tape.watch(x)
     y = tf.math.log(u)
 print(tape.gradient(y, x))
""",
            "watch() has an effect only on operations that run after it. The square ran before, "
            "so it is not in the record, and there is no path from y back to x. Call watch() "
            "first, and then compute.",
            Expected(prints=(None,)),
            Expected(prints=(2 / 3,)),
        ),
        Pitfall(
            "frozen-variable",
            "A variable with trainable=False is not watched",
            """\
 x = tf.Variable(3.0, trainable=False)
 with tf.GradientTape() as tape:
+    tape.watch(x)
     y = tf.math.log(x**2)
 print(tape.gradient(y, x))
""",
            "A tape watches only trainable variables automatically; trainable=False means that an "
            "optimizer must not change the variable. After tape.watch(x) the tape has its "
            "gradient all the same.",
            Expected(prints=(None,)),
            Expected(prints=(2 / 3,)),
            tensorflow(26404),
        ),
        Pitfall(
            "stopped-path",
            "stop_gradient gives a number that looks like a gradient",
            """\
 x = tf.Variable(3.0)
 with tf.GradientTape() as tape:
-    y = x * tf.stop_gradient(x)
+    y = x * x
 print(tape.gradient(y, x))
""",
            "stop_gradient returns its argument unchanged, but the backward pass treats the "
            "result as a constant. If every path to the source is stopped, the answer is None; if "
            "only one of two paths is stopped, the answer is a part of the derivative, and "
            "nothing shows that the rest is missing. Operations inside tape.stop_recording() are "
            "missing in the same way.",
            Expected(prints=(3,)),
            Expected(prints=(6,)),
            tensorflow(22378),
        ),
        Pitfall(
            "step-function",
            "Rounding, casts to integers and comparisons give None",
            """\
 x = tf.Variable([1.2, 2.7])
 with tf.GradientTape() as tape:
-    y = tf.round(x)
+    y = x + tf.stop_gradient(tf.round(x) - x)
+print(y)
 print(tape.gradient(y, x))
""",
            "A step function is flat between its steps, so its derivative there is 0 and says "
            "nothing; TensorFlow has no gradient for tf.round, for a cast to integers or for a "
            "comparison, and returns None. To train through such a step, people keep its value "
            "and use the derivative of the identity in its place. This is a choice, and not the "
            "true derivative.",
            Expected(prints=(None,)),
            Expected(prints=(1, 3, 1, 1)),
            tensorflow(31919),
        ),
    ),
)  # fmt: skip
