"""The tree of errors, each class with its exit code, and the words that all messages share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

UNEXPECTED = 1
"""The exit code of a mistake in tapecli itself."""

MAX_WORD = 250
"""The longest word that a message shows whole; a path may be as long."""

MAX_SHOWN = 1_000
"""The longest line of a message; the middle of a longer one is left out."""

MAX_QUOTED = 40
"""The longest piece of typed text that a message quotes."""

MAX_COMPARED = 10_000
"""Words among which the one that was meant is looked for; among more it takes too long."""


def visible(text: str) -> str:
    """The text with control characters escaped, which a terminal would act upon."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in text
    )


def brief(line: str) -> str:
    """A line of a message as it is printed: visible, and short whatever was typed."""
    if len(line) > MAX_SHOWN:
        line = re.sub(rf"\S{{{MAX_WORD + 1},}}", lambda word: f"{word[0][:60]}…{word[0][-1]}", line)
    if len(line) > MAX_SHOWN:
        line = f"{line[: MAX_SHOWN // 2]} … {line[-MAX_SHOWN // 4 :]}"
    return visible(line)


def clipped(text: str, most: int = MAX_QUOTED) -> str:
    """The text as a message may quote it: short, and without control characters."""
    start = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in start)


def together(names: Sequence[str]) -> str:
    """Names as a sentence has them: x, y and z."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def twice(names: Iterable[str]) -> str | None:
    """The first name that occurs more than once; None if each occurs once."""
    return next((name for name, times in Counter(names).items() if times > 1), None)


def nearest(typed: str, words: Collection[str], may_be_shortened: bool = True) -> str | None:
    """The word that was probably meant: the most similar one, whatever the capitals.

    If no word is similar, it may be the only one that `typed` begins with, or that begins with
    `typed`. None if there is no such word, or if comparing would take too long.
    """
    import difflib

    if len(typed) > MAX_QUOTED or len(words) > MAX_COMPARED:
        return None
    lower = typed.lower()
    if similar := difflib.get_close_matches(lower, words, n=1):
        return similar[0]
    same_start = [
        word
        for word in words
        if may_be_shortened and lower and len(word) > 1
        if word.startswith(lower) or lower.startswith(word)
    ]
    return same_start[0] if len(same_start) == 1 else None


# --- the errors --------------------------------------------------------------------------------


class TapecliError(Exception):
    """The root of all errors that tapecli raises on purpose."""

    exit_code = 2


class UsageError(TapecliError):
    """A question that cannot be answered as it was asked; nothing has been computed."""


class ExpressionError(UsageError):
    """An expression that cannot be read, with the characters that are wrong.

    Attributes:
        expression: the text as it was typed.
        start, end: the half-open range of characters that the problem is about.
        problem: what is wrong.
        hint: what to write instead, or "".
        number: the index of the text among those that were read together, or None.
    """

    number: int | None = None

    def __init__(self, expression: str, start: int, end: int, problem: str, hint: str = "") -> None:
        super().__init__(f"{problem}; {hint}" if hint else problem)
        self.expression = expression
        self.start = start
        self.end = end
        self.problem = problem
        self.hint = hint


class PointsError(UsageError):
    """Points that cannot be read, are too many, or do not fit the dtype."""


class TooManyPointsError(PointsError):
    """More points than are held in memory, or than there may be at all."""


class RequestError(UsageError):
    """An order, method, dtype or tolerance that is not possible, alone or together."""


class OutputError(TapecliError):
    """The result cannot be written where it was asked to go."""


class WriteError(OutputError):
    """The result could be written only in part: a full disk, or a limit on the size of files."""

    exit_code = 1


class TensorFlowError(TapecliError):
    """TensorFlow is missing or does not start.

    Attributes:
        log: what it printed before it failed, or "".
    """

    exit_code = 3

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


class ClusterError(TapecliError):
    """A cluster that cannot be used: its scheduler does not answer, or its workers cannot do it."""

    exit_code = 3
