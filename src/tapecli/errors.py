"""The tree of errors, each class with its exit code, and the words that all messages share."""

from __future__ import annotations

import math
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


# --- counts, times and sizes as people read them ------------------------------------------------

_ESTIMATES = (("years", 31_557_600), ("days", 86_400), ("hours", 3_600), ("minutes", 60))
_TIMES = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
_SIZES = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0))


def counted(count: int, noun: str) -> str:
    """A number of things: 1 point, 3,000 points."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def large(number: float) -> str:
    """A large number with three digits: 18.8 million, 245,000."""
    number = float(f"{number:.3g}")
    return f"{number / 1e6:,.4g} million" if number >= 1e6 else f"{number:,.0f}"


def estimated(seconds: float) -> str:
    """A time that something is expected to take, with one or two digits: 40 minutes."""
    if math.isinf(seconds):
        return "1e100 years or more"
    for unit, length in _ESTIMATES:
        if seconds >= 2 * length:
            count = seconds / length
            power = f"{count:.0e}".replace("e+0", "e").replace("e+", "e")
            return f"{power if count > 1e4 else format(float(f'{count:.2g}'), ',.0f')} {unit}"
    count = float(f"{seconds:.2g}")
    return f"{count:g} second{'s' * (count != 1)}"


def measured(seconds: float) -> str:
    """A time that was measured, with three digits, or in whole seconds: 3.08 ms, 2 min 5 s."""
    if seconds < 60:
        unit, length = _unit(seconds, _TIMES)
        return f"{_three_digits(seconds / length)} {unit}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def spread(seconds: float, low: float, high: float) -> str:
    """A time that was measured, with its bounds in the same unit: 3.08 (3.03–3.50) ms."""
    unit, length = _unit(seconds, _TIMES)
    middle, low_text, high_text = (_three_digits(x / length) for x in (seconds, low, high))
    return f"{middle} ({low_text}–{high_text}) {unit}"


def size(count: int) -> str:
    """A number of bytes with up to three digits and its unit: 2.4 MB."""
    if not count:
        return "0"
    unit, length = _unit(count, _SIZES)
    return f"{count / length:.3g} {unit}"


def _unit(value: float, units: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """The largest unit of which there is one, once the value is rounded to three digits."""
    rounded = float(f"{value:.3g}")
    return next((unit for unit in units if rounded >= unit[1]), units[-1])


def _three_digits(value: float) -> str:
    """A number from 1 to 1,000 with three digits; others with as many decimals as they need."""
    rounded = float(f"{value:.3g}")
    decimals = 2 if rounded < 10 else 1 if rounded < 100 else 0
    return f"{rounded:,.{decimals}f}"


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
