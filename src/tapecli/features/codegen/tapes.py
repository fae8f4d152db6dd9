"""The arrangements of tapes, written out as `diff` runs them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from tapecli.engines.tapes.arrangements import Variables, tape_gradients
from tapecli.errors import RequestError
from tapecli.features.codegen.connection import unconnected
from tapecli.features.codegen.formulas import Statements
from tapecli.features.codegen.layout import Brackets, Page, listing
from tapecli.features.codegen.names import Names

MAX_NESTED = 10
"""Tapes inside one another that are written out; lines begin further to the right with each."""


@dataclass
class Draft:
    """A program that is being written.

    Attributes:
        page: its lines.
        statements: the targets as statements.
        targets: the user's names of the targets.
        sources: the names of the variables in the program by the user's names, in order.
        derivatives: the variables of each derivative.
        names: the names that the program uses.
        star: what is in front of a tensor that is printed: "*" where it has several numbers.
        results: the name of each value and derivative in the program, by the label printed for it.
    """

    page: Page
    statements: Statements
    targets: Sequence[str]
    sources: Mapping[str, str]
    derivatives: Sequence[Variables]
    names: Names
    star: str = ""
    results: dict[str, str] = field(default_factory=dict)

    @property
    def order(self) -> int:
        """The highest order."""
        return max(map(len, self.derivatives))

    @property
    def by(self) -> list[str]:
        """The variables that are differentiated by first, each once."""
        return list(dict.fromkeys(name for variables in self.derivatives for name in variables))

    @property
    def parameters(self) -> list[str]:
        """The variables as parameters and arguments of functions."""
        return list(self.sources.values())

    @property
    def source_labels(self) -> dict[str, str]:
        """The name of each variable in the program, by the label printed for it."""
        return {self.names.label(user): name for user, name in self.sources.items()}

    def print_tensors(self, tensors: Mapping[str, str], width: int = 0) -> None:
        """Write the statements that print tensors, by their labels."""
        for label, tensor in tensors.items():
            arguments = [f'"{label:<{width}} ="', f"{self.star}{tensor}.numpy()"]
            self.page.add(Brackets("print(", arguments))

    def values(self) -> None:
        """Have the values of the targets printed."""
        for target, name in zip(self.targets, self.statements.targets, strict=True):
            self.results[self.names.label(target)] = name

    def named(self, target: int, variables: Variables) -> str:
        """A new name for a derivative that is printed."""
        name, label = self.names.derivative(self.targets[target], variables)
        self.results[label] = name
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
        self,
        tape: str,
        target: int,
        before: Variables,
        by: Sequence[str],
        of: str,
        remark: str = "",
    ) -> list[str]:
        """Write the statement that computes derivatives with a tape, and return their names.

        Args:
            tape: the tape.
            target: the index of the target.
            before: the variables that the target has been differentiated by already.
            by: the variables of the gradient.
            of: the name of what is differentiated.
            remark: a comment behind the statement, where there is room for it.
        """
        derivatives = [(*before, name) for name in by]
        results = [self.named(target, variables) for variables in derivatives]
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
        return results

    def first_derivatives(self, tapes: Iterable[str]) -> None:
        """Write the statements that differentiate each target with its tape."""
        self.values()
        names = self.statements.targets
        for target, (tape, name) in enumerate(zip(tapes, names, strict=True)):
            self.gradients(tape, target, (), self.by, name)


# --- first derivatives ------------------------------------------------------------------------


def forward(draft: Draft) -> None:
    """The values, without any tape."""
    draft.statements.write_all(draft.page)
    draft.values()


def one_tape(draft: Draft, persistent: bool) -> None:
    """One tape around all targets, which returns the gradient of each: for several persistent."""
    with draft.tape("tape", draft.watched(draft.by), persistent):
        draft.statements.write_all(draft.page)
    draft.first_derivatives(["tape"] * len(draft.targets))


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
        draft.statements.write_all(draft.page)
    draft.first_derivatives(tapes)


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
        draft.statements.write(draft.page, target)
        block.close()
    draft.first_derivatives(tapes)


# --- higher orders ----------------------------------------------------------------------------


def nested(draft: Draft) -> None:
    """Tapes inside one another: for the targets at order 1, for the orders above it."""
    if draft.order == 1:
        nested_targets(draft)
    else:
        nested_orders(draft)


def nested_orders(draft: Draft) -> None:
    """One tape for each order: the inner tape's gradients are taken inside the outer tape."""
    tapes = draft.names.tapes(draft.order)
    names: dict[tuple[int, Variables], str] = {}

    def record(order: int) -> None:
        if order == 0:
            forward(draft)
            names.update({(i, ()): name for i, name in enumerate(draft.statements.targets)})
            return
        gradients = tape_gradients(draft.derivatives, order)
        sources = list(dict.fromkeys(name for by in gradients.values() for name in by))
        persistent = len(draft.targets) * len(gradients) > 1
        with draft.tape(tapes[order - 1], draft.watched(sources), persistent):
            record(order - 1)
        remark = f"recorded by {tapes[1]}" if order == 1 < draft.order else ""
        for before, by in gradients.items():
            for target in range(len(draft.targets)):
                of = names[target, before]
                results = draft.gradients(tapes[order - 1], target, before, by, of, remark)
                names.update({(target, (*before, n)): r for n, r in zip(by, results, strict=True)})

    record(draft.order)


