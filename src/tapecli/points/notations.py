"""Points in the notations of other systems, turned into the language of `exact`.

`1 to 3`, `[1, 2, 3]`, `linspace(0, 1, 11)`, `range(3)` and `0:0.1:1` are read. What two systems
read differently, such as `1:3`, is refused, and the message has both readings as they are typed
here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NoReturn

from tapecli.errors import PointsError, clipped
from tapecli.points.exact import constant
from tapecli.points.recognition import CALL, MAX_LENGTH, MODULES, is_enclosed, split

_FOREIGN = re.compile(
    r"\.\.[.=<]|[^\x00-\x7f]|[\[{:;%]|[A-Za-z_.]{2,}\(|^\s*c?\("
    r"|\b(?:to|thru|through|by|step|steps)\b"
)
"""What every other notation has; some texts in the language of `exact` have it, too."""

_WHOLE = r"[+-]?\d+"
_DECIMAL_COMMA = (
    rf"(?P<first>{_WHOLE}),(?P<decimals>\d+)"
    rf"(?:\.\.(?P<last>{_WHOLE})(?:,(?P<last_decimals>\d+))?(?P<step>[:@][^,]*(?:,\d+)?)?)?"
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"  # hyphens, the figure, en and em dash
_LEADING_DASH = rf"(^|[,(:@*/^+]|\.\.|\d[eE])(\s*)[{_DASHES}]"
_ARRAY = rf"{MODULES}(?:array|asarray|tensor|constant|list|tuple)\(\s*(.*?)\s*,?\s*\)"
_BY = r"(?:by|step|in\s+steps\s+of)"
_TO = rf"(?:from\s+)?(.+?)(?:\s+(?:to|through|thru)\s+|\s*\.\.\s*)(.+?)(?:\s+{_BY}\s+(.+))?"

MAX_ITEM = 200
"""Characters that an item in another notation may have."""


def explicit(text: str) -> str:
    """The text in the language of `exact`, or unchanged if it is in no other notation.

    Raises:
        PointsError: two systems read it differently, or it has no points.
    """
    if len(text) > MAX_LENGTH or text == "-" or text.startswith("@"):
        return text
    _refuse_decimal_comma(text)
    if not _FOREIGN.search(text):
        return text
    typed = _with_plain_signs(text.strip())
    items = split(_without_brackets(typed))
    if sequence := _continued(items):
        return sequence
    return ", ".join(_item(item.strip()) for item in items)


def _two_readings(typed: str, *readings: str) -> NoReturn:
    """Refuse a text that can be read in two ways; each reading says what to write."""
    either = ", or ".join(clipped(reading, 80) for reading in readings)
    raise PointsError(f"'{clipped(typed)}' can be read in two ways: write {either}")


# --- signs ------------------------------------------------------------------------------------


def _refuse_decimal_comma(text: str) -> None:
    """Refuse a comma that is or may be a decimal one, as in `0,5..1`, where no blank follows it.

    Two numbers are a list, such as `0,5`, unless the second is one such as 05; a number and a range
    are one unless the number is 0, or the range would lead from above to below.
    """
    match = re.fullmatch(_DECIMAL_COMMA, text.strip()) if "," in text else None
    if not match:
        _refuse_decimal_commas(text)
        return
    first, decimals, last, last_decimals, step = match.groups(default="")
    decimal = text.strip().replace(",", ".")
    is_list = not any(len(d) > 1 and d[0] == "0" for d in (decimals, last_decimals))
    is_list = is_list and "," not in step
    if last and not step and Fraction(f"{first}.{decimals}") < Fraction(decimal.split("..")[1]):
        is_list = is_list and int(decimals) <= int(last)
    if is_list and (not last or int(first) != 0):
        return
    if is_list:
        as_list = text.strip().replace(",", ", ")
        _two_readings(text, f"{decimal} for a decimal", f"'{as_list}' for a list")
    if len(decimals) == 3 and int(first) and not last:
        _two_readings(text, f"{decimal} for a decimal", f"{first}{decimals} for a large number")
    raise PointsError(f"'{clipped(text)}': a decimal has a point; write {clipped(decimal)}")


def _refuse_decimal_commas(text: str) -> None:
    """Refuse commas of two kinds, with a blank behind and without, as in `0,5, 1,5`."""
    if "," not in text:
        return
    item = rf"{_WHOLE}(?:,\d+)?"
    if re.fullmatch(rf"{item}(?:(?:,\s+|\s*;\s*){item})+", text.strip()):
        items = re.split(r",\s+|\s*;\s*", text.strip())
        decimals = ", ".join(number.replace(",", ".") for number in items)
        if ";" in text:
            raise PointsError(f"'{clipped(text)}': a decimal has a point; write '{decimals}'")
        if any("," in number for number in items):
            as_list = ", ".join(items).replace(",", ", ").replace(",  ", ", ")
            _two_readings(text, f"'{decimals}' for decimals", f"'{as_list}' for a list")
    if re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", text.strip()):
        normal = text.strip().replace(".", "").replace(",", ".")
        as_list = text.strip().replace(",", ", ")
        _two_readings(text, f"{normal} for a decimal", f"'{as_list}' for a list")
    if match := re.search(r"(?<![\d.])\d+,0\d+(?![\d.])", text):
        number = match[0].replace(",", ".")
        raise PointsError(f"'{clipped(text)}': a decimal has a point, such as {clipped(number)}")


def _with_plain_signs(text: str) -> str:
    """The text with a dash as a minus where it can only be one, and with two dots for three."""
    normal = text.replace("\u2026", "..").replace("\u2025", "..")  # ellipses of typewriters' dots
    normal = re.sub(_LEADING_DASH, r"\1\2-", normal)
    if match := re.fullmatch(rf"([^,{_DASHES}]+)[{_DASHES}]([^,{_DASHES}]+)", normal):
        start, stop = match[1].strip(), match[2].strip()
        _two_readings(text, f"{start}..{stop} for a range", f"{start}-{stop} for a difference")
    return normal


# --- lists ------------------------------------------------------------------------------------


def _without_brackets(text: str) -> str:
    """The items of a list without its brackets; two numbers in brackets may be an interval."""
    array = re.fullmatch(_ARRAY, text)
    inside = array[1] if array else text
    if r_vector := re.fullmatch(r"c\((.*)\)", inside):  # as R combines numbers
        return r_vector[1]
    if not is_enclosed(inside):
        return inside
    opening, content = inside[0], inside[1:-1].strip().removesuffix(",")
    if opening != "(" and not split(content)[1:]:
        content = re.sub(r"\s*;\s*|(?<=[\w.)])\s+(?=[\w.+-])", ", ", content)  # rows and columns
    items = [item.strip() for item in split(content)]
    if opening == "(" and len(items) == 1 and not array:
        return text  # a number in brackets
    if opening == "[" and len(items) == 2 and ".." in items[1]:
        step = f"{items[0]}{items[1][items[1].index('..') :]}:{_difference(*items)}"
        _two_readings(text, f"{step} for steps", f"{content} for a list")
    if opening != "{" and len(items) == 2 and not array:
        _two_readings(text, f"'{', '.join(items)}' for two points", f"{'..'.join(items)} for all")
    return ", ".join(items)


def _difference(first: str, second: str) -> str:
    """The step from one point to the next, where the second may be the start of a range."""
    return _number(constant(second.partition("..")[0]) - constant(first))


def _continued(items: Sequence[str]) -> str | None:
    """The range that `1, 2, ..., 10` stands for; None if there are no dots between commas."""
    texts = [item.strip() for item in items]
    if len(texts) not in (3, 4) or texts[-2] not in ("..", "..."):
        return None
    step = f":{_difference(texts[0], texts[1])}" if len(texts) == 4 else ""
    return f"{texts[0]}..{texts[-1]}{step}"


# --- ranges -----------------------------------------------------------------------------------


def _item(item: str) -> str:
    """One item of a list in our own language."""
    if len(item) > MAX_ITEM:
        return item
    if (call := CALL.fullmatch(item)) and is_enclosed(call["brackets"]):
        reader = CALLS.get(call["name"])
        return reader(item, *_arguments(call["brackets"][1:-1])) if reader else item
    if re.match(rf"{_BY}\s+[^(]", item):
        raise PointsError(f"'{clipped(item)}' is no point; a range with a step is 0..1:0.1")
    match = re.fullmatch(_TO, item) if re.search(rf"\bto\b|thr|\s{_BY}\s", item) else None
    if match:
        return _range(match[1], match[2], match[3])
    item = re.sub(r"(\d[\d.]*)%(?=$|\.\.|[:@])", r"\1/100", item)
    item = item.replace("..=", "..")  # Rust's range with its end
    if "..<" in item:  # Swift's without it
        start, _, stop = item.partition("..<")
        return _excluding(item, start, stop)
    if match := re.fullmatch(r"([^:@]*[^.:@\s])\s*\.\.\.\s*([^.:@\s][^:@]*)([:@].*)?", item):
        start, stop, rest = match[1], match[2], match[3] or ""
        with_point = f"{start}..0.{stop}{rest}"
        if stop[0].isdigit() and constant(start) <= constant(f"0.{stop}"):
            _two_readings(item, f"{start}..{stop}{rest}", with_point)
        return f"{start}..{stop}{rest}"
    if ":" in item and ".." not in item and "@" not in item:
        return _of_colons(item)
    return item


def _of_colons(item: str) -> str:
    """A range with colons: MATLAB has its step in the middle, and Python at the end.

    MATLAB's includes the end and Python's does not. It is read where both have the same points, or
    only MATLAB's has several.
    """
    texts = [text.strip() for text in item.split(":")]
    if len(texts) not in (2, 3) or not all(texts):
        forms = "1..3, or 0..1:0.1 with a step"
        raise PointsError(f"'{clipped(item)}' is not a number; a range is {forms}")
    values = [constant(text) for text in texts]
    start, stop, step = texts[0], texts[1], texts[2] if texts[2:] else None
    python = _count(*values)
    if step and _count(values[0], values[2], values[1]) >= 1:
        matlab = _range(start, step, stop)
        if python <= 1:
            return matlab
        _two_readings(item, f"{matlab} (MATLAB)", f"{_range(start, stop, step)} (Python)")
    if python < 0 or (python == 0 and step):
        raise PointsError(f"'{clipped(item)}' has no points; write a range as 3..1:-1 or 0..1:0.1")
    whole = _range(start, stop, step)
    if python.denominator > 1 or python == 0:
        return whole
    without = f"{_excluding(item, *texts)} without it, as in Python"
    _two_readings(item, f"{whole} with {stop}", without)


def _count(start: Fraction, stop: Fraction, step: Fraction = Fraction(1)) -> Fraction:
    """How many steps lie between the start and the stop: negative if it is in the other direction,
    or if the step is 0.
    """
    return (stop - start) / step if step else Fraction(-1)


def _range(start: str, stop: str, step: str | None = None) -> str:
    return f"{start.strip()}..{stop.strip()}" + (f":{step.strip()}" if step else "")


def _excluding(item: str, start: str, stop: str, step: str | None = None) -> str:
    """The range without its end."""
    first, difference = constant(start), constant(step) if step else Fraction(1)
    steps = math.ceil(_count(first, constant(stop), difference)) - 1
    if steps < 0:
        raise PointsError(f"'{clipped(item)}' has no points; write a range as 0..3 or 0..1:0.1")
    last = _number(first + steps * difference)
    if len(last) > _SHORT:  # of a constant such as pi, whose digits nobody wants to see
        last = f"({start})+{steps}*({step or 1})"
    return _range(start, last, step)


_SHORT = 20
"""The most characters of an end that is computed."""


def _number(value: Fraction) -> str:
    """A number as it can be typed: a decimal if it is a short one, or else a ratio."""
    for decimals in range(_SHORT):
        scaled = value * 10**decimals
        if scaled.denominator == 1:
            digits = f"{abs(scaled.numerator):0{decimals + 1}d}"
            point = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
            return ("-" if value < 0 else "") + point
    return str(value)


# --- functions that make points ---------------------------------------------------------------


def _arguments(text: str) -> tuple[list[str], dict[str, str]]:
    """The arguments of a call: those without a name, and those with one."""
    positional, named = [], {}
    for argument in map(str.strip, split(text)):
        name, equals, value = argument.partition("=")
        if equals and name.strip().replace(".", "_").isidentifier():
            named[name.strip()] = value.strip()
        elif argument:
            positional.append(argument)
    return positional, named


def _bound(
    item: str, names: Sequence[str], values: list[str], named: Mapping[str, str]
) -> list[str]:
    """The arguments in the sequence of these names, "" for those that are left out.

    Each of `names` may have several spellings with a bar between them. dtype does not count.
    """
    rest = {name: value for name, value in named.items() if name != "dtype"}
    bound = []
    for index, spellings in enumerate(names):
        by_name = [rest.pop(name) for name in spellings.split("|") if name in rest]
        bound += values[index : index + 1] or by_name or [""]
    extra = [*rest, *values[len(names) :]]
    if extra:
        problem = f"'{clipped(extra[0])}' cannot be read"
    elif "" in bound[:2] and bound != [""]:
        problem = "it needs a start and an end"
    else:
        return bound
    raise PointsError(f"'{clipped(item)}': {problem}; write 0..1@11 or 0..1:0.1")


def _linspace(item: str, values: list[str], named: Mapping[str, str]) -> str:
    start, stop, count = _bound(item, ("start", "stop|end", "num|steps"), values, named)
    if start and stop and not count:
        numpy, matlab = f"{start}..{stop}@50 (NumPy)", f"{start}..{stop}@100 (MATLAB)"
        _two_readings(item, numpy, matlab)
    return f"{start}..{stop}@{count}"


def _logspace(item: str, values: list[str], named: Mapping[str, str]) -> str:
    start, stop, count = _bound(item, ("start", "stop|end", "num|steps"), values, named)
    return f"10^({start})..10^({stop})@{count or 50}log"


def _geomspace(item: str, values: list[str], named: Mapping[str, str]) -> str:
    start, stop, count = _bound(item, ("start", "stop", "num"), values, named)
    return f"{start}..{stop}@{count or 50}log"


def _arange(item: str, values: list[str], named: Mapping[str, str]) -> str:
    """Python's range and NumPy's arange, whose end is no point."""
    values = ["0", *values] if len(values) == 1 and not named else values
    start, stop, step = _bound(item, ("start", "stop|limit|end", "step|delta"), values, named)
    return _excluding(item, start, stop, step or None)


def _seq(item: str, values: list[str], named: Mapping[str, str]) -> str:
    """R's seq and Mathematica's Range, whose end may be a point."""
    values = ["1", *values] if len(values) == 1 and not named else values
    names = ("from", "to", "by", "length.out|length|len")
    start, stop, step, count = _bound(item, names, values, named)
    return f"{start}..{stop}@{count}" if count else _range(start, stop, step or None)


CALLS: Mapping[str, Callable[[str, list[str], Mapping[str, str]], str]] = {
    "linspace": _linspace,
    "logspace": _logspace,
    "geomspace": _geomspace,
    "range": _arange,
    "arange": _arange,
    "seq": _seq,
    "Range": _seq,
}
"""The functions of other systems that make points, by the last part of their names."""
