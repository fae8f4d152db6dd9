"""What each tape records and computes, read from the traced graph of an arrangement.

An arrangement is run by `tf.function` with GradientTapes that take notes: at which operation of
the graph a tape is opened and closed, and which operations each of its gradients adds. The graph
has every operation that TensorFlow runs, of the forward pass and of the backward passes. Only
TensorFlow's public API is used, and it does not say what a tape records. That is taken to be
every operation that runs while the tape is open and depends on what the tape watches.

The shapes of the points are fixed, so that no operation only computes a shape. Tapes that run
eagerly have a few more operations (Shape, Sum, Reshape), which change no number at one point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from tapecli.engines.tapes import loading
from tapecli.engines.tapes.arrangements import Run, Target, Variables, arrangement, functions_of
from tapecli.expressions.tree import Node
from tapecli.floats import Array, FloatFormat

IDLE = frozenset({"Placeholder", "Const", "Identity", "NoOp"})
"""Kinds of operations that compute nothing."""

NESTED_NAMES = (["tape"], ["outer", "inner"], ["outer", "middle", "inner"])
"""What one, two and three nested tapes are called."""


@dataclass(frozen=True)
class Operation:
    """One operation of the graph.

    Attributes:
        index: its index in the graph; operations are in the order in which they were made.
        kind: TensorFlow's name of what it does: Mul, Log.
        inputs, outputs: the names of the tensors that it takes and makes.
        real: whether all its outputs are floating-point numbers.
    """

    index: int
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    real: bool

    @property
    def idle(self) -> bool:
        return self.kind in IDLE


@dataclass(frozen=True)
class BackwardPass:
    """One call of a tape's `gradient` or `batch_jacobian`.

    Attributes:
        target: the tensor that was differentiated.
        sources: the tensors that it was differentiated by.
        start, stop: the half-open range of the operations that the call added to the graph.
        gradients: for each source the tensor that came out.
        adjoints: for each source, and with `steps` for each tensor that the tape recorded on the
            way to the target, the tensor with the derivative of the target by it.
    """

    target: str
    sources: tuple[str, ...]
    start: int
    stop: int
    gradients: tuple[str, ...]
    adjoints: Mapping[str, str]


@dataclass
class RecordedTape:
    """One tape, and what it was used for.

    Attributes:
        number: its index among the tapes in the order in which they were opened.
        depth: how many tapes were open when it was opened.
        persistent: whether it may compute more than one gradient.
        start, stop: the half-open range of the operations that ran while it was open; until it is
            closed, `stop` is 0.
        watched: the tensors that it watches.
    """

    number: int
    depth: int
    persistent: bool
    start: int = 0
    stop: int = 0
    watched: list[str] = field(default_factory=list)
    backward_passes: list[BackwardPass] = field(default_factory=list)


@dataclass(frozen=True)
class Recording:
    """The graph of an arrangement, and what its tapes did.

    Attributes:
        operations, tapes: all of them, in the order in which they were made and opened.
        sources: the tensor of each variable.
        results: for each derivative the tensor of each target.
        values: the number in each real tensor; empty without `steps`.
        slopes: for an output and an input of an operation the derivative of the one by the other
            as TensorFlow computes it. Operations without a gradient are left out.
    """

    operations: tuple[Operation, ...]
    tapes: tuple[RecordedTape, ...]
    sources: Mapping[str, str]
    results: Mapping[Variables, tuple[str, ...]]
    values: Mapping[str, Array]
    slopes: Mapping[tuple[str, str], float]

    @cached_property
    def backward_passes(self) -> list[tuple[RecordedTape, BackwardPass]]:
        """Every backward pass with its tape, in the order in which they ran."""
        pairs = [(tape, backward) for tape in self.tapes for backward in tape.backward_passes]
        return sorted(pairs, key=lambda pair: pair[1].start)

    def recorded(self, tape: RecordedTape) -> list[Operation]:
        inside = self.operations[tape.start : tape.stop]
        return [step for step in dependent(inside, tape.watched) if not step.idle]

    def wasted(self, tape: RecordedTape) -> list[Operation]:
        """The operations that a tape records although none of its gradients needs them."""
        ancestors: set[str] = set()
        for backward in tape.backward_passes:
            before = dependent(self.operations[: backward.start], tape.watched)
            ancestors |= made_from(before, [backward.target])
        return [step for step in self.recorded(tape) if not ancestors.intersection(step.outputs)]


def tape_names(tapes: Sequence[RecordedTape]) -> list[str]:
    """What people call these tapes: outer and inner where one is in the other, else by number.

    Tapes that were opened after others had been closed get the number of their group as well.
    """
    groups: list[list[RecordedTape]] = []
    for tape in tapes:
        if tape.depth == 0:
            groups.append([])
        groups[-1].append(tape)
    names = []
    for number, group in enumerate(groups, 1):
        size, suffix = len(group), str(number) if len(groups) > 1 else ""
        nested = size == 1 or len({(tape.start, tape.stop) for tape in group}) > 1
        if nested and size <= len(NESTED_NAMES):
            names += [f"{name}{suffix}" for name in NESTED_NAMES[size - 1]]
        else:
            names += [f"tape{index}{suffix}" for index in range(1, size + 1)]
    return names


def dependent(operations: Iterable[Operation], sources: Iterable[str]) -> list[Operation]:
    """The operations on real numbers that depend on these tensors, up to where gradients stop."""
    reached = set(sources)
    following = []
    for step in operations:
        if step.real and step.kind != "StopGradient" and reached.intersection(step.inputs):
            reached.update(step.outputs)
            following.append(step)
    return following


def made_from(operations: Sequence[Operation], targets: Iterable[str]) -> set[str]:
    """The tensors that the targets are computed from, and the targets themselves."""
    ancestors = set(targets)
    for step in reversed(operations):
        if ancestors.intersection(step.outputs):
            ancestors.update(step.inputs)
    return ancestors


def record(
    targets: Sequence[Node],
    columns: Mapping[str, Array | float],
    derivatives: Sequence[Variables],
    method: str | Run,
    format_: FloatFormat,
    steps: bool = False,
    functions_of: Callable[..., list[Target]] = functions_of,
) -> Recording:
    """Trace an arrangement.

    Args:
        targets: trees.
        columns: for each of their variables its value at each point, or one number.
        derivatives: for each derivative its variables, the first one first.
        method: an arrangement of `ARRANGEMENTS`, or `FORWARD`, or a function like theirs.
        format_: the dtype.
        steps: whether to run the graph as well, for the values of tensors, for the derivatives
            of single operations, and for adjoints.
        functions_of: makes functions of the targets; with the arguments of the one in
            `arrangements`.

    Raises:
        LookupError: TensorFlow has no gradient for some operation.
        TensorFlowError: TensorFlow is missing or does not start.
    """
    tf = loading.load()
    run = method if callable(method) else arrangement(method)
    xs = {name: tf.constant(values, format_.name) for name, values in columns.items()}
    recording: Recording

    def traced(xs: dict[str, Any]) -> tuple[Mapping[str, Any], Mapping[tuple[str, str], Any]]:
        nonlocal recording
        notes = _Notes(tf, steps, xs)
        tf_with_notes = WithTapes(tf, partial(_TapeWithNotes, notes))
        functions = functions_of(tf, targets, format_)
        recording = notes.recording(run(tf_with_notes, functions, xs, derivatives))
        return recording.values, recording.slopes

    function = tf.function(traced, autograph=False)
    concrete = function.get_concrete_function(
        {name: tf.TensorSpec(tensor.shape, tensor.dtype) for name, tensor in xs.items()}
    )
    values, slopes = concrete(xs) if steps else ({}, {})
    return replace(
        recording,
        values={name: tensor.numpy() for name, tensor in values.items()},
        slopes={pair: float(tensor) for pair, tensor in slopes.items()},
    )


class WithTapes:
    """TensorFlow, in which `wrap` makes each tape from a GradientTape and whether it persists."""

    def __init__(self, tf: Any, wrap: Callable[[Any, bool], Any]) -> None:
        self._tf = tf
        self._wrap = wrap

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tf, name)

    def GradientTape(self, persistent: bool = False) -> Any:  # noqa: N802
        return self._wrap(self._tf.GradientTape(persistent=persistent), persistent)


class _Notes:
    """What is noted while an arrangement is traced, in a graph that has nothing else."""

    def __init__(self, tf: Any, steps: bool, xs: Mapping[str, Any]) -> None:
        self.steps = steps
        self.tapes: list[RecordedTape] = []
        self.tf = tf
        self._sources = {name: tensor.name for name, tensor in xs.items()}
        self._graph = next(iter(xs.values())).graph

    def count(self) -> int:
        return len(self._graph.get_operations())

    def operations(self) -> tuple[Operation, ...]:
        return tuple(
            Operation(
                index,
                operation.type,
                _names(operation.inputs),
                _names(operation.outputs),
                {tensor.dtype.is_floating for tensor in operation.outputs} == {True},
            )
            for index, operation in enumerate(self._graph.get_operations())
        )

    def tensor(self, name: str) -> Any:
        return self._graph.get_tensor_by_name(name)

    def recording(self, derivatives: Mapping[Variables, Sequence[Any]]) -> Recording:
        """All that was noted, with tensors in the place of numbers."""
        operations = self.operations()
        results = {variables: _names(tensors) for variables, tensors in derivatives.items()}
        real = [name for step in operations if step.real for name in step.outputs]
        values = {name: self.tensor(name) for name in real} if self.steps else {}
        slopes = dict(self._slopes(operations)) if self.steps else {}
        return Recording(operations, tuple(self.tapes), self._sources, results, values, slopes)

    def _slopes(self, operations: Sequence[Operation]) -> Iterator[tuple[tuple[str, str], Any]]:
        """Differentiate each operation by each of its inputs that depends on a source."""
        varying = set(self._sources.values())
        for step in dependent(operations, varying):
            varying.update(step.outputs)
            names = [name for name in dict.fromkeys(step.inputs) if name in varying]
            inputs = list(map(self.tensor, names))
            output = self.tensor(step.outputs[0])
            try:
                slopes = self.tf.gradients(output, inputs, stop_gradients=inputs)
            except (LookupError, TypeError):  # no gradient of this kind, or none in this dtype
                continue
            for name, slope in zip(names, slopes, strict=True):
                if slope is not None:
                    yield (step.outputs[0], name), slope


class _TapeWithNotes:
    """A GradientTape that notes what is done with it."""

    _record: RecordedTape

    def __init__(self, notes: _Notes, tape: Any, persistent: bool) -> None:
        self._notes = notes
        self._tape = tape
        self._persistent = persistent

    def __enter__(self) -> _TapeWithNotes:
        tapes = self._notes.tapes
        depth = sum(not tape.stop for tape in tapes)
        self._record = RecordedTape(len(tapes), depth, self._persistent, self._notes.count())
        tapes.append(self._record)
        self._tape.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._tape.__exit__(*raised)
        self._record.stop = self._notes.count()

    def watch(self, sources: Any) -> None:
        self._tape.watch(sources)
        self._record.watched += _names(_tensors(sources))

    def gradient(self, y: Any, sources: Any, **options: Any) -> Any:
        """The tape's own gradient; with `steps` its adjoints are noted as well."""
        by = _tensors(sources)
        tensors = by
        if self._notes.steps:  # all that the tape has recorded on the way to y as well
            inside = self._notes.operations()[self._record.start : self._record.stop or None]
            recorded = dependent(inside, self._record.watched)
            ancestors = made_from(recorded, [y.name])
            names = [name for step in recorded for name in step.outputs if name in ancestors]
            tensors = [*map(self._notes.tensor, names), *by]
        start = self._notes.count()
        adjoints = self._tape.gradient(y, tensors, **options)
        gradients = adjoints[-len(by) :]
        by_name = dict(zip(_names(tensors), _names(adjoints), strict=True))
        self._note(start, y, by, gradients, by_name)
        if isinstance(sources, dict):
            return dict(zip(sources, gradients, strict=True))
        return gradients[0]

    def batch_jacobian(self, y: Any, source: Any, **options: Any) -> Any:
        start = self._notes.count()
        jacobian = self._tape.batch_jacobian(y, source, **options)
        self._note(start, y, [source], [jacobian], {})
        return jacobian

    def _note(
        self, start: int, y: Any, sources: list[Any], gradients: list[Any], adjoints: dict[str, str]
    ) -> None:
        """Note a backward pass that has just ended."""
        span = start, self._notes.count()
        self._record.backward_passes.append(
            BackwardPass(y.name, _names(sources), *span, _names(gradients), adjoints)
        )


def _tensors(sources: Any) -> list[Any]:
    """One tensor, or all tensors of a dictionary, as a list."""
    return list(sources.values()) if isinstance(sources, dict) else [sources]


def _names(tensors: Iterable[Any]) -> tuple[str, ...]:
    return tuple(tensor.name for tensor in tensors)
