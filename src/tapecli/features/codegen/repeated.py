"""High orders: a function that opens one tape, and is called again for each order."""

from __future__ import annotations

from tapecli.engines.tapes.arrangements import Variables
from tapecli.features.codegen.layout import Brackets
from tapecli.features.codegen.tapes import Draft

_MAX_NAMES, _MAX_SOURCES = 50, 20
"""Characters of the targets' names in the line of a loop, of the variables' names in each call."""


# --- one variable: each call adds an order ----------------------------------------------------


def write_chain(draft: Draft) -> None:
    """Write a function that returns all derivatives by one variable, and print them."""
    page, names = draft.page, draft.statements.targets
    orders = [tuple(draft.by) * order for order in range(1, draft.order + 1)]
    _define_chain(draft, orders)
    call = Brackets("derivatives(", [*draft.parameters, str(draft.order)])
    if draft.options:
        head = Brackets("def compiled(", draft.parameters, "):")
        with page.function(Brackets("@tf.function(", draft.options), head):
            page.add(f"return {call}")
        call = Brackets("compiled(", draft.parameters)
    if len(names) == 1:
        results = ", ".join([*names, *(draft.named(0, variables) for variables in orders)])
        if len(f"{results} = {call}") <= page.width:
            page.add(f"{results} = {call}")
            draft.print_results()
            return
    draft.print_tensors(draft.source_labels)
    _print_orders(draft, call)


def _define_chain(draft: Draft, orders: list[Variables]) -> None:
    page, targets = draft.page, draft.statements.targets
    x = draft.sources[draft.by[0]]
    several_targets = len(targets) > 1
    zero = draft.zero(range(len(targets)), orders)
    with page.function(Brackets("def derivatives(", [*draft.parameters, "order"], "):")):
        page.add(f'"""The values and their derivatives by {x}, up to an order."""')
        with page.block("if order == 0:"):
            draft.statements.write_all()
            values = ", ".join(targets)
            if len(values) > _MAX_NAMES:
                page.add(Brackets("ys = [", targets, "]", shared_line=False), "return [ys]")
            else:
                page.add(f"return [({values})]" if several_targets else f"return [{values}]")
        with page.block(f"with tf.GradientTape({'persistent=True' * several_targets}) as tape:"):
            page.add(f"tape.watch({x})")
            page.add(Brackets("lower = derivatives(", [*draft.parameters, "order - 1"]))
        if several_targets:
            call = Brackets("tape.gradient(", ["value", x, *zero])
            page.add(Brackets("highest = [", [f"{call} for value in lower[-1]"], "]"))
        else:
            page.add(f"highest = {Brackets('tape.gradient(', ['lower[-1]', x, *zero])}")
        page.add("return [*lower, highest]")


def _print_orders(draft: Draft, call: Brackets) -> None:
    """Write the loop that prints the results of the chain."""
    page, x = draft.page, draft.names.label(draft.by[0])
    labels = [draft.names.label(target) for target in draft.targets]
    names = ", ".join(draft.statements.targets)

    def print_value(label: str, name: str) -> None:
        text = f'f"d{{order}}{label}/d{x}{{order}} ="'
        page.add(Brackets("print(", [text, f"{draft.star}{name}.numpy()"]))

    if len(names) > _MAX_NAMES:
        items = [f'"{label}"' for label in labels]
        page.add(Brackets("labels = [", items, "]", shared_line=False))
        head = Brackets("for order, ys in enumerate(", [call], "):")
        with page.block(head), page.block("for label, y in zip(labels, ys):"):
            print_value("{label}", "y")
        return
    values = f"({names})" if len(labels) > 1 else names
    with page.block(Brackets(f"for order, {values} in enumerate(", [call], "):")):
        for label, name in zip(labels, draft.statements.targets, strict=True):
            print_value(label, name)


# --- several variables: a function for each derivative ----------------------------------------


def write_functions(draft: Draft) -> None:
    """Write a function for each derivative, and print what each returns."""
    page = draft.page
    _define_functions(draft)
    if draft.options:
        with page.function("def compiled(function):"):
            page.add(Brackets("return tf.function(", ["function", *draft.options]))
    width = max(map(len, draft.results))
    draft.print_tensors(draft.source_labels, width)
    arguments = ", ".join(draft.parameters)
    if len(arguments) > _MAX_SOURCES:
        page.add(Brackets("xs = [", draft.parameters, "]", shared_line=False))
        arguments = "*xs"
    call = f"compiled({{}})({arguments})" if draft.options else f"{{}}({arguments})"
    calls = {label: call.format(name) for label, name in draft.results.items()}
    draft.print_tensors(calls, width)


def _define_functions(draft: Draft) -> None:
    """Write a function that differentiates a function, and one function for each derivative."""
    page = draft.page
    for target, name in enumerate(draft.statements.targets):
        with page.function(Brackets(f"def {name}(", draft.parameters, "):")):
            draft.statements.write_returned(target)
    prefixes = {d[:order]: None for d in draft.derivatives for order in range(1, len(d) + 1)}
    derivatives = sorted(prefixes, key=len)
    zero = draft.zero(range(len(draft.targets)), derivatives)
    with page.function("def derivative(function, index):"):
        page.add('"""The derivative of a function by the argument at an index."""', "")
        with page.block("def differentiated(*xs):"):
            with page.block("with tf.GradientTape() as tape:"):
                page.add("tape.watch(xs[index])", "y = function(*xs)")
            page.add(Brackets("return tape.gradient(", ["y", "xs[index]", *zero]))
        page.blank()
        page.add("return differentiated")
    for target in range(len(draft.targets)):
        for variables in derivatives:
            function = draft.derivative_names[target, variables[:-1]]
            index = list(draft.sources).index(variables[-1])
            page.add(f"{draft.named(target, variables)} = derivative({function}, {index})")
    page.blank()
