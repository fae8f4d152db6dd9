"""Pitfalls of scopes: which tape records what, and when gradient() may be called."""

from __future__ import annotations

from tapecli.features.pitfalls.model import Expected, Group, Pitfall, Relation, tensorflow

GROUP = Group(
    "Which tape, and where gradient() is called",
    (
        Pitfall(
            "reused-tape",
            "A second gradient() call on one tape raises RuntimeError",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
-with tf.GradientTape() as tape:
+with tf.GradientTape(persistent=True) as tape:
     u = x**2
     y = tf.math.log(u)
 print(tape.gradient(u, x))
 print(tape.gradient(y, x))
+del tape
""",
            "A tape deletes its record when gradient() is called, to free the memory, so a second "
            "call finds no record. With persistent=True a tape keeps its record until the tape "
            "itself is deleted; one tape for each target works as well.",
            Expected(prints=(2, 4, 6), raises="RuntimeError"),
            Expected(prints=(2, 4, 6, 2, 1, 2 / 3)),
            tensorflow(46487, 31265, 50661),
        ),
        Pitfall(
            "swapped-tapes",
            "With swapped tapes, the second derivative is None",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
 with tf.GradientTape() as outer:
     with tf.GradientTape() as inner:
         y = tf.math.log(x**2)
-    slope = outer.gradient(y, x)
+    slope = inner.gradient(y, x)
 print(slope)
-print(inner.gradient(slope, x))
+print(outer.gradient(slope, x))
""",
            "The first derivative is computed after the inner tape has stopped recording, so the "
            "inner tape knows nothing about it. Call gradient() of the inner tape inside the "
            "block of the outer tape: then the outer tape records this computation and can "
            "differentiate it.",
            Expected(prints=(2, 1, 2 / 3, None)),
            Expected(prints=(2, 1, 2 / 3, -2, -1 / 2, -2 / 9)),
            tensorflow(31519, 41510, 34335),
        ),
        Pitfall(
            "target-outside",
            "A target computed after the tape's block has no gradient",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
 with tf.GradientTape() as tape:
     u = x**2
-y = tf.math.log(u)
+    y = tf.math.log(u)
 print(tape.gradient(y, x))
""",
            "A tape records only what runs inside its with block. Here the logarithm runs after "
            "the block, so the record has no path from y back to x. Put every operation from the "
            "source to the target inside the block.",
            Expected(prints=(None,)),
            Expected(prints=(2, 1, 2 / 3)),
            tensorflow(27660, 38751),
        ),
        Pitfall(
            "slope-outside",
            "The first derivative is right, but the second is None",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
 with tf.GradientTape() as outer:
     with tf.GradientTape() as inner:
         y = tf.math.log(x**2)
-slope = inner.gradient(y, x)
+    slope = inner.gradient(y, x)
 print(slope)
 print(outer.gradient(slope, x))
""",
            "A call of gradient() is a computation like any other, and the outer tape records it "
            "only while its own block is open. Here the call of the inner tape comes after both "
            "blocks. Indent it, so that it stands inside the outer block and after the inner one.",
            Expected(prints=(2, 1, 2 / 3, None)),
            Expected(prints=(2, 1, 2 / 3, -2, -1 / 2, -2 / 9)),
            tensorflow(31519, 41510, 34335, 50278),
        ),
        Pitfall(
            "one-header",
            "Two tapes in one with line are nested, not side by side",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
 with tf.GradientTape() as outer, tf.GradientTape() as inner:
     y = tf.math.log(x**2)
-slope = inner.gradient(y, x)
+    slope = inner.gradient(y, x)
 print(outer.gradient(slope, x))
""",
            "A with line that has two tapes opens the second tape inside the first, just as two "
            "with lines do. What matters is where the first gradient() is called: after the block "
            "both tapes are closed, but inside the block the outer tape is still recording.",
            Expected(prints=(None,)),
            Expected(prints=(-2, -1 / 2, -2 / 9)),
            ("manicman1999/StyleGAN2-Tensorflow-2.0#14", *tensorflow(41510)),
        ),
        Pitfall(
            "asked-inside",
            "gradient() of a persistent tape in its own block warns",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
-with tf.GradientTape(persistent=True) as tape:
-    y = tf.math.log(x**2)
-    slope = tape.gradient(y, x)
-print(tape.gradient(slope, x))
+with tf.GradientTape() as outer:
+    with tf.GradientTape() as inner:
+        y = tf.math.log(x**2)
+    slope = inner.gradient(y, x)
+print(outer.gradient(slope, x))
""",
            "The numbers are right, but the tape also records its own backward pass and keeps all "
            "of it in memory. Two nested tapes make clear which tape records what. If you need "
            "only the first derivative, move the call out of the block.",
            Expected(prints=(-2, -1 / 2, -2 / 9), warns=True),
            Expected(prints=(-2, -1 / 2, -2 / 9)),
            ("google-deepmind/acme#77", *tensorflow(41510)),
        ),
        Pitfall(
            "never-entered",
            "A tape that was never started says that it was used up",
            """\
 x = tf.Variable([1.0, 2.0, 3.0])
-tape = tf.GradientTape()
-y = tf.math.log(x**2)
+with tf.GradientTape() as tape:
+    y = tf.math.log(x**2)
 print(tape.gradient(y, x))
""",
            "Creating a tape does not start it; entering its with block does. A tape without a "
            "record raises the same error as a tape whose record is used up, so the message "
            "points to the wrong cause.",
            Expected(raises="RuntimeError"),
            Expected(prints=(2, 1, 2 / 3)),
            tensorflow(41510, 46487),
        ),
        Pitfall(
            "kept-tape",
            "A persistent tape keeps intermediate values in memory",
            """\
 import weakref

 import tensorflow as tf

 x = tf.Variable(tf.ones([1_000_000]))
 with tf.GradientTape(persistent=True) as tape:
     u = x**2
     y = tf.math.log(u)
 slope = tape.gradient(y, x)
 memory = weakref.ref(u)
-del u, y
+del u, y, tape
 print("u is still held:", memory() is not None)
""",
            "The backward pass needs values from the forward pass, so the tape holds them, and a "
            "persistent tape still holds them after gradient() has returned. Deleting your own "
            "names frees nothing while the tape exists; a loop that keeps its tapes needs more "
            "memory with every step. Delete the tape after the last gradient() call.",
            Expected(prints=(True,)),
            Expected(prints=(False,)),
            tensorflow(32276, 21584, 45016, 35928),
        ),
        Pitfall(
            "nesting-for-speed",
            "Nested tapes for two targets save no derivative work",
            """
 @tf.function
 def side_by_side(x):
     with tf.GradientTape() as first, tf.GradientTape() as second:
         u = x**2
         y = tf.math.log(u)
     return first.gradient(u, x), second.gradient(y, x)


 @tf.function
-def nested(x):
-    with tf.GradientTape() as outer:
-        with tf.GradientTape() as inner:
-            u = x**2
+def chained(x):
+    with tf.GradientTape() as first:
+        u = x**2
+    with tf.GradientTape() as second:
+        second.watch(u)
         y = tf.math.log(u)
-    return inner.gradient(u, x), outer.gradient(y, x)
+    slope = first.gradient(u, x)
+    return slope, second.gradient(y, u) * slope


 x = tf.Variable([1.0, 2.0, 3.0])
-for slopes in (side_by_side, nested):
+for slopes in (side_by_side, chained):
     graph = slopes.get_concrete_function(x).graph
     print(slopes.__name__, "operations:", len(graph.get_operations()))
+print(chained(x)[1])
""",
            "Each gradient() goes back from its own target to x and skips every recorded "
            "operation that is not on this path; so both arrangements do the same work, and both "
            "go from u back to x twice. The chain rule avoids the second time: start the second "
            "tape at u, and multiply the two derivatives.",
            Expected(prints=(Relation.ANY, Relation.EQUAL)),
            Expected(prints=(Relation.ANY, Relation.LESS, 2, 1, 2 / 3)),
            ("manicman1999/StyleGAN2-Tensorflow-2.0#14", *tensorflow(35928),
             "PennyLaneAI/pennylane#1869"),
        ),
    ),
)  # fmt: skip
