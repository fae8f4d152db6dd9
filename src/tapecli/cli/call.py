"""A call that asks for derivatives: from its words to the question and its answer."""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from tapecli import defaults, formats, process
from tapecli.cli import output, sorting
from tapecli.cli.parameters import from_environment
from tapecli.errors import (
    ExpressionError,
    PointsError,
    RequestError,
    TooManyPointsError,
    UsageError,
    together,
)
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions.expression import MAX_DEFINITIONS, MAX_TARGETS
from tapecli.floats import counted
from tapecli.points import text_files
from tapecli.points.recognition import assigned
from tapecli.result import Result, Status, all_ok

if TYPE_CHECKING:
    from tapecli.evaluation.chunks import Stream
    from tapecli.evaluation.workers import Sharing

MAX_LINES = 10_000
"""Lines of a file of expressions, with those that are blank and remarks."""

TEXT_CHUNK = 65_536
"""Points of a chunk that is written as text, so that the first lines come soon."""


# --- the question -----------------------------------------------------------------------------


class Texts(NamedTuple):
    """The expressions of a call, and the points of variables that stood among them."""

    expressions: tuple[str, ...]
    points: tuple[tuple[str, str], ...]


@contextlib.contextmanager
def expressions(options: Mapping[str, Any]) -> Iterator[Texts]:
    """The expressions of a call, with those that are in a file or in standard input.

    An error in one of those that are read names its line. `options` has the points, too.

    Raises:
        RequestError: standard input is to be read twice.
        UsageError: a file or standard input cannot be read, is a terminal, or has no expressions
            or too many.
    """
    typed = ["-" if text == "@-" else text for text in options["expressions"]]
    points = [text for name in defaults.SHORT for text in options.get(name, ())]
    points += [text for _, text in options.get("at", ())]
    points += [text for word in typed for _, text in assigned(word)]
    if [*typed, *points].count("-") > 1:
        raise RequestError("'-' is there twice, and standard input can be read but once")
    if sys.stdin is not None and sys.stdin.isatty():
        problem = "'-' reads {} from standard input, which is a terminal; pipe them in, one a line"
        if "-" in points:
            raise PointsError(f"{problem.format('points')}, or write --x 1..3")
        if "-" in typed:
            raise UsageError(f"{problem.format('expressions')}, or write 'x^2'")
    located = [
        pair
        for text in typed
        for pair in (read_file(text) if text == "-" or text.startswith("@") else [(text, "")])
    ]
    located = [(piece, line) for text, line in located for piece in sorting.pieces(text)]
    try:
        indices, among = sorting.sort_points([text for text, _ in located])
        located = [located[index] for index in indices]
        yield Texts(tuple(text for text, _ in located), tuple(among))
    except ExpressionError as error:
        if error.number is not None and error.number < len(located):
            if line := located[error.number][1]:
                error.problem = f"{line}: {error.problem}"
        raise


def read_file(source: str) -> Iterator[tuple[str, str]]:
    """The expressions of a file or of standard input, one a line, with the words for its line."""
    count = 0
    with text_files.open_text(source, sys.stdin, "expressions", UsageError) as file:
        for number, line in file.lines():
            if number > MAX_LINES:
                raise UsageError(f"more than {MAX_LINES:,} lines in {file.name}")
            if text_files.counts(line):
                count += 1
                if count > MAX_TARGETS + MAX_DEFINITIONS:
                    problem = (
                        f"more than {MAX_TARGETS} expressions and {MAX_DEFINITIONS} definitions"
                    )
                    raise UsageError(f"{problem} in {file.name}")
                yield line.strip(), f"line {number} of {file.name}"
    if not count:
        raise UsageError(f"there are no expressions in {file.name}")


def arguments(
    kind: str, options: Mapping[str, Any], default: str = defaults.POINTS
) -> dict[str, Any]:
    """The arguments of `Question.parse`, from the options of a command by name.

    Args:
        kind: one of `KINDS`; a gradient and the like have no default expression.
        options: the expressions, the points of the variables, and how to compute; no others.
        default: the points of the only variable, if there are none.

    Raises:
        RequestError: points are given twice.
    """
    rest = dict(options)
    expressions = rest.pop("expressions") or ((defaults.EXPRESSION,) if kind == "diff" else ())
    named = rest.pop("at", ())
    tables = [text for name, text in named if not name]
    if len(tables) > 1:
        raise RequestError("a table of points is given twice")
    pairs = [(name, text) for name in defaults.SHORT for text in rest.pop(name, ())]
    pairs += [(name, text) for name, text in named if name]
    paired = rest.pop("paired", False)
    names = [name for name in ("wrt", "order", "claims") if name in rest]
    texts: dict[str, Any] = {name: rest.pop(name) for name in names}
    table = tables[0] if tables else None
    source = PointsInput.of_pairs(
        pairs, table=table, paired=paired, stdin=sys.stdin, default=default
    )
    texts |= {"kind": kind, "expressions": expressions}
    return {**texts, "source": source, "options": Options(**rest)}


