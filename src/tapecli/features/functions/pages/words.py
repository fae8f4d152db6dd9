"""What all formats of a listing say of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tapecli import defaults
from tapecli.errors import together
from tapecli.expressions.functions import (
    OPERATORS,
    Constant,
    Function,
    Limit,
    Row,
    family,
    is_taped,
    limits,
)
from tapecli.floats import FORMATS

EVERYWHERE = "everywhere"
HEADINGS = ("FUNCTION", "MEANING", "DERIVATIVE", "DOMAIN", "ALSO")
ANY_ORDER = "any order"
NO_SLOPE = "no formula"
"""What is shown where a derivative is no expression of the table."""
HINT = "more: tapecli functions gelu; of a family: functions hyperbolic; of all: --long"
TAYLOR = f"any order up to {defaults.MAX_ORDER:,}, in every dtype, without TensorFlow"
UNTAPED = "has no such operation"
ONLY_CERTIFIED = "no rule; --method none shows certified values of any order"
MOST_LIMITED = 6
"""How many functions of which tapes can do less are named."""


class Entry(NamedTuple):
    """A row of the function table for people; the fields are those of the JSON document.

    Attributes:
        kind: function, operator, condition or constant.
        signature: how it is written: atan2(y, x).
        derivatives: its derivative by each argument; none for a constant.
        domain: where it is defined; "" for everywhere.
        no_derivative: where it is defined and has no derivative; "" for nowhere.
        limits: what TensorFlow cannot do.
        digits: the decimals of a constant.
        example: a call that shows it.
        family: the title of its family.
        definition: the same in terms of other rows; "" if it has none.
        tensorflow: what TensorFlow computes for it.
        taylor: what Taylor arithmetic can do.
    """

    kind: str
    name: str
    signature: str
    meaning: str
    aliases: tuple[str, ...]
    derivatives: dict[str, str]
    domain: str
    no_derivative: str
    limits: tuple[Limit, ...]
    digits: str | None
    example: str
    family: str
    definition: str = ""
    tensorflow: str = ""
    taylor: str = ""

    @property
    def slopes(self) -> dict[str, str]:
        """Its derivative by each argument; zero for a constant; none for a condition."""
        if self.kind == "condition":
            return {}
        return self.derivatives or {"x": "0"}

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """A line of the table: a cell for each of `HEADINGS`."""
        is_function = self.kind in ("function", "operator")
        domain = self.domain or EVERYWHERE if is_function else ""
        slopes = ", ".join(self.derivatives.values())
        return self.signature, self.meaning, slopes, domain, ", ".join(self.aliases)

    def details(self) -> Iterator[tuple[str, str]]:
        """Everything about it, each thing with its name; further lines of a thing have none."""
        for name, slope in self.slopes.items():
            yield f"derivative by {name}" if len(self.slopes) > 1 else "derivative", slope
        *_, domain, aliases = self.cells
        optional = (
            ("definition", self.definition),
            ("domain", domain),
            ("no derivative at", self.no_derivative),
            ("also", aliases),
            ("family", self.family),
            ("TensorFlow", self.tensorflow),
        )
        yield from ((name, text) for name, text in optional if text)
        if self.digits:
            yield "digits", self.digits[:42] + " ..."
        elif self.kind != "condition":
            able = tapes(self.limits) if self.tensorflow != UNTAPED else ["not at all"]
            for number, line in enumerate(able):
                yield "" if number else "tapes", line
            yield "taylor", self.taylor
        yield "example", self.example


def entries(rows: Iterable[Row], unicode: bool = True) -> list[Entry]:
    """The rows for people; without `unicode` names beyond ASCII are escaped: \\u0393 for Γ."""
    encoding = "utf-8" if unicode else "ascii"
    return [_entry(row, encoding) for row in rows]


def _entry(row: Row, encoding: str) -> Entry:
    aliases = tuple(name.encode(encoding, "backslashreplace").decode() for name in row.aliases)
    if isinstance(row, Constant):
        example = f"tapecli diff '{row.name}*x' --x 2"
        texts = row.name, row.name, row.meaning, aliases
        return Entry("constant", *texts, {}, "", "", (), row.digits, example, family(row.name))
    kind = "condition" if row.is_condition else "function"
    slopes = {
        x: slope or NO_SLOPE for x, slope in zip(row.parameters, row.derivatives, strict=True)
    }
    return Entry(
        "operator" if row.name in OPERATORS else kind,
        row.name,
        row.signature,
        row.meaning,
        aliases,
        {} if row.is_condition else slopes,
        row.domain,
        row.rough,
        limits(row.name),
        None,
        _example(row),
        family(row.name),
        row.definition,
        _tensorflow(row),
        ONLY_CERTIFIED if row.only_certified else TAYLOR,
    )


def _example(row: Function) -> str:
    """A call with the sample of a row; arguments by which it has no derivative are numbers."""
    if row.is_condition:
        sides = ("x < 0", "x > 1") if row.conditions else ("x", "1")
        written = row.sign + sides[0] if row.arity == 1 else row.sign.join(sides)
        return f"tapecli diff 'where({written}, x**2, x)' --x 0.5"
    arguments, points = [], []
    varied = [x for x, slope in zip(row.parameters, row.derivatives, strict=True) if slope]
    for x, value in zip(row.parameters, row.sample, strict=False):
        is_varied = x in (varied or row.parameters[-1:])
        arguments.append(x if is_varied else value)
        points += [f"--{x} {value}"] if is_varied else []
    written = row.signature if len(points) == row.arity else f"{row.name}({', '.join(arguments)})"
    command = "grad" if len(points) > 1 else "diff"
    return f"tapecli {command} '{written}' {' '.join(points)}"


def _tensorflow(row: Function) -> str:
    if isinstance(row.tape, str):
        return f"tf.{row.tape}"
    if row.tape:
        return "a combination of several operations"
    return "its definition" if is_taped(row.name) else UNTAPED


def tapes(limits: Sequence[Limit]) -> Iterator[str]:
    """What tapes can do: a line for each dtype, and in it for the executions that differ."""
    if not limits:
        yield f"{ANY_ORDER}, in every dtype and execution"
        return
    for dtype in FORMATS:
        executions: dict[str, list[str]] = {}
        for execution in defaults.EXECUTIONS:
            executions.setdefault(_ability(limits, execution, dtype), []).append(execution)
        for ability, names in executions.items():
            by = f" by {' and '.join(names)}" if len(executions) > 1 else ""
            yield f"{dtype}{by}: {ability}"


def _ability(limits: Sequence[Limit], execution: str, dtype: str) -> str:
    for limit in limits:
        if limit.dtype == dtype and execution in limit.executions:
            if limit.where:
                start = f" from order {limit.order} on" if limit.order else ""
                return f"{ANY_ORDER}, wrong at {limit.where}{start}"
            return f"up to order {limit.order - 1}" if limit.order else "not at all: no kernel"
    return ANY_ORDER


def footer(all_entries: Sequence[Entry]) -> Iterator[str]:
    """What tapes and Taylor series can do, and the functions of which tapes can do less."""
    limited = [entry.name for entry in all_entries if entry.limits]
    yield f"by tapes: {ANY_ORDER}, in every dtype and execution"
    if limited:
        few = together(limited) if len(limited) <= MOST_LIMITED else f"{len(limited)} of them"
        yield f"  less of {few}"
    yield f"by taylor: {TAYLOR}"
    yield HINT
