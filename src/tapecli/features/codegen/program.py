"""The TensorFlow program that computes what is asked, with its tapes in the open.

It is made of the trees, numbers and arrangements that `engines.tapes` runs, so that what it prints
is what `diff` shows, to the last bit. Nothing here imports TensorFlow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tapecli.defaults import AUTO, EAGER, MAX_SECONDS, NONE, TAYLOR, XLA
from tapecli.engines.tapes.arrangements import ARRANGEMENTS as RUNNABLE
from tapecli.engines.tapes.arrangements import tape_tree
from tapecli.errors import RequestError, estimated, together
from tapecli.evaluation import planner
from tapecli.evaluation.question import Question
from tapecli.expressions.functions import FUNCTIONS, MEASURED_ON
from tapecli.expressions.tree import Call, steps, variables
from tapecli.features.codegen import numbers, repeated
from tapecli.features.codegen.formulas import HELPERS, Statements, remarks
from tapecli.features.codegen.layout import Brackets, Page
from tapecli.features.codegen.names import Names
from tapecli.features.codegen.tapes import ARRANGEMENTS, Draft
from tapecli.points.points import Points

UNLIMITED = 1e300
"""Seconds that tapes may take which are written and not run."""

MAX_EXPLICIT = 3
"""The highest order with a `with` statement for each; above it a function is called again."""

MAX_MIXED = 4
"""The highest such order where derivatives are by several variables."""

MAX_SOURCES = 20
"""Characters of the variables' names that are repeated in each call."""

MAX_ACROSS = 12
"""Points whose values are printed in one line; of more of them each has a line."""


@dataclass(frozen=True)
class GeneratedProgram:
    """A program.

    Attributes:
        text: its source.
        note: what is to be known before it is run, or "".
    """

    text: str
    note: str = ""


def generate(question: Question) -> GeneratedProgram:
    """The program of a question.

    Raises:
        RequestError: its method uses no tapes, or too many inside one another.
        PointsError: the points are too many to be written out.
    """
    choice = question.choice
    if choice.method in (TAYLOR, NONE):
        choice = _choice_of_tapes(question)
    return GeneratedProgram(_Generator(question, choice).text(), _note(question, choice))


def _choice_of_tapes(question: Question) -> planner.Choice:
    """The tapes that `auto` would be if there were nothing quicker.

    Raises:
        RequestError: a method without tapes was asked for by its name.
    """
    order = question.order
    count = len(question.targets)
    methods = [name for name, row in RUNNABLE.items() if row.can(count, order)]
    if question.options.method == AUTO:
        return planner.Choice(methods[0], execution=EAGER)
    advice = f"one of {together(methods)}" if len(methods) > 1 else methods[0]
    raise RequestError(
        f"'--method {question.options.method}' uses no tapes, so there is no program of it; "
        f"take {advice}"
    )


def _note(question: Question, choice: planner.Choice) -> str:
    """What to expect of tapes that would take long, or that TensorFlow cannot do."""
    execution = choice.execution or EAGER
    instead = "; 'tapecli diff' takes Taylor series" if choice is not question.choice else ""
    if problem := _unsupported(question, execution):
        return f"this program is expected to fail: TensorFlow {MEASURED_ON} {problem}{instead}"
    seconds = planner.Workload.of(question, len(question.points)).tape_seconds(
        execution, choice.method
    )
    if seconds <= MAX_SECONDS and not instead:
        return ""
    return f"this program is expected to take about {estimated(seconds)}{instead}"


def _unsupported(question: Question, execution: str) -> str:
    """What TensorFlow cannot do of the question in its dtype; "" where it can do all."""
    dtype = question.format_.name
    for node in steps(*question.trees):
        if not isinstance(node, Call) or node.name not in FUNCTIONS:
            continue
        names = variables(node)
        order = max(sum(by in names for by in d.variables) for d in question.derivatives)
        for limit in FUNCTIONS[node.name].limits:
            applies = limit.dtype == dtype and execution in limit.executions
            if applies and not limit.where and order >= limit.order:
                times = f" {order} times" if limit.order else ""
                verb = "differentiate" if times else "compute"
                return f"cannot {verb} '{node.name}'{times} in {dtype}"
    return ""


