"""High orders: a function that opens one tape, and is called again for each order."""

from __future__ import annotations

from collections.abc import Sequence

from tapecli.engines.tapes.arrangements import Variables
from tapecli.features.codegen.layout import Brackets
from tapecli.features.codegen.tapes import Draft

_MAX_NAMES = 50
"""Characters of the targets' names that a loop may have in one line."""


def _orders(draft: Draft) -> list[Variables]:
    """The derivatives by the one variable, of each order up to the highest."""
    (by,) = draft.by
    return [(by,) * order for order in range(1, draft.order + 1)]


def write_chain(draft: Draft) -> None:
    """Write a function that returns the values and all derivatives by one variable."""
    page = draft.page
    (by,) = draft.by
    x = draft.sources[by]
    targets = draft.statements.targets
    several_targets = len(targets) > 1
    zero = draft.zero(range(len(targets)), _orders(draft))
    with page.function(Brackets("def derivatives(", [*draft.parameters, "order"], "):")):
        page.add(f'"""The values and their derivatives by {x}, up to an order."""')
        with page.block("if order == 0:"):
            draft.statements.write_all(page)
            if _is_long(targets):
                page.add(Brackets("ys = [", targets, "]", shared_line=False), "return [ys]")
            else:
                values = ", ".join(targets)
                page.add(f"return [({values})]" if several_targets else f"return [{values}]")
        with page.block(f"with tf.GradientTape({'persistent=True' * several_targets}) as tape:"):
            page.add(f"tape.watch({x})")
            page.add(Brackets("lower = derivatives(", [*draft.parameters, "order - 1"]))
        of = "value" if several_targets else "lower[-1]"
        call = Brackets("tape.gradient(", [of, x, *zero])
        if several_targets:
            page.add(Brackets("highest = [", [f"{call} for value in lower[-1]"], "]"))
        else:
            page.add(f"highest = {call}")
        page.add("return [*lower, highest]")


def unpack_chain(draft: Draft, call: Brackets) -> bool:
    """Write the statement that names each result of the chain, if it fits in one line."""
    if len(draft.targets) > 1:
        return False
    (target,) = draft.targets
    labels = [draft.names.derivative_label(target, variables) for variables in _orders(draft)]
    names = [*draft.statements.targets, *(label.replace("/", "_") for label in labels)]
    if len(f"{', '.join(names)} = {call}") > draft.page.width:
        return False
    draft.values()
    names[1:] = [draft.named(0, variables) for variables in _orders(draft)]
    draft.page.add(f"{', '.join(names)} = {call}")
    return True


def _is_long(names: Sequence[str]) -> bool:
    """Whether the targets are too many to be named in one line."""
    return len(", ".join(names)) > _MAX_NAMES


def print_chain(draft: Draft, call: Brackets) -> None:
    """Write the loop that prints the results of the chain."""
    (by,) = draft.by
    names = draft.statements.targets
    labels = [draft.names.label(target) for target in draft.targets]

    def print_value(label: str, name: str) -> None:
        text = f'f"d{{order}}{label}/d{draft.names.label(by)}{{order}} ="'
        draft.page.add(Brackets("print(", [text, f"{draft.star}{name}.numpy()"]))

    if _is_long(names):
        items = [f'"{label}"' for label in labels]
        draft.page.add(Brackets("labels = [", items, "]", shared_line=False))
        head = Brackets("for order, ys in enumerate(", [call], "):")
        with draft.page.block(head), draft.page.block("for label, y in zip(labels, ys):"):
            print_value("{label}", "y")
        return
    values = f"({', '.join(names)})" if len(names) > 1 else names[0]
    with draft.page.block(Brackets(f"for order, {values} in enumerate(", [call], "):")):
        for label, name in zip(labels, names, strict=True):
            print_value(label, name)


def write_functions(draft: Draft) -> None:
    """Write a function that differentiates a function, and one function for each derivative."""
    page = draft.page
    for target, name in enumerate(draft.statements.targets):
        with page.function(Brackets(f"def {name}(", draft.parameters, "):")):
            draft.statements.write_returned(page, target)
    zero = draft.zero(range(len(draft.targets)), _by_order(draft))
    with page.function("def derivative(function, index):"):
        page.add('"""The derivative of a function by the argument at an index."""', "")
        with page.block("def differentiated(*xs):"):
            with page.block("with tf.GradientTape() as tape:"):
                page.add("tape.watch(xs[index])", "y = function(*xs)")
            page.add(Brackets("return tape.gradient(", ["y", "xs[index]", *zero]))
        page.blank()
        page.add("return differentiated")
    draft.values()
    for target, name in enumerate(draft.statements.targets):
        names: dict[Variables, str] = {(): name}
        for variables in _by_order(draft):
            names[variables] = draft.named(target, variables)
            index = list(draft.sources).index(variables[-1])
            page.add(f"{names[variables]} = derivative({names[variables[:-1]]}, {index})")
    page.blank()


def _by_order(draft: Draft) -> list[Variables]:
    """The derivatives and those that they are derivatives of, lower orders first."""
    lower = {d[:order]: None for d in draft.derivatives for order in range(1, len(d) + 1)}
    return sorted(lower, key=len)
