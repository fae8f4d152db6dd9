"""Says what is wrong with a text that the grammar does not take, and what was meant."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from tapecli.errors import clipped
from tapecli.expressions import suggestions, two_readings
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS
from tapecli.expressions.notations import DERIVATIVES, EXAMPLES, ITERATED, KNOWN_ELSEWHERE, LETTERS
from tapecli.expressions.tree import BLANKS, NAME, is_one_letter
from tapecli.expressions.two_readings import CLOSING, OPENING, factor, tail

if TYPE_CHECKING:
    from lark import Token, Tree

UNKNOWN_CALL = "UNKNOWN_CALL"
"""The type of a name with a bracket behind it that is no function's."""

UNKNOWN_COMMAND = "UNKNOWN_COMMAND"
"""The type of a command of LaTeX that has no meaning here."""

_CLOSING = ("_RPAR", "_RSQUARE", "_RBRACE")

_POWER = r"\s*(?:(?:\^|\*\*)\s*[0-9]*|[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_FUNCTION_TAIL = rf"(?:^|(?<![A-Za-z_0-9]))({NAME}|[√∛]){_POWER}\s*$"

USUAL_FUNCTIONS = frozenset("fghFGHPQφψ")
"""Names that people give to functions."""

_DOTTED = "before a dot there may be a library, as in np.sin(x); see 'tapecli functions'"


class Mistake(NamedTuple):
    """A half-open range of characters, what is wrong with them, and what to write instead."""

    start: int
    end: int
    problem: str
    hint: str = ""


def span(place: Tree[Token] | Token) -> tuple[int, int]:
    """The half-open range of the characters of a token, or of a branch of the parser's tree."""
    if isinstance(place, str):
        assert place.start_pos is not None
        assert place.end_pos is not None
        return place.start_pos, place.end_pos
    return place.meta.start_pos, place.meta.end_pos


def unknown_name(
    name: str, span: tuple[int, int], others: Collection[str], after: str = ""
) -> Mistake:
    """A name of several letters that has no meaning; `others` are the names that have one.

    `after` is what stands behind it.
    """
    if "." in name or "::" in name:
        return Mistake(*span, f"unknown name '{clipped(name)}'", _DOTTED)
    if name in ITERATED or (name in DERIVATIVES and len(name) > 1):
        example = "diff(x^2, x)" if name in DERIVATIVES else EXAMPLES[ITERATED[name]]
        return Mistake(*span, f"'{name}' needs brackets", f"write {example}")
    if name.lower() in LETTERS:
        return Mistake(*span, f"unknown name '{clipped(name)}'", needs_points(name))
    function = max((head for head in FUNCTION_NAMES if name.startswith(head)), key=len, default="")
    rest = name[len(function) :]
    known_names = [*FUNCTION_NAMES, *CONSTANT_NAMES, *others]
    if len(function) > 1 and (is_one_letter(rest) or rest in CONSTANT_NAMES):
        hint = f"did you mean '{function}({rest})'?"
    elif product := two_readings.separated(name):
        power = re.match(r"(\^|\*\*)-?[\w.]+", after)
        product += power[0] if power and not product.endswith(")") else ""
        hint = f"write {product}, or give the variable its points: --at {clipped(name)}=1..3"
    elif close := suggestions.similar(name, known_names):  # it may be a new variable
        hint = suggestions.question(close)
    else:
        hint = needs_points(name)
    return Mistake(*span, f"unknown name '{clipped(name)}'", hint)


def needs_points(name: str) -> str:
    """The hint about a name of several letters that may be a variable."""
    return f"a variable of more than one letter needs its points: --at {clipped(name)}=1..3"


_PARTNER = {**dict(zip(OPENING, CLOSING, strict=True)), "|": "|"}
VECTOR_EXAMPLES = {"dot": "dot((1, 2), (x, y))", "softmax": "softmax(1; x, y)"}
OPERATOR_SIGNS = ("*", "/", "^", "**", "·", "×", "÷")

_OTHER_SIGNS = {"=<": "<=", "=>": ">=", "&&": "and", "&": "and", "||": "or", "<>": "!="}
"""What other languages write for a sign or a word of conditions."""


def strange(index: int, source: str) -> Mistake:
    """A character that no expression can have."""
    character = source[index]
    hint = ""
    if source[index : index + 2] == "!!":
        hint = "write (x!)! for the factorial of a factorial; a double factorial is not read"
        return Mistake(index, index + 2, "unexpected '!!'", hint)
    if character == "@" and not source[:index].strip(BLANKS):
        hint = "only the command line reads expressions from a file, as an argument of its own"
    for typed, word in _OTHER_SIGNS.items():
        if source.startswith(typed, index):
            return Mistake(index, index + len(typed), f"unexpected '{typed}'", f"write '{word}'")
    if character in KNOWN_ELSEWHERE:
        return Mistake(index, index + 1, f"unexpected '{character}'", KNOWN_ELSEWHERE[character])
    hint = hint or suggestions.for_sign(character, source[:index])
    if not (hint or character.isascii()):  # it may look like an ordinary letter
        name = unicodedata.name(character, "a character without a name")
        hint = f"it is {name}; leave it out, or write what it means with + - * / ^"
    return Mistake(index, index + 1, f"unexpected '{character}'", hint)