def batch(draft: Draft) -> None:
    """TensorFlow's own Jacobian, point by point, of all targets or of a gradient."""
    (_batch_jacobian if draft.order == 1 else _batch_hessian)(draft)


def _stack(name: str, columns: Sequence[str]) -> Brackets:
    """The statement that makes one tensor of several columns."""
    return Brackets(f"{name} = tf.stack(", [listing(columns), "axis=1"])


def _unstack(draft: Draft) -> None:
    """Write the statements that make variables of the columns again, so that the tape sees them."""
    variables = [draft.sources[name] for name in draft.by]
    head = f"{', '.join(variables)} = tf.unstack("
    if len(variables) > 1 and len(head) <= draft.page.width:
        draft.page.add(Brackets(head, ["columns", "axis=1"]))
    else:
        draft.page.add(*(f"{name} = columns[:, {i}]" for i, name in enumerate(variables)))


def _zero_of_columns(draft: Draft, targets: Iterable[int], order: int) -> list[str]:
    """The argument `zero` for targets that may depend on no column at this order."""
    zeros = [draft.zero([target], [(name,) * order]) for target in targets for name in draft.by]
    return zeros[0] if all(zeros) else []


def _batch_jacobian(draft: Draft) -> None:
    targets = range(len(draft.targets))
    draft.page.add(_stack("columns", [draft.sources[name] for name in draft.by]))
    with draft.tape("tape", "columns"):
        _unstack(draft)
        draft.statements.write_all(draft.page)
        draft.page.add(_stack("rows", draft.statements.targets))
    draft.values()
    zero = _zero_of_columns(draft, targets, 1)
    draft.page.add(Brackets("jacobian = tape.batch_jacobian(", ["rows", "columns", *zero]))
    for target in targets:
        for column, name in enumerate(draft.by):
            result = draft.named(target, (name,))
            draft.page.add(f"{result} = jacobian[:, {target}, {column}]")


def _batch_hessian(draft: Draft) -> None:
    persistent = len(draft.targets) > 1
    unused, labels = draft.names.unused, map(draft.names.label, draft.targets)
    names = [("gradient", "hessian")]
    if persistent:
        names = [(unused(f"gradient_{label}"), unused(f"hessian_{label}")) for label in labels]
    draft.page.add(_stack("columns", [draft.sources[name] for name in draft.by]))
    with draft.tape("outer", "columns", persistent):
        with draft.tape("inner", "columns", persistent):
            _unstack(draft)
            draft.statements.write_all(draft.page)
        draft.values()
        for target, (gradient, _) in enumerate(names):
            zero = _zero_of_columns(draft, [target], 1)
            arguments = [draft.statements.targets[target], "columns", *zero]
            draft.page.add(Brackets(f"{gradient} = inner.gradient(", arguments))
    for target, (gradient, hessian) in enumerate(names):
        zero = _zero_of_columns(draft, [target], 2)
        head = f"{hessian} = outer.batch_jacobian("
        draft.page.add(Brackets(head, [gradient, "columns", *zero]))
        for variables in draft.derivatives:
            row, *column = (draft.by.index(name) for name in variables)
            entry = f"{hessian}[:, {row}, {column[0]}]" if column else f"{gradient}[:, {row}]"
            draft.page.add(f"{draft.named(target, variables)} = {entry}")


ARRANGEMENTS: Mapping[str, Callable[[Draft], None]] = {
    "forward": forward,
    "single": partial(one_tape, persistent=False),
    "parallel": parallel,
    "nested": nested,
    "persistent": partial(one_tape, persistent=True),
    "batch": batch,
}
"""How each arrangement is written out; their names are those of `engines.tapes.arrangements`."""
