"""Completion in the shell: a script for each shell, and what it is answered when Tab is pressed.

A script asks with variables: `COMP_WORDS` is the line up to the cursor, as it is typed, and
`COMP_TAIL` the end of it that the shell is going to replace. It is answered in lines of fields
with tabs between them: the type of an offer, what to put there (quoted as the line needs it),
what to show of it, and its meaning. An offer of type `file` stands alone; the shell puts names of
files there, and its other fields say where: behind how many characters of the tail, and which
they are; how the names begin; what of that the shell leaves in its place; the quotes that are
open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from tapecli.cli.completion import candidates

SHELLS = {
    "bash": 'eval "$(tapecli completion bash)" in ~/.bashrc',
    "zsh": 'eval "$(tapecli completion zsh)" in ~/.zshrc, behind compinit',
    "fish": "tapecli completion fish > ~/.config/fish/completions/tapecli.fish",
}
"""The shells, with the shortest way to have completion in each from now on."""

QUOTE = "'"

_SAFE = r"[\w@%+:,./=-]*"
_SPECIAL = {"'": "'\\", '"': '"\\$`'}
"""What a backslash in quotes takes the meaning of; in single ones it does so in fish alone."""
_MORE = r"(?s)(?:[.:;]\s|  \[|\n|\.$).*"


def script(shell: str) -> str:
    """The script that sets up completion in this shell."""
    import pkgutil  # not where Tab is waited for

    text = pkgutil.get_data(__name__, f"tapecli.{shell}")
    assert text is not None
    return text.decode()


def answer(cli: click.Group, instruction: str) -> int:
    """Answer a shell: `bash_complete` asks for what completes the line, `bash_source` for the
    script; the exit code is 1 if that is no shell that is known.
    """
    shell, _, what = instruction.partition("_")
    if shell not in SHELLS or what not in ("source", "complete"):
        return 1
    if what == "source":
        click.echo(script(shell).encode(), nl=False)
        return 0
    line, tail = os.environ.get("COMP_WORDS", ""), os.environ.get("COMP_TAIL")
    if not line.isprintable():  # a terminal would act upon what is offered behind it
        return 0
    word = typed(line, tail, shell)
    lines = _lines(word, offered(cli, word), shell)
    click.echo("".join(f"{each}\n" for each in lines).encode(), nl=False)
    return 0


class Typed(NamedTuple):
    """A line up to the cursor, as the shell would read it.

    Attributes:
        words: the complete words behind the name of the program.
        word: the incomplete one, without its quotes.
        kept: the beginning of it that the shell leaves in its place.
        quote: the quotes that are open behind that, or "".
        bare: whether nothing at all is typed of the word, not even quotes.
    """

    words: list[str]
    word: str
    kept: str
    quote: str
    bare: bool


def typed(line: str, tail: str | None, shell: str) -> Typed:
    """Read a line; the shell replaces its tail, or the whole of its last word."""
    words, word, quote = _read(line, shell)
    kept = ""
    if tail is not None:
        before, kept_word, quote = _read(line.removesuffix(tail), shell)
        kept = (kept_word or "") if len(before) == len(words) else ""
    return Typed(words[1:], word or "", kept, quote, word is None)


def _read(line: str, shell: str) -> tuple[list[str], str | None, str]:
    """The complete words, the one at the end if it is begun, and the quotes that are open."""
    words: list[str] = []
    word: str | None = None
    quote = ""
    characters = iter(line)
    for character in characters:
        if character == "\\" and (quote != "'" or shell == "fish"):
            word = (word or "") + _escaped(next(characters, ""), quote)
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


def _escaped(character: str, quote: str) -> str:
    """What a backslash and the character behind it mean."""
    special = _SPECIAL.get(quote, character)
    return character if character in special else f"\\{character}"


def offered(cli: click.Group, typed: Typed) -> list[CompletionItem]:
    """What may stand at the end of a line: commands, options, or values."""
    name, *words = typed.words or [""]
    with cli.make_context("tapecli", [], resilient_parsing=True) as group:
        if not name:
            return cli.shell_complete(group, typed.word)
        command = cli.get_command(group, name)
        if command is None:
            return []
        last = words[-1] if words else ""
        option = _option(command, last) if "--" not in words else None
        try:
            ctx = command.make_context(
                name, words[:-1] if option else words, group, resilient_parsing=True
            )
        except click.UsageError:
            return []
    if option:
        return _values(ctx, option, typed.word)
    if "--" not in words and typed.word.startswith("-"):
        return _options(ctx, typed.word)
    return _of_argument(ctx, typed.word) or (_names(ctx, "--") if typed.bare else [])


def _option(command: click.Command, name: str) -> click.Option | None:
    """The option of this name, if it takes a value."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return next((each for each in options if name in each.opts and not each.is_flag), None)


