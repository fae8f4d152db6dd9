"""tapecli: derivatives from TensorFlow gradient tapes, each beside the certified analytic one.

The public names are listed in `__all__`; importing them loads none of the heavy libraries.
"""

from __future__ import annotations

from tapecli.differentiate import diff, grad, hessian, jacobian
from tapecli.errors import (
    ExpressionError,
    OutputError,
    PointsError,
    RequestError,
    TapecliError,
    TensorFlowError,
    UsageError,
)
from tapecli.expression import Expression
from tapecli.result import Check, Result, Row
from tapecli.verdict import Status

__all__ = [
    "Check",
    "Expression",
    "ExpressionError",
    "OutputError",
    "PointsError",
    "RequestError",
    "Result",
    "Row",
    "Status",
    "TapecliError",
    "TensorFlowError",
    "UsageError",
    "diff",
    "grad",
    "hessian",
    "jacobian",
]
