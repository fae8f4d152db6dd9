"""The listing as one strict JSON document."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.expressions.functions import MEASURED_ON, Listing
from tapecli.features.functions.pages.words import entries
from tapecli.formats import Screen, json
from tapecli.result import SCHEMA


def render(listing: Listing, screen: Screen) -> Iterator[str]:
    """The document, indented."""
    functions = [
        {**entry._asdict(), "limits": [limit._asdict() for limit in entry.limits]}
        for entry in entries(listing.rows)
    ]
    document = {"schema": SCHEMA, "tensorflow": MEASURED_ON, "functions": functions}
    yield from json.indented(document, screen)
