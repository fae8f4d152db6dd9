"""tapecli: derivatives from TensorFlow gradient tapes, each beside the certified analytic one.

The public names are listed in `__all__`; each is imported when it is first used, and none of
them loads a heavy library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tapecli.api import diff, grad, hessian, jacobian, parts
    from tapecli.errors import (
        ExpressionError,
        OutputError,
        PointsError,
        RequestError,
        TapecliError,
        TensorFlowError,
        UsageError,
        WriteError,
    )
    from tapecli.expressions.expression import Expression
    from tapecli.result import Check, Result, Row, Status

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
    "WriteError",
    "diff",
    "grad",
    "hessian",
    "jacobian",
    "parts",
]

_MODULES = {
    name: module
    for module, names in {
        "api": "diff grad hessian jacobian parts",
        "errors": "ExpressionError OutputError PointsError RequestError TapecliError "
        "TensorFlowError UsageError WriteError",
        "expressions.expression": "Expression",
        "result": "Check Result Row Status",
    }.items()
    for name in names.split()
}
"""The module of each public name."""

if not TYPE_CHECKING:  # a type checker would believe that every name exists

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
