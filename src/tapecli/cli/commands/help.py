"""`tapecli help`."""

from __future__ import annotations

import click

from tapecli.cli import COMMANDS, in_full
from tapecli.cli.completion.candidates import GRIDS
from tapecli.cli.parameters import OneOf

ENVIRONMENT = {
    "TAPECLI_FORMAT": "The default of --format, where a result is shown.",
    "TAPECLI_DTYPE": "The default of --dtype.",
    "TAPECLI_EXECUTION": "The default of --execution, where the method is of tapes.",
    "TAPECLI_SCHEDULER": "The default of --scheduler, where neither --jobs nor --workers is there.",
    "TAPECLI_COLOR": "The default of --color.",
    "TAPECLI_CORE": "With 0, all of TensorFlow is loaded, and not its core alone.",
    "NO_COLOR": "If it is not empty, nothing is coloured.",
    "FORCE_COLOR": "If it is neither empty nor 0, colours are for pipes and files too.",
    "TERM": "If it is dumb or unknown, nothing is coloured.",
    "COLUMNS": "The width for which tables and help are made.",
}
"""The variables of the environment, for all commands."""

EXIT_CODES = {
    "0": "All is as it should be.",
    "1": "Something is not: a value is off or lost, a claim wrong, a check failed, a disk full.",
    "2": "The call, or what it reads, is wrong; no file was written.",
    "3": "TensorFlow is missing, broken or too old, or a cluster cannot be used.",
    "130": "It was interrupted, by Ctrl-C.",
    "143": "It was terminated, by SIGTERM.",
}
"""What the exit codes of all commands mean."""

TOPICS = {
    "environment": ("The variables of the environment:", ENVIRONMENT),
    "exit-codes": ("What the exit codes of all commands mean:", EXIT_CODES),
    "points": (
        "Ways to write the points of a variable, for --x and the like:",
        {**GRIDS, "@points.txt": "the values in a file, text or .npy"},
    ),
}
"""What commands share, by the name of the topic: a heading, and a table."""

_MEANINGS = COMMANDS | {name: heading.rstrip(":") for name, (heading, _) in TOPICS.items()}


@click.command()
@click.argument(
    "name", required=False, metavar="[NAME]", type=OneOf(_MEANINGS, lambda name: in_full([name])[0])
)
@click.pass_context
def command(ctx: click.Context, name: str | None) -> None:
    """Show the help of a command, or of what commands share.

    \b
      tapecli help
      tapecli help diff
      tapecli help environment

    What they share has the names environment, exit-codes and points.
    """
    root = ctx.find_root()
    assert isinstance(root.command, click.Group)
    if name in TOPICS:
        heading, rows = TOPICS[name]
        formatter = root.make_formatter()
        formatter.write(f"{heading}\n\n")
        formatter.indent()
        formatter.write_dl(list(rows.items()))
        click.echo(formatter.getvalue().rstrip("\n"))
        return
    command = root.command.get_command(root, name) if name else None
    context = click.Context(command, root, name) if command else root
    click.echo(context.get_help())
