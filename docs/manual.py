"""Write the manual pages: tapecli.1, and one for each command, from the help texts.

    python docs/manual.py build/man

They go to the folder man1 in there, so that `man -M build/man tapecli-diff` shows one. The same
sources make the same pages: they carry the version, and the day of its release once there is one.
"""

from __future__ import annotations

import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import click

from tapecli.cli import COMMANDS, cli
from tapecli.cli.commands.help import ENVIRONMENT, EXIT_CODES, TOPICS

CHANGES = (Path(__file__).parent.parent / "CHANGELOG.md").read_text("utf-8")
VERSION = version("tapecli")
FOLDER = "build/man"
CODES = "Exit codes:"

_WRITTEN = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
}
"""What a formatter would else take for its own, or set as another character than is typed."""


Sections = dict[str, list[str]]
"""The lines of each section of a page, by its heading."""


def pages() -> Iterator[tuple[str, str]]:
    """Every page: its name, and its text."""
    with cli.make_context("tapecli", [], resilient_parsing=True) as group:
        meaning = "Differentiate with TensorFlow gradient tapes."
        yield "tapecli", _page(group, meaning, _of_the_group())
        for name, meaning in COMMANDS.items():
            command = cli.get_command(group, name)
            assert command
            ctx = click.Context(command, group, name)
            yield f"tapecli-{name}", _page(ctx, meaning, _of_a_command(command))


def _page(ctx: click.Context, meaning: str, more: Sections) -> str:
    """The page of a command; `more` are the sections that follow its options."""
    name = ctx.command_path.replace(" ", "-")
    released = re.search(rf"^## {re.escape(VERSION)}, (\d{{4}}-\d\d-\d\d)$", CHANGES, re.MULTILINE)
    day = released[1] if released else ""
    usage = _text(" ".join(ctx.command.collect_usage_pieces(ctx)))
    sections = {
        "NAME": list(_lines(f"{name} - {meaning[0].lower()}{meaning[1:].rstrip('.')}")),
        "SYNOPSIS": [f"\\fB{_text(ctx.command_path)}\\fR {usage}"],
        **_of_the_help(ctx.command.help or ""),
        "OPTIONS": list(_options(ctx)),
        **more,
    }
    lines = [f'.TH {_text(name.upper())} 1 "{day}" "tapecli {VERSION}" "tapecli"']
    for heading, section in sections.items():
        if section:
            lines += [f".SH {heading}", *section[section[0] == ".PP" :]]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A line of text, in which every character stands for itself."""
    written = "".join(_WRITTEN.get(character, character) for character in text)
    written = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", written)
    return f"\\&{written}" if written.startswith((".", "\\(aq")) else written


def _of_the_help(text: str) -> Sections:
    """The examples of a help text, and what it explains."""
    sections: Sections = {"EXAMPLES": [], "DESCRIPTION": []}
    for block in _blocks(text):
        if block.startswith("\b\n  tapecli"):
            sections["EXAMPLES"] += _typed(block)
        elif block.startswith("\b"):
            sections["DESCRIPTION"] += _verbatim(block)
        elif not block.startswith(CODES):
            sections["DESCRIPTION"] += [".PP", *_lines(block)]
    return sections


def _blocks(text: str) -> list[str]:
    return inspect.cleandoc(text).split("\n\n")


def _verbatim(block: str) -> Iterator[str]:
    """Lines as they are, set apart from the text around them."""
    yield from (".PP", ".RS 2", *_typed(block), ".RE")


def _typed(block: str) -> Iterator[str]:
    """Lines as they are; at the margin of the page, for most examples are long."""
    lines = inspect.cleandoc(block.removeprefix("\b\n")).splitlines()
    yield from (".EX", *map(_text, lines), ".EE")


def _lines(text: str) -> Iterator[str]:
    """Text that may be broken where it has blanks."""
    yield from map(_text, textwrap.wrap(text, 65, break_long_words=False, break_on_hyphens=False))


def _codes(text: str) -> dict[str, str]:
    """The exit codes of which a help text has a sentence, with what they mean."""
    found = (block for block in _blocks(text) if block.startswith(CODES))
    sentence = " ".join(next(found, "").removeprefix(CODES).split())
    rows = (row.split(maxsplit=1) for row in re.split(r"; (?=\d)", sentence.rstrip(".")) if row)
    return {code: f"{meaning[0].upper()}{meaning[1:]}." for code, meaning in rows}


def _options(ctx: click.Context) -> Iterator[str]:
    options = (each for each in ctx.command.get_params(ctx) if isinstance(each, click.Option))
    for option in options:
        _, meaning = option.get_help_record(ctx) or ("", "")
        short_first = sorted(option.opts, key=len)  # click 8.4 has those of --help in any sequence
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in short_first)
        value = "" if option.is_flag else f" \\fI{_text(option.make_metavar(ctx))}\\fR"
        yield from (".TP", names + value, *_lines(meaning))


def _table(rows: Mapping[str, str]) -> list[str]:
    return [
        line
        for term, meaning in rows.items()
        for line in (".TP", f"\\fB{_text(term)}\\fR", *_lines(meaning))
    ]


def _of_the_group() -> Sections:
    """What the page of tapecli has behind its options."""
    heading, points = TOPICS["points"]
    return {
        "COMMANDS": _table(COMMANDS),
        "POINTS": [*_lines(heading), *_table(points)],
        "EXIT STATUS": _table(EXIT_CODES),
        "ENVIRONMENT": _table(ENVIRONMENT),
        "SEE ALSO": _see_also([f"tapecli-{name}" for name in COMMANDS]),
    }


def _of_a_command(command: click.Command) -> Sections:
    """What the page of a command has behind its options."""
    own = {option.envvar for option in command.params if isinstance(option.envvar, str)}
    shared = {name for name in ENVIRONMENT if not name.startswith("TAPECLI_")} if own else set()
    known = {name: meaning for name, meaning in ENVIRONMENT.items() if name in own | shared}
    everywhere = [".PP", *_lines("What holds for all commands is in tapecli(1).")]
    return {
        "EXIT STATUS": [*_table(_codes(command.help or "")), *everywhere],
        "ENVIRONMENT": [*_table(known), *everywhere],
        "SEE ALSO": _see_also(["tapecli"]),
    }


def _see_also(names: list[str]) -> list[str]:
    return [
        f".BR {_text(name)} (1){',' if place < len(names) else ''}"
        for place, name in enumerate(names, 1)
    ]


def main() -> None:
    """Write the pages."""
    folder = Path(*(sys.argv[1:2] or [FOLDER])) / "man1"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages():
        (folder / f"{name}.1").write_text(text, "ascii")
    print(f"man -M {folder.parent} tapecli")


if __name__ == "__main__":
    main()
