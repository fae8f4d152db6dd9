"""The arrangements of tapes, written out as `diff` runs them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from tapecli.engines.tapes.arrangements import Variables, tape_gradients
from tapecli.errors import RequestError
from tapecli.evaluation.question import Question
from tapecli.features.codegen.connection import unconnected
from tapecli.features.codegen.formulas import Statements
from tapecli.features.codegen.layout import Brackets, Page, listing
from tapecli.features.codegen.names import Names

MAX_NESTED, MAX_ACROSS = 10, 12
"""Tapes inside one another that are written out, and points whose values are printed in a line."""


class Draft:
    """A program that is being written.

    Attributes:
        sources: the names of the variables in the program by the user's names, in order.
        parameters: these names as parameters and arguments of functions.
        source_labels: these names by the labels printed for them.
        targets: the user's names of the targets.
        derivatives: the variables of each derivative.
        by: the variables that are differentiated by, each once.
        star: what is in front of a tensor that is printed: "*" where it has several numbers.
        options: the arguments of `tf.function`; none for eager execution.
        results: the name of each value and derivative in the program, by the label printed for it.
        derivative_names: the same by the index of the target and the variables.
    """

    def __init__(self, question: Question, star: str, options: Sequence[str]) -> None:
        self.page, self.names = Page(), Names()
        self.sources = {name: self.names.user(name) for name in question.points.names}
        self.parameters = list(self.sources.values())
        self.source_labels = {self.names.label(user): name for user, name in self.sources.items()}
        self.statements = Statements(question, self.page, self.names, self.sources)
        self.targets = [expression.name for expression in question.targets]
        self.derivatives, self.order = question.wrt, question.order
        self.by = list(dict.fromkeys(itertools.chain(*self.derivatives)))
        self.points = len(question.points)
        self.star, self.options = star, options
        self.results = {self.names.label(user): self.names.user(user) for user in self.targets}
        self.derivative_names: dict[tuple[int, Variables], str] = {
            (index, ()): name for index, name in enumerate(self.statements.targets)
        }

    def print_tensors(self, tensors: Mapping[str, str], width: int = 0) -> None:
        """Write the statements that print tensors, by their labels."""
        for label, tensor in tensors.items():
            arguments = [f'"{label:<{width}} ="', f"{self.star}{tensor}.numpy()"]
            self.page.add(Brackets("print(", arguments))

    def print_results(self) -> None:
        """Write the statements that print all sources and results, labelled."""
        self.page.blank()
        tensors = self.source_labels | self.results
        if self.points <= MAX_ACROSS:
            self.print_tensors(tensors, max(map(len, tensors)))
            return
        self.page.add(Brackets("print(", [f'"{label}"' for label in tensors]))
        columns = [f"{name}.numpy()" for name in tensors.values()]
        with self.page.block(Brackets("for row in zip(", columns, "):")):
            self.page.add("print(*row)")

    def named(self, target: int, variables: Variables) -> str:
        """A new name for a derivative that is printed."""
        name, label = self.names.derivative(self.targets[target], variables)
        self.results[label] = self.derivative_names[target, variables] = name
        return name

    def watched(self, variables: Sequence[str]) -> Brackets | str:
        """The sources that a tape watches or differentiates by: one, or a list."""
        names = [self.sources[name] for name in variables]
        return names[0] if len(names) == 1 else listing(names)

    def zero(self, targets: Iterable[int], derivatives: Sequence[Variables]) -> list[str]:
        """The argument that has a tape return zero, if it may find no connection; else none."""
        trees = [self.statements.trees[target] for target in targets]
        may_be_unconnected = any(unconnected(tree, derivatives) for tree in trees)
        return ['unconnected_gradients="zero"'] * may_be_unconnected

    @contextlib.contextmanager
    def tape(self, name: str, watched: Brackets | str, persistent: bool = False) -> Iterator[None]:
        """The block of statements that a tape records."""
        option = "persistent=True" if persistent else ""
        with self.page.block(f"with tf.GradientTape({option}) as {name}:"):
            self.page.add(Brackets(f"{name}.watch(", [watched]))
            yield

    def gradients(
        self, tape: str, target: int, before: Variables, by: Sequence[str], remark: str = ""
    ) -> None:
        """Write the gradient `by` some variables of a target's derivative by those `before`.

        The remark is a comment behind the statement, where there is room for it.
        """
        derivatives = [(*before, name) for name in by]
        results = [self.named(target, variables) for variables in derivatives]
        of = self.derivative_names[target, before]
        arguments = [of, self.watched(by), *self.zero([target], derivatives)]
        call = f"{tape}.gradient("
        head = f"{', '.join(results)} = {call}"
        if len(head) <= self.page.width:
            statement = Brackets(head, arguments)
            commented = f"{statement}  # {remark}"
            fits = remark and len(commented) <= self.page.width
            self.page.add(commented if fits else statement)
        else:
            gradient = self.names.numbered("gradient")
            self.page.add(Brackets(f"{gradient} = {call}", arguments))
            self.page.add(*(f"{name} = {gradient}[{i}]" for i, name in enumerate(results)))


# --- several tapes for first derivatives ------------------------------------------------------


def parallel(draft: Draft) -> None:
    """One tape for each target, all open at once."""
    tapes = [draft.names.unused(f"tape_{draft.names.label(target)}") for target in draft.targets]
    items = [f"tf.GradientTape() as {tape}" for tape in tapes]
    head = Brackets("with ", items, ":")
    if len(str(head)) > draft.page.width:
        head = Brackets("with (", items, "):", shared_line=False)
    with draft.page.block(head):
        for tape in tapes:
            draft.page.add(Brackets(f"{tape}.watch(", [draft.watched(draft.by)]))
        draft.statements.write_all()
    for target, tape in enumerate(tapes):
        draft.gradients(tape, target, (), draft.by)


def nested_targets(draft: Draft) -> None:
    """The innermost tape around the first target alone, each further one around one more."""
    count = len(draft.targets)
    if count > MAX_NESTED:
        raise RequestError(
            f"{count} tapes inside one another are too many for a program that can be read, which "
            f"has {MAX_NESTED} at most; '--method parallel' and '--method persistent' can do this"
        )
    tapes = draft.names.tapes(count)
    blocks = [ExitStack() for _ in tapes]
    for tape, block in zip(reversed(tapes), reversed(blocks), strict=True):
        block.enter_context(draft.tape(tape, draft.watched(draft.by)))
    for target, block in enumerate(blocks):
        draft.statements.write(target)
        block.close()
    for target, tape in enumerate(tapes):
        draft.gradients(tape, target, (), draft.by)


# --- one tape for each order ------------------------------------------------------------------


def nested(draft: Draft) -> None:
    """Tapes inside one another: for the targets at order 1, for the orders above it."""
    (nested_targets if draft.order == 1 else nested_orders)(draft)


def nested_orders(draft: Draft, persistent: bool = False) -> None:
    """One tape for each order: the inner tape's gradients are taken inside the outer tape.

    A tape is persistent if several gradients are taken of it, or if all are to be `persistent`.
    """
    tapes = draft.names.tapes(draft.order)
    gradients = [tape_gradients(draft.derivatives, order + 1) for order in range(draft.order)]
    blocks = [ExitStack() for _ in tapes]
    for tape, block, variables in reversed(list(zip(tapes, blocks, gradients, strict=True))):
        sources = list(dict.fromkeys(name for by in variables.values() for name in by))
        reused = len(draft.targets) * len(variables) > 1
        block.enter_context(draft.tape(tape, draft.watched(sources), persistent or reused))
    draft.statements.write_all()
    remark = f"recorded by {tapes[1]}" if len(tapes) > 1 else ""
    for tape, block, variables in zip(tapes, blocks, gradients, strict=True):
        block.close()
        for before, by in variables.items():
            for target in range(len(draft.targets)):
                draft.gradients(tape, target, before, by, remark)
        remark = ""


# --- TensorFlow's own Jacobian ----------------------------------------------------------------


def batch(draft: Draft) -> None:
    """TensorFlow's own Jacobian, point by point, of all targets or of a gradient."""
    draft.page.add(_stack("columns", [draft.sources[name] for name in draft.by]))
    (_batch_jacobian if draft.order == 1 else _batch_hessian)(draft)


