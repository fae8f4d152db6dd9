"""Pitfalls of sources: what a tape watches, and what breaks the way back to it."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Expected, Group, Pitfall

GROUP = Group(
    "What a tape watches, and what breaks the way back",
    (
        Pitfall(
            "unwatched-tensor",
            "The gradient by a constant tensor is None",
            """\
import tensorflow as tf

x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            "A tape watches trainable variables by itself, and plain tensors only when it is told "
            "to. Without tape.watch(x) nothing that is computed from x is recorded.",
            """\
import tensorflow as tf

x = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(2, 1, 2 / 3)),
            ("tensorflow/tensorflow#29942", "tensorflow/tensorflow#50661",
             "tensorflow/tensorflow#56968", "tensorflow/tensorflow#55262",
             "fchollet/deep-learning-with-python-notebooks#284"),
        ),
        Pitfall(
            "numpy-detour",
            "A step in NumPy cuts the way back, or breaks gradient()",
            """\
import numpy as np
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    y = np.log(x**2)
    z = tf.constant(y)
print(tape.gradient(z, x))
print(tape.gradient(y, x))
""",
            "NumPy takes the numbers out of the tensor and computes where no tape is looking. "
            "Back in a tensor they are constants, whose gradient is None without a word; left as "
            "an array they are no target at all. Use TensorFlow's own functions from source to "
            "target.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,), raises="AttributeError"),
            Expected(shows=(2, 1, 2 / 3)),
            ("tensorflow/tensorflow#36596", "tensorflow/tensorflow#46194",
             "keras-team/keras#14287"),
        ),
        Pitfall(
            "integer-source",
            "A variable of whole numbers has no gradient",
            """\
import tensorflow as tf

x = tf.Variable([1, 2, 3])
with tf.GradientTape() as tape:
    y = x**2
print(tape.gradient(y, x))
""",
            "[1, 2, 3] becomes an int32 variable, and TensorFlow differentiates by real or complex "
            "numbers alone. The tape passes it over in silence. Write the points with a dot, or "
            "give a dtype.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = x**2
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(2, 4, 6)),
            ("tensorflow/tensorflow#26143", "tensorflow/tensorflow#43845",
             "tensorflow/tensorflow#27378"),
        ),
        Pitfall(
            "replaced-variable",
            "The gradient is None from the second step of a loop on",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
for step in range(2):
    with tf.GradientTape() as tape:
        y = tf.math.log(x**2)
    print(type(x).__name__, tape.gradient(y, x))
    x = x - 1.0
""",
            "x - 1.0 is a new tensor, and the assignment makes the name x mean it. The variable "
            "is gone, and the next tape does not watch what has taken its place. assign_sub "
            "changes the variable itself.",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
for step in range(2):
    with tf.GradientTape() as tape:
        y = tf.math.log(x**2)
    print(type(x).__name__, tape.gradient(y, x))
    x.assign_sub(1.0)
""",
            Expected(shows=(2 / 3, None)),
            Expected(shows=(2 / 3, 1)),
            ("tensorflow/tensorflow#54568",),
        ),
        Pitfall(
            "assigned-variable",
            "What went through assign() is cut off from its source",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
u = tf.Variable(0.0)
with tf.GradientTape() as tape:
    u.assign(x**2)
    y = tf.math.log(u)
print(tape.gradient(y, x))
""",
            "A variable is a place in memory, and a tape records that it was read, not what was "
            "once written there. The way back ends at the variable. Keep intermediate results in "
            "plain tensors.",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    u = x**2
    y = tf.math.log(u)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(2 / 3,)),
            ("tensorflow/tensorflow#30234", "tensorflow/tensorflow#54532",
             "tensorflow/tensorflow#23621", "tensorflow/tensorflow#17735"),
        ),
        Pitfall(
            "late-watch",
            "Watching a tensor after it was used comes too late",
            """\
import tensorflow as tf

x = tf.constant(3.0)
with tf.GradientTape() as tape:
    u = x**2
    tape.watch(x)
    y = tf.math.log(u)
print(tape.gradient(y, x))
""",
            "watch() holds from its line on; the square that came before is not on the record, "
            "and no way leads back to x. Watch first, then compute.",
            """\
import tensorflow as tf

x = tf.constant(3.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    u = x**2
    y = tf.math.log(u)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(2 / 3,)),
        ),
        Pitfall(
            "frozen-variable",
            "A variable that is not trainable is not watched",
            """\
import tensorflow as tf

x = tf.Variable(3.0, trainable=False)
with tf.GradientTape() as tape:
    y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            "trainable=False takes a variable out of what tapes watch by themselves, for it marks "
            "what an optimizer must leave alone. tape.watch(x) asks for its gradient all the "
            "same.",
            """\
import tensorflow as tf

x = tf.Variable(3.0, trainable=False)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(2 / 3,)),
            ("tensorflow/tensorflow#26404",),
        ),
        Pitfall(
            "stopped-path",
            "stop_gradient leaves a number that looks like a slope",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * tf.stop_gradient(x)
print(tape.gradient(y, x))
""",
            "stop_gradient passes its value on and is a constant on the way back. If every way is "
            "stopped the answer is None; if only one of two is, it is part of the slope, and "
            "nothing shows that the rest is missing. The same goes for stop_recording().",
            """\
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = x * x
print(tape.gradient(y, x))
""",
            Expected(shows=(3,)),
            Expected(shows=(6,)),
            ("tensorflow/tensorflow#22378",),
        ),
        Pitfall(
            "step-function",
            "Rounding, casting and comparing cut the way back",
            """\
import tensorflow as tf

x = tf.Variable([1.2, 2.7])
with tf.GradientTape() as tape:
    y = tf.round(x)
print(tape.gradient(y, x))
""",
            "A step function is flat between its steps, so there is nothing to learn from its "
            "slope, and TensorFlow has no gradient for round, for a cast to whole numbers or for "
            "a comparison: None. To train through one, people keep its value and lend it the "
            "slope of the identity; that is a choice and not a derivative.",
            """\
import tensorflow as tf

x = tf.Variable([1.2, 2.7])
with tf.GradientTape() as tape:
    y = x + tf.stop_gradient(tf.round(x) - x)
print(y)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(1, 3, 1, 1)),
            ("tensorflow/tensorflow#31919",),
        ),
    ),
)  # fmt: skip
