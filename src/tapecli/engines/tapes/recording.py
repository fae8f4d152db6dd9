"""What tapes record and what they are asked for, read from the arrangement's own traced graph.

An arrangement is run by `tf.function` with GradientTapes that take notes: where in the graph a
tape is opened and closed, and what each of its gradients adds. The graph has every operation that
TensorFlow runs, on the way there and on the way back. Only public means are used, which leaves a
choice open: what a tape records is taken to be what is made while it is open and depends on what
it watches.

Shapes are fixed, so that no operation is there for shapes. Tapes that run eagerly have some more
(Shape, Sum, Reshape), which change no number at one point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tapecli.engines.tapes import loading
from tapecli.engines.tapes.arrangements import (
    ARRANGEMENTS,
    FORWARD,
    Run,
    Target,
    Variables,
    functions_of,
    nested_orders,
)
from tapecli.expressions.tree import Node
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STOPPING = frozenset({"StopGradient"})
"""Kinds of operations that no tape follows."""

_NESTED = ("middle",)
"""Names of tapes between the outer and the inner one."""

IDLE = frozenset({"Placeholder", "Const", "Identity", "NoOp"})
"""Kinds of operations that compute nothing."""


@dataclass(frozen=True)
class Operation:
    """One operation of the graph.

    Attributes:
        place: where it stands in the graph, which is the sequence in which it was made.
        kind: TensorFlow's name of what it does: Mul, Log.
        inputs: the names of the tensors that it is given.
        outputs: the names of those that it makes.
        size: how many bytes these take.
        real: whether they are floating-point numbers.
    """

    place: int
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    size: int
    real: bool

    @property
    def idle(self) -> bool:
        """Whether it computes nothing."""
        return self.kind in IDLE


@dataclass
class Asked:
    """One gradient that a tape was asked for.

    Attributes:
        target: the tensor that was differentiated.
        sources: the tensors by which.
        begin, end: the half-open range of operations that this has added.
        gradients: the tensors that came out, for each source.
        adjoints: for each tensor on the way from the sources to the target the tensor with the
            derivative of the target by it; empty unless steps were wanted.
    """

    target: str
    sources: tuple[str, ...]
    begin: int
    end: int
    gradients: tuple[str, ...] = ()
    adjoints: dict[str, str] = field(default_factory=dict)


@dataclass
class Tape:
    """One tape, and what became of it.

    Attributes:
        number: the place among the tapes in the sequence in which they were opened.
        depth: how many tapes were open around it.
        persistent: whether it may be asked more than once.
        opened, closed: the half-open range of operations that were made while it was open.
        watched: the tensors that it watches.
        asked: the gradients that it was asked for.
    """

    number: int
    depth: int
    persistent: bool
    opened: int = 0
    closed: int = 0
    watched: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True)
class Recording:
    """An arrangement of tapes at work.

    Attributes:
        operations: all of them, in the sequence in which they were made.
        tapes: in the sequence in which they were opened.
        sources: the tensor of each variable.
        results: for each derivative that was wanted the tensor of each target.
        values: the numbers in each tensor of real numbers; empty unless steps were wanted.
        slopes: for each output and each input of an operation the derivative of the one by the
            other, as TensorFlow has it; what it has no gradient for is left out.
    """

    operations: tuple[Operation, ...]
    tapes: tuple[Tape, ...]
    sources: Mapping[str, str]
    results: Mapping[Variables, tuple[str, ...]]
    values: Mapping[str, NDArray[np.float64]]
    slopes: Mapping[tuple[str, str], float]

    @cached_property
    def asked(self) -> list[tuple[Tape, Asked]]:
        """Every gradient with the tape that was asked for it, in the sequence of asking."""
        found = [(tape, asked) for tape in self.tapes for asked in tape.asked]
        return sorted(found, key=lambda pair: pair[1].begin)

    def recorded(self, tape: Tape) -> list[Operation]:
        """What a tape records: what depends on what it watches, and was made while it was open."""
        inside = self.operations[tape.opened : tape.closed]
        return [one for one in dependent(inside, tape.watched) if not one.idle]

    def needed(self, tape: Tape, asked: Asked) -> set[str]:
        """The tensors by whose way a gradient goes back, from the target on."""
        before = dependent(self.operations[: asked.begin], tape.watched)
        return made_from(before, [asked.target])

    def wasted(self, tape: Tape) -> list[Operation]:
        """What a tape records and no gradient that it was asked for needs."""
        needed = set().union(*(self.needed(tape, asked) for asked in tape.asked))
        return [one for one in self.recorded(tape) if not needed.intersection(one.outputs)]


def names(tapes: Sequence[Tape]) -> list[str]:
    """What people call these tapes: outer and inner where one is in the other, else by number.

    Those that are opened when others are closed are numbered as well.
    """
    together: list[list[Tape]] = []
    for tape in tapes:
        if tape.depth == 0:
            together.append([])
        together[-1].append(tape)
    if len(together) == 1:
        return _open_at_once(tapes)
    return [
        f"{name}{number}"
        for number, group in enumerate(together, 1)
        for name in _open_at_once(group)
    ]


def _open_at_once(tapes: Sequence[Tape]) -> list[str]:
    if len(tapes) == 1:
        return ["tape"]
    apart = len({(tape.opened, tape.closed) for tape in tapes}) > 1
    if apart and len(tapes) <= len(_NESTED) + 2:
        return ["outer", *_NESTED[: len(tapes) - 2], "inner"]
    return [f"tape{number}" for number in range(1, len(tapes) + 1)]


def dependent(operations: Iterable[Operation], sources: Iterable[str]) -> list[Operation]:
    """The operations on real numbers that depend on these tensors, as far as tapes follow."""
    reached = set(sources)
    found = []
    for one in operations:
        if one.real and one.kind not in STOPPING and reached.intersection(one.inputs):
            reached.update(one.outputs)
            found.append(one)
    return found


def made_from(operations: Sequence[Operation], targets: Iterable[str]) -> set[str]:
    """The tensors that these are made from, and themselves."""
    needed = set(targets)
    for one in reversed(operations):
        if needed.intersection(one.outputs):
            needed.update(one.inputs)
    return needed


def record(
    targets: Sequence[Node],
    columns: Mapping[str, NDArray[np.float64] | np.float64],
    wanted: Sequence[Variables],
    method: str | Run,
    format_: FloatFormat,
    steps: bool = False,
    functions_of: Callable[..., list[Target]] = functions_of,
) -> Recording:
    """Trace an arrangement.

    Args:
        targets: trees.
        columns: for each of their variables its value at each point, or at one point alone a
            number.
        wanted: for each derivative its variables, the first one first.
        method: an arrangement of `ARRANGEMENTS`, or `FORWARD`; or one that is not among them.
        format_: the dtype.
        steps: whether to run it, for the numbers in each tensor, for slopes and for adjoints.
        functions_of: what makes the targets functions, as the one in `tapes` does.

    Raises:
        LookupError: TensorFlow has no gradient for something.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    tf = loading.load()
    run = method if callable(method) else _named(method)
    notes = _Notes(tf, steps)
    xs = {name: tf.constant(values, format_.name) for name, values in columns.items()}

    def traced(xs: dict[str, Any]) -> dict[str, Any]:
        functions = functions_of(tf, targets, format_)
        notes.begin(xs)
        found = run(WithTapes(tf, notes.tape), functions, xs, wanted)
        return notes.end(found)

    function = tf.function(traced, autograph=False)
    concrete = function.get_concrete_function(
        {name: tf.TensorSpec(tensor.shape, tensor.dtype) for name, tensor in xs.items()}
    )
    numbers = {name: tensor.numpy() for name, tensor in concrete(xs).items()} if steps else {}
    return notes.recording(numbers)


