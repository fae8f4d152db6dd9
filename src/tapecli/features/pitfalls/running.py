"""Runs the programs of a pitfall with the TensorFlow that is installed, in this process."""

from __future__ import annotations

import contextlib
import io
import itertools
import linecache
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence

from tapecli.engines.tapes import loading
from tapecli.features.pitfalls.model import Lesson, Lessons, Outcome, Pitfall

_runs = itertools.count(1)


def run(
    pitfalls: Sequence[Pitfall], progress: Callable[[int, int, str], None] | None = None
) -> Lessons:
    """Run the mistake and the mend of each.

    Args:
        pitfalls: which.
        progress: told how many are done, of how many, and which is next.
    """
    version: str = loading.load(quietly=True).__version__
    lessons = []
    for number, pitfall in enumerate(pitfalls):
        if progress:
            progress(number, len(pitfalls), pitfall.name)
        outcomes = (outcome(program) for program in (pitfall.mistake, pitfall.mend))
        lessons.append(Lesson(pitfall, *outcomes))
    return Lessons(version, tuple(lessons))


def outcome(program: str) -> Outcome:
    """Run a program as a file of its own would be, and see what it does.

    Its lines are where `inspect` finds them, for `tf.function` reads the source of what it
    traces; under a name of their own, for it counts the traces of a function by its file and line.
    """
    name = f"<program {next(_runs)}>"
    linecache.cache[name] = len(program), None, program.splitlines(keepends=True), name
    problem = None
    try:
        with _heard() as warned, contextlib.redirect_stdout(io.StringIO()) as printed:
            try:
                exec(compile(program, name, "exec"), {"__name__": "__main__"})
            except Exception as error:
                problem = type(error).__name__, str(error)
    finally:
        del linecache.cache[name]
    return Outcome(printed.getvalue(), *(problem or ("", "")), tuple(warned))


@contextlib.contextmanager
def _heard() -> Iterator[list[str]]:
    """Keep what TensorFlow logs and Python warns of from standard error; its state is as before."""
    heard: list[str] = []
    listener = _Listener(heard)
    logger: logging.Logger = loading.load(quietly=True).get_logger()
    handlers, level, propagate = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [listener], False
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield heard
        heard += [f"{found.category.__name__}: {found.message}" for found in warned if _seen(found)]
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def _seen(warning: warnings.WarningMessage) -> bool:
    """Whether Python shows it to a user: it is not about the innards of a library."""
    return not issubclass(
        warning.category, (DeprecationWarning, PendingDeprecationWarning, ImportWarning)
    )


class _Listener(logging.Handler):
    """Keeps what is logged, as TensorFlow writes it to standard error."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(f"{record.levelname}:{record.name}:{record.getMessage()}")
