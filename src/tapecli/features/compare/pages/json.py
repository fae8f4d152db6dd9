"""The comparison as one strict JSON document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tapecli.features.compare.model import Cost, CostComparison
from tapecli.features.compare.pages import words
from tapecli.floats import FORMATS
from tapecli.formats import json


def document(comparison: CostComparison) -> dict[str, Any]:
    """The fields of the document, the answer first."""
    return {
        **comparison.versions,
        "answer": words.answer(comparison),
        "findings": list(words.findings(comparison)),
        "expressions": comparison.expressions,
        "at": json.strict(comparison.at, FORMATS[comparison.dtype]),
        "wrt": comparison.wrt,
        "order": comparison.order,
        "dtype": comparison.dtype,
        "points": comparison.points,
        "seconds": round(comparison.seconds, 3),
        "arrangements": [_cost(cost) for cost in comparison.costs],
    }


def _cost(cost: Cost) -> dict[str, Any]:
    work, memory = cost.work, cost.memory
    operations = work and {
        "recorded": work.recorded,
        "forward": len(work.forward),
        "back": len(work.kinds_backward),
        "run": work.run,
        "calls": len(work.calls),
        "tapes": [asdict(tape) for tape in work.tapes],
        "kinds_forward": work.forward,
        "kinds_back": [asdict(gradient) for gradient in work.backward],
    }
    return {
        "name": cost.name,
        "problem": cost.problem,
        "operations": operations,
        "held": memory and {"bytes": memory.most, "bytes_after": memory.after},
        "times": [{**asdict(scenario), **asdict(time)} for scenario, time in cost.times.items()],
    }
