"""`tapecli functions`."""

from __future__ import annotations

import re
from typing import Any, Literal

import click

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.completion import candidates
from tapecli.cli.parameters import FormatCommand
from tapecli.errors import UsageError, clipped, nearest
from tapecli.expressions.functions import GROUPS, NAMES, ROWS, Listing, Row

FAMILIES = {
    word: title
    for title in GROUPS
    for word in re.findall(r"\w+", title)
    if word not in ("and", *NAMES)
}
"""The titles of families by the words in them."""

COMPLETE = candidates.completer(
    {
        **{name: rows[0].meaning for name, rows in NAMES.items()},
        **{word: f"family: {title}" for word, title in FAMILIES.items()},
    }
)


@click.command(cls=FormatCommand)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=COMPLETE)
@click.option(
    "--long", "-l", "is_long", is_flag=True, help="A line for each, with meaning and derivative."
)
@options.added(*options.page("functions"))
def command(names: tuple[str, ...], is_long: bool, **writing: Any) -> None:
    """List the functions, operators and constants that an expression may have.

    \b
      tapecli functions
      tapecli functions tan ln Γ
      tapecli functions hyperbolic
      tapecli functions --long | grep log
      tapecli functions --format markdown --output functions.md

    Without names, all are listed by families. A function, or an operator's sign, is shown in
    detail: its derivative, its definition, where it has none, what tapes can do in each precision
    and way of running, and a call that shows it. Of a family, all functions are shown in a line
    each.
    """
    rows: dict[Row, None] = {}
    layout: Literal["families", "table", "details"] = "table" if is_long or names else "families"
    for name in names:
        start = name.partition("(")[0] if name.endswith(")") else name  # log, ln, log(x)
        named = NAMES.get(name) or NAMES.get(start) or NAMES.get(start.lower())
        if named and not is_long:
            layout = "details"
        if title := FAMILIES.get(name.lower(), name) if not named else "":
            named = GROUPS.get(title)
        if not named:
            close = nearest(name, NAMES)
            hint = f"did you mean '{close}'?" if close else "see 'tapecli functions'"
            raise UsageError(f"unknown function '{clipped(name)}'; {hint}")
        rows |= dict.fromkeys(named)
    out = output.Output(formats.PAGES["functions"], **writing)
    out.write(Listing(tuple(rows or ROWS.values()), layout))