def _named(method: str) -> Run:
    return nested_orders if method == FORWARD else ARRANGEMENTS[method].run


class WithTapes:
    """TensorFlow with tapes of another kind; the rest is its own.

    Args:
        tf: TensorFlow.
        made: makes a tape of a GradientTape, which may be persistent or not.
    """

    def __init__(self, tf: Any, made: Callable[[Any, bool], Any]) -> None:
        self._tf = tf
        self._made = made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tf, name)

    def GradientTape(self, persistent: bool = False) -> Any:  # noqa: N802
        """A tape of that kind."""
        return self._made(self._tf.GradientTape(persistent=persistent), persistent)


class _Notes:
    """What is noted while an arrangement is traced."""

    def __init__(self, tf: Any, steps: bool) -> None:
        self.tf = tf
        self.steps = steps
        self.open: list[Tape] = []
        self.tapes: list[Tape] = []
        self._operations: tuple[Operation, ...] = ()
        self._slopes: dict[tuple[str, str], str] = {}

    def tape(self, tape: Any, persistent: bool) -> _Noting:
        """A tape that takes notes."""
        return _Noting(self, tape, persistent)

    def begin(self, xs: Mapping[str, Any]) -> None:
        """Begin with these sources, in a graph that has nothing else."""
        self.tapes.clear()
        self._sources = {name: tensor.name for name, tensor in xs.items()}
        self._graph = next(iter(xs.values())).graph

    def count(self) -> int:
        """How many operations there are."""
        return len(self._graph.get_operations())

    def operations(self) -> tuple[Operation, ...]:
        """All that there are."""
        return tuple(map(_operation, range(self.count()), self._graph.get_operations()))

    def tensor(self, name: str) -> Any:
        """A tensor by its name."""
        return self._graph.get_tensor_by_name(name)

    def end(self, found: Mapping[Variables, Sequence[Any]]) -> dict[str, Any]:
        """Note what came out; what is to be computed: everything, if steps are wanted."""
        self._results = {key: tuple(one.name for one in each) for key, each in found.items()}
        self._operations = self.operations()
        if not self.steps:
            return {}
        shown = {name: self.tensor(name) for one in self._operations if one.real
                 for name in one.outputs}  # fmt: skip
        return shown | {tensor.name: tensor for tensor in self._local()}

    def _local(self) -> Iterable[Any]:
        """The derivative of each operation by each of its inputs that depends on a source."""
        varying = set(self._sources.values())
        for one in dependent(self._operations, varying):
            varying.update(one.outputs)
            names = [name for name in dict.fromkeys(one.inputs) if name in varying]
            inputs = list(map(self.tensor, names))
            try:
                found = self.tf.gradients(
                    self.tensor(one.outputs[0]), inputs, stop_gradients=inputs
                )
            except (LookupError, TypeError):  # no gradient of this kind, or none in this dtype
                continue
            for name, slope in zip(names, found, strict=True):
                if slope is not None:
                    self._slopes[one.outputs[0], name] = slope.name
                    yield slope

    def recording(self, numbers: Mapping[str, Any]) -> Recording:
        """All that was noted."""
        shown = {name for one in self._operations for name in one.outputs}
        return Recording(
            self._operations,
            tuple(self.tapes),
            self._sources,
            self._results,
            {name: number for name, number in numbers.items() if name in shown},
            {key: float(numbers[name]) for key, name in self._slopes.items() if name in numbers},
        )


