"""A trace as one strict JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tapecli.features.trace.model import Trace
from tapecli.features.trace.pages import words
from tapecli.formats import json

_FIELDS = {
    "format_": "dtype",
    "backward_of": "way_back",
    "local_derivative": "slope",
    "local_derivatives": "slopes",
    "variables": "sequence",
}
"""Fields that have another name in the document, where programs rely on it."""


def document(trace: Trace) -> dict[str, Any]:
    """The fields of the document: those of the trace, and the names of its derivatives."""
    fields = asdict(trace, dict_factory=_named) | {"dtype": trace.format_.name}
    for derivative, answer in zip(fields["answers"], trace.answers, strict=True):
        derivative["derivative"] = words.derivative(trace, answer.target, answer.variables)
    return dict(json.strict({"ok": trace.ok, **fields}, trace.format_))


def _named(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {_FIELDS.get(name, name): value for name, value in fields}
