"""How the commands that differentiate answer: a question asked, a result computed and written."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click

from tapecli import process
from tapecli.cli import inputs, output
from tapecli.cli.parameters import from_environment
from tapecli.cli.progress import waiting
from tapecli.engines.certified.budget import REQUEST_SHARE
from tapecli.engines.tapes import loading
from tapecli.errors import RequestError, counted
from tapecli.evaluation import answering
from tapecli.evaluation.question import Question
from tapecli.formats import Format
from tapecli.result import Result, Status, all_ok

TEXT_CHUNK = 65_536
"""Points of a chunk that is written as text, so that the first lines come soon."""


@dataclass(frozen=True)
class OutputOptions:
    """How an answer is to be written.

    Attributes:
        format_: in which format.
        file: where to; None for standard output.
        color: when there are colours.
        strict: whether a value that is rounded or undefined makes the exit code 1.
        verbose: whether to show what TensorFlow logs, and how long it took.
    """

    format_: Format
    file: str | None
    color: str
    strict: bool
    verbose: bool

    def code(self, ok: bool, statuses: Iterable[Status]) -> int:
        """The exit code of an answer that is right, or not, and has these statuses."""
        return 0 if ok and (all_ok(statuses) or not self.strict) else 1


def answer(
    kind: str,
    *,
    format_name: str | None,
    file: str | None,
    color: str,
    strict: bool,
    verbose: bool,
    resume: bool,
    **options: Any,
) -> int:
    """Differentiate, write the result, and return the exit code.

    `options` are the expressions, the points of variables and how to compute. An execution from
    the environment is the usual one: not a demand, as the option is, which Taylor series cannot
    meet.
    """
    if from_environment(click.get_current_context(), "execution"):
        options["usual_execution"] = options.pop("execution")
    arguments = inputs.arguments(kind, options)
    format_ = output.choose_format(format_name, file)
    if resume and file is None:
        raise RequestError("'--resume' goes on with a file; name it with --output")
    target = OutputOptions(format_, file, color, strict, verbose)
    if arguments["source"].is_plain and not format_.chunked:
        return answer_at_once(Question.parse(**arguments), target)
    from tapecli.cli import long_run
    from tapecli.evaluation import chunks

    size = chunks.LARGE_CHUNK if format_.binary else TEXT_CHUNK
    question = chunks.open_question(**arguments, in_chunks=format_.chunked, size=size)
    if isinstance(question, Question):
        return answer_at_once(question, target)
    return long_run.answer(question, target, resume, arguments["source"])


def answer_at_once(question: Question, target: OutputOptions) -> int:
    """Compute the answer to a question, write it, and return the exit code."""
    account = answering.Account()
    with waiting("differentiating ..."):
        result = answering.answer(
            question,
            formulas=target.format_.formulas,
            account=account,
            load=functools.partial(load, target.verbose),
            start=process.fork,
        )
    output.write(result, target.format_, target.file, target.color)
    if not target.format_.formulas:
        tell_failed_claims(result)
    if target.verbose:
        stages = ", ".join(f"{name} {seconds:.3g} s" for name, seconds in account.seconds.items())
        count = len(result.points)
        click.echo(f"{counted(count, 'point')}; {stages}", err=True)
        for sentence in account.given_up:
            click.echo(f"given up: {sentence}", err=True)
        tell_given_up(result.given_up, count, question)
    return target.code(result.ok, result.counts)


def load(verbose: bool) -> Any:
    """Load TensorFlow for a call of the command line."""
    return loading.load(quietly=True, verbose=verbose, core_only=True)


def tell_given_up(count: int, points: int, question: Question) -> None:
    """Say on standard error at how many points nothing could be certified in time."""
    if count:
        from tapecli.formats import words

        seconds = REQUEST_SHARE * question.options.max_seconds
        click.echo(words.given_up(count, points, seconds), err=True)


def tell_failed_claims(result: Result) -> None:
    """Say on standard error which claims are wrong, for formats that do not."""
    if result.claims:
        from tapecli.formats import words

        for claim, text, finding in words.claims(result):
            if claim.failed:
                click.echo(f"claim {text}: {finding}", err=True)
