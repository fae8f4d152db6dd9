"""The TensorFlow program that computes what is asked, with its tapes in the open.

It is made of the same trees, numbers and arrangements that `engines.tapes` runs, so that what it
prints is what `diff` shows, to the bit. Nothing here imports TensorFlow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tapecli.defaults import AUTO, EAGER, MAX_SECONDS, NONE, TAYLOR, XLA
from tapecli.engines.tapes.arrangements import ARRANGEMENTS as RUNNABLE
from tapecli.engines.tapes.arrangements import prepared
from tapecli.errors import RequestError, together
from tapecli.evaluation import planner
from tapecli.evaluation.question import Request
from tapecli.expressions.functions import FUNCTIONS, MEASURED_ON
from tapecli.expressions.tree import Call, steps, variables
from tapecli.features.codegen import points, repeated
from tapecli.features.codegen.formulas import HELPERS, Formulas, remarks
from tapecli.features.codegen.layout import Brackets, Page
from tapecli.features.codegen.names import Names
from tapecli.features.codegen.tapes import ARRANGEMENTS, Derivatives
from tapecli.points.points import Points

UNLIMITED = 1e300
"""Seconds that tapes may take which are written and not run."""

MAX_EXPLICIT = 3
"""The highest order with a `with` statement for each; above it a function is called again."""

MAX_MIXED = 4
"""The same where derivatives are by several variables."""

MAX_SOURCES = 20
"""Characters of the variables' names that are repeated in each call."""

MAX_ACROSS = 12
"""Points that are printed side by side; more of them have a line each."""


@dataclass(frozen=True)
class Program:
    """A program.

    Attributes:
        text: its source.
        note: what is to be known before it is run, or "".
    """

    text: str
    note: str = ""


def written(request: Request) -> Program:
    """The program of a request.

    Raises:
        RequestError: its method uses no tapes, or too many inside one another.
        PointsError: the points are too many to be written out.
    """
    choice = request.choice
    if choice.method in (TAYLOR, NONE):
        choice = _of_tapes(request)
    return Program(_Writer(request, choice).text(), _note(request, choice))


def _of_tapes(request: Request) -> planner.Choice:
    """The tapes that `auto` would be if there were nothing quicker.

    Raises:
        RequestError: a method without tapes was asked for by its name.
    """
    order = max(one.order for one in request.derivatives)
    count = len(request.expressions)
    able = [name for name, row in RUNNABLE.items() if row.can(count, order)]
    if request.how.method == AUTO:
        return planner.Choice(able[0], execution=EAGER)
    words = f"one of {together(able)}" if len(able) > 1 else able[0]
    raise RequestError(
        f"'--method {request.how.method}' uses no tapes, so there is no program of it; take {words}"
    )


def _note(request: Request, choice: planner.Choice) -> str:
    """What to expect of tapes that would take long, or that TensorFlow cannot do."""
    seconds = planner.tape_seconds(
        [expression.tree for expression in request.expressions],
        [one.variables for one in request.derivatives],
        len(request.points),
        choice.execution or EAGER,
        choice.method,
    )
    instead = "; 'tapecli diff' takes Taylor series" if choice is not request.choice else ""
    lacking = _lacking(request, choice.execution or EAGER)
    if lacking:
        return f"this program is expected to fail: TensorFlow {MEASURED_ON} {lacking}{instead}"
    if seconds <= MAX_SECONDS and not instead:
        return ""
    return f"this program is expected to take about {planner.duration(seconds)}{instead}"


def _lacking(request: Request, execution: str) -> str:
    """What TensorFlow cannot do of it in its dtype; "" where it can do all."""
    dtype = request.how.format_.name
    for node in steps(*(expression.tree for expression in request.expressions)):
        if not isinstance(node, Call) or node.name not in FUNCTIONS:
            continue
        within = variables(node)
        order = max(sum(by in within for by in one.variables) for one in request.derivatives)
        for limit in FUNCTIONS[node.name].limits:
            here = limit.dtype == dtype and execution in limit.executions
            if here and not limit.where and order >= limit.order:
                times = f" {order} times" if limit.order else ""
                done = "differentiate" if times else "compute"
                return f"cannot {done} '{node.name}'{times} in {dtype}"
    return ""


