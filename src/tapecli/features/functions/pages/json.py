"""The listing as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tapecli.expressions.functions import MEASURED_ON, Constant, Listing, Row
from tapecli.features.functions.pages import words
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    document = {
        "schema": SCHEMA,
        "tensorflow": MEASURED_ON,
        "functions": [_entry(row) for row in listing.rows],
    }
    yield from json.indented(document, screen)


def _entry(row: Row) -> dict[str, Any]:
    constant = isinstance(row, Constant)
    return {
        "kind": words.kind(row),
        "name": row.name,
        "signature": words.signature(row),
        "meaning": row.meaning,
        "aliases": words.aliases(row),
        "derivatives": {} if constant else words.derivatives(row),
        "domain": words.domain(row),
        "no_derivative": words.rough(row),
        "limits": [limit._asdict() for limit in words.limits(row)],
        "digits": row.digits if isinstance(row, Constant) else None,
        "example": words.example(row),
    }