def _options(ctx: click.Context, word: str) -> list[CompletionItem]:
    """Options, or the value that is joined to one; an expression may begin with a minus, too."""
    long = word.startswith("--")
    name = word.partition("=")[0] + "=" if long else word[:2]
    option = _option(ctx.command, name.removesuffix("="))
    if option and word.startswith(name) and word != name.removesuffix("="):
        return _joined(name, _values(ctx, option, word.removeprefix(name)))
    return _names(ctx, word) or ([] if long else _of_argument(ctx, word))


def _joined(before: str, items: list[CompletionItem]) -> list[CompletionItem]:
    """Values as they stand in one word with the option; names of files are put there later."""
    for item in items:
        item.value = item.value if item.type == candidates.FILE else f"{before}{item.value}"
    return items


def _of_argument(ctx: click.Context, word: str) -> list[CompletionItem]:
    arguments = (each for each in ctx.command.params if isinstance(each, click.Argument))
    return [item for each in arguments for item in each.shell_complete(ctx, word)]


def _names(ctx: click.Context, begun: str) -> list[CompletionItem]:
    """The names of options, with what their help says first."""
    found = ctx.command.shell_complete(ctx, begun)
    for item in found:
        item.help = re.sub(_MORE, "", item.help or "")
    return found


def _values(ctx: click.Context, option: click.Option, begun: str) -> list[CompletionItem]:
    """The values that an option may have: names of files, where its help calls them FILE."""
    found = option.shell_complete(ctx, begun)
    return found or (candidates.files(ctx, option, begun) if option.metavar == "FILE" else [])


def _lines(typed: Typed, items: list[CompletionItem], shell: str) -> Iterator[str]:
    """The answer to the shell; none about a word that would end a line or a field of it."""
    if re.search(r"[\n\t]", typed.word):
        return
    for item in items:
        if item.type == candidates.FILE:
            before = typed.word.removesuffix(item.value)
            put, stays = before[len(typed.kept) :], typed.kept[len(before) :]
            yield "\t".join((item.type, str(len(put)), put, item.value, stays, typed.quote))
            return
    fitting = [item for item in items if item.value.startswith(typed.kept)]
    closes = shell == "fish" or (shell == "bash" and typed.quote)
    if closes and len(fitting) == 1 and fitting[0].value.endswith("("):
        # the only offer would be closed with a quote and a blank, though more is to come
        fitting.append(CompletionItem(f"{fitting[0].value}x)"))
    ends = [item.value.removeprefix(typed.kept) for item in fitting]
    safe = shell == "fish" or all(re.fullmatch(_SAFE, end) for end in ends)
    for item, end in zip(fitting, ends, strict=True):
        text = end if safe else _quoted(end, typed.quote, item.type != candidates.PART)
        yield "\t".join((item.type, text, item.shown or item.value, item.help or ""))


def _quoted(text: str, quote: str, complete: bool) -> str:
    """The text behind quotes that are open, or in quotes, left open where more is to come."""
    if quote == '"':
        return re.sub(r'(["\\$`])', r"\\\1", text)
    escaped = text.replace("'", r"'\''")
    return f"{'' if quote else QUOTE}{escaped}{QUOTE if complete and not quote else ''}"
