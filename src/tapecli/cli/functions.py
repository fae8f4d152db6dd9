"""`tapecli functions`."""

from __future__ import annotations

import click

from tapecli.functions import CONSTANTS, FUNCTIONS


@click.command()
def command() -> None:
    """List the functions and constants that an expression may have."""
    rows = [("FUNCTION", "MEANING", "DOMAIN", "ALSO")]
    for function in FUNCTIONS.values():
        domain = function.domain or "everywhere"
        also = ", ".join(function.aliases)
        rows.append((function.signature, function.meaning, domain, also))
    for constant in CONSTANTS.values():
        rows.append((constant.name, constant.meaning, "", ", ".join(constant.aliases)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