class _Writer:
    """One program in the making."""

    def __init__(self, request: Request, choice: planner.Choice) -> None:
        self._request = request
        self._choice = choice
        self._format = request.how.format_
        self._page = Page()
        names = Names()
        sources = {name: names.user(name) for name in request.points.names}
        targets = [expression.name for expression in request.expressions]
        trees = [prepared(expression.tree, self._format) for expression in request.expressions]
        called = [names.user(target) for target in targets]
        wanted = [one.variables for one in request.derivatives]
        typed = [expression.tree for expression in request.expressions]
        comments = remarks(typed, max(map(len, wanted)), self._format)
        self._formulas = Formulas(called, trees, sources, self._format, names, comments)
        self._work = Derivatives(self._page, self._formulas, targets, sources, wanted, names)
        highest = MAX_MIXED if len(self._work.by) > 1 else MAX_EXPLICIT
        self._repeated = self._work.order > highest
        assert isinstance(request.points, Points)
        self._points = request.points
        self._single = (
            points.is_single(self._points) and choice.method != "batch" and not self._traced
        )

    def text(self) -> str:
        page = self._page
        for name in self._formulas.helpers:
            page.blank(2)
            page.add(*HELPERS[name])
        page.blank(2 if page.lines else 1)
        points.write(page, self._points, self._work.sources, self._format, self._single)
        page.blank()
        if self._repeated and repeated.is_chain(self._work):
            self._chain()
        elif self._repeated:
            self._one_by_one()
        elif self._traced:
            self._compiled()
        else:
            ARRANGEMENTS[self._choice.method](self._work)
            page.blank()
            self._print()
        body = str(page)
        imports = ["import numpy as np"] * bool(re.search(r"\bnp\.", body)) + [
            "import tensorflow as tf"
        ]
        between = "\n\n\n" if body.startswith(("def ", "@")) else "\n\n"
        return "\n".join(imports) + between + body

    # --- the parts ---

    @property
    def _star(self) -> str:
        return "" if self._single else "*"

    @property
    def _traced(self) -> list[str]:
        """How TensorFlow is told to run a function otherwise than eagerly; [] for eagerly.

        A graph is made for any number of points, as that of `diff` is: for a known one
        TensorFlow would rearrange it, and round otherwise.
        """
        if self._choice.execution in ("", EAGER):
            return []
        if self._choice.execution == XLA:
            return ["jit_compile=True", "autograph=False"]
        several = len(self._work.sources)
        each = f"[tf.TensorSpec([None], tf.{self._format.name})]"
        times = f" * {several}" if several > 1 else ""
        return [f"input_signature={each}{times}", "autograph=False"]

    def _compiled(self) -> None:
        """The derivatives as one function, which TensorFlow traces."""
        page, work = self._page, self._work
        sources = list(work.sources.values())
        name = "derivatives" if work.order else "values"
        with page.function(
            Brackets("@tf.function(", self._traced), Brackets(f"def {name}(", sources, "):")
        ):
            ARRANGEMENTS[self._choice.method](work)
            results = list(work.shown.values())
            flat = ", ".join(results)
            several = len(f"{flat} = {name}(") > page.width
            if several:
                items = [f'"{label}": {result}' for label, result in work.shown.items()]
                page.add(Brackets("return {", items, "}", together=False))
            else:
                page.add(f"return {flat}")
        if several:
            self._print_found(Brackets(f"{name}(", sources))
        else:
            page.add(Brackets(f"{flat} = {name}(", sources))
            page.blank()
            self._print()

    def _chain(self) -> None:
        """A function that calls itself for each order, and what it returns."""
        work = self._work
        repeated.chain(work)
        sources = list(work.sources.values())
        call = Brackets("derivatives(", [*sources, str(work.order)])
        if self._traced:
            head = Brackets("def compiled(", sources, "):")
            with self._page.function(Brackets("@tf.function(", self._traced), head):
                self._page.add(f"return {call}")
            call = Brackets("compiled(", sources)
        if repeated.taken_apart(work, call):
            self._page.blank()
            self._print()
        else:
            self._print_sources()
            repeated.printed(work, call, self._star)

    def _one_by_one(self) -> None:
        """A function for each derivative."""
        page = self._page
        repeated.one_by_one(self._work)
        if self._traced:
            with page.function("def compiled(function):"):
                page.add(Brackets("return tf.function(", ["function", *self._traced]))
        width = max(map(len, self._work.shown))
        self._print_sources(width)
        sources = ", ".join(self._work.sources.values())
        if len(sources) > MAX_SOURCES:
            items = list(self._work.sources.values())
            page.add(Brackets("xs = [", items, "]", together=False))
            sources = "*xs"
        for label, name in self._work.shown.items():
            function = f"compiled({name})" if self._traced else name
            value = f"{self._star}{function}({sources}).numpy()"
            page.add(Brackets("print(", [f'"{label:<{width}} ="', value]))

    def _print(self) -> None:
        """The statements that print everything, labelled."""
        shown = self._sources() | self._work.shown
        if len(self._points) > MAX_ACROSS:
            self._print_rows(shown)
            return
        width = max(map(len, shown))
        for label, name in shown.items():
            arguments = [f'"{label:<{width}} ="', f"{self._star}{name}.numpy()"]
            self._page.add(Brackets("print(", arguments))

    def _print_rows(self, shown: dict[str, str]) -> None:
        """A line for each point, below a line of labels."""
        page = self._page
        page.add(Brackets("print(", [f'"{label}"' for label in shown]))
        columns = [f"{name}.numpy()" for name in shown.values()]
        with page.block(Brackets("for row in zip(", columns, "):")):
            page.add("print(*row)")

    def _print_found(self, call: Brackets) -> None:
        """The loop that prints what a function has returned by label."""
        self._print_sources()
        self._page.add(replace(call, head=f"found = {call.head}"))
        with self._page.block("for label, values in found.items():"):
            self._page.add(f'print(label, "=", {self._star}values.numpy())')

    def _print_sources(self, width: int = 0) -> None:
        for label, name in self._sources().items():
            self._page.add(f'print("{label:<{width}} =", {self._star}{name}.numpy())')

    def _sources(self) -> dict[str, str]:
        return {self._work.names.label(user): name for user, name in self._work.sources.items()}
