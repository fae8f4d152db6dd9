"""The values of derivatives: from tapes, from Taylor series, or none at all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from tapecli import defaults
from tapecli.engines.tapes import arrangements
from tapecli.errors import RequestError
from tapecli.evaluation.question import Question
from tapecli.expressions.derivative import Derivative
from tapecli.floats import FloatFormat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tapecli.evaluation.verification import Column


def values(question: Question) -> tuple[Sequence[Sequence[Column]], str]:
    """Compute the derivatives of each target at all points, by the method of the question.

    Returns:
        For each target and derivative an array of values, None where none are computed; and how
        TensorFlow ran the tapes, "" where there were none.

    Raises:
        RequestError: TensorFlow lacks a gradient or kernel that this needs.
    """
    method, execution = question.choice.method, question.choice.execution
    if method == defaults.NONE:
        return [[None] * len(question.derivatives) for _ in question.targets], ""
    if method == defaults.TAYLOR:
        from tapecli.engines.taylor import engine

        series = engine.taylor_derivatives(
            question.trees,
            question.points.columns,
            question.wrt,
            question.format_,
            question.options.scaled,
        )
        return [list(columns) for columns in series], ""
    try:
        gradients = _from_tapes(question, execution)
    except RequestError:
        if execution in (question.options.execution, defaults.EAGER):
            raise
        execution = defaults.EAGER  # which has kernels for more functions than XLA
        gradients = _from_tapes(question, execution)
    return [
        [
            _scaled(column, derivative, question.format_)
            for column, derivative in zip(columns, question.derivatives, strict=True)
        ]
        for columns in gradients
    ], execution


def _from_tapes(question: Question, execution: str) -> list[list[NDArray[np.float64]]]:
    """The values from tapes; where they are to be filled, a few more are computed."""
    columns, count = question.points.columns, len(question.points)
    missing = question.fill - count if execution == defaults.XLA else 0
    if missing > 0:
        import numpy as np

        columns = {name: np.pad(xs, (0, missing), "edge") for name, xs in columns.items()}
    gradients = arrangements.tape_derivatives(
        question.trees,
        columns,
        question.wrt,
        question.choice.method,
        question.format_,
        execution,
        question.options.device,
    )
    return [[column[:count] for column in columns] for columns in gradients]


def _scaled(
    column: NDArray[np.float64], derivative: Derivative, format_: FloatFormat
) -> NDArray[np.float64]:
    """Derivatives from tapes, over their factorials if coefficients are wanted."""
    if derivative.divisor == 1:
        return column
    import numpy as np

    return np.array(
        [
            format_.round(Fraction(x) / derivative.divisor) if math.isfinite(x) else x
            for x in column.tolist()
        ],
        np.float64,
    )
