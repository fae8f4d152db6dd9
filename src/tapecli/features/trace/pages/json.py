"""A trace as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from tapecli.features.trace.model import Trace
from tapecli.features.trace.pages import words
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA, Status

_FIELDS = {
    "format_": "dtype",
    "backward_of": "way_back",
    "local_derivative": "slope",
    "local_derivatives": "slopes",
    "variables": "sequence",
}
"""Fields that have another name in the document, where programs rely on it."""


def render(trace: Trace, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    document = asdict(trace, dict_factory=_named) | {"dtype": trace.format_.name}
    for fields, answer in zip(document["answers"], trace.answers, strict=True):
        fields["derivative"] = words.derivative(trace, answer.target, answer.variables)
    fields = {"schema": SCHEMA, "ok": trace.ok, **document}
    yield from json.indented(_strict(fields, trace), screen)


def _named(fields: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {_FIELDS.get(name, name): value for name, value in fields}


def _strict(value: Any, trace: Trace) -> Any:
    """The value as strict JSON has it: NaN and infinities are null."""
    if isinstance(value, dict):
        return {name: _strict(field, trace) for name, field in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(element, trace) for element in value]
    if isinstance(value, float):
        return json.strict(trace.format_.shortest(value))
    return str(value) if isinstance(value, Status) else value
