"""One part of the work: an expression at consecutive numbers, computed, certified and counted."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tapecli.engines.certified.budget import Budget
from tapecli.engines.tapes import loading
from tapecli.errors import RequestError
from tapecli.evaluation import answering
from tapecli.evaluation.question import Options, Question
from tapecli.evaluation.verdict import VERDICTS, Verification, judge_modelled
from tapecli.features.check.exhaustive.model import Interval, Tally, Value, joined
from tapecli.floats import FORMATS, Array
from tapecli.points.points import Axis, Points
from tapecli.result import Status

if TYPE_CHECKING:
    from tapecli.engines.certified.taylor_model import TaylorModels

STATUSES = (*VERDICTS, Status.UNDEFINED)
"""The verdicts by their numbers in arrays."""

UNLIMITED = 1e12
"""Seconds: every value is certified, whatever that takes."""


@dataclass(frozen=True)
class Part:
    """An expression at the numbers of a dtype from one position to another.

    `execution` and `device` are None for TensorFlow's and the planner's own choice.
    """

    expression: str
    dtype: str
    order: int
    start: int
    stop: int
    execution: str | None = None
    device: str | None = None

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return self.stop - self.start

    def question(self, order: int | None = None) -> Question:
        """What a user would ask, at this or a lower order."""
        order = order or self.order
        return _question(self.expression, self.dtype, order, self.execution, self.device)


def walk(part: Part, verbose: bool = False) -> list[Tally]:
    """The verdicts on the derivatives of orders 1, 2, ... at every number of a part.

    With `verbose`, what TensorFlow logs when it is loaded is shown.
    """
    loading.load(quietly=not verbose, core_only=True)
    with loading.without_advice():
        columns, missing = _computed(part)
    if not columns:
        return [Tally(missing=missing)] * part.order
    xs = FORMATS[part.dtype].numbers(part.start, part.stop)
    statuses, analytic = _verdicts(part, xs, columns)
    rows = zip(columns, statuses, analytic, strict=True)
    tallies = [_tally(part, xs, *arrays) for arrays in rows]
    return tallies + [Tally(missing=missing)] * (part.order - len(columns))


@functools.lru_cache(64)
def _question(
    expression: str, dtype: str, order: int, execution: str | None, device: str | None
) -> Question:
    options = Options(
        dtype=dtype, execution=execution, device=device, max_seconds=UNLIMITED, verify="all"
    )
    return Question.parse("diff", expression, order=order, options=options)


@functools.lru_cache(64)
def _models(expression: str, dtype: str, order: int) -> TaylorModels:
    from tapecli.engines.certified.taylor_model import TaylorModels

    question = _question(expression, dtype, order, None, None)
    return TaylorModels(question.trees[0], question.format_, question.variables[0], order)


def _at(question: Question, xs: Array, fill: int = 0) -> Question:
    """The question at numbers."""
    return question.at(Points((Axis({question.variables[0]: xs}),)), fill=fill)


def _computed(part: Part) -> tuple[Sequence[Array], str]:
    """The tape's values of each order that TensorFlow can do, and why it cannot do the next."""
    xs, missing = FORMATS[part.dtype].numbers(part.start, part.stop), ""
    for order in range(part.order, 0, -1):
        try:
            (columns,), _ = answering.compute(_at(part.question(order), xs, len(xs)))
        except RequestError as error:
            missing = str(error)
        else:
            return [column for column in columns if column is not None], missing
    return [], missing


def _verdicts(part: Part, xs: Array, columns: Sequence[Array]) -> tuple[Any, Array]:
    """The number of each verdict in `STATUSES`, and the exact derivatives rounded to the dtype.

    Most are certified by Taylor models, and those where these do not suffice one by one.
    """
    import numpy as np

    question = part.question(len(columns))
    modelled = _models(part.expression, part.dtype, len(columns)).certify(xs)
    statuses = np.array(
        [
            judge_modelled(column, modelled, row, question.format_)
            for row, column in enumerate(columns)
        ]
    )
    analytic = np.where(modelled.is_undefined, np.nan, modelled.analytic)
    in_doubt = (statuses == len(VERDICTS)) & ~modelled.is_undefined
    statuses[:, modelled.is_undefined] = STATUSES.index(Status.UNDEFINED)
    indices = np.flatnonzero(in_doubt.any(axis=0))
    if len(indices):
        doubtful, (tree,) = _at(question, xs[indices]), question.trees
        verification = Verification(doubtful, Budget())
        certificates = verification.certificates(tree)
        checks = verification.checks(tree, [column[indices] for column in columns], certificates)
        for row, by_index in enumerate(checks):
            for number, check in by_index.items():
                index = indices[number]
                statuses[row, index] = STATUSES.index(check.status)
                analytic[row, index] = np.nan if check.analytic is None else check.analytic
    return statuses, analytic


def _tally(part: Part, xs: Array, column: Array, statuses: Any, analytic: Array) -> Tally:
    """The verdicts on one derivative in numbers."""
    import numpy as np

    counts = np.bincount(statuses, minlength=len(STATUSES)).tolist()
    ulps = FORMATS[part.dtype].all_steps(column, analytic).astype(np.int64)
    values = _Values(xs, column, analytic, ulps)
    worst = int(ulps.argmax())
    intervals = [
        interval
        for status in (Status.LOST, Status.OFF)
        for interval in joined(list(values.intervals(status, statuses, part.start)))
    ]
    return Tally(
        {str(status): count for status, count in zip(STATUSES, counts, strict=True) if count},
        values.at(worst) if ulps[worst] else None,
        tuple(intervals),
    )


@dataclass(frozen=True)
class _Values:
    """The values of a derivative at consecutive numbers."""

    xs: Array
    column: Array
    analytic: Array
    ulps: Any

    def at(self, index: int) -> Value:
        x, tape, analytic = (array.item(index) for array in (self.xs, self.column, self.analytic))
        return Value(x, tape, analytic, int(self.ulps[index]))

    def intervals(self, status: Status, statuses: Any, first: int) -> Iterator[Interval]:
        """The intervals of a status; the first number is at the position `first`."""
        import numpy as np

        has_status = np.concatenate([[False], statuses == STATUSES.index(status), [False]])
        ends = np.flatnonzero(has_status[1:] != has_status[:-1]).tolist()
        for start, stop in zip(ends[::2], ends[1::2], strict=True):
            example = self.at(start + int(self.ulps[start:stop].argmax()))
            ends_of_it = self.xs.item(start), self.xs.item(stop - 1)
            yield Interval(status, first + start, first + stop, *ends_of_it, stop - start, example)