class _Noting:
    """A GradientTape that takes notes."""

    def __init__(self, notes: _Notes, tape: Any, persistent: bool) -> None:
        self._notes = notes
        self._tape = tape
        self._persistent = persistent

    _noted: Tape

    def __enter__(self) -> _Noting:
        notes = self._notes
        place, depth = len(notes.tapes), len(notes.open)
        self._noted = Tape(place, depth, self._persistent, opened=notes.count())
        self._notes.tapes.append(self._noted)
        self._notes.open.append(self._noted)
        self._tape.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._tape.__exit__(*raised)
        self._notes.open.remove(self._noted)
        self._noted.closed = self._notes.count()

    def watch(self, sources: Any) -> None:
        """Watch a tensor, or all of a dictionary."""
        self._tape.watch(sources)
        self._noted.watched += [tensor.name for tensor in _flat(sources)]

    def gradient(self, y: Any, sources: Any, **options: Any) -> Any:
        """The tape's own gradient, with its adjoints if steps are wanted."""
        flat = _flat(sources)
        between = self._between(y) if self._notes.steps else []
        asked = self._asked(y, flat)
        found = self._tape.gradient(y, [*flat, *between], **options)
        asked.end = self._notes.count()
        gradients = found[: len(flat)]
        asked.gradients = tuple(one.name for one in gradients)
        asked.adjoints = {
            tensor.name: adjoint.name
            for tensor, adjoint in zip(
                [*between, *flat], [*found[len(flat) :], *gradients], strict=True
            )
        }
        return dict(zip(sources, gradients, strict=True)) if _mapping(sources) else gradients[0]

    def batch_jacobian(self, y: Any, source: Any, **options: Any) -> Any:
        """The tape's own Jacobian at each point."""
        asked = self._asked(y, [source])
        found = self._tape.batch_jacobian(y, source, **options)
        asked.end = self._notes.count()
        asked.gradients = (found.name,)
        return found

    def _asked(self, y: Any, sources: Sequence[Any]) -> Asked:
        """A note that something is asked for."""
        here = self._notes.count()
        asked = Asked(y.name, tuple(tensor.name for tensor in sources), here, here)
        self._noted.asked.append(asked)
        return asked

    def _between(self, y: Any) -> list[Any]:
        """The tensors that the tape has recorded on the way to y, y itself included."""
        inside = self._notes.operations()[self._noted.opened : self._noted.closed or None]
        recorded = dependent(inside, self._noted.watched)
        needed = made_from(recorded, [y.name])
        names = [name for one in recorded for name in one.outputs if name in needed]
        return list(map(self._notes.tensor, names))


def _mapping(sources: Any) -> bool:
    return isinstance(sources, dict)


def _flat(sources: Any) -> list[Any]:
    return list(sources.values()) if _mapping(sources) else [sources]


def _operation(place: int, operation: Any) -> Operation:
    """What is to be known of one of TensorFlow's."""
    outputs = operation.outputs
    return Operation(
        place,
        operation.type,
        tuple(tensor.name for tensor in operation.inputs),
        tuple(tensor.name for tensor in outputs),
        sum((tensor.shape.num_elements() or 0) * tensor.dtype.size for tensor in outputs),
        bool(outputs) and all(tensor.dtype.is_floating for tensor in outputs),
    )
