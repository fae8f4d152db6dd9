"""What a plot shows: the curves, the variable that they go along, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tapecli import defaults
from tapecli.errors import PointsError, RequestError, clipped, together
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions import derivative
from tapecli.features.plot.model import Axis
from tapecli.floats import FORMATS
from tapecli.points import ranges

RANGE = "-5..5"
"""What is drawn where no range is given."""

NARROWEST, WIDEST = 1e-290, 1e300
"""Ranges beyond which there is no room for arithmetic."""

SAMPLES = 5_000
"""Values of the variable that may be asked for: far more than there are dots."""

ORDINARY = Options()


@dataclass(frozen=True)
class Wanted:
    """A plot that is asked for.

    Attributes:
        axis: what the curves go along.
        at: the exact values of the other variables.
        samples: the values of the variable that are drawn; None for those that it takes.
        asked: the requests, without points, whose derivatives are the curves: of the values,
            and of the derivatives if there are any.
    """

    axis: Axis
    at: Mapping[str, Fraction]
    samples: tuple[float, ...] | None
    asked: tuple[Question, ...]


MAX_CURVES = 50
"""Curves that can be told from one another, with good will."""


def ask(
    expressions: Sequence[str],
    given: Mapping[str, str],
    wrt: Sequence[str] = (),
    order: int | None = None,
    options: Options = ORDINARY,
) -> Wanted:
    """Check what is asked, without any of the libraries that compute it.

    `given` has a range for one variable, and a value for each of the others, as text; what else
    is given is as for `diff`.

    Raises:
        ExpressionError: an expression cannot be read.
        PointsError: a range or a value cannot.
        RequestError: it is not clear what is to be drawn, or along which variable.
    """
    options = replace(options, verify="all")

    def asked_of(order: int | None, wrt: Sequence[str] = ()) -> Question:
        source = PointsInput(given)
        return Question.parse("diff", expressions, source, wrt=wrt, order=order, options=options)

    values = asked_of(0)
    name = _along(values.variables, given)
    axis, samples = read(name, given.get(name, RANGE), options)
    at = {other: ranges.constant(given[other]) for other in values.variables if other != name}
    asked = [replace(values, derivatives=tuple(derivative.by_orders(name, 0)))]
    if order != 0:
        asked.append(asked_of(order, wrt or [name]))
    elif wrt:
        asked_of(None, wrt)
    curves = sum(len(one.targets) * len(one.derivatives) for one in asked)
    if curves > MAX_CURVES:
        raise RequestError(f"{curves:,} curves: no more than {MAX_CURVES} in a plot")
    return Wanted(axis, at, samples, tuple(asked))


def _along(names: Sequence[str], given: Mapping[str, str]) -> str:
    """The variable that has a range, or that is left to have one."""
    along = [name for name in names if name in given and not ranges.is_single(given[name])]
    if len(along) > 1:
        raise RequestError(
            f"{together(along)} each have a range, and a plot goes along one variable; "
            f"give the others a value, such as {_given(along[1], '2')}"
        )
    missing = [name for name in names if name not in given]
    if not along and len(names) == 1 and not missing:
        raise PointsError(
            f"'{_given(names[0], clipped(given[names[0]]))}' is a single point, and a plot "
            f"goes along a range: {_given(names[0], RANGE)}"
        )
    if along and missing:
        raise RequestError(
            f"the variable{'s' * (len(missing) > 1)} {together(missing)} "
            f"{'have no values' if len(missing) > 1 else 'has no value'}; "
            f"give one, such as {_given(missing[0], '2')}"
        )
    if not along and len(missing) != 1:
        raise RequestError(
            f"the variables are {together(list(names))}: give one of them a range, such as "
            f"{_given(names[0], RANGE)}, and the others a value, such as {_given(names[1], '2')}"
        )
    return (along or missing)[0]


def _given(name: str, text: str) -> str:
    """How a variable is given a range or a value: --x -5..5, --at t=2."""
    return f"--{name} {text}" if name in defaults.SHORT else f"--at {name}={text}"


def read(
    name: str, text: str, options: Options = ORDINARY
) -> tuple[Axis, tuple[float, ...] | None]:
    """The axis of a range A..B; and, where the text says which, the samples.

    Raises:
        PointsError: it cannot be read, or is no range.
    """
    if text == "-" or text.startswith("@"):
        raise PointsError(f"a plot takes a range of {name} from the call: {_given(name, RANGE)}")
    if ".." in text and not any(sign in text for sign in ":@,"):
        low, high = ends(text)
        start, stop = ranges.rounded([low, high], options.format_)
        _wide(start, stop, text)
        return Axis(name, start, stop), None
    numbers = ranges.read(text)
    if len(numbers) > SAMPLES:
        raise PointsError(
            f"'{clipped(text)}' has {len(numbers):,} points, and a plot takes at most {SAMPLES:,}; "
            "a range A..B alone takes as many as can be seen"
        )
    samples = sorted(set(ranges.rounded(numbers, options.format_)))
    _wide(samples[0], samples[-1], text)
    log = text.rstrip().endswith("log") and "," not in text
    return Axis(name, samples[0], samples[-1], log and samples[0] >= 0), tuple(samples)


def ends(text: str) -> tuple[Fraction, Fraction]:
    """The two ends of a range A..B.

    Raises:
        PointsError: it is no such range, or its ends are not in sequence.
    """
    first, dots, last = text.partition("..")
    if not dots or ".." in last.removeprefix("."):
        raise PointsError(f"'{clipped(text)}' is no range; write it as {RANGE}")
    low, high = ranges.constant(first), ranges.constant(last)
    if low == high:
        raise PointsError(f"'{clipped(text)}': a range of one point; write {RANGE}")
    if low > high:
        turned = f"{last.strip()}..{first.strip()}"
        raise PointsError(f"'{clipped(text)}': the end is not above the start; write {turned}")
    return low, high


def limits(text: str) -> tuple[float, float]:
    """What is shown from bottom to top.

    Raises:
        PointsError: it is no range.
    """
    low, high = ranges.rounded(ends(text), FORMATS["float64"])
    _wide(low, high, text)
    return low, high


def _wide(start: float, stop: float, text: str) -> None:
    if not start < stop:
        raise PointsError(f"'{clipped(text)}' is a single point, and a plot goes along a range")
    if not NARROWEST < stop - start < WIDEST:
        wide = "wide" if stop - start >= WIDEST else "narrow"
        raise PointsError(f"'{clipped(text)}' is too {wide} to be drawn")
