"""High orders: a function that opens one tape, and is called again for each order."""

from __future__ import annotations

from collections.abc import Sequence

from tapecli.features.codegen.layout import Brackets
from tapecli.features.codegen.tapes import Derivatives

_WIDE = 50
"""Characters of names in one line that a loop may have."""


def is_chain(work: Derivatives) -> bool:
    """Whether all derivatives are by one variable, each the derivative of the one before."""
    return len(work.by) == 1


def chain(work: Derivatives) -> None:
    """A function that returns the values and all derivatives up to an order."""
    page = work.page
    (by,) = work.by
    x = work.sources[by]
    several = len(work.targets) > 1
    ys = ", ".join(work.formulas.targets)
    sequences = [(by,) * order for order in range(1, work.order + 1)]
    apart = [bool(work.zero(i, before[1:], [by])) for i in range(len(work.targets))
             for before in sequences]  # fmt: skip
    zero = ['unconnected_gradients="zero"'] if any(apart) else []
    with page.function(Brackets("def derivatives(", [*work.sources.values(), "order"], "):")):
        page.add(f'"""The values and their derivatives by {x}, up to an order."""')
        with page.block("if order == 0:"):
            work.formulas.write_all(page)
            if _is_wide(work):
                page.add(Brackets("ys = [", work.formulas.targets, "]", together=False))
                page.add("return [ys]")
            else:
                page.add(f"return [({ys})]" if several else f"return [{ys}]")
        with page.block(f"with tf.GradientTape({'persistent=True' * several}) as tape:"):
            page.add(f"tape.watch({x})")
            page.add(Brackets("lower = derivatives(", [*work.sources.values(), "order - 1"]))
        of = "each" if several else "lower[-1]"
        call = Brackets("tape.gradient(", [of, x, *zero])
        if several:
            page.add(Brackets("found = [", [f"{call} for each in lower[-1]"], "]"))
        else:
            page.add(f"found = {call}")
        page.add("return [*lower, found]")


def taken_apart(work: Derivatives, call: Brackets) -> bool:
    """Write the statement that gives each of what the function returns its name, if it fits."""
    (by,) = work.by
    if len(work.targets) > 1:
        return False
    (target,) = work.targets
    sequences = [(by,) * order for order in range(1, work.order + 1)]
    shown = {work.names.derivative_label(target, one): one for one in sequences}
    names = [*work.formulas.targets, *(label.replace("/", "_") for label in shown)]
    if len(f"{', '.join(names)} = {call}") > work.page.width:
        return False
    work.values()
    named = [*work.formulas.targets, *(work.named(0, one) for one in sequences)]
    work.page.add(f"{', '.join(named)} = {call}")
    return True


def _is_wide(work: Derivatives) -> bool:
    """Whether the targets are too many to be named in one line."""
    return len(", ".join(work.formulas.targets)) > _WIDE


def printed(work: Derivatives, found: Brackets, star: str) -> None:
    """The loop that prints what the function returned."""
    (by,) = work.by
    x = work.names.label(by)
    names = work.formulas.targets
    labels = [work.names.label(target) for target in work.targets]
    if _is_wide(work):
        items = [f'"{label}"' for label in labels]
        work.page.add(Brackets("labels = [", items, "]", together=False))
        head = Brackets("for order, ys in enumerate(", [found], "):")
        with work.page.block(head), work.page.block("for label, y in zip(labels, ys):"):
            text = f'f"d{{order}}{{label}}/d{x}{{order}} ="'
            work.page.add(Brackets("print(", [text, f"{star}y.numpy()"]))
        return
    each = f"({', '.join(names)})" if len(names) > 1 else names[0]
    with work.page.block(Brackets(f"for order, {each} in enumerate(", [found], "):")):
        for label, name in zip(labels, names, strict=True):
            text = f'f"d{{order}}{label}/d{x}{{order}} ="'
            work.page.add(Brackets("print(", [text, f"{star}{name}.numpy()"]))


def one_by_one(work: Derivatives) -> None:
    """A function that differentiates a function, and each derivative as one of another."""
    page = work.page
    parameters = list(work.sources.values())
    for place, name in enumerate(work.formulas.targets):
        with page.function(Brackets(f"def {name}(", parameters, "):")):
            work.formulas.returned(page, place)
    apart = any(
        work.zero(target, sequence[:-1], sequence[-1:])
        for target in range(len(work.targets))
        for sequence in _steps(work)
    )
    zero = ['unconnected_gradients="zero"'] if apart else []
    with page.function("def derivative(function, place):"):
        page.add('"""The derivative of a function by its argument at a place."""', "")
        with page.block("def differentiated(*xs):"):
            with page.block("with tf.GradientTape() as tape:"):
                page.add("tape.watch(xs[place])", "y = function(*xs)")
            page.add(Brackets("return tape.gradient(", ["y", "xs[place]", *zero]))
        page.blank()
        page.add("return differentiated")
    work.values()
    for target, name in enumerate(work.formulas.targets):
        made: dict[tuple[str, ...], str] = {(): name}
        for sequence in _steps(work):
            made[sequence] = work.named(target, sequence)
            place = list(work.sources).index(sequence[-1])
            page.add(f"{made[sequence]} = derivative({made[sequence[:-1]]}, {place})")
    page.blank()


def _steps(work: Derivatives) -> Sequence[tuple[str, ...]]:
    """The sequences and their beginnings, lower orders first."""
    found = {sequence[:k]: None for sequence in work.wanted for k in range(1, len(sequence) + 1)}
    return sorted(found, key=len)