def _stack(name: str, columns: Sequence[str]) -> Brackets:
    """The statement that makes one tensor of several columns."""
    return Brackets(f"{name} = tf.stack(", [listing(columns), "axis=1"])


def _write_targets_of_columns(draft: Draft) -> None:
    """Write the targets of variables made of the columns again, so that the tape sees these."""
    variables = [draft.sources[name] for name in draft.by]
    head = f"{', '.join(variables)} = tf.unstack("
    if len(variables) > 1 and len(head) <= draft.page.width:
        draft.page.add(Brackets(head, ["columns", "axis=1"]))
    else:
        draft.page.add(*(f"{name} = columns[:, {i}]" for i, name in enumerate(variables)))
    draft.statements.write_all()


def _zero_of_columns(draft: Draft, targets: Iterable[int], order: int) -> list[str]:
    """The argument `zero` for targets that may depend on no column at this order."""
    zeros = [draft.zero([target], [(name,) * order]) for target in targets for name in draft.by]
    return zeros[0] if all(zeros) else []


def _batch_jacobian(draft: Draft) -> None:
    targets = range(len(draft.targets))
    with draft.tape("tape", "columns"):
        _write_targets_of_columns(draft)
        draft.page.add(_stack("rows", draft.statements.targets))
    zero = _zero_of_columns(draft, targets, 1)
    draft.page.add(Brackets("jacobian = tape.batch_jacobian(", ["rows", "columns", *zero]))
    for target in targets:
        for column, name in enumerate(draft.by):
            draft.page.add(f"{draft.named(target, (name,))} = jacobian[:, {target}, {column}]")


def _batch_hessian(draft: Draft) -> None:
    persistent = len(draft.targets) > 1
    unused, labels = draft.names.unused, map(draft.names.label, draft.targets)
    names = [("gradient", "hessian")]
    if persistent:
        names = [(unused(f"gradient_{label}"), unused(f"hessian_{label}")) for label in labels]
    with draft.tape("outer", "columns", persistent):
        with draft.tape("inner", "columns", persistent):
            _write_targets_of_columns(draft)
        for target, (gradient, _) in enumerate(names):
            zero = _zero_of_columns(draft, [target], 1)
            arguments = [draft.statements.targets[target], "columns", *zero]
            draft.page.add(Brackets(f"{gradient} = inner.gradient(", arguments))
    for target, (gradient, hessian) in enumerate(names):
        arguments = [gradient, "columns", *_zero_of_columns(draft, [target], 2)]
        draft.page.add(Brackets(f"{hessian} = outer.batch_jacobian(", arguments))
        for variables in draft.derivatives:
            row, *column = (draft.by.index(name) for name in variables)
            entry = f"{hessian}[:, {row}, {column[0]}]" if column else f"{gradient}[:, {row}]"
            draft.page.add(f"{draft.named(target, variables)} = {entry}")


ARRANGEMENTS: Mapping[str, Callable[[Draft], None]] = {
    "forward": nested_orders,
    "single": nested_orders,
    "parallel": parallel,
    "nested": nested,
    "persistent": partial(nested_orders, persistent=True),
    "batch": batch,
}
"""How each arrangement is written out; their names are those of `engines.tapes.arrangements`."""
