"""The derivatives of a question: which variables each is taken by, and how it is written."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tapecli.errors import RequestError, clipped, together, twice

MAX_ENTRIES = 10_000
"""The most derivatives, counted over all targets, in one request."""


@dataclass(frozen=True)
class Derivative:
    """One derivative.

    Attributes:
        wrt: the variables as the user named them: "x", "x,y".
        variables: one variable for each time that is differentiated, the first time first.
        scaled: whether it is divided by the factorials of its orders: a Taylor coefficient.
    """

    wrt: str
    variables: tuple[str, ...]
    scaled: bool = False

    @property
    def order(self) -> int:
        """How many times is differentiated; 0 is the value itself."""
        return len(self.variables)

    @property
    def factorials(self) -> list[int]:
        """The n of each n! above 1 that the derivative is divided by, the largest first."""
        orders = sorted(Counter(self.variables).values(), reverse=True)
        return [order for order in orders if order > 1 and self.scaled]

    @property
    def divisor(self) -> int:
        """What the derivative is divided by: the product of its factorials."""
        return math.prod(map(math.factorial, self.factorials))


def leibniz(variables: Sequence[str], partial: bool) -> tuple[str, list[tuple[str, int]]]:
    """The sign and the variables with their exponents in Leibniz's notation, as in ∂³u/∂x²∂y.

    There is one variable for each time that is differentiated. The sign is "∂" if this is
    `partial`, because the target has several variables, and else "d".
    """
    runs = ((name, len(list(times))) for name, times in itertools.groupby(variables))
    return "∂" if partial else "d", list(runs)


def by_orders(variable: str, order: int) -> list[Derivative]:
    """The derivatives by one variable of orders 1 to `order`; the value for order 0."""
    orders = range(1, order + 1) if order else range(1)
    return [Derivative(variable, (variable,) * k) for k in orders]


def gradient(names: Sequence[str]) -> list[Derivative]:
    """The first derivatives by each variable."""
    return [Derivative(name, (name,)) for name in names]


def hessian(names: Sequence[str]) -> list[Derivative]:
    """The second derivatives by each pair of variables, row by row, as `refuse_too_many` allows."""
    refuse_too_many(len(names) ** 2)
    pairs = itertools.product(names, repeat=2)
    return [Derivative(f"{first},{second}", (first, second)) for first, second in pairs]


def with_operators(
    operators: Iterable[Sequence[tuple[str, int]]], wrt: Sequence[str], order: int | None
) -> tuple[Sequence[str], int | None]:
    """What `--wrt` and `--order` are, if operators such as d/dx stand in front of the targets.

    There is an operator for each target, which has the variables with their orders.

    Raises:
        RequestError: the targets have different ones, or the options say something else.
    """
    by, *others = list(operators)
    if not by and not any(others):
        return wrt, order
    if any(other != by for other in others):
        raise RequestError(
            "the derivatives in front of the expressions differ; ask for each in a call of its own"
        )
    names = [",".join(",".join([name] * times) for name, times in by)]
    if len(by) == 1:
        names, times = [by[0][0]], by[0][1]
    else:
        times = None
    if list(wrt or names) != names or (order is not None and order != times):
        sign = "d/d" + by[0][0]
        raise RequestError(
            f"'{sign}' in front of an expression says what '--wrt' and '--order' are; leave these "
            "out, or write the expression alone"
        )
    return names, times


def requested(wrt: Iterable[str], order: int | None, names: Sequence[str]) -> list[Derivative]:
    """The derivatives that `--wrt` and `--order` ask for; the order is 1 if it is None.

    Each text of `wrt` is a variable, or several with commas between them for a mixed derivative.

    Raises:
        RequestError: there is no such variable, a derivative is asked for twice, nothing says
            by which of several variables, there are more than `MAX_ENTRIES`, or a mixed
            derivative is asked for with an order.
    """
    mixed_or_single = [tuple(_variables(text, names)) for text in wrt]
    if order == 0:
        return by_orders(",".join(names), 0)
    if not mixed_or_single:
        if len(names) > 1:
            raise RequestError(by_which(names))
        mixed_or_single = [tuple(names)]
    _refuse_repeated([",".join(variables) for variables in mixed_or_single])
    singles = sum(len(variables) == 1 for variables in mixed_or_single)
    refuse_too_many(singles * (order or 1) + len(mixed_or_single) - singles)
    if order not in (None, 1) and all(len(variables) > 1 for variables in mixed_or_single):
        raise RequestError(
            "'--order' is for a derivative by one variable; "
            "for a mixed one write each variable as often as it is meant: --wrt x,x,y"
        )
    derivatives: list[Derivative] = []
    for variables in mixed_or_single:
        if len(variables) == 1:
            derivatives += by_orders(variables[0], order or 1)
        else:
            derivatives.append(Derivative(",".join(variables), variables))
    return derivatives


def by_which(names: Sequence[str]) -> str:
    """What to say where nothing says by which of these variables to differentiate."""
    options = ", ".join(f"--wrt {name}" for name in names[:3])
    return (
        f"the variables are {together(names)}: say by which to differentiate, with "
        f"{options}, with --wrt {names[0]},{names[1]} for the mixed derivative, "
        "or by all with 'tapecli grad'"
        + "".join(note for name, note in _OTHER_MEANINGS.items() if name in names)
    )


_OTHER_MEANINGS = {
    "E": "; write e for Euler's number",
    "i": "; complex numbers are not supported",
    "j": "; complex numbers are not supported",
}
"""What some mean by the names of variables."""


def requested_variables(wrt: Iterable[str], names: Sequence[str]) -> list[str]:
    """The variables that `--wrt` names, or else all; wrong and repeated ones are refused."""
    variables = [name for text in wrt for name in _variables(text, names)]
    _refuse_repeated(variables)
    return variables or list(names)


def refuse_too_many(entries: int) -> None:
    """Raise a RequestError about more derivatives than `MAX_ENTRIES`."""
    if entries > MAX_ENTRIES:
        raise RequestError(f"{entries:,} derivatives: no more than {MAX_ENTRIES:,} at once")


def _variables(text: str, names: Sequence[str]) -> Iterator[str]:
    for name in map(str.strip, text.split(",")):
        if not name:
            raise RequestError(f"'--wrt {clipped(text)}' lacks a variable; write --wrt x,y")
        if name not in names:
            there_are = f"it has {together(names)}" if names else "it has none"
            raise RequestError(
                f"the expression has no variable '{clipped(name)}' to differentiate by; {there_are}"
            )
        yield name


def _refuse_repeated(names: Sequence[str]) -> None:
    if len(set(names)) < len(names):
        raise RequestError(f"'{twice(names)}' is named twice in '--wrt'")