def question(options: Mapping[str, Any], default: str = defaults.POINTS) -> Question:
    """The question about derivatives that these options ask, checked; as `arguments` takes them."""
    return Question.parse(**arguments("diff", options, default))


# --- the answer -------------------------------------------------------------------------------


def answer(
    kind: str,
    writing: Any,
    *,
    sharing: Sharing,
    resume: bool,
    strict: bool,
    verbose: bool,
    **options: Any,
) -> int:
    """Differentiate, write the result, and return the exit code.

    `writing` is for `Output`, and `options` are those of `arguments`. An execution from the
    environment is the usual one: not a demand, as the option is, which Taylor series cannot meet.
    """
    if from_environment(click.get_current_context(), "execution"):
        options["usual_execution"] = options.pop("execution")
    question_arguments = arguments(kind, options)
    out = output.Output(formats.FORMATS, **writing)
    if resume and writing["file"] is None:
        raise RequestError("'--resume' goes on with a file; name it with --output")
    format_ = out.format_
    question = _open_question(question_arguments, format_)
    if isinstance(question, Question):
        ok, statuses = _answer_at_once(question, out, sharing, verbose)
    else:
        from tapecli.cli import long_run

        ok, statuses = long_run.answer(question, out, sharing, resume, verbose)
    return 0 if ok and (all_ok(statuses) or not strict) else 1


def _open_question(arguments: Mapping[str, Any], format_: formats.Format) -> Question | Stream:
    """The question, or a stream of its chunks, if the format can be written in chunks."""
    try:
        if arguments["source"].is_plain and not format_.chunked:
            question: Question | Stream = Question.parse(**arguments)
        else:
            from tapecli.evaluation import chunks

            size = chunks.LARGE_CHUNK if format_.binary else TEXT_CHUNK
            question = chunks.open_question(**arguments, in_chunks=format_.chunked, size=size)
        if isinstance(question, Question):
            len(question.points)  # wrong points are refused before more is imported
        return question
    except TooManyPointsError as error:
        if format_.chunked:
            raise
        unlimited = together([name for name, row in formats.FORMATS.items() if row.chunked])
        advice = f"the formats {unlimited} take any number, and {format_.name} does not"
        raise TooManyPointsError(f"{error}; {advice}") from None


def _answer_at_once(
    question: Question, out: output.Output, sharing: Sharing, verbose: bool
) -> tuple[bool, Iterable[Status]]:
    """Write the answer to a question; whether it is right, and the statuses of its values."""
    count = len(question.points)
    from tapecli.evaluation import answering, planner, workers

    account = answering.Account()
    how = {"formulas": out.format_.formulas, "load": functools.partial(load, verbose)}
    seconds = planner.seconds(question, question.choice, count)
    jobs = sharing.jobs or workers.usual_jobs(seconds)

    def start(work: Callable[[], answering.Analysis]) -> Callable[[], answering.Analysis]:
        finish = process.fork(work)
        formats.module(out.format_)  # which is loaded while the forked process works
        return finish

    with output.waiting("differentiating ..."):
        if sharing.is_cluster:
            with sharing.start(seconds) as cluster:
                result = answering.answer_by(cluster, question, **how)
            account.lap("cluster")
        else:
            result = answering.answer(question, account=account, start=start, jobs=jobs, **how)
    out.write(result)
    if not out.format_.formulas:
        tell_failed_claims(result)
    if verbose:
        stages = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in account.seconds.items())
        click.echo(f"{counted(count, 'point')}; {stages}", err=True)
        for sentence in account.given_up:
            click.echo(f"given up: {sentence}", err=True)
        tell_given_up(result.given_up, count, question.options)
    return result.ok, result.counts


def load(verbose: bool) -> Any:
    """Load TensorFlow, as far as a call of the command line needs it, and return its module."""
    from tapecli.engines.tapes import loading

    load_core = functools.partial(loading.load, quietly=not verbose, core_only=True)
    if "tensorflow" in sys.modules:
        return load_core()
    gc.disable()  # nearly all that is made while it is loaded stays
    try:
        return load_core()
    finally:
        gc.freeze()  # so that no later collection looks through it
        gc.enable()


def tell_given_up(count: int, points: int, options: Options) -> None:
    """Say on standard error at how many points nothing could be certified in time."""
    if count:
        from tapecli.engines.certified.budget import REQUEST_SHARE
        from tapecli.formats import words

        seconds = REQUEST_SHARE * options.max_seconds
        click.echo(words.given_up(count, points, seconds), err=True)


def tell_failed_claims(result: Result) -> None:
    """Say on standard error which claims are wrong, for formats that do not."""
    if result.claims:
        from tapecli.formats import words

        for claim, text, finding in words.claims(result):
            if claim.failed:
                click.echo(f"claim {text}: {finding}", err=True)
