"""How the commands that differentiate answer: points read, a result computed and written."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from tapecli import defaults, formats
from tapecli.cli import inputs, output
from tapecli.errors import RequestError
from tapecli.evaluation import chunks
from tapecli.evaluation.chunks import Stream
from tapecli.evaluation.question import How, Request, Where
from tapecli.points import text_files

TEXT_PART = 65_536
"""Points of a part that is written as text, so that the first lines come soon."""


def answer(
    kind: str,
    expressions: tuple[str, ...],
    at: tuple[tuple[str, str], ...],
    paired: bool,
    wrt: tuple[str, ...],
    strict: bool,
    format_name: str | None,
    file: str | None,
    color: str,
    verbose: bool,
    resume: bool,
    order: int | None = None,
    claims: tuple[str, ...] = (),
    **rest: Any,
) -> int:
    """Differentiate, write the result, and return the exit code.

    `rest` has the points of the variables with an option of their own, and how it is to be done.
    """
    given, rows = inputs.points(rest, at)
    output.check(file)
    format_ = output.format_of(format_name, file)
    formats.require_library(format_)
    if resume and file is None:
        raise RequestError("'--resume' goes on with a file; name it with --output")
    if not expressions and kind == "diff":
        expressions = (defaults.EXPRESSION,)
    where = Where(given, rows, paired, sys.stdin)
    how = How(**rest)
    size = chunks.PART if format_.binary else TEXT_PART
    asked = chunks.opened(kind, expressions, where, wrt, order, claims, how, format_.chunked, size)
    from tapecli.cli import long_run  # only now, for a wrong call is to be told at once

    wish = long_run.Wish(format_, file, color, strict, verbose)
    if isinstance(asked, Request):
        return long_run.at_once(asked, wish)
    return long_run.in_parts(asked, wish, resume, _about(asked, where, format_.name))


def _about(asked: Stream, where: Where, format_name: str) -> dict[str, Any]:
    """What a run is, as far as its file depends on it."""
    from importlib.metadata import version

    about = {
        "version": version("tapecli"),
        "kind": asked.asked.kind,
        "expressions": [f"{one.name} = {one.text}" for one in asked.asked.expressions],
        "derivatives": [one.variables for one in asked.asked.derivatives],
        "how": asdict(asked.asked.how),
        "points": {name: str(text) for name, text in where.given.items()},
        "rows": where.rows,
        "zip": where.paired,
        "files": [[file, *text_files.state(file)] for file in where.files],
        "format": format_name,
        "size": asked.size,
    }
    found: dict[str, Any] = json.loads(json.dumps(about))
    return found
