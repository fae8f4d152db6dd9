"""`tapecli pitfalls`."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.completion import candidates
from tapecli.cli.parameters import FormatCommand
from tapecli.cli.progress import bar
from tapecli.errors import nearest
from tapecli.features.pitfalls import GROUPS, PITFALLS


def _complete(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    earlier = ctx.params.get("names") or ()
    titles = {name: row.title for name, row in PITFALLS.items() if name not in earlier}
    return candidates.starting_with(typed, titles)


def _known(ctx: click.Context, param: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each of which must be that of a pitfall."""
    for name in names:
        if name not in PITFALLS:
            close = nearest(name, PITFALLS)
            hint = f"Did you mean '{close}'?" if close else "'tapecli pitfalls' lists them."
            ctx.fail(f"there is no pitfall {name!r}. {hint}")
    return names


@click.command(cls=FormatCommand)
@click.argument("names", nargs=-1, metavar="[NAME]...", callback=_known, shell_complete=_complete)
@click.option("--all", "run_all", is_flag=True, help="Run all of them.")
@options.added(*options.page("pitfalls"), options.VERBOSE)
def command(names: tuple[str, ...], run_all: bool, verbose: bool, **writing: Any) -> int:
    """List the mistakes that people make with tapes, or run some of them with their mends.

    \b
      tapecli pitfalls
      tapecli pitfalls reused-tape swapped-tapes
      tapecli pitfalls --all --output pitfalls.md

    Each pitfall is the shortest program that makes the mistake. The TensorFlow that is installed
    runs it now. The page shows what happened, the reason, and a mended program with what it
    prints. If this TensorFlow does right what was a mistake, the page says so.

    Exit codes: 0 every mend works; 1 one does not; 2 the call is wrong; 3 TensorFlow is missing
    or broken.
    """
    if names and run_all:
        raise click.UsageError("'--all' runs every pitfall; leave out the names, or '--all'")
    out = output.Output(formats.PAGES["pitfalls"], **writing)
    if not names and not run_all:
        out.write(GROUPS)
        return 0
    from tapecli.engines.tapes import loading
    from tapecli.features.pitfalls.running import run

    if verbose:
        loading.load()
    with bar("running", out.color) as progress:
        lessons = run([PITFALLS[name] for name in dict.fromkeys(names or PITFALLS)], progress)
    out.write(lessons)
    return 0 if lessons.ok else 1
