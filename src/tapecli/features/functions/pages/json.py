"""The listing as one strict JSON document."""

from __future__ import annotations

from typing import Any

from tapecli.expressions.functions import MEASURED_ON, Listing
from tapecli.features.functions.pages.words import entries


def document(listing: Listing) -> dict[str, Any]:
    """The fields of the document: the version of TensorFlow, and those of each row."""
    functions = [
        {**entry._asdict(), "limits": [limit._asdict() for limit in entry.limits]}
        for entry in entries(listing.rows)
    ]
    return {"tensorflow": MEASURED_ON, "functions": functions}
