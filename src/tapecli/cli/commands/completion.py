"""`tapecli completion`."""

from __future__ import annotations

import os
from pathlib import PurePath

import click

from tapecli.cli.completion import SHELLS, script
from tapecli.cli.parameters import OneOf


@click.command()
@click.argument("shell", required=False, type=OneOf(SHELLS))
def command(shell: str | None) -> None:
    """Print the script with which a shell completes calls of tapecli.

    \b
      tapecli completion bash
      tapecli completion zsh
      tapecli completion fish

    Commands, options and their values, variables and functions are completed where they stand,
    in quotes too. To have that in every new shell:

    \b
      bash  eval "$(tapecli completion bash)" in ~/.bashrc
      zsh   eval "$(tapecli completion zsh)" in ~/.zshrc, behind compinit
      fish  tapecli completion fish > ~/.config/fish/completions/tapecli.fish

    The first lines of a script tell how to have it loaded only when it is needed.
    """
    if shell is None:
        name = PurePath(os.environ.get("SHELL", "")).name
        likely = name if name in SHELLS else "bash"
        raise click.UsageError(f"name the shell, such as: tapecli completion {likely}")
    click.echo(script(shell), nl=False)
