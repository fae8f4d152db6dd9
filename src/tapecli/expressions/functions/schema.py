"""The types of rows of the table: functions and operators, constants, what TensorFlow cannot do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Rule = str | Callable[..., Any]


class Limit(NamedTuple):
    """What TensorFlow cannot do in a dtype.

    Attributes:
        order: the lowest order that it cannot do; 0 is the value itself.
        executions: the ways of running it to which the limit applies.
        where: the points at which it is wrong, in the words of a message; "" if it cannot run.
    """

    dtype: str
    order: int
    executions: tuple[str, ...]
    where: str = ""


class Function(NamedTuple):
    """One elementary function or operator.

    Attributes:
        name: what the explicit form of an expression calls it.
        meaning: in a few words, for people.
        tape, symbol, series: its rules; None where the definition is computed instead. Where
            there is no definition either, tapes cannot compute it.
        derivatives: its derivative by each argument, as an expression; "" where it is none.
        domain: where it is defined, in the words of a message; "" for everywhere.
        aliases: other names that may be typed.
        parameters: the names of its arguments in its meaning and domain.
        rough: where it is defined and has no derivative, in words like `domain`; "" for nowhere.
        sample: values of its arguments at which it and its derivatives are ordinary.
        limits: what TensorFlow cannot do; all else it can, to any order.
        compiled: the highest order that XLA has right everywhere, None for any, -1 for none:
            its polygamma is wrong below -7.5, and its log1p has lost digits near -0.4.
        sign: what the explicit form writes for an operator, before its one argument or between
            two; "" for any other function.
        binding: how tightly an operator binds; larger binds tighter.
        definition: the same in terms of other rows, as an expression of the parameters.
        only_certified: whether Taylor arithmetic in plain numbers has no rule for its series.
        untaped: parameters by which TensorFlow has no derivative from an order on, with that order.
        of_orders: the functions that it is for the first arguments 0, 1, ..., for tapes.
        fixed: parameters by which it is not differentiated, as the order of a Bessel function.
        certified_by: parameters by which there are certified derivatives alone.
        repeats: whether it may have more arguments: f(x, y, z) is f(f(x, y), z).
        longer: the function that its name means if it has one argument more: log(x, b).
        conditions: how many of its arguments, from the first, are conditions and no numbers.
        is_condition: whether it is a condition itself.
    """

    name: str
    meaning: str
    tape: Rule | None = None
    symbol: Rule | None = None
    series: Rule | None = None
    derivatives: tuple[str, ...] = ()
    domain: str = ""
    aliases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ("x",)
    rough: str = ""
    sample: tuple[str, ...] = ("0.5", "2")
    limits: tuple[Limit, ...] = ()
    compiled: int | None = None
    sign: str = ""
    binding: int = 0
    definition: str = ""
    only_certified: bool = False
    untaped: tuple[tuple[str, int], ...] = ()
    of_orders: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    certified_by: tuple[str, ...] = ()
    repeats: bool = False
    longer: str = ""
    conditions: int = 0
    is_condition: bool = False

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.parameters)

    @property
    def signature(self) -> str:
        """How it is written: atan2(y, x), x + y, -x."""
        if not self.sign:
            conditions = [f"{name} > 0" for name in self.parameters[: self.conditions]]
            return f"{self.name}({', '.join((*conditions, *self.parameters[self.conditions :]))})"
        return (
            self.sign + self.parameters[0] if self.arity == 1 else self.sign.join(self.parameters)
        )


class Constant(NamedTuple):
    """A named number: `digits` are its first 120 decimals, for points; engines use their own."""

    name: str
    meaning: str
    digits: str
    symbol: str
    aliases: tuple[str, ...] = ()
