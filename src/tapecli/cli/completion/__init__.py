"""Completion in the shell: a script for each shell, and the answer to it when Tab is pressed.

A script asks with variables: `COMP_WORDS` is the line up to the cursor, as it is typed, and
`COMP_TAIL` the end of it that the shell is going to replace. The answer has a line for each
completion, with tabs between its fields: its type, the text to put there (quoted as the line needs
it), the text to show, and its meaning. A line of type `file` stands alone: the shell completes
names of files, and the other fields are the number of characters of the tail in front of the name,
these characters, the start of the name, the start of it that the shell leaves as it is, and the
quotes that are open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from tapecli.cli import in_full
from tapecli.cli.completion import candidates

SHELLS = {
    "bash": 'eval "$(tapecli completion bash)" in ~/.bashrc',
    "zsh": 'eval "$(tapecli completion zsh)" in ~/.zshrc, behind compinit',
    "fish": "tapecli completion fish > ~/.config/fish/completions/tapecli.fish",
}
"""The shells, with the shortest way to have completion in each from now on."""

_SAFE = r"[\w@%+:,./=-]*"
"""What needs no quotes in any shell."""

_ESCAPES = {"'": "'\\", '"': '"\\$`'}
"""The characters that a backslash in quotes escapes; in single quotes it does so in fish alone."""

_AFTER_SENTENCE = r"(?s)(?:[.:;]\s|  \[|\n|\.$).*"
"""What follows the first sentence of an option's help."""


def script(shell: str) -> str:
    """The script that sets up completion in this shell."""
    from importlib import resources  # not where Tab is waited for

    return resources.files(__name__).joinpath(f"tapecli.{shell}").read_text("utf-8")


def answer(cli: click.Group, instruction: str) -> int:
    """Answer a shell, and return the exit code, which is 1 if the instruction is unknown.

    `bash_complete` asks for what completes the line, `bash_source` for the script, and so on for
    each shell.
    """
    shell, _, request = instruction.partition("_")
    if shell not in SHELLS or request not in ("source", "complete"):
        return 1
    if request == "source":
        click.echo(script(shell).encode(), nl=False)
        return 0
    text, tail = os.environ.get("COMP_WORDS", ""), os.environ.get("COMP_TAIL")
    if not text.isprintable():  # a terminal would act upon completions that repeat it
        return 0
    line = parse(text, tail, shell)
    rows = _rows(line, complete(cli, line), shell)
    click.echo("".join(f"{row}\n" for row in rows).encode(), nl=False)
    return 0


# --- the line that was typed ------------------------------------------------------------------


class TypedLine(NamedTuple):
    """A line up to the cursor, as the shell would read it.

    Attributes:
        words: the complete words behind the name of the program.
        word: the incomplete one, without its quotes.
        prefix: the start of it that the shell leaves in its place.
        quote: the quotes that are open behind that, or "".
        bare: whether nothing at all is typed of the word, not even quotes.
    """

    words: list[str]
    word: str
    prefix: str
    quote: str
    bare: bool


def parse(text: str, tail: str | None, shell: str) -> TypedLine:
    """Read a line; the shell replaces its tail, or the whole of its last word."""
    words, word, quote = _split(text, shell)
    prefix = ""
    if tail is not None:
        before, start, quote = _split(text.removesuffix(tail), shell)
        prefix = (start or "") if len(before) == len(words) else ""
    return TypedLine(words[1:], word or "", prefix, quote, word is None)


def _split(text: str, shell: str) -> tuple[list[str], str | None, str]:
    """The complete words, the one at the end if it is started, and the quotes that are open."""
    words: list[str] = []
    word: str | None = None
    quote = ""
    characters = iter(text)
    for character in characters:
        if character == "\\" and (quote != "'" or shell == "fish"):
            escaped = next(characters, "")
            is_escape = escaped in _ESCAPES.get(quote, escaped)
            word = (word or "") + (escaped if is_escape else f"\\{escaped}")
        elif quote or character in "'\"":
            opens, closes = not quote, character == quote
            quote = character if opens else "" if closes else quote
            word = (word or "") + ("" if opens or closes else character)
        elif not character.isspace():
            word = (word or "") + character
        elif word is not None:
            words.append(word)
            word = None
    return words, word, quote


