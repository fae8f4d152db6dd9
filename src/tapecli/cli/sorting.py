"""Sorts the words of a call: options first, then expressions, and points from among these.

Points are known by their look, before anything is parsed: numbers without a variable.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import click

from tapecli import defaults
from tapecli.errors import ExpressionError, clipped
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES
from tapecli.expressions.tree import VARIABLE
from tapecli.points.recognition import assigned, is_only_points, is_points, names_in, split

_LETTERS = "".join(defaults.SHORT)
_ONE_DASH = re.compile(rf"-([{_LETTERS}])(?:=(.+)|([0-9.][0-9.,:@]*))?")
_LONG_DASHES = {"\u2014": "--", "\u2013": "-"}
"""What editors make of dashes: an em dash of two, an en dash of one."""


def option_of(name: str, points: str) -> str:
    """The option that gives a variable its points, as it is typed."""
    option = f"--{name} {points}" if name in defaults.SHORT else f"--at {name}={points}"
    return option if " " not in points else f"{option.removesuffix(points)}'{points}'"


# --- options ----------------------------------------------------------------------------------


def options_first(
    args: Iterable[str], options: Sequence[click.Option], is_whole: bool = True
) -> list[str]:
    """Options and their values, then `--`, then the expressions, if the call `is_whole`.

    Raises:
        click.UsageError: a word can be read in two ways.
    """
    words = _Words(args, options)
    in_order = words.sorted()
    if is_whole and words.doubt and not words.expressions:
        raise click.UsageError(words.doubt)
    return in_order


class _Words:
    """The words of a call: `rest` is still to be sorted into `options` and `expressions`.

    Attributes:
        doubt: the message about words that are points only if there is an expression; or "".
    """

    def __init__(self, args: Iterable[str], options: Sequence[click.Option]) -> None:
        self.takes_value = {name: not row.is_flag for row in options for name in row.opts}
        self.ranges = [name for row in options if row.metavar == "RANGE" for name in row.opts]
        self.rest = deque(args)
        words = [names_in(arg) for arg in self.rest if not arg.startswith("--")]
        self.names = Counter(itertools.chain.from_iterable(words))
        self.options: list[str] = []
        self.expressions: list[str] = []
        self.doubt = ""

    def sorted(self) -> list[str]:
        while self.rest:
            word = self._as_option(self.rest.popleft())
            if word == "--":
                self.expressions += self.rest
                self.rest.clear()
            elif word in self.takes_value:
                self.options.append(word)
                if self.takes_value[word]:
                    if not self.rest:  # click says so, if nothing comes behind it
                        return self.options
                    self.options.append(self._with_further_points(word, self.rest.popleft()))
            elif word.startswith("--") or word == "-h":
                option, equals, value = word.partition("=")
                value = self._with_further_points(option, value) if equals else ""
                self.options.append(f"{option}{equals}{value}")
            else:
                self._refuse_two_readings(word)
                self.expressions.append(self._with_equals(word))
        return [*self.options, "--", *self.expressions] if self.expressions else self.options

    def _as_option(self, word: str) -> str:
        """The word, or the option that is meant by it, whose value is put in front of the rest."""
        if dash := _LONG_DASHES.get(word[:1]):
            name = word.lstrip(word[0])
            dash = "--" if len(word) - len(name) > 1 else dash
            word = f"{dash}{name}" if f"--{name.partition('=')[0]}" in self.takes_value else word
        if word in self.takes_value:
            return word
        if match := re.fullmatch(r"--([A-Za-z]\w*)(?:=(.*))?", word):
            return self._of_any_variable(word, match[1], match[2])
        match = _ONE_DASH.fullmatch(word)
        if not match or f"--{match[1]}" not in self.takes_value:
            return word
        letter, value, number = match.groups(default="")
        if number.isdecimal():
            if self.names[f"{letter}{number}"] < 2:  # no other word has such a variable
                either = f"'--{letter} {number}' for the points, or '({word})'"
                raise click.UsageError(f"'{word}' can be read in two ways; write {either}")
            return word
        if value or number:
            return f"--{letter}={value or number}"
        if not self.rest or not is_points(self.rest[0]):
            return word
        self._set_doubt(f"{word} {self.rest[0]}", f"--{letter} {self.rest[0]}", f"'({word})'")
        return f"--{letter}"

    def _of_any_variable(self, word: str, name: str, value: str | None) -> str:
        """`--at` for `--a 2`, where a is a name in the expressions, and no option."""
        option = word.partition("=")[0]
        if option in self.takes_value or not self.names[name] or "--at" not in self.takes_value:
            return word
        if value is None and self.rest and is_points(self.rest[0]):
            value = self.rest.popleft()
        if value:
            self.rest.appendleft(f"{name}={value}")
        return "--at" if value else word

    def _with_further_points(self, option: str, value: str) -> str:
        """The value of an option, with the points behind it: `--x 1 2 3` is `--x 1,2,3`."""
        takes_points = option == "--at" or option.removeprefix("--") in defaults.SHORT
        is_file = value == "-" or value.startswith("@")
        if is_file or not takes_points or option not in self.takes_value:
            return value
        if [f"--{name}" for name, _ in assigned(value)] == [option]:  # --x x=3
            value = assigned(value)[0][1]
        added = []
        while self.rest and is_points(self.rest[0]):
            added.append(self.rest.popleft())
        points = ", ".join([value, *added])
        if len(added) == 1 and option in self.ranges:
            either = f"{option} {value}..{added[0]} for the range, or {option} {value},{added[0]}"
            raise click.UsageError(
                f"'{clipped(f'{option} {value} {added[0]}')}' can be read in two ways; "
                f"write {either} for these values alone"
            )
        if added:
            typed, first = " ".join([option, value, *added]), " ".join(added)
            points_call = f"{option} {points.replace(', ', ',')}"
            self._set_doubt(typed, points_call, f"{first} {option} {value}")
        return points

    def _set_doubt(self, typed: str, points: str, expression: str) -> None:
        either = f"{clipped(points)} for the points, or {clipped(expression)} for the expression"
        self.doubt = f"'{clipped(typed)}' can be read in two ways; write {either}"

    def _with_equals(self, word: str) -> str:
        """A word, with those around it if it has "=" at an end: `x = 3` without quotes."""
        if word.startswith("=") and self.expressions and self.expressions[-1].isidentifier():
            word = f"{self.expressions.pop()}{word}"
        is_open = word.endswith("=") and word.removesuffix("=").isidentifier()
        return f"{word}{self.rest.popleft()}" if is_open and self.rest else word

    def _refuse_two_readings(self, word: str) -> None:
        """Refuse an expression that may as well be an option."""
        name, equals, value = word.partition("=")
        if len(name) > 1 and f"--{name}" in self.takes_value and self.names[name] < 2:
            either = f"'--{name}{' ' * bool(equals)}{value}' for the option"
            either += "" if equals else f", or '({word})'"
            raise click.UsageError(f"'{word}' has no dashes; write {either}")
        if re.match("-[^-]{2}", word) and f"-{word.partition('=')[0]}" in self.takes_value:
            raise click.UsageError(
                f"'{word}' has one dash; write '-{word}' for the option, or '({word})'"
            )
        if self.takes_value.get(word[:2]) and re.fullmatch(r"=?[A-Za-z0-9./_]+", word[2:]):
            either = f"'{word[:2]} {word[2:].removeprefix('=')}' for the option"
            raise click.UsageError(
                f"'{word}' can be read in two ways; write {either}, or '({word})'"
            )


# --- expressions and points -------------------------------------------------------------------


class Sorted(NamedTuple):
    """The indices of the expressions among texts, and the points of variables."""

    expressions: list[int]
    points: list[tuple[str, str]]


def pieces(text: str) -> list[str]:
    """The statements of a text, if one of them may be points; else the text as it is."""
    statements = split(text, ";") if ";" in text else [text]
    may_be_points = [
        bool(named) and all(_are_points(points) for _, points in named)
        for named in map(assigned, statements)
    ]
    is_list = all(may_be_points) or not any(may_be_points)
    return [text] if is_list else [piece for piece in statements if piece.strip()]


def sort_points(texts: Sequence[str]) -> Sorted:
    """Sort texts such as `x=3` and `x=1..3, y=2` from among the expressions.

    They are points of variables that other texts have; of x, if there are no others. A number is
    no point but a definition if its name is none of x, y, z and t, only later texts have it, and
    these have another variable: `a = 3` before `y = a*x`.

    Raises:
        ExpressionError: a text has points alone, but not the name of their variable.
    """
    pairs = [assigned(text) for text in texts]
    candidates = [
        index
        for index, named in enumerate(pairs)
        if named and all(_are_points(p) for _, p in named)
    ]
    names = [
        set() if index in candidates else names_in(text.partition("=")[2] if pairs[index] else text)
        for index, text in enumerate(texts)
    ]
    targets = {pairs[i][0][0] for i in range(len(texts)) if pairs[i] and i not in candidates}
    used = set().union(*names) - targets
    _refuse_nameless(texts, pairs, used)
    variables = used if len(candidates) < len(texts) else {VARIABLE}

    def is_only_later(index: int) -> bool:
        name, points = pairs[index][0]
        is_number = len(pairs[index]) == 1 and not _is_only_points(points)
        is_free = name not in defaults.SHORT and name not in set().union(*names[:index])
        return is_number and is_free and name in used

    definitions = {pairs[index][0][0]: index for index in candidates if is_only_later(index)}
    if not variables - FUNCTION_NAMES.keys() - CONSTANT_NAMES.keys() - definitions.keys():
        definitions = {}
    points = [
        index
        for index in candidates
        if index not in definitions.values()
        if len(pairs[index]) > 1
        or _is_only_points(pairs[index][0][1])
        or pairs[index][0][0] in variables
    ]
    expressions = [index for index in range(len(texts)) if index not in points]
    return Sorted(expressions, [pair for index in points for pair in pairs[index]])


def _are_points(text: str) -> bool:
    return text == "-" or (text.startswith("@") and len(text) > 1) or is_points(text)


def _is_only_points(text: str) -> bool:
    return text == "-" or text.startswith("@") or is_only_points(text)


def _refuse_nameless(texts: Sequence[str], pairs: Sequence[object], names: Collection[str]) -> None:
    """Refuse points without the name of a variable."""
    for index, text in enumerate(texts):
        if not pairs[index] and is_points(text) and is_only_points(text):
            variables = sorted(set(names) - FUNCTION_NAMES.keys() - CONSTANT_NAMES.keys())
            name = variables[0] if len(variables) == 1 else VARIABLE
            hint = f"give points with {option_of(name, clipped(text.strip()))}"
            error = ExpressionError(text, 0, len(text), "points are no expression", hint)
            error.number = index
            raise error
