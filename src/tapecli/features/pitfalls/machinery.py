"""Pitfalls of what TensorFlow brings along: missing rules, graphs, forward mode, Jacobians."""

from __future__ import annotations

import math

from tapecli.features.pitfalls.model import Expected, Group, Mark, Other, Pitfall

SIN_CUBED = 6 * math.sin(0.7) * math.cos(0.7) ** 2 - 3 * math.sin(0.7) ** 3
"""The second derivative of sin(x)**3 at 0.7."""

GROUP = Group(
    "Missing rules, graphs and other machinery",
    (
        Pitfall(
            "no-second-gradient",
            "The slope is there, its own slope raises LookupError",
            """\
import tensorflow as tf

x = tf.Variable(0.7)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.math.softsign(x)
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            "Some functions are one operation with another for the way back, and nobody has "
            "written the rule for that other one. The first order works, the second finds "
            "nothing. Write such a function out in elementary operations, which have rules for "
            "every order.",
            """\
import tensorflow as tf

x = tf.Variable(0.7)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = x / (1 + tf.abs(x))
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            Expected(shows=(1.7**-2,), raises="LookupError"),
            Expected(shows=(1.7**-2, -2 * 1.7**-3)),
            ("tensorflow/tensorflow#43765", "tensorflow/tensorflow#21892",
             "tensorflow/tensorflow#37091", "tensorflow/tensorflow#22825"),
        ),
        Pitfall(
            "custom-gradient",
            "A gradient of your own has no second derivative",
            """\
import tensorflow as tf


@tf.custom_gradient
def log_of_square(x):
    return tf.math.log(x**2), lambda upstream: upstream * 2 / x.numpy()


x = tf.Variable(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = log_of_square(x)
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            "The outer tape differentiates what your backward function does, and x.numpy() takes "
            "the number out of its sight, so the slope looks like a constant. Compute with the "
            "tensor itself, and every order works.",
            """\
import tensorflow as tf


@tf.custom_gradient
def log_of_square(x):
    return tf.math.log(x**2), lambda upstream: upstream * 2 / x


x = tf.Variable(2.0)
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = log_of_square(x)
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            Expected(shows=(1, None)),
            Expected(shows=(1, -0.5)),
            ("tensorflow/tensorflow#34503", "tensorflow/tensorflow#36168"),
        ),
        Pitfall(
            "forward-over-forward",
            "Forward mode inside forward mode is wrong in silence",
            """\
import tensorflow as tf

x = tf.constant(0.7)
one = tf.ones_like(x)
with tf.autodiff.ForwardAccumulator(x, one) as outer:
    with tf.autodiff.ForwardAccumulator(x, one) as inner:
        u = tf.sin(x)
        y = u * u * u
    slope = inner.jvp(y)
print(outer.jvp(slope))
""",
            f"The second derivative is {SIN_CUBED:.4f}. Where a value inside is used more than "
            "once, the outer accumulator loses a part of what the inner one contributes, and "
            "nothing warns of it. A gradient tape outside or inside, or two of them, is right.",
            """\
import tensorflow as tf

x = tf.constant(0.7)
one = tf.ones_like(x)
with tf.autodiff.ForwardAccumulator(x, one) as outer:
    with tf.GradientTape() as inner:
        inner.watch(x)
        u = tf.sin(x)
        y = u * u * u
    slope = inner.gradient(y, x)
print(outer.jvp(slope))
""",
            Expected(shows=(Other(SIN_CUBED, 0.01),)),
            Expected(shows=(SIN_CUBED,)),
            ("tensorflow/tensorflow#127753", "tensorflow/tensorflow#39075",
             "tensorflow/tensorflow#53534", "tensorflow/tensorflow#60071"),
        ),
        Pitfall(
            "compiled-edges",
            "Compiled by XLA, the same code has another slope",
            """\
import tensorflow as tf


def slope(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sqrt(x**2)
    return tape.gradient(y, x)


x = tf.constant(1e-25)
print(slope(x))
print(tf.function(slope, jit_compile=True)(x))
""",
            "XLA rewrites sqrt(x**2) to |x| before it runs anything, so the square never "
            "underflows; step by step it does, and the slope is infinite. At edges like this one "
            "compiled and uncompiled code differ. Write the stable form yourself, and both agree.",
            """\
import tensorflow as tf


def slope(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.abs(x)
    return tape.gradient(y, x)


x = tf.constant(1e-25)
print(slope(x))
print(tf.function(slope, jit_compile=True)(x))
""",
            Expected(shows=(math.inf, 1)),
            Expected(shows=(1, 1)),
            ("jax-ml/jax#38097", "jax-ml/jax#38096", "tensorflow/tensorflow#116258",
             "tensorflow/tensorflow#62252"),
        ),
        Pitfall(
            "retracing",
            "A tf.function is traced anew for every Python number",
            """\
import tensorflow as tf


@tf.function
def slope(x):
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.log(x**2)
    return tape.gradient(y, x)


for x in (1.0, 2.0, 3.0, 4.0, 5.0):
    slope(x)
print("traces:", slope.experimental_get_tracing_count())
""",
            "A Python number is part of what a trace is made for, as if it were written into the "
            "code, so each new one costs a new trace, which takes far longer than the work "
            "itself. A tensor is an argument: one trace serves all of its values.",
            """\
import tensorflow as tf


@tf.function
def slope(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.log(x**2)
    return tape.gradient(y, x)


for x in (1.0, 2.0, 3.0, 4.0, 5.0):
    slope(tf.constant(x))
print("traces:", slope.experimental_get_tracing_count())
""",
            Expected(shows=(5,), warns=True),
            Expected(shows=(1,)),
            ("tensorflow/tensorflow#32157", "tensorflow/tensorflow#38561",
             "tensorflow/tensorflow#41347", "tensorflow/tensorflow#44033"),
        ),
        Pitfall(
            "costly-orders",
            "Each further order of nested tapes multiplies the work",
            """\
import tensorflow as tf


def derivative(x, order):
    if order == 0:
        return tf.math.log(x**2)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = derivative(x, order - 1)
    return tape.gradient(y, x)


x = tf.constant(2.0)
counts = []
for order in range(1, 7):
    trace = tf.function(derivative).get_concrete_function(x, order)
    counts.append(len(trace.graph.get_operations()))
print("operations:", counts)
print(derivative(x, 6))
""",
            "Every tape differentiates all that the tape inside it has done, its way back "
            "included, so that the work multiplies with each order. A recurrence for the "
            "derivatives, which is what Taylor series are made of, adds a few operations for "
            "each.",
            """\
import tensorflow as tf


def derivative(x, order):
    found = 2 / x
    for k in range(1, order):
        found = -k * found / x
    return found


x = tf.constant(2.0)
counts = []
for order in range(1, 7):
    trace = tf.function(derivative).get_concrete_function(x, order)
    counts.append(len(trace.graph.get_operations()))
print("operations:", counts)
print(derivative(x, 6))
""",
            Expected(shows=(Mark.ANY, *[Mark.TWICE] * 5, -3.75)),
            Expected(shows=(Mark.ANY, *[Mark.MORE] * 5, -3.75)),
            ("jax-ml/jax#520", "HIPS/autograd#68"),
        ),
        Pitfall(
            "jacobian-row-by-row",
            "jacobian() row by row asks the tape once for each row",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x**2)
print(tape.jacobian(y, x, experimental_use_pfor=False))
""",
            "Without pfor a Jacobian is a loop of gradients, one for each row, and each of them "
            "needs the record; a tape that is not persistent has it but once. With pfor, which is "
            "the default, all rows are one compiled step and one question.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    y = tf.math.log(x**2)
print(tape.jacobian(y, x, experimental_use_pfor=False))
del tape
""",
            Expected(raises="RuntimeError"),
            Expected(shows=(2, 0, 0, 0, 1, 0, 0, 0, 2 / 3)),
            ("tensorflow/tensorflow#36227", "tensorflow/tensorflow#32460",
             "tensorflow/tensorflow#33919", "tensorflow/tensorflow#38391"),
        ),
    ),
)  # fmt: skip
