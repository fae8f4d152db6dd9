"""Run the programs of pitfalls in this process, with the TensorFlow that is installed."""

from __future__ import annotations

import contextlib
import io
import itertools
import linecache
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from logging.handlers import BufferingHandler

from tapecli.engines.tapes import loading
from tapecli.features.pitfalls.model import Lesson, Lessons, Outcome, Pitfall

_numbers = itertools.count(1)

_HIDDEN = DeprecationWarning, PendingDeprecationWarning, ImportWarning
"""Warnings that Python does not show to users: they are about the inside of a library."""


def run(
    pitfalls: Sequence[Pitfall], progress: Callable[[int, int, str], None] | None = None
) -> Lessons:
    """Run the mistake and the mend of each pitfall.

    `progress` is called before each with how many are done, how many there are, and its name.
    """
    version: str = loading.load(quietly=True).__version__
    lessons = []
    for number, pitfall in enumerate(pitfalls):
        if progress:
            progress(number, len(pitfalls), pitfall.name)
        lessons.append(Lesson(pitfall, outcome(pitfall.mistake), outcome(pitfall.mend)))
    return Lessons(version, tuple(lessons))


def outcome(program: str) -> Outcome:
    """Run a program as if it were a file of its own, and return what it does.

    `tf.function` reads the source of what it traces with `inspect`, so the lines are put where
    `inspect` finds them. It also counts the traces of a function by file and line, so each run
    has a file name of its own.
    """
    name = f"<program {next(_numbers)}>"
    linecache.cache[name] = len(program), None, program.splitlines(keepends=True), name
    error, message = "", ""
    try:
        with _captured() as messages, contextlib.redirect_stdout(io.StringIO()) as printed:
            try:
                exec(compile(program, name, "exec"), {"__name__": "__main__"})
            except Exception as exception:
                error, message = type(exception).__name__, str(exception)
    finally:
        del linecache.cache[name]
    return Outcome(printed.getvalue(), error, message, tuple(messages))


@contextlib.contextmanager
def _captured() -> Iterator[list[str]]:
    """Collect what TensorFlow logs and Python warns of, in place of standard error.

    The list is filled at the end. Afterwards TensorFlow's logger is as it was before.
    """
    messages: list[str] = []
    logger: logging.Logger = loading.load(quietly=True).get_logger()
    handlers, level, propagate = logger.handlers, logger.level, logger.propagate
    records = BufferingHandler(sys.maxsize)
    logger.handlers, logger.propagate = [records], False
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield messages
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
    messages += map(logging.Formatter(logging.BASIC_FORMAT).format, records.buffer)
    messages += [
        f"{warning.category.__name__}: {warning.message}"
        for warning in caught
        if not issubclass(warning.category, _HIDDEN)
    ]
