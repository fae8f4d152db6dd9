"""Tab-separated values: the columns of CSV; no field has a tab in it."""

from __future__ import annotations

from collections.abc import Iterator

from tapecli.render import Screen, csv
from tapecli.result import Result


def render(result: Result, screen: Screen) -> Iterator[str]:
    """A header and a line a row."""
    return csv.render(result, screen, delimiter="\t")
