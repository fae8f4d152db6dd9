"""Comma-separated values (RFC 4180, but for the line ends, which are \\n)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tapecli.render import Screen, columns
from tapecli.result import Result


def render(result: Result, screen: Screen, delimiter: str = ",") -> Iterator[str]:
    """A header and a line a row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    for record in (columns.names(result), *columns.text_records(result)):
        writer.writerow(record)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
