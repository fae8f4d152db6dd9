"""Says what the words of an expression are: functions, with brackets or without, or other names.

To the lexer of grammar.lark each word is a NAME. What it is depends on the names that the user has
given, which are never functions, and on what stands behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from tapecli.expressions import notations
from tapecli.expressions.diagnosis import UNKNOWN_CALL, UNKNOWN_COMMAND
from tapecli.expressions.tree import is_one_letter

if TYPE_CHECKING:
    from lark import Token

_CLOSING = {"_LPAR": "_RPAR", "_LBRACE": "_RBRACE"}
_SIGNS = {"PLUS": "", "_MINUS": "-"}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


def classified(
    tokens: Sequence[Token], names: Collection[str], definitions: Collection[str] = ()
) -> Iterator[Token]:
    """The tokens as the grammar has them.

    `names` are those that the user has given a meaning as variables or targets, and `definitions`
    those of functions.
    """
    index = 0
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token.type != "NAME":
            yield token
            continue
        if kind := _of_shorthand(tokens[index - 1 : index + 2], names, definitions):
            yield token.update(kind, notations.plain(str(token)).rpartition(".")[2])
            continue
        following = tokens[index].type if index < len(tokens) else ""
        kind, name = _kind(str(token), following, names)
        if kind == "PREFIX":
            power, index = _power(tokens, index)
            in_brackets = index < len(tokens) and tokens[index].type in ("_LPAR", "_LBRACE")
            kind = "CALL" if in_brackets or following == "_LSQUARE" else "PREFIX"
            yield token.update(f"POWER_{kind}" if power else kind, name)
            if power:
                yield power
        else:
            yield token.update(kind, name)


def _of_shorthand(
    tokens: Sequence[Token], names: Collection[str], definitions: Collection[str]
) -> str:
    """The type of the first token if it opens a sum or a derivative, or calls a definition.

    It is "" for all else. A derivative such as sin'(x) is the call of a definition, too.
    """
    kinds = [token.type for token in tokens]
    name = notations.plain(str(tokens[0]))
    if name in names:
        return ""
    if kinds[1:2] == ["PRIMES"]:
        is_defined = name in definitions or isinstance(notations.function(name), str)
        return "DEFINED_CALL" if is_defined and kinds[2:] in (["_LPAR"], ["_LSQUARE"]) else ""
    if kinds[1:2] not in (["_LPAR"], ["_LSQUARE"]):
        return ""
    return "DEFINED_CALL" if name in definitions else notations.shorthand(name)


def _kind(word: str, following: str, names: Collection[str]) -> tuple[str, str]:
    """The type of a word, which is PREFIX for any function, and its name."""
    name = notations.plain(word)
    in_square_brackets = following == "_LSQUARE"
    in_brackets = in_square_brackets or following == "_LPAR"
    may_be_function = name == "Γ" or in_brackets or not is_one_letter(name)
    if name not in names and may_be_function and notations.function(name, in_square_brackets):
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
