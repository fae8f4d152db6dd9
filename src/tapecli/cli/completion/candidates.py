"""The candidates for the word that a shell completes, from the line so far, with no heavy library.

Most functions are click's callbacks: their arguments are the context of the command, the option
or argument, and the word as far as it is typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import click
from click.shell_completion import CompletionItem

from tapecli import defaults

Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]

UNFINISHED = "part"
"""The type of a completion that goes on: the shell adds no blank behind it."""

FILE = "file"
"""The type of an item that stands for names of files; its value is how these begin."""

# Examples that the shell shows, with their meanings.

GRIDS = {
    "1..3": "1, 2 and 3",
    "0..1:0.1": "from 0 to 1 in steps of 0.1",
    "0..2pi@9": "9 values from 0 to 2*pi",
    "1e-3..1e3@7log": "7 values, each 10 times the one before",
    "0.5,1,2": "these three",
    "-": "one a line of standard input",
}
RANGES = {"-5..5": "from -5 to 5"} | {grid: GRIDS[grid] for grid in GRIDS if "@" in grid}
FILES = {"@": "the values in a file"}
VALUES = {"2": "", "0.5": "", "pi/3": "", "1e-3": ""}
ORDERS = {
    "0": "the value alone",
    "1": "the first derivative",
    "2": "the first and the second",
    "3": "up to the third",
    "10": "up to the tenth",
}
TAPE_ORDERS = {order: ORDERS[order] for order in "123"}  # tapes are run again and again
DEVICES = {"cpu": "", "gpu": "the first one", "gpu:1": "the second one"}

_NUMBER = r"(?<![A-Za-z_0-9])[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?"
_NAME = r"(?:[A-Za-z_][A-Za-z_0-9]*|[Α-Ωα-ω](?:_?[0-9]+)?)"
_OPERATOR = r"(?:[-+*/^(,=·×÷−√|]|\s)\s*$"
"""An expression goes on behind this. The three are compiled only where there is an expression."""


def starting_with(
    typed: str, meanings: Mapping[str, str], before: str = ""
) -> list[CompletionItem]:
    """The words, with their meanings, that start with what was typed; `before` is kept in front.

    If @ is one of them, the name of a file may stand behind it.
    """
    if typed.startswith("@") and "@" in meanings:
        return [CompletionItem(typed[1:], type=FILE)]
    return [
        CompletionItem(before + word, UNFINISHED if word == "@" else "plain", meaning, shown=word)
        for word, meaning in meanings.items()
        if word.startswith(typed)
    ]


def completer(meanings: Mapping[str, str]) -> Completer:
    """The callback that completes one of these words."""
    return lambda ctx, param, typed: starting_with(typed, meanings)


def named_completer(meanings: Mapping[str, str], alone: Mapping[str, str]) -> Completer:
    """The callback that completes NAME=WORD, with a variable and a word, or a word alone."""

    def complete(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
        name, equals, value = typed.partition("=")
        if equals:
            return starting_with(value, meanings, f"{name}=")
        # Variables that have no option of their own come first.
        names = sorted(variables(ctx), key=defaults.SHORT.__contains__)
        fitting = [f"{name}=" for name in names if name.startswith(typed)]
        items = [CompletionItem(text, type=UNFINISHED) for text in fitting]
        return items + starting_with(typed, alone)

    return complete


def files(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Names of files."""
    return [CompletionItem(typed, type=FILE)]


def by(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Variables, one or several with commas."""
    before, comma, name = typed.rpartition(",")
    return starting_with(name, dict.fromkeys(variables(ctx), ""), before + comma)


def variables(ctx: click.Context) -> list[str]:
    """The variables of the expressions on the line, in the order in which they stand there."""
    from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES

    texts = ctx.params.get("expressions") or (defaults.EXPRESSION,)
    others = {name for text in texts for name in re.findall(rf"({_NAME})\s*(?:\(|:?=)", text)}
    names = (name for text in texts for name in _names_in(text))
    excluded = others | FUNCTION_NAMES.keys() | CONSTANT_NAMES.keys()
    return [name for name in dict.fromkeys(names) if name not in excluded]


def _names_in(text: str) -> Iterator[str]:
    return (name[0] for name in re.finditer(_NAME, re.sub(_NUMBER, " ", text)))


def _language(start: str = "") -> dict[str, tuple[str, str]]:
    """The names of functions and constants, as an expression goes on with them, and meanings.

    If no row has a name of this start, they are the first of its other names that has it.
    """
    from tapecli.expressions.functions import CONSTANTS, FUNCTIONS, Row

    rows: tuple[Row, ...] = (*FUNCTIONS.values(), *CONSTANTS.values())
    names = {row.name: row for row in rows}
    if not any(name.startswith(start) for name in names):
        others = {row: [name for name in row.aliases if name.startswith(start)] for row in rows}
        names = {aliases[0]: row for row, aliases in others.items() if aliases}
    return {
        name: (f"{name}(" if row.name in FUNCTIONS else name, row.meaning)
        for name, row in names.items()
    }


def expressions(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """How an expression may go on, or a file of them; examples where there is none."""
    earlier: tuple[str, ...] = ctx.params.get("expressions") or ()
    if not typed:
        # The examples in the command's help, each by its first expression.
        calls = rf"\btapecli {re.escape(ctx.info_name or '')} '([^'\n]+)'"
        examples = () if earlier else re.findall(calls, ctx.command.help or "")
        return [CompletionItem(text) for text in dict.fromkeys(examples)]
    if param.name == "expressions" and typed.startswith("@"):
        return [CompletionItem(typed[1:], type=FILE)]
    without_numbers = re.sub(_NUMBER, lambda number: " " * len(number[0]), typed)
    match = re.search(f"{_NAME}$", without_numbers)
    name = match[0] if match else ""
    if not name and not re.search(_OPERATOR, typed):
        return _whole(typed)
    if name == "x":  # the usual variable is complete, although names of functions begin with it
        return _whole(typed)
    before = typed.removesuffix(name)
    used = [word for text in (*earlier, before.rpartition("=")[2]) for word in _names_in(text)]
    names = {word: (word, "") for word in used} | _language(name)
    items = [
        CompletionItem(before + text, type=UNFINISHED, help=meaning, shown=text)
        for word, (text, meaning) in names.items()
        if word.startswith(name) and text != name
    ]
    return items or _whole(typed)


def _whole(text: str) -> list[CompletionItem]:
    """The expression itself, or with the bracket that it lacks."""
    missing = text.count("(") - text.count(")")
    if missing > 0:
        type_ = UNFINISHED if missing > 1 else "plain"
        return [CompletionItem(f"{text})", type=type_, shown=")")]
    return [CompletionItem(text)] if missing == 0 else []
