"""The arrangements of tapes, written out: the same as those that `diff` runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tapecli.engines.tapes.arrangements import Variables, asked
from tapecli.errors import RequestError
from tapecli.features.codegen.connection import unconnected
from tapecli.features.codegen.formulas import Formulas
from tapecli.features.codegen.layout import Brackets, Page, listing
from tapecli.features.codegen.names import Names

MAX_INSIDE = 10
"""Tapes inside one another that are written out; lines begin further to the right with each."""


@dataclass
class Derivatives:
    """What a program computes, and where it is written.

    Attributes:
        page: where.
        formulas: the targets as statements.
        targets: their names as the user has them.
        sources: the names of the variables in the program by the user's, in sequence.
        wanted: the sequences of variables.
        names: the names of the program.
        shown: what each derivative is called in the program, by its label, as far as written.
    """

    page: Page
    formulas: Formulas
    targets: Sequence[str]
    sources: Mapping[str, str]
    wanted: Sequence[Variables]
    names: Names
    shown: dict[str, str] = field(default_factory=dict)

    @property
    def order(self) -> int:
        """The highest order."""
        return max(map(len, self.wanted))

    @property
    def by(self) -> list[str]:
        """The variables that are differentiated by first, each once."""
        return list(dict.fromkeys(name for sequence in self.wanted for name in sequence))

    def values(self) -> None:
        """Take the names of the targets to what is shown."""
        for target, name in zip(self.targets, self.formulas.targets, strict=True):
            self.shown[self.names.label(target)] = name

    def named(self, target: int, sequence: Variables) -> str:
        """A new name for a derivative that is shown."""
        name, label = self.names.derivative(self.targets[target], sequence)
        self.shown[label] = name
        return name

    def of(self, names: Sequence[str]) -> Brackets | str:
        """Sources as a tape is given them: one, or a list."""
        found = [self.sources[name] for name in names]
        return found[0] if len(found) == 1 else listing(found)

    def zero(self, target: int, before: Variables, names: Sequence[str]) -> list[str]:
        """What a tape is told where it may find no way from a target to a source: zero it is."""
        sequences = [(*before, name) for name in names]
        apart = unconnected(self.formulas.trees[target], sequences)
        return ['unconnected_gradients="zero"'] if apart else []

    @contextlib.contextmanager
    def tape(self, name: str, watched: Brackets | str, persistent: bool = False) -> Iterator[None]:
        """What is recorded by a tape."""
        how = "persistent=True" if persistent else ""
        with self.page.block(f"with tf.GradientTape({how}) as {name}:"):
            self.page.add(Brackets(f"{name}.watch(", [watched]))
            yield

    def gradients(
        self,
        tape: str,
        target: int,
        before: Variables,
        names: Sequence[str],
        of: str,
        end: str = "",
    ) -> list[str]:
        """The statement that asks a tape for derivatives, and the names of these."""
        found = [self.named(target, (*before, name)) for name in names]
        arguments = [of, self.of(names), *self.zero(target, before, names)]
        call = f"{tape}.gradient("
        head = f"{', '.join(found)} = {call}"
        if len(head) <= self.page.width:
            statement = Brackets(head, arguments)
            self.page.add(_ended(str(statement), end, self.page.width) or statement)
        else:
            together = self.names.numbered("gradient")
            self.page.add(Brackets(f"{together} = {call}", arguments))
            self.page.add(*(f"{name} = {together}[{i}]" for i, name in enumerate(found)))
        return found


def _ended(statement: str, end: str, width: int) -> str:
    """A statement with a remark behind it, if there is room for both."""
    both = f"{statement}  # {end}"
    return both if end and len(both) <= width else ""


# --- first derivatives ------------------------------------------------------------------------


def forward(work: Derivatives) -> None:
    """The values, without any tape."""
    work.formulas.write_all(work.page)
    work.values()


def single(work: Derivatives) -> None:
    """One tape, asked for all sources at once."""
    _one_tape(work, persistent=False)


def persistent(work: Derivatives) -> None:
    """One tape around all targets, asked once for each."""
    _one_tape(work, persistent=True)


def _one_tape(work: Derivatives, persistent: bool) -> None:
    with work.tape("tape", work.of(work.by), persistent):
        work.formulas.write_all(work.page)
    work.values()
    for target, name in enumerate(work.formulas.targets):
        work.gradients("tape", target, (), work.by, name)


def parallel(work: Derivatives) -> None:
    """One tape for each target, all open at once."""
    tapes = [work.names.fresh(f"tape_{work.names.label(target)}") for target in work.targets]
    items = [f"tf.GradientTape() as {tape}" for tape in tapes]
    head = Brackets("with ", items, ":")
    if len(str(head)) > work.page.width:
        head = Brackets("with (", items, "):", together=False)
    with work.page.block(head):
        work.page.add(*(Brackets(f"{tape}.watch(", [work.of(work.by)]) for tape in tapes))
        work.formulas.write_all(work.page)
    work.values()
    for target, (tape, name) in enumerate(zip(tapes, work.formulas.targets, strict=True)):
        work.gradients(tape, target, (), work.by, name)


def nested_targets(work: Derivatives) -> None:
    """The innermost tape around the first target alone, each further one around one more."""
    count = len(work.targets)
    if count > MAX_INSIDE:
        raise RequestError(
            f"{count} tapes inside one another are more than the {MAX_INSIDE} that a program "
            "can be read with; '--method parallel' and 'persistent' can do them"
        )
    tapes = work.names.tapes(count)
    with ExitStack() as open_:
        blocks = [open_.enter_context(ExitStack()) for _ in tapes]
        for tape, block in zip(reversed(tapes), reversed(blocks), strict=True):
            block.enter_context(work.tape(tape, work.of(work.by)))
        for target, block in enumerate(blocks):
            work.formulas.write(work.page, target)
            block.close()
    work.values()
    for target, (tape, name) in enumerate(zip(tapes, work.formulas.targets, strict=True)):
        work.gradients(tape, target, (), work.by, name)


# --- higher orders ----------------------------------------------------------------------------


def nested(work: Derivatives) -> None:
    """Tapes inside one another: for the targets at order 1, for the orders above it."""
    if work.order == 1:
        nested_targets(work)
    else:
        nested_orders(work)


def nested_orders(work: Derivatives) -> None:
    """One tape for each order: the inner tape's gradients are taken inside the outer tape."""
    tapes = work.names.tapes(work.order)
    found: dict[tuple[int, Variables], str] = {}

    def recorded(order: int) -> None:
        if order == 0:
            work.formulas.write_all(work.page)
            work.values()
            found.update({(i, ()): name for i, name in enumerate(work.formulas.targets)})
            return
        for_each = asked(work.wanted, order)
        names = list(dict.fromkeys(name for names in for_each.values() for name in names))
        several = len(work.targets) * len(for_each) > 1
        with work.tape(tapes[order - 1], work.of(names), several):
            recorded(order - 1)
        outer = tapes[order] if order < work.order else ""
        remark = f"recorded by {outer}" if outer and order == 1 else ""
        for before, names in for_each.items():
            for target in range(len(work.targets)):
                of = found[target, before]
                made = work.gradients(tapes[order - 1], target, before, names, of, remark)
                for name, one in zip(names, made, strict=True):
                    found[target, (*before, name)] = one

    recorded(work.order)


