"""Pitfalls of scopes: which tape records what, and when it may be asked."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Expected, Group, Mark, Pitfall

GROUP = Group(
    "Which tape, and where it is asked",
    (
        Pitfall(
            "reused-tape",
            "The second gradient() of a tape raises RuntimeError",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    u = x**2
    y = tf.math.log(u)
print(tape.gradient(u, x))
print(tape.gradient(y, x))
""",
            "A tape throws its record away as it answers the first call, to free the memory, and "
            "has nothing left to go back along for the second. persistent=True makes it keep the "
            "record until the tape itself is deleted; a tape for each target does as well.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    u = x**2
    y = tf.math.log(u)
print(tape.gradient(u, x))
print(tape.gradient(y, x))
del tape
""",
            Expected(shows=(2, 4, 6), raises="RuntimeError"),
            Expected(shows=(2, 4, 6, 2, 1, 2 / 3)),
            ("tensorflow/tensorflow#46487", "tensorflow/tensorflow#31265",
             "tensorflow/tensorflow#50661"),
        ),
        Pitfall(
            "swapped-tapes",
            "The inner tape, asked outside its scope, returns None",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.math.log(x**2)
    slope = outer.gradient(y, x)
print(slope)
print(inner.gradient(slope, x))
""",
            "The slope is computed after the inner tape has stopped recording, so the inner tape "
            "has never heard of it. The first derivative belongs to the inner tape, inside the "
            "scope of the outer one, which records that very computation and can differentiate "
            "it.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.math.log(x**2)
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            Expected(shows=(2, 1, 2 / 3, None)),
            Expected(shows=(2, 1, 2 / 3, -2, -1 / 2, -2 / 9)),
            ("tensorflow/tensorflow#31519", "tensorflow/tensorflow#41510",
             "tensorflow/tensorflow#34335"),
        ),
        Pitfall(
            "target-outside",
            "A target computed after the tape's block has no gradient",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    u = x**2
y = tf.math.log(u)
print(tape.gradient(y, x))
""",
            "A tape records what runs inside its with block and nothing else. Here the logarithm "
            "runs after the block, so on the record nothing leads from y back to x. Every step "
            "from the source to the target belongs inside.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    u = x**2
    y = tf.math.log(u)
print(tape.gradient(y, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(2, 1, 2 / 3)),
            ("tensorflow/tensorflow#27660", "tensorflow/tensorflow#38751"),
        ),
        Pitfall(
            "slope-outside",
            "The slope is right, and its own slope is None",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.math.log(x**2)
slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            "The way back is a computation like any other, and the outer tape records it only "
            "while its own block is open. One indentation is the whole difference: the call of "
            "the inner tape stands inside the outer block, below the inner one.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.math.log(x**2)
    slope = inner.gradient(y, x)
print(slope)
print(outer.gradient(slope, x))
""",
            Expected(shows=(2, 1, 2 / 3, None)),
            Expected(shows=(2, 1, 2 / 3, -2, -1 / 2, -2 / 9)),
            ("tensorflow/tensorflow#31519", "tensorflow/tensorflow#41510",
             "tensorflow/tensorflow#34335", "tensorflow/tensorflow#50278"),
        ),
        Pitfall(
            "one-header",
            "Two tapes in one with line are nested, not side by side",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer, tf.GradientTape() as inner:
    y = tf.math.log(x**2)
slope = inner.gradient(y, x)
print(outer.gradient(slope, x))
""",
            "One line with two tapes opens the second inside the first, exactly as two lines "
            "would. What decides is where the first gradient() stands: below the block both tapes "
            "are closed, inside it the outer one is still recording.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer, tf.GradientTape() as inner:
    y = tf.math.log(x**2)
    slope = inner.gradient(y, x)
print(outer.gradient(slope, x))
""",
            Expected(shows=(None,)),
            Expected(shows=(-2, -1 / 2, -2 / 9)),
            ("manicman1999/StyleGAN2-Tensorflow-2.0#14", "tensorflow/tensorflow#41510"),
        ),
        Pitfall(
            "asked-inside",
            "A persistent tape that is asked in its own block warns",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True) as tape:
    y = tf.math.log(x**2)
    slope = tape.gradient(y, x)
