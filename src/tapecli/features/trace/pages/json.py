"""A trace as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tapecli.features.trace.model import Trace
from tapecli.features.trace.pages import words
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    yield from json.indented(_document(trace), screen)


def _document(trace: Trace) -> dict[str, Any]:
    answers = [
        {**asdict(one), "derivative": words.name(trace, one), "status": str(one.status)}
        for one in trace.answers
    ]
    document = {
        "schema": SCHEMA,
        "ok": trace.ok,
        "targets": [asdict(target) for target in trace.targets],
        "at": dict(trace.at),
        "dtype": trace.format_.name,
        "method": trace.method,
        "tensorflow": trace.tensorflow,
        "tapes": [asdict(tape) for tape in trace.tapes],
        "steps": [asdict(step) for step in trace.steps],
        "passes": [asdict(one) for one in trace.passes],
        "answers": answers,
    }
    found: dict[str, Any] = _strict(document, trace)
    return found


def _strict(part: Any, trace: Trace) -> Any:
    """The same with numbers as JSON has them: NaN and infinities are null."""
    if isinstance(part, dict):
        return {name: _strict(value, trace) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_strict(value, trace) for value in part]
    if isinstance(part, float):
        return json.strict(trace.format_.shortest(part))
    return part