def batch(work: Derivatives) -> None:
    """TensorFlow's own Jacobian, point by point, of all targets or of a gradient at once."""
    (_batch_jacobian if work.order == 1 else _batch_hessian)(work)


def _stacked(head: str, items: Sequence[str]) -> Brackets:
    """Columns side by side."""
    return Brackets(f"{head}tf.stack(", [listing(items), "axis=1"])


def _columns(work: Derivatives) -> None:
    items = [work.sources[name] for name in work.by]
    work.page.add(_stacked("columns = ", items))


def _taken_apart(work: Derivatives) -> None:
    """The statements that make variables of the columns again, for the tape to see whence."""
    names = ", ".join(work.sources[name] for name in work.by)
    head = f"{names} = tf.unstack("
    if len(work.by) == 1:
        work.page.add(f"{names} = columns[:, 0]")
    elif len(head) <= work.page.width:
        work.page.add(Brackets(head, ["columns", "axis=1"]))
    else:
        work.page.add(*(f"{work.sources[n]} = columns[:, {i}]" for i, n in enumerate(work.by)))


def _apart(work: Derivatives, target: int, orders: int) -> bool:
    """Whether a target, as a function of the columns, may run out of connections."""
    return all(work.zero(target, (name,) * (orders - 1), [name]) for name in work.by)


def _batch_jacobian(work: Derivatives) -> None:
    _columns(work)
    with work.tape("tape", "columns"):
        _taken_apart(work)
        work.formulas.write_all(work.page)
        work.page.add(_stacked("rows = ", work.formulas.targets))
    work.values()
    none = all(_apart(work, target, 1) for target in range(len(work.targets)))
    zero = ['unconnected_gradients="zero"'] if none else []
    work.page.add(Brackets("jacobian = tape.batch_jacobian(", ["rows", "columns", *zero]))
    for target in range(len(work.targets)):
        for place, name in enumerate(work.by):
            work.page.add(f"{work.named(target, (name,))} = jacobian[:, {target}, {place}]")


def _batch_hessian(work: Derivatives) -> None:
    several = len(work.targets) > 1
    _columns(work)
    gradients = []
    with work.tape("outer", "columns", several):
        with work.tape("inner", "columns", several):
            _taken_apart(work)
            work.formulas.write_all(work.page)
        work.values()
        for target, name in enumerate(work.formulas.targets):
            label = work.names.label(work.targets[target])
            gradients.append(work.names.fresh(f"gradient_{label}") if several else "gradient")
            zero = ['unconnected_gradients="zero"'] if _apart(work, target, 1) else []
            head = f"{gradients[-1]} = inner.gradient("
            work.page.add(Brackets(head, [name, "columns", *zero]))
    for target, gradient in enumerate(gradients):
        label = work.names.label(work.targets[target])
        hessian = work.names.fresh(f"hessian_{label}") if several else "hessian"
        zero = ['unconnected_gradients="zero"'] if _apart(work, target, 2) else []
        head = f"{hessian} = outer.batch_jacobian("
        work.page.add(Brackets(head, [gradient, "columns", *zero]))
        for sequence in work.wanted:
            place, *others = (work.by.index(name) for name in sequence)
            entry = f"{hessian}[:, {place}, {others[0]}]" if others else f"{gradient}[:, {place}]"
            work.page.add(f"{work.named(target, sequence)} = {entry}")


ARRANGEMENTS: Mapping[str, Callable[[Derivatives], None]] = {
    "forward": forward,
    "single": single,
    "parallel": parallel,
    "nested": nested,
    "persistent": persistent,
    "batch": batch,
}
"""How each arrangement is written out; their names are those of `engines.tapes.arrangements`."""
