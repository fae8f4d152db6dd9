"""What is asked of a plot: the curves, the variable that they go along, and its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tapecli import defaults
from tapecli.errors import PointsError, RequestError, clipped, together
from tapecli.evaluation.question import Options, PointsInput, Question
from tapecli.expressions import derivative
from tapecli.features.plot.model import PlotAxis
from tapecli.floats import FORMATS, FloatFormat
from tapecli.points import exact, notations

RANGE = "-5..5"
"""The default range."""

NARROWEST, WIDEST = 1e-290, 1e300
"""Lengths of ranges beyond which arithmetic underflows or overflows."""

MAX_SAMPLES = 5_000
"""The most values of the variable that are drawn: far more than there are dots."""

MAX_CURVES = 50
"""The most curves of a plot; more cannot be told apart."""

ORDINARY = Options()


@dataclass(frozen=True)
class PlotQuestion:
    """The curves that are asked for.

    Attributes:
        at: the values of the other variables than that of the axis.
        samples: the values of the variable, if they are given; None to choose them.
        questions: the questions whose derivatives are the curves, without points: of the values,
            and of the derivatives if there are any.
    """

    axis: PlotAxis
    at: Mapping[str, float]
    samples: tuple[float, ...] | None
    questions: tuple[Question, ...]


def ask(
    expressions: Sequence[str],
    points: Mapping[str, str],
    wrt: Sequence[str] = (),
    order: int | None = None,
    options: Options = ORDINARY,
) -> PlotQuestion:
    """Check a question, without any of the libraries that compute the answer.

    The arguments are those of `diff`, but `points` has a range for one variable at most, and single
    values for the others.

    Raises:
        ExpressionError: an expression cannot be read.
        PointsError: a range or a value cannot.
        RequestError: it is not clear what is to be drawn, or along which variable.
    """
    options = replace(options, verify="all")
    points = {name: notations.explicit(text) for name, text in points.items()}

    def parse(order: int | None, wrt: Sequence[str] = ()) -> Question:
        source = PointsInput(points)
        return Question.parse(
            "diff", expressions, source, wrt=wrt, order=order, options=options, with_values=True
        )

    values = parse(0)
    name = _along(values.variables, points)
    axis, samples = read(name, points.get(name, RANGE), options.format_)
    others = [other for other in values.variables if other != name]
    at = {other: exact.fitting(exact.constant(points[other]), options.format_) for other in others}
    questions = [replace(values, derivatives=tuple(derivative.by_orders(name, 0)))]
    if order != 0:
        questions.append(parse(order, wrt or [name]))
    elif wrt:
        parse(None, wrt)  # only to check the names
    curves = sum(len(question.targets) * len(question.derivatives) for question in questions)
    if curves > MAX_CURVES:
        raise RequestError(f"{curves:,} curves: no more than {MAX_CURVES} in a plot")
    return PlotQuestion(axis, at, samples, tuple(questions))


def _along(names: Sequence[str], points: Mapping[str, str]) -> str:
    """The variable that has a range, or the only one without a value."""
    along = [name for name in names if name in points and not exact.is_single(points[name])]
    missing = [name for name in names if name not in points]
    if len(along) > 1:
        raise RequestError(
            f"{together(along)} each have a range, and a plot goes along one variable; "
            f"give the others a value, such as {_option(along[1], '2')}"
        )
    if along and missing:
        verb = "have no values" if len(missing) > 1 else "has no value"
        raise RequestError(
            f"the variable{'s' * (len(missing) > 1)} {together(missing)} {verb}; "
            f"give one, such as {_option(missing[0], '2')}"
        )
    if not along and not missing and len(names) == 1:
        raise PointsError(
            f"'{_option(names[0], clipped(points[names[0]]))}' is a single point, and a plot "
            f"goes along a range: {_option(names[0], RANGE)}"
        )
    if not along and len(missing) != 1:
        raise RequestError(
            f"the variables are {together(list(names))}: give one of them a range, such as "
            f"{_option(names[0], RANGE)}, and the others a value, such as {_option(names[1], '2')}"
        )
    return (along or missing)[0]


def _option(name: str, text: str) -> str:
    """The option that gives a variable a range or a value: --x -5..5, --at t=2."""
    return f"--{name} {text}" if name in defaults.SHORT else f"--at {name}={text}"


def read(
    name: str, text: str, format_: FloatFormat = FORMATS["float64"]
) -> tuple[PlotAxis, tuple[float, ...] | None]:
    """The axis of a range, and the samples if the text says more than A..B.

    Raises:
        PointsError: it cannot be read, or is no range.
    """
    if text == "-" or text.startswith("@"):
        raise PointsError(f"a plot takes a range of {name} from the call: {_option(name, RANGE)}")
    if ".." in text and not any(sign in text for sign in ":@,"):
        return PlotAxis(name, *ends(text, format_)), None
    numbers = [point for item in exact.ranges(text, exact.MAX_POINTS) for point in item]
    if len(numbers) > MAX_SAMPLES:
        raise PointsError(
            f"'{clipped(text)}' has {len(numbers):,} points, and a plot takes at most "
            f"{MAX_SAMPLES:,}; a range A..B alone takes as many as can be seen"
        )
    samples = sorted(set(exact.rounded(numbers, format_)))
    _check_length(samples[0], samples[-1], text)
    log = text.rstrip().endswith("log") and "," not in text and samples[0] >= 0
    return PlotAxis(name, samples[0], samples[-1], log), tuple(samples)


def ends(text: str, format_: FloatFormat = FORMATS["float64"]) -> tuple[float, float]:
    """The two ends of a range A..B.

    Raises:
        PointsError: it is no such range, or the end is not above the start.
    """
    first, dots, last = text.partition("..")
    if not dots or ".." in last.removeprefix("."):
        raise PointsError(f"'{clipped(text)}' is no range; write it as {RANGE}")
    low, high = exact.constant(first), exact.constant(last)
    if low == high:
        raise PointsError(f"'{clipped(text)}': a range of one point; write {RANGE}")
    if low > high:
        reversed_range = f"{last.strip()}..{first.strip()}"
        raise PointsError(
            f"'{clipped(text)}': the end is not above the start; write {reversed_range}"
        )
    start, stop = exact.rounded((low, high), format_)
    _check_length(start, stop, text)
    return start, stop


def _check_length(start: float, stop: float, text: str) -> None:
    if not start < stop:
        raise PointsError(f"'{clipped(text)}' is a single point, and a plot goes along a range")
    if not NARROWEST < stop - start < WIDEST:
        problem = "wide" if stop - start >= WIDEST else "narrow"
        raise PointsError(f"'{clipped(text)}' is too {problem} to be drawn")
