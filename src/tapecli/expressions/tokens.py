"""Says what the words of an expression are: functions, with brackets or without, or other names.

To the lexer of grammar.lark each word is a NAME. What it is depends on the names that the user has
given, which are never functions, and on what stands behind it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from tapecli.expressions import notations, two_readings
from tapecli.expressions.diagnosis import UNKNOWN_CALL, UNKNOWN_COMMAND, USUAL_FUNCTIONS
from tapecli.expressions.tree import is_one_letter

if TYPE_CHECKING:
    from lark import Token

_OPENING = ("_LPAR", "_LSQUARE", "_LBRACE")
_CLOSING = {"_LPAR": "_RPAR", "_LBRACE": "_RBRACE"}
_SIGNS = {"PLUS": "", "_MINUS": "-"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")

_OPERANDS = (
    "NUMBER",
    "NAME",
    "VULGAR",
    "_RPAR",
    "_RSQUARE",
    "_RBRACE",
    "_RBAR",
    "_BAR",
    "SUPERSCRIPT",
)
"""The types of tokens after which % is an operator, and not the start of Maxima's %pi, and `if`
is no function."""


_WORDS = {
    **dict.fromkeys(("and", "land", "wedge", "∧"), "_AND"),
    **dict.fromkeys(("or", "lor", "vee", "∨"), "_OR"),
    **dict.fromkeys(("not", "lnot", "neg", "¬"), "_NOT"),
    "if": "_IF",
    "else": "_ELSE",
    "otherwise": "_OTHERWISE",
}
"""The words of conditions."""

_TRUE = ("True", "true")
"""The condition of the last piece in SymPy and Mathematica."""

_PIECEWISE = ("piecewise", "Piecewise", "sp.Piecewise", "sympy.Piecewise")


def classified(
    tokens: Sequence[Token],
    source: str,
    names: Collection[str],
    definitions: Collection[str] = (),
) -> Iterator[Token]:
    """The tokens as the grammar has them.

    `names` are those that the user has given a meaning as variables or targets, and `definitions`
    those of functions.

    Raises:
        Misread: something can be read in two ways.
    """
    tokens = _without_double_brackets(tokens) if "{" in source else tokens
    index = 0
    while index < len(tokens):
        token = tokens[index]
        words, behind = [token], index + 1
        if token.type == "NAME" and (
            kind := _of_shorthand(tokens[index : index + 3], names, definitions)
        ):
            words = [token.update(kind, notations.plain(str(token)).rpartition(".")[2])]
        elif token.type == "NAME":
            words, behind = _word(tokens, index, source, names)
        elif token.type == "_PERCENT":
            words, behind = _percent(tokens, index, source)
        elif token.type == "NUMBER" and _is_suspect(token, source):
            two_readings.check_number(token.start_pos or 0, source, names)
        yield from words
        index = behind


def _is_suspect(number: Token, source: str) -> bool:
    """Whether what stands behind a number may make it a number of another language."""
    behind = source[number.end_pos or 0 :][:1]
    return number == "0" or behind in " \\fFdDij" or not behind.isascii()


def _without_double_brackets(tokens: Sequence[Token]) -> list[Token]:
    r"""The tokens without the braces of \max{\left(x, y \right)}, around several arguments."""
    unneeded: set[int] = set()
    with_comma: set[int] = set()
    opened: list[int] = []
    last = -1  # the index of the last bracket that is closed, and of the one that opened it
    opening = -1
    for index, token in enumerate(tokens):
        if token.type in _OPENING:
            opened.append(index)
        elif token.type == "_COMMA" and opened:
            with_comma.add(opened[-1])
        elif token.type in ("_RPAR", "_RSQUARE", "_RBRACE") and opened:
            outer = opened.pop()
            are_braces = (tokens[outer].type, token.type) == ("_LBRACE", "_RBRACE")
            are_brackets = last == index - 1 and tokens[last].type == "_RPAR"
            if are_braces and are_brackets and opening == outer + 1 and opening in with_comma:
                unneeded |= {outer, index}
            last, opening = index, outer
    return [token for index, token in enumerate(tokens) if index not in unneeded]


def _word(
    tokens: Sequence[Token], index: int, source: str, names: Collection[str]
) -> tuple[list[Token], int]:
    """What a word is, with the tokens behind it that belong to it, and the index behind these."""
    token, index = tokens[index], index + 1
    following = tokens[index].type if index < len(tokens) else ""
    before = tokens[index - 2].type if index > 1 else ""
    kind, name = _kind(str(token), before, following)
    if name in names:
        kind = UNKNOWN_CALL if following in ("_LPAR", "_LSQUARE") else "NAME"
    if kind == UNKNOWN_CALL and tokens[index].startswith("\\") and _is_factor(name, names):
        kind = "NAME"  # LaTeX writes products as x \left(x + 1\right)
    if kind != "PREFIX":
        return [token.update(kind, name)], index
    if name == "sqrt" and token.startswith("\\") and following not in _CLOSING:
        kind = "_ROOT" if following == "_LSQUARE" else "SQRT"
        return [token.update(kind, name)], index
    power, index = _power(tokens, index)
    in_brackets = index < len(tokens) and tokens[index].type in ("_LPAR", "_LBRACE")
    kind = "CALL" if in_brackets or following == "_LSQUARE" else "PREFIX"
    if power:
        return [token.update(f"POWER_{kind}", name), power], index
    is_before_minus = index < len(tokens) and tokens[index].type == "_MINUS"
    if is_before_minus and isinstance(row := notations.function(name), str):
        two_readings.check_function(name, row, token.end_pos or 0, source)
    return [token.update(kind, name)], index


def _is_factor(name: str, names: Collection[str]) -> bool:
    """Whether a name before brackets is no usual name of a function."""
    has_value = name in names or is_one_letter(name) or notations.constant(name) is not None
    return has_value and name not in USUAL_FUNCTIONS


def _of_shorthand(
    tokens: Sequence[Token], names: Collection[str], definitions: Collection[str]
) -> str:
    """The type of the first token if it opens a sum or a derivative, or calls a definition.

    It is "" for all else. A derivative such as sin'(x) is the call of a definition, too.
    """
    kinds = [token.type for token in tokens]
    if kinds[1:2] not in (["PRIMES"], ["_LPAR"], ["_LSQUARE"]):
        return ""
    name = notations.plain(str(tokens[0]))
    if name in names:
        return ""
    if kinds[1] == "PRIMES":
        is_defined = name in definitions or isinstance(notations.function(name), str)
        return "DEFINED_CALL" if is_defined and kinds[2:] in (["_LPAR"], ["_LSQUARE"]) else ""
    return "DEFINED_CALL" if name in definitions else notations.shorthand(name)


def _kind_of_rule(name: str, before: str, following: str) -> str:
    """The type of a word with a rule of its own, as those of conditions; "" for any other word."""
    if name in ("dot", "softmax") and following == "_LPAR":
        return name.upper()
    if name in _PIECEWISE and following in ("_LPAR", "_LSQUARE"):
        return "PIECEWISE"
    if before in ("_COMMA", "_AMPERSAND") and name in (*_TRUE, "else"):
        return "_OTHERWISE"
    if before == "_AMPERSAND" and name in ("if", "for", "when"):  # of LaTeX
        return "_IF"
    if name == "if" and following == "_LPAR" and before not in _OPERANDS:
        return ""  # a function of a condition and two numbers
    return _WORDS.get(name, "")


@functools.lru_cache(maxsize=1024)
def _kind(word: str, before: str, following: str) -> tuple[str, str]:
    """The type of a word, which is PREFIX for any function, and its name."""
    name = notations.plain(word)
    if kind := _kind_of_rule(name, before, following):
        return kind, name
    in_square_brackets = following == "_LSQUARE"
    in_brackets = in_square_brackets or following == "_LPAR"
    is_letter = name.lower() in notations.LETTERS and following != "_LBRACE"
    is_usual_variable = is_letter or is_one_letter(name)
    may_be_function = name == "Γ" or in_brackets or not is_usual_variable
    if may_be_function and notations.function(name, in_square_brackets):
        return "PREFIX", name
    if in_brackets:
        return UNKNOWN_CALL, name
    is_command = word.startswith("\\") and "{" not in word and word[1:] == name
    if is_command and not notations.constant(name):
        return UNKNOWN_COMMAND, word
    return "NAME", name


def _power(tokens: Sequence[Token], start: int) -> tuple[Token | None, int]:
    """The whole power from an index on, as in sin² x or sin^{2} x, and the index behind it."""
    kinds = [token.type for token in tokens[start : start + 5]]
    if kinds[:1] == ["SUPERSCRIPT"]:
        digits = tokens[start].translate(_SUPERSCRIPTS)
        return tokens[start].update("POWER", digits), start + 1
    if kinds[:1] != ["_POWER"]:
        return None, start
    opening = len(kinds) > 1 and kinds[1] in _CLOSING
    at = 2 if opening else 1
    sign = len(kinds) > at and kinds[at] in _SIGNS
    number = at + sign
    end = number + opening
    if len(kinds) <= end or kinds[number] != "NUMBER" or not tokens[start + number].isdecimal():
        return None, start
    if opening and kinds[end] != _CLOSING[kinds[1]]:
        return None, start
    digits = (_SIGNS[kinds[at]] if sign else "") + tokens[start + number]
    power = tokens[start].update("POWER", digits)
    power.end_pos = tokens[start + end].end_pos
    return power, start + end + 1


def _percent(tokens: Sequence[Token], index: int, source: str) -> tuple[list[Token], int]:
    """Whether % is percent, the remainder, or the start of Maxima's %pi."""
    token = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    before = tokens[index - 1].type if index else ""
    if before not in _OPERANDS and following is not None and following in ("pi", "e"):
        return [following], index + 2
    two_readings.check_percent(token.start_pos or 0, source)
    is_remainder = following is not None and following.type in (
        *_OPENING,
        "NUMBER",
        "NAME",
        "VULGAR",
        "_BAR",
        "_LBAR",
        "_LFLOOR",
        "_LCEIL",
    )
    return [token.update("_MOD" if is_remainder else "_PERCENT")], index + 1