def unexpected(
    token: Token, span: tuple[int, int], source: str, others: Collection[str]
) -> Mistake:
    """A word where none, or another one, was expected; `others` are the names with a meaning."""
    kind, word = token.type, str(token)
    if kind == UNKNOWN_CALL:
        problem, hint = _unknown_call(word, source[span[1] :].lstrip(BLANKS), others)
        product = hint.removeprefix("write ")
        opened = re.search(rf"(?:^|[^A-Za-z_0-9])({NAME})\s+$", source[: span[0]])
        if opened and opened[1] in FUNCTION_NAMES and product.startswith(f"{word}*("):
            bracket = product.removeprefix(f"{word}*")
            hint = f"write {opened[1]}({word})*{bracket}, or {opened[1]}({product})"
        return Mistake(*span, problem, hint)
    if kind == UNKNOWN_COMMAND:
        hint = KNOWN_ELSEWHERE.get(word[1:], "see 'tapecli functions'")
        return Mistake(*span, f"unknown command '{clipped(word)}'", hint)
    before = (source if kind == "$END" else source[: span[0]]).rstrip(BLANKS)
    if kind == "$END":
        span = len(before), len(before) + 1
    if kind == "SUPERSCRIPT" and before.endswith(("^", "**")):
        raised = factor(before.rstrip("^*")) + word
        return Mistake(*span, "a sign of a power and a raised number", f"write {raised}")
    if kind == "_POWER" and (name := tail(before)) in FUNCTION_NAMES:
        return Mistake(*span, f"which part of '{name}' is raised?", f"write {name}(x)^n")
    if fraction := re.search(r"\\([dtc]?frac)(\s*\{[^{}]*\})?$", before):
        hint = f"write \\{fraction[1]}{{1}}{{x}}"
        return Mistake(*span, f"'\\{fraction[1]}' takes two groups in braces", hint)
    match = re.search(_FUNCTION_TAIL, unbarred := before.rstrip("|"))  # which opens an argument
    if match and (name := match[1]) in FUNCTION_NAMES:
        hint = f"write {FUNCTIONS[FUNCTION_NAMES[name]].signature}"
        return Mistake(match.start(1), len(unbarred), f"'{name}' has no argument", hint)
    if mistake := _unclosed(before, kind):
        return mistake
    return Mistake(*span, *_misplaced(kind, word, before, source, source[span[1] :]))


def _unknown_call(name: str, after: str, others: Collection[str]) -> tuple[str, str]:
    """A name followed by a bracket: a product, or a function that does not exist."""
    if name in others or name in CONSTANT_NAMES or is_one_letter(name):
        depths = itertools.accumulate((c in "([{") - (c in ")]}") for c in after)
        first = next((index for index, c in enumerate(after, 1) if c in OPENING), 0)
        ends = (end for end, depth in enumerate(depths, 1) if depth == 0 and end > first)
        closing = next(ends, 0)
        product = f"{name}*{after[:closing] if closing else '(...)'}"
        definition = f", or {name}(x) = ...; {name}(x)" if name in USUAL_FUNCTIONS else ""
        return f"is '{clipped(name)}' a function?", f"write {clipped(product)}{definition}"
    if "." in name or "::" in name:
        return f"unknown function '{clipped(name)}'", _DOTTED
    return f"unknown function '{clipped(name)}'", suggestions.for_call(name, _arguments(after))


def _arguments(after: str) -> int | None:
    """How many arguments are in the brackets that a text begins with; None if they stay open."""
    depth = commas = 0
    for character in after:
        depth += (character in OPENING) - (character in CLOSING)
        commas += character == "," and depth == 1
        if depth == 0:
            return commas + bool(after[1:].lstrip(BLANKS)[:1] not in CLOSING)
    return None


def _unclosed(before: str, kind: str) -> Mistake | None:
    """A bracket or bar that is not closed before the end of the text or of a bracket around it."""
    open_signs = _open_signs(before)
    if not open_signs:
        return None
    index, sign = open_signs[-1]
    problem, hint = f"'{sign}' is never closed", f"write '{_PARTNER[sign]}' where it ends"
    if kind == "$END" and before[-1] in "([{|":
        return Mistake(index, len(before), problem, hint)
    at_an_end = kind == "$END" or (kind in (*_CLOSING, "_COMMA") and sign == "|")
    if at_an_end and before[-1] not in "([{|,+-*/^":
        return Mistake(index, index + 1, problem, hint)
    return None


