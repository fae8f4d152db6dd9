"""`tapecli functions`."""

from __future__ import annotations

from typing import Any

import click

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.completion import candidates
from tapecli.cli.parameters import FormatCommand
from tapecli.errors import UsageError, clipped, nearest
from tapecli.expressions.functions import NAMES, ROWS, Listing, Row

COMPLETE = candidates.completer({name: rows[0].meaning for name, rows in NAMES.items()})


@click.command(cls=FormatCommand)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=COMPLETE)
@options.added(*options.page("functions"))
def command(names: tuple[str, ...], **writing: Any) -> None:
    """List the functions, operators and constants that an expression may have.

    \b
      tapecli functions
      tapecli functions tan ln Γ
      tapecli functions --format markdown --output functions.md

    With names, or operators' signs, each is shown in detail: its derivative, where it has none,
    what tapes can do in each precision and way of running, and a call that shows it.
    """
    rows: dict[Row, None] = {}
    for name in names:
        start = name.partition("(")[0] if name.endswith(")") else name  # log, ln, log(x)
        named = NAMES.get(name) or NAMES.get(start) or NAMES.get(start.lower())
        if not named:
            close = nearest(name, NAMES)
            hint = f"did you mean '{close}'?" if close else "see 'tapecli functions'"
            raise UsageError(f"unknown function '{clipped(name)}'; {hint}")
        rows |= dict.fromkeys(named)
    out = output.Output(formats.PAGES["functions"], **writing)
    out.write(Listing(tuple(rows or ROWS.values()), detailed=bool(names)))
