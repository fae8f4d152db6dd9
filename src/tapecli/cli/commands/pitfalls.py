"""`tapecli pitfalls`."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from tapecli import formats
from tapecli.cli import options, output
from tapecli.cli.progress import bar
from tapecli.errors import nearest
from tapecli.features.pitfalls import CONTENTS, PITFALLS


class PitfallName(click.ParamType[str]):
    """The name of a pitfall; a near miss is told which was meant, and the shell completes it."""

    name = "NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        if value in PITFALLS:
            return str(value)
        close = nearest(str(value), PITFALLS)
        meant = f"Did you mean '{close}'?" if close else "'tapecli pitfalls' lists them."
        raise click.UsageError(f"there is no pitfall {str(value)!r}. {meant}", ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        given = ctx.params.get("names") or ()
        return [
            CompletionItem(name, help=pitfall.title)
            for name, pitfall in PITFALLS.items()
            if name.startswith(incomplete) and name not in given
        ]


@click.command()
@click.argument("names", nargs=-1, type=PitfallName(), metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="Run all of them.")
@options.added(*options.page("pitfalls"), options.VERBOSE)
def command(
    names: tuple[str, ...],
    every: bool,
    format_name: str | None,
    file: str | None,
    color: str,
    verbose: bool,
) -> int:
    """List the mistakes that people make with tapes, or run some, and their mends.

    \b
      tapecli pitfalls
      tapecli pitfalls reused-tape swapped-tapes
      tapecli pitfalls --all --output pitfalls.md

    Each is the shortest program that makes the mistake. It is run now, by the TensorFlow that
    is installed, and shown with what really happened, the reason, and a program that does it
    right with what that prints. One that this TensorFlow does right by now says so.

    Exit codes: 0 every mend mends; 1 one does not; 2 the call is wrong; 3 TensorFlow is missing
    or broken.
    """
    if names and every:
        raise click.UsageError("'--all' runs every pitfall; leave out the names, or '--all'")
    output.check(file)
    format_ = output.format_of(format_name, file, formats.PAGES["pitfalls"])
    if not names and not every:
        output.write(CONTENTS, format_, file, color)
        return 0
    from tapecli.engines.tapes import loading
    from tapecli.features.pitfalls.running import run

    if verbose:
        loading.load(verbose=True)
    with bar("running", color) as progress:
        lessons = run([PITFALLS[name] for name in dict.fromkeys(names or PITFALLS)], progress)
    output.write(lessons, format_, file, color)
    return 0 if lessons.ok else 1