def _misplaced(kind: str, word: str, before: str, source: str, rest: str) -> tuple[str, str]:
    """A word that cannot come after what is before it, and what to write instead."""
    if kind == "$END":
        return "the expression ends too early", _what_is_missing(before, source)
    for typed, sign in _OTHER_SIGNS.items():
        start = len(source) - len(rest) - len(word)
        is_there = any(
            source.startswith(typed, at) for at in range(start - len(typed) + 1, start + 1)
        )
        if is_there and re.search("[<>=]", source):
            return f"unexpected '{typed}'", f"write '{sign}'"
    if kind == "_IF":
        return "unexpected 'if'", "write x if x > 0 else -x, or where(x > 0, x, -x)"
    if kind == "COMPARISON":
        return f"unexpected '{word}'", "write a comparison as in where(x > 0, x, -x)"
    if kind == "_BAR" and before:
        return _misplaced_bar(before, source, rest)
    if kind == "_TO" or (kind == "NUMBER" and ".." in source):
        return "a range is no expression", "give points with '--x 1..3'"
    if kind in ("NUMBER", "VULGAR"):
        left, number = factor(before), clipped(word)
        return "a number after a factor", f"write {left}*{number}, or {left}^{number}"
    is_inside = any(sign in OPENING for _, sign in _open_signs(before))
    if kind in _CLOSING and (mistake := _misplaced_bracket(word, before, is_inside)):
        return mistake
    if kind == "_COMMA" and not is_inside:
        return two_readings.of_comma(source, len(source) - len(rest) - 1)
    if kind == "PRIMES":
        hint = "a prime is written in f'(x), behind 'f(x) = ...'; 'diff' differentiates without it"
        return f"unexpected '{word[0]}'", hint
    if word == "=" and before and not is_inside:
        return _equation(before.strip(BLANKS), rest.strip(f"={BLANKS}"))
    if word == "=" and is_inside:
        return "unexpected '='", "write '==' to compare"
    if word == "=":
        return "unexpected '='", "'=' comes after a name: 'y = x^2', 'f(x) = x^2'"
    if word in OPERATOR_SIGNS and before[-1:] != word:
        return f"unexpected '{word}'", f"write a number or a variable before '{word}'"
    if vectors := re.search(r"(dot|softmax)\s*\([^()]*$", before):
        return f"'{vectors[1]}' has no such arguments", f"write {VECTOR_EXAMPLES[vectors[1]]}"
    hint = suggestions.for_sign(word, before) or "write an operator, such as + or *, between"
    return f"unexpected '{clipped(word)}'", hint


def _misplaced_bar(before: str, source: str, rest: str) -> tuple[str, str]:
    """A bar that would be a product without its sign, or that has no partner."""
    if source.count("|") % 2:
        return "a '|' has no partner", "write abs(x) for |x|"
    inside, bar, behind = rest.partition("|")
    whole = bar and "|" not in behind and inside.strip(BLANKS)
    product = f"{factor(before)}*|{inside if whole else '...'}|"
    return "a product with '|' needs its '*'", clipped(f"write {product}")


def _misplaced_bracket(word: str, before: str, is_inside: bool) -> tuple[str, str] | None:
    """A bracket that closes nothing, or another one than the last that is open."""
    if not is_inside:
        return f"'{clipped(word)}' closes nothing", "leave it out, or open a bracket before it"
    if before.endswith(tuple(OPENING)):
        function = re.search(_FUNCTION_TAIL, before[:-1])
        row = FUNCTION_NAMES.get(function[1]) if function else None
        example = FUNCTIONS[row].signature if row else f"{before[-1]}x + 1{word}"
        return "nothing between the brackets", f"write {example}"
    sign = _open_signs(before)[-1][1]
    if sign not in OPENING or CLOSING[OPENING.index(sign)] == word[-1]:
        return None
    return f"'{clipped(word)}' does not close '{sign}'", (f"write '{CLOSING[OPENING.index(sign)]}'")


def _what_is_missing(before: str, source: str) -> str:
    """What to write behind an expression that ends too early."""
    if re.search(r"\bif\b", source):
        return "write x if x > 0 else -x"
    if "?" in source:
        return "write x > 0 ? x : -x, or where(x > 0, x, -x)"
    if command := re.search(r"\\[dtc]?frac|\\sqrt", source):
        return r"write \sqrt[3]{x}" if command[0] == r"\sqrt" else r"write \frac{x}{2}"
    if source.count("$") % 2:
        return "leave out the '$', or write one on each side"
    sign = re.search(r"(\*\*|[^\w\s])$", before)
    return f"write a number or a variable behind '{sign[1]}'" if sign else "write the rest of it"


def _equation(left: str, right: str) -> tuple[str, str]:
    """What to write instead of an equation, which has no value."""
    difference = left if right == "0" else f"{left} - ({right})"
    named = f"{right} = {left}, or " if re.fullmatch(NAME, right) else ""
    return "an equation is no expression", clipped(f"write {named}{difference}", 80)


# --- looking at the text ----------------------------------------------------------------------


def _open_signs(source: str) -> list[tuple[int, str]]:
    """The index and the sign of each bracket or bar that is open at the end of the source."""
    open_signs: list[tuple[int, str]] = []
    after_operand = False
    for index, character in enumerate(source):
        opens = character in OPENING or (character == "|" and not after_operand)
        if opens:
            open_signs.append((index, character))
        elif character in ")]}|" and open_signs:
            open_signs.pop()
        if character not in BLANKS:
            after_operand = not opens and (character in ")]}|._" or character.isalnum())
    return open_signs
