"""How many bytes tapes keep alive, measured by deleting everything else.

A tape holds the tensors that its gradients may need. An arrangement is run eagerly until a tape
computes its first gradient, or to its end; then all is deleted but the tapes, and the tensors that
are still there are looked up among the objects that Python's garbage collector knows. Tensors that
share a buffer count once, and the buffers of the sources do not count. TensorFlow's own
`tf.config.experimental.get_memory_info` says the same, but rounded up by its allocator.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from tapecli.engines.tapes import loading
from tapecli.engines.tapes.arrangements import Sources
from tapecli.engines.tapes.recording import WithTapes
from tapecli.evaluation.question import Question
from tapecli.features.compare.contenders import Contender
from tapecli.features.compare.model import TapeMemory


def tape_memory(tf: Any, question: Question, xs: Sources, contender: Contender) -> TapeMemory:
    """What the tapes of an arrangement hold at the points of `xs`."""

    def tapes(last: int | None) -> list[Any]:
        """The tapes of a run that ends before the first gradient of the last, or at its end."""
        open_tapes: list[Any] = []

        def wrap(tape: Any, persistent: bool) -> Any:
            if len(open_tapes) == last:
                tape.gradient = tape.batch_jacobian = _stop
            open_tapes.append(tape)
            return tape

        functions = contender.functions(tf, question.trees, question.format_)
        with suppress(_Stop):
            contender.run(WithTapes(tf, wrap), functions, xs, question.wrt)
        return open_tapes

    with collected():
        count = len(tapes(None))
        after = _bytes_of(tapes, None)
        most = max(_bytes_of(tapes, number) for number in range(count))
    return TapeMemory(most, after)


def _bytes_of(tapes: Callable[[int | None], list[Any]], last: int | None) -> int:
    """The bytes that these tapes keep alive and nothing else does."""
    open_tapes = tapes(last)
    alive = _buffers()
    del open_tapes
    others = _buffers()
    return sum(size for address, size in alive.items() if address not in others)


@contextmanager
def collected() -> Iterator[None]:
    """Garbage is collected before, and then only where it is asked for, without earlier objects."""
    enabled = gc.isenabled()
    gc.disable()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


def _buffers() -> dict[int, int]:
    """The addresses of the tensors that the collector knows, with the bytes that each takes."""
    import numpy as np

    gc.collect()
    kind = type(loading.load().constant(0))
    arrays = [np.asarray(tensor) for tensor in gc.get_objects() if type(tensor) is kind]
    return {array.ctypes.data: array.nbytes for array in arrays if array.nbytes}


class _Stop(Exception):
    """The run ends here."""


def _stop(*arguments: Any, **options: Any) -> NoReturn:
    raise _Stop