class _Generator:
    """Writes the program of a question, in an arrangement of tapes."""

    def __init__(self, question: Question, choice: planner.Choice) -> None:
        assert isinstance(question.points, Points)
        self._points = question.points
        self._format = question.format_
        self._arrangement = choice.method
        self._execution = choice.execution
        expressions = question.targets
        derivatives = question.wrt
        names = Names()
        sources = {name: names.user(name) for name in question.points.names}
        statements = Statements(
            [names.user(expression.name) for expression in expressions],
            [tape_tree(expression.tree, self._format) for expression in expressions],
            sources,
            self._format,
            names,
            remarks([e.tree for e in expressions], max(map(len, derivatives)), self._format),
        )
        targets = [expression.name for expression in expressions]
        self._draft = Draft(Page(), statements, targets, sources, derivatives, names)
        can_be_single = choice.method != "batch" and not self._options
        self._draft.star = "" if can_be_single and not self._points.dimensions else "*"

    def text(self) -> str:
        page, draft = self._draft.page, self._draft
        for name in draft.statements.helpers:
            page.blank(2)
            page.add(*HELPERS[name].splitlines())
        page.blank(2 if page.lines else 1)
        numbers.write_points(page, self._points, draft.sources, self._format, not draft.star)
        page.blank()
        if draft.order > (MAX_MIXED if len(draft.by) > 1 else MAX_EXPLICIT):
            (self._functions if len(draft.by) > 1 else self._chain)()
        elif self._options:
            self._compiled()
        else:
            ARRANGEMENTS[self._arrangement](draft)
            page.blank()
            self._print()
        body = str(page)
        imports = "import numpy as np\n" if re.search(r"\bnp\.", body) else ""
        between = "\n\n\n" if body.startswith(("def ", "@")) else "\n\n"
        return f"{imports}import tensorflow as tf{between}{body}"

    @property
    def _options(self) -> list[str]:
        """The arguments of `tf.function` for the execution; [] for eager execution.

        A graph is made for any number of points, as that of `diff` is: for a known number
        TensorFlow would rearrange it, and round otherwise.
        """
        if self._execution in ("", EAGER):
            return []
        if self._execution == XLA:
            return ["jit_compile=True", "autograph=False"]
        count = len(self._draft.sources)
        times = f" * {count}" if count > 1 else ""
        signature = f"[tf.TensorSpec([None], tf.{self._format.name})]{times}"
        return [f"input_signature={signature}", "autograph=False"]

    # --- the derivatives ---

    def _compiled(self) -> None:
        """Write the derivatives as one function, which TensorFlow traces."""
        page, draft = self._draft.page, self._draft
        name = "derivatives" if draft.order else "values"
        head = Brackets(f"def {name}(", draft.parameters, "):")
        with page.function(Brackets("@tf.function(", self._options), head):
            ARRANGEMENTS[self._arrangement](draft)
            results = ", ".join(draft.results.values())
            fits = len(f"{results} = {name}(") <= page.width
            items = [f'"{label}": {result}' for label, result in draft.results.items()]
            dictionary = Brackets("return {", items, "}", shared_line=False)
            page.add(f"return {results}" if fits else dictionary)
        if fits:
            page.add(Brackets(f"{results} = {name}(", draft.parameters))
            page.blank()
            self._print()
        else:
            draft.print_tensors(draft.source_labels)
            page.add(Brackets(f"results = {name}(", draft.parameters))
            with page.block("for label, values in results.items():"):
                page.add(f'print(label, "=", {draft.star}values.numpy())')

    def _chain(self) -> None:
        """Write a function that calls itself for each order, and print what it returns."""
        page, draft = self._draft.page, self._draft
        repeated.write_chain(draft)
        call = Brackets("derivatives(", [*draft.parameters, str(draft.order)])
        if self._options:
            head = Brackets("def compiled(", draft.parameters, "):")
            with page.function(Brackets("@tf.function(", self._options), head):
                page.add(f"return {call}")
            call = Brackets("compiled(", draft.parameters)
        if repeated.unpack_chain(draft, call):
            page.blank()
            self._print()
        else:
            draft.print_tensors(draft.source_labels)
            repeated.print_chain(draft, call)

    def _functions(self) -> None:
        """Write a function for each derivative, and print what each returns."""
        page, draft = self._draft.page, self._draft
        repeated.write_functions(draft)
        if self._options:
            with page.function("def compiled(function):"):
                page.add(Brackets("return tf.function(", ["function", *self._options]))
        width = max(map(len, draft.results))
        draft.print_tensors(draft.source_labels, width)
        arguments = ", ".join(draft.parameters)
        if len(arguments) > MAX_SOURCES:
            page.add(Brackets("xs = [", draft.parameters, "]", shared_line=False))
            arguments = "*xs"
        call = f"compiled({{}})({arguments})" if self._options else f"{{}}({arguments})"
        calls = {label: call.format(name) for label, name in draft.results.items()}
        draft.print_tensors(calls, width)

    def _print(self) -> None:
        """Write the statements that print all sources and results, labelled."""
        page = self._draft.page
        tensors = self._draft.source_labels | self._draft.results
        if len(self._points) <= MAX_ACROSS:
            self._draft.print_tensors(tensors, max(map(len, tensors)))
            return
        page.add(Brackets("print(", [f'"{label}"' for label in tensors]))
        columns = [f"{name}.numpy()" for name in tensors.values()]
        with page.block(Brackets("for row in zip(", columns, "):")):
            page.add("print(*row)")
