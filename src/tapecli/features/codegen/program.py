"""The TensorFlow program that computes what is asked, with its tapes in the open.

It is made of the trees, numbers and arrangements that `engines.tapes` runs, so that what it prints
is what `diff` shows, to the last bit. Nothing here imports TensorFlow.
"""

from __future__ import annotations

import re

from tapecli.defaults import AUTO, EAGER, MAX_SECONDS, NONE, TAYLOR, XLA
from tapecli.engines.tapes.arrangements import ARRANGEMENTS as RUNNABLE
from tapecli.errors import RequestError, together
from tapecli.evaluation import planner
from tapecli.evaluation.question import Question
from tapecli.expressions.functions import FUNCTIONS, MEASURED_ON, limits
from tapecli.expressions.tree import Call, steps, variables
from tapecli.features.codegen import numbers, repeated
from tapecli.features.codegen.layout import Brackets
from tapecli.features.codegen.tapes import ARRANGEMENTS, Draft
from tapecli.floats import estimated

UNLIMITED = 1e300
"""Seconds that tapes may take which are written and not run."""

MAX_EXPLICIT, MAX_MIXED = 3, 4
"""The highest order with a `with` statement for each, by one variable and by several; above it a
function is called again."""


def generate(question: Question) -> tuple[str, str]:
    """The program of a question, and what is to be known before it is run, or "".

    Raises:
        RequestError: its method uses no tapes, or too many inside one another.
        PointsError: the points are too many to be written out.
    """
    planner.require_tapes(question)
    choice = question.choice
    if choice.method in (TAYLOR, NONE):
        choice = _choice_of_tapes(question)
    return _program(question, choice), _note(question, choice)


def _choice_of_tapes(question: Question) -> planner.Choice:
    """The tapes that `auto` would be if there were nothing quicker."""
    count = len(question.targets)
    methods = [name for name, row in RUNNABLE.items() if row.can(count, question.order)]
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
    workload = planner.Workload.of(question, len(question.points))
    seconds = workload.tape_seconds(execution, choice.method)
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
        for limit in limits(node.name):
            applies = limit.dtype == dtype and execution in limit.executions
            if applies and not limit.where and order >= limit.order:
                times = f" {order} times" if limit.order else ""
                verb = "differentiate" if times else "compute"
                return f"cannot {verb} '{node.name}'{times} in {dtype}"
    return ""


def _program(question: Question, choice: planner.Choice) -> str:
    """The program of a question, in an arrangement of tapes."""
    points = question.points
    options = _options(question, choice.execution)
    single = choice.method != "batch" and not options and not points.dimensions
    draft = Draft(question, "" if single else "*", options)
    draft.statements.write_helpers()
    draft.page.blank(2)
    numbers.write_points(draft.page, points, draft.sources, question.format_, single)
    draft.page.blank()
    several_variables = len(draft.by) > 1
    if draft.order > (MAX_MIXED if several_variables else MAX_EXPLICIT):
        (repeated.write_functions if several_variables else repeated.write_chain)(draft)
    elif options:
        _write_compiled(draft, choice.method)
    else:
        ARRANGEMENTS[choice.method](draft)
        draft.print_results()
    body = str(draft.page)
    imports = "import numpy as np\n" if re.search(r"\bnp\.", body) else ""
    between = "\n\n\n" if body.startswith(("def ", "@")) else "\n\n"
    return f"{imports}import tensorflow as tf{between}{body}"


def _options(question: Question, execution: str) -> list[str]:
    """The arguments of `tf.function` for an execution; [] for eager execution.

    A graph is made for any number of points, as that of `diff` is: for a known number TensorFlow
    would rearrange it, and round otherwise.
    """
    if execution in ("", EAGER):
        return []
    if execution == XLA:
        return ["jit_compile=True", "autograph=False"]
    count = len(question.points.names)
    times = f" * {count}" if count > 1 else ""
    signature = f"[tf.TensorSpec([None], tf.{question.format_.name})]{times}"
    return [f"input_signature={signature}", "autograph=False"]


def _write_compiled(draft: Draft, method: str) -> None:
    """Write the derivatives as one function, which TensorFlow traces."""
    page = draft.page
    name = "derivatives" if draft.order else "values"
    head = Brackets(f"def {name}(", draft.parameters, "):")
    with page.function(Brackets("@tf.function(", draft.options), head):
        ARRANGEMENTS[method](draft)
        results = ", ".join(draft.results.values())
        fits = len(f"{results} = {name}(") <= page.width
        items = [f'"{label}": {result}' for label, result in draft.results.items()]
        dictionary = Brackets("return {", items, "}", shared_line=False)
        page.add(f"return {results}" if fits else dictionary)
    if fits:
        page.add(Brackets(f"{results} = {name}(", draft.parameters))
        draft.print_results()
    else:
        draft.print_tensors(draft.source_labels)
        page.add(Brackets(f"results = {name}(", draft.parameters))
        with page.block("for label, values in results.items():"):
            page.add(f'print(label, "=", {draft.star}values.numpy())')
