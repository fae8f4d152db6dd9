"""The comparison as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tapecli.features.compare.model import Comparison, Cost, Work
from tapecli.features.compare.pages import words
from tapecli.floats import FORMATS
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(comparison: Comparison, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    yield from json.indented(_document(comparison), screen)


def _document(comparison: Comparison) -> dict[str, Any]:
    shortest = FORMATS[comparison.dtype].shortest
    return {
        "schema": SCHEMA,
        **comparison.versions,
        "answer": words.answer(comparison),
        "findings": list(words.findings(comparison)),
        "expressions": list(comparison.expressions),
        "at": {name: json.strict(shortest(value)) for name, value in comparison.at.items()},
        "wrt": list(comparison.wrt),
        "order": comparison.order,
        "dtype": comparison.dtype,
        "points": comparison.points,
        "seconds": round(comparison.seconds, 3),
        "arrangements": [_cost(cost) for cost in comparison.costs],
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "name": cost.name,
        "problem": cost.problem,
        "operations": cost.work and _work(cost.work),
        "held": cost.held and {"bytes": cost.held.most, "bytes_after": cost.held.after},
        "times": [{**asdict(setting), **asdict(time)} for setting, time in cost.times.items()],
    }


def _work(work: Work) -> dict[str, Any]:
    return {
        "recorded": work.recorded,
        "forward": len(work.forward),
        "back": work.going_back,
        "run": work.run,
        "calls": work.calls,
        "tapes": [asdict(tape) for tape in work.tapes],
        "kinds_forward": list(work.forward),
        "kinds_back": [asdict(way) for way in work.back],
    }