# --- what may stand there ---------------------------------------------------------------------


def complete(cli: click.Group, line: TypedLine) -> list[CompletionItem]:
    """What may stand at the end of a line: commands, options, or values."""
    name, *words = line.words or [""]
    with cli.make_context("tapecli", [], resilient_parsing=True) as group:
        if not name:
            return cli.shell_complete(group, line.word)
        name, *words = in_full([name, *words])
        command = cli.get_command(group, name)
        if command is None:
            return []
        options_end = "--" in words
        option = None if options_end or not words else _option(command, words[-1])
        try:
            ctx = command.make_context(
                name, words[:-1] if option else words, group, resilient_parsing=True
            )
        except click.UsageError:
            return []
    if option:
        return option.shell_complete(ctx, line.word)
    if line.word.startswith("-") and not options_end:
        return _options(ctx, line.word)
    return _arguments(ctx, line.word) or (_option_names(ctx, "--") if line.bare else [])


def _option(command: click.Command, name: str) -> click.Option | None:
    """The option of this name, if it takes a value."""
    options = (param for param in command.params if isinstance(param, click.Option))
    return next((opt for opt in options if name in opt.opts and not opt.is_flag), None)


def _options(ctx: click.Context, word: str) -> list[CompletionItem]:
    """Options, or the value that is joined to one; an expression may begin with a minus, too."""
    joined = re.match(r"(--[^=]*)=|(-[^-])(?=.)", word)
    option = _option(ctx.command, joined[1] or joined[2]) if joined else None
    if joined and option:
        items = option.shell_complete(ctx, word.removeprefix(joined[0]))
        for item in items:  # the shell itself puts names of files behind the option
            if item.type != candidates.FILE:
                item.value = f"{joined[0]}{item.value}"
        return items
    return _option_names(ctx, word) or ([] if word.startswith("--") else _arguments(ctx, word))


def _option_names(ctx: click.Context, typed: str) -> list[CompletionItem]:
    """The names of options, with the first sentences of their help."""
    items = ctx.command.shell_complete(ctx, typed)
    for item in items:
        item.help = re.sub(_AFTER_SENTENCE, "", item.help or "")
    return items


def _arguments(ctx: click.Context, word: str) -> list[CompletionItem]:
    arguments = (param for param in ctx.command.params if isinstance(param, click.Argument))
    return [item for argument in arguments for item in argument.shell_complete(ctx, word)]


# --- the answer -------------------------------------------------------------------------------


def _rows(line: TypedLine, items: list[CompletionItem], shell: str) -> Iterator[str]:
    """The lines of the answer."""
    for item in items:
        if item.type == candidates.FILE:
            before = line.word.removesuffix(item.value)
            added, left = before[len(line.prefix) :], line.prefix[len(before) :]
            yield "\t".join((item.type, str(len(added)), added, item.value, left, line.quote))
            return
    fitting = [item for item in items if item.value.startswith(line.prefix)]
    closes = shell == "fish" or (shell == "bash" and line.quote)
    if closes and len(fitting) == 1 and fitting[0].value.endswith("("):
        # the only completion would be closed with a quote and a blank, though the word goes on
        fitting.append(CompletionItem(f"{fitting[0].value}x)"))
    ends = [item.value.removeprefix(line.prefix) for item in fitting]
    safe = shell == "fish" or all(re.fullmatch(_SAFE, end) for end in ends)
    for item, end in zip(fitting, ends, strict=True):
        text = end if safe else _quoted(end, line.quote, item.type != candidates.UNFINISHED)
        yield "\t".join((item.type, text, item.shown or item.value, item.help or ""))


def _quoted(text: str, quote: str, complete: bool) -> str:
    """The text behind quotes that are open, or in quotes, left open where the word goes on."""
    if quote == '"':
        return re.sub(r'(["\\$`])', r"\\\1", text)
    escaped = text.replace("'", r"'\''")
    if quote:
        return escaped
    return f"'{escaped}'" if complete else f"'{escaped}"
