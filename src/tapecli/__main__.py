"""The command `tapecli`, and `python -m tapecli`."""

from __future__ import annotations

from typing import NoReturn

from tapecli import process


def main() -> NoReturn:
    """Run the command line; a signal that comes while it is being imported ends the process."""
    process.exit_on_signal()
    from tapecli import cli

    cli.main()


if __name__ == "__main__":
    main()