print(tape.gradient(slope, x))
""",
            "The numbers are right, but the tape records its own way back on top of everything "
            "else and holds it all. Two nested tapes say which one records what. If only the "
            "slope is wanted, move the call out of the block.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.math.log(x**2)
    slope = inner.gradient(y, x)
print(outer.gradient(slope, x))
""",
            Expected(shows=(-2, -1 / 2, -2 / 9), warns=True),
            Expected(shows=(-2, -1 / 2, -2 / 9)),
            ("google-deepmind/acme#77", "tensorflow/tensorflow#41510"),
        ),
        Pitfall(
            "never-entered",
            "A tape that never recorded claims to have been used",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
tape = tf.GradientTape()
y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            "Making a tape does not start it; entering its with block does. A tape without a "
            "record answers with the same error as one whose record is used up, which sends the "
            "reader the wrong way.",
            """\
import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
with tf.GradientTape() as tape:
    y = tf.math.log(x**2)
print(tape.gradient(y, x))
""",
            Expected(raises="RuntimeError"),
            Expected(shows=(2, 1, 2 / 3)),
            ("tensorflow/tensorflow#41510", "tensorflow/tensorflow#46487"),
        ),
        Pitfall(
            "kept-tape",
            "A persistent tape keeps every intermediate value alive",
            """\
import weakref

import tensorflow as tf

x = tf.Variable(tf.ones([1_000_000]))
with tf.GradientTape(persistent=True) as tape:
    u = x**2
    y = tf.math.log(u)
slope = tape.gradient(y, x)
memory = weakref.ref(u)
del u, y
print("u is still held:", memory() is not None)
""",
            "The way back needs the values that the way forward computed, so the tape holds them, "
            "and a persistent tape does not let go after an answer. Deleting your own names frees "
            "nothing while the tape lives; in a loop that keeps its tapes the memory grows with "
            "every step. Delete the tape when the last question is answered.",
            """\
import weakref

import tensorflow as tf

x = tf.Variable(tf.ones([1_000_000]))
with tf.GradientTape(persistent=True) as tape:
    u = x**2
    y = tf.math.log(u)
slope = tape.gradient(y, x)
memory = weakref.ref(u)
del u, y, tape
print("u is still held:", memory() is not None)
""",
            Expected(shows=(True,)),
            Expected(shows=(False,)),
            ("tensorflow/tensorflow#32276", "tensorflow/tensorflow#21584",
             "tensorflow/tensorflow#45016", "tensorflow/tensorflow#35928"),
        ),
        Pitfall(
            "nesting-for-speed",
            "Nesting two targets' tapes saves no derivative work",
            """\
import tensorflow as tf


@tf.function
def side_by_side(x):
    with tf.GradientTape() as first, tf.GradientTape() as second:
        u = x**2
        y = tf.math.log(u)
    return first.gradient(u, x), second.gradient(y, x)


@tf.function
def nested(x):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            u = x**2
        y = tf.math.log(u)
    return inner.gradient(u, x), outer.gradient(y, x)


x = tf.Variable([1.0, 2.0, 3.0])
for slopes in (side_by_side, nested):
    graph = slopes.get_concrete_function(x).graph
    print(slopes.__name__, "operations:", len(graph.get_operations()))
""",
            "Each gradient() goes back from its target to x, and what the tape has recorded "
            "beside that way is never touched; so both arrangements do the same work, and the way "
            "from u to x is gone twice in either. What saves it is the chain rule by hand: let "
            "the second tape begin at u, and multiply.",
            """\
import tensorflow as tf


@tf.function
def side_by_side(x):
    with tf.GradientTape() as first, tf.GradientTape() as second:
        u = x**2
        y = tf.math.log(u)
    return first.gradient(u, x), second.gradient(y, x)


@tf.function
def chained(x):
    with tf.GradientTape() as first:
        u = x**2
    with tf.GradientTape() as second:
        second.watch(u)
        y = tf.math.log(u)
    slope = first.gradient(u, x)
    return slope, second.gradient(y, u) * slope


x = tf.Variable([1.0, 2.0, 3.0])
for slopes in (side_by_side, chained):
    graph = slopes.get_concrete_function(x).graph
    print(slopes.__name__, "operations:", len(graph.get_operations()))
print(chained(x)[1])
""",
            Expected(shows=(Mark.ANY, Mark.SAME)),
            Expected(shows=(Mark.ANY, Mark.LESS, 2, 1, 2 / 3)),
            ("manicman1999/StyleGAN2-Tensorflow-2.0#14", "tensorflow/tensorflow#35928",
             "PennyLaneAI/pennylane#1869"),
        ),
    ),
)  # fmt: skip
