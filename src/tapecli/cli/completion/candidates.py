"""What a shell offers in the place of a value: on Tab, from the line so far, with no library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import click
from click.shell_completion import CompletionItem

from tapecli import defaults

PART = "part"
"""The type of an offer that something is still to follow: the shell adds no blank."""

FILE = "file"
"""The type of an offer that stands for names of files; its value is how these begin."""

GRIDS = {
    "1..3": "1, 2 and 3",
    "0..1:0.1": "from 0 to 1 in steps of 0.1",
    "0..2pi@9": "9 values from 0 to 2*pi",
    "1e-3..1e3@7log": "7 values, each 10 times the one before",
    "0.5,1,2": "these three",
    "-": "one a line of standard input",
}
"""Examples of points."""

RANGES = {"-5..5": "from -5 to 5"} | {grid: GRIDS[grid] for grid in GRIDS if "@" in grid}
"""Examples of what is drawn along."""

TABLE = {"-": "rows of points from standard input"}
"""What else may stand for the points of all variables."""

VALUES = {"2": "", "0.5": "", "pi/3": "", "1e-3": ""}
"""Examples of one value."""

ORDERS = {
    "0": "the value alone",
    "1": "the first derivative",
    "2": "the first and the second",
    "3": "up to the third",
    "10": "up to the tenth",
}
"""Examples of orders."""

DEVICES = {"cpu": "", "gpu": "the first one", "gpu:1": "the second one"}
"""Examples of devices."""

_NUMBER = r"(?<![A-Za-z_0-9])[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?"
_NAME = r"(?:[A-Za-z_][A-Za-z_0-9]*|[Α-Ωα-ω](?:_?[0-9]+)?)"
_WITHIN = r"(?:[-+*/^(,=·×÷−√|]|\s)\s*$"
"""An expression goes on behind this; all three are compiled only where there is an expression."""


def of(rows: Mapping[str, str], incomplete: str, before: str = "") -> list[CompletionItem]:
    """Those of the words, with their meanings, that go on from what is typed; `before` it stands
    what is none of them.
    """
    return [
        CompletionItem(before + word, help=meaning, shown=word)
        for word, meaning in rows.items()
        if word.startswith(incomplete)
    ]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of files."""
    return [CompletionItem(incomplete, type=FILE)]


def orders(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Orders of derivatives."""
    return of(ORDERS, incomplete)


def orders_of_tapes(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Orders of derivatives that take tapes, few enough to be run again and again."""
    return of({order: meaning for order, meaning in ORDERS.items() if order in "123"}, incomplete)


def devices(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Where TensorFlow may run."""
    return of(DEVICES, incomplete)


def values(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """One value."""
    return of(VALUES, incomplete)


def points(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Points: examples of grids, or a file of them."""
    return _points(GRIDS, incomplete)


def _points(rows: Mapping[str, str], incomplete: str, before: str = "") -> list[CompletionItem]:
    if incomplete.startswith("@"):
        return [CompletionItem(incomplete[1:], type=FILE)]
    file = CompletionItem(f"{before}@", type=PART, help="the values in a file", shown="@")
    return [*of(rows, incomplete, before), *([] if incomplete else [file])]


def named_points(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """NAME=POINTS, or a table of them."""
    name, equals, begun = incomplete.partition("=")
    if equals:
        return _points(GRIDS, begun, f"{name}=")
    return [*_names_of_points(ctx, incomplete), *_points(TABLE, incomplete)]


def ranges(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A range, as it is drawn along."""
    return of(RANGES, incomplete)


def named_ranges(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """NAME=RANGE."""
    return _named(RANGES, ctx, incomplete)


def named_values(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """NAME=VALUE."""
    return _named(VALUES, ctx, incomplete)


def _named(rows: Mapping[str, str], ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    name, equals, begun = incomplete.partition("=")
    return of(rows, begun, f"{name}=") if equals else _names_of_points(ctx, incomplete)


def _names_of_points(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """NAME=, those first that have no option of their own."""
    names = sorted(variables(ctx), key=defaults.SHORT.__contains__)
    return [CompletionItem(f"{name}=", type=PART) for name in names if name.startswith(incomplete)]


def by(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Variables, one or several with commas."""
    before, comma, begun = incomplete.rpartition(",")
    return [
        CompletionItem(before + comma + name, shown=name)
        for name in variables(ctx)
        if name.startswith(begun)
    ]


def variables(ctx: click.Context) -> list[str]:
    """The variables of the expressions on the line, in the sequence in which they stand there."""
    given = ctx.params.get("expressions") or (defaults.EXPRESSION,)
    defined = {text.partition("=")[0].strip() for text in given if "=" in text}
    known = _known()
    found = [name for text in given for name in _names(text.rpartition("=")[2])]
    return [name for name in dict.fromkeys(found) if name not in defined and name not in known]


def _names(text: str) -> Iterator[str]:
    return (name[0] for name in re.finditer(_NAME, re.sub(_NUMBER, " ", text)))


def _known(aliases: bool = True) -> dict[str, tuple[str, str]]:
    """The names of the language, as an expression goes on with them, with their meanings."""
    from tapecli.expressions.functions import CONSTANTS, FUNCTIONS

    rows = [
        *((row.name, row.aliases, row.meaning, "(") for row in FUNCTIONS.values()),
        *((row.name, row.aliases, row.meaning, "") for row in CONSTANTS.values()),
    ]
    known = {name: (name + end, meaning) for name, _, meaning, end in rows}
    if aliases:
        for _, others, meaning, end in rows:
            known |= {name: (name + end, meaning) for name in others if re.match(_NAME, name)}
    return known


def expressions(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """How an expression may go on, or a file of them; examples where there is none."""
    given: tuple[str, ...] = ctx.params.get("expressions") or ()
    if not incomplete:
        return [] if given else [CompletionItem(text) for text in _examples(ctx)]
    if param.name == "expressions" and incomplete.startswith("@"):
        return [CompletionItem(incomplete[1:], type=FILE)]
    found = re.search(f"{_NAME}$", re.sub(_NUMBER, _blank, incomplete))
    begun = found[0] if found else ""
    if not begun and not re.search(_WITHIN, incomplete):
        return _whole(incomplete)
    before = incomplete.removesuffix(begun)
    used = [name for text in (*given, before.rpartition("=")[2]) for name in _names(text)]
    return list(_names_at(begun, before, used)) or _whole(incomplete)


def _blank(number: re.Match[str]) -> str:
    return " " * len(number[0])


def _names_at(begun: str, before: str, used: Iterable[str]) -> Iterator[CompletionItem]:
    """Names that may stand there: used ones, and those of the language, aliases once begun."""
    known = {name: (name, "") for name in used} | _known(aliases=bool(begun))
    for name, (written, meaning) in known.items():
        if name.startswith(begun) and written != begun:
            yield CompletionItem(before + written, type=PART, help=meaning, shown=written)


def _whole(text: str) -> list[CompletionItem]:
    """The expression itself, or with the bracket that it lacks."""
    missing = text.count("(") - text.count(")")
    if missing > 0:
        return [CompletionItem(f"{text})", type=PART if missing > 1 else "plain", shown=")")]
    return [CompletionItem(text)] if missing == 0 else []


def _examples(ctx: click.Context) -> list[str]:
    """The expressions with which the command's help begins its examples."""
    calls = rf"\btapecli {re.escape(ctx.info_name or '')} '([^'\n]+)'"
    return list(dict.fromkeys(re.findall(calls, ctx.command.help or "")))
