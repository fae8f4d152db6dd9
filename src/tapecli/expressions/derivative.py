"""What is differentiated by: the variables of each derivative, from what was asked."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tapecli.errors import RequestError, clipped, together, twice

MAX_ENTRIES = 10_000
"""Derivatives of all targets in one request."""


@dataclass(frozen=True)
class Derivative:
    """One derivative.

    Attributes:
        wrt: the variables as they were asked for: "x", "x,y".
        sequence: the same, each as often as it is differentiated by, the first one first.
        scaled: whether it is divided by the factorials of its orders: a Taylor coefficient.
    """

    wrt: str
    sequence: tuple[str, ...]
    scaled: bool = False

    @property
    def order(self) -> int:
        """How often is differentiated; 0 is the value."""
        return len(self.sequence)

    @property
    def divisor(self) -> int:
        """What the derivative is divided by."""
        times = Counter(self.sequence).values()
        return math.prod(map(math.factorial, times)) if self.scaled else 1


def by_orders(variable: str, order: int) -> list[Derivative]:
    """The derivatives by one variable of orders 1 to `order`; the value for order 0."""
    orders = range(1, order + 1) if order else range(1)
    return [Derivative(variable, (variable,) * k) for k in orders]


def gradient(names: Sequence[str]) -> list[Derivative]:
    """The first derivatives by each variable."""
    return [Derivative(name, (name,)) for name in names]


def hessian(names: Sequence[str]) -> list[Derivative]:
    """The second derivatives by each pair of variables, row by row.

    Raises:
        RequestError: there are more than `MAX_ENTRIES`.
    """
    limited(len(names) ** 2)
    pairs = itertools.product(names, repeat=2)
    return [Derivative(f"{first},{second}", (first, second)) for first, second in pairs]


def asked(wrt: Iterable[str], order: int | None, names: Sequence[str]) -> list[Derivative]:
    """The derivatives that `--wrt` and `--order` ask for.

    Args:
        wrt: a variable, or several with commas between them for a mixed derivative; each text
            is a derivative of its own.
        order: the highest order by a single variable; 1 if None.
        names: the variables that there are.

    Raises:
        RequestError: there is no such variable, a derivative is asked for twice, nothing says
            by which of several variables, there are more than `MAX_ENTRIES`, or the order cannot
            be for a mixed derivative.
    """
    texts = list(wrt)
    sequences = [tuple(_of(text, names)) for text in texts]
    if order == 0:
        return by_orders(",".join(names), 0)
    if not texts:
        if len(names) > 1:
            raise RequestError(_choices(names))
        sequences = [tuple(names)]
    _distinct([",".join(sequence) for sequence in sequences])
    limited(sum((order or 1) if len(sequence) == 1 else 1 for sequence in sequences))
    found: list[Derivative] = []
    for sequence in sequences:
        several = [Derivative(",".join(sequence), sequence)]
        found += by_orders(sequence[0], order or 1) if len(sequence) == 1 else several
    if order not in (None, 1) and not any("," not in one.wrt for one in found):
        raise RequestError(
            "'--order' is for a derivative by one variable; "
            "for a mixed one write each variable as often as it is meant: --wrt x,x,y"
        )
    return found


def listed(wrt: Iterable[str], names: Sequence[str]) -> list[str]:
    """The variables of a gradient, Jacobian or Hessian: those of `--wrt`, or else all.

    Raises:
        RequestError: there is no such variable, or it is named twice.
    """
    chosen = [name for text in wrt for name in _of(text, names)]
    _distinct(chosen)
    return chosen or list(names)


def limited(entries: int) -> None:
    """Refuse more derivatives than can be shown.

    Raises:
        RequestError: there are more than `MAX_ENTRIES`.
    """
    if entries > MAX_ENTRIES:
        raise RequestError(f"{entries:,} derivatives: no more than {MAX_ENTRIES:,} at once")


def _of(text: str, names: Sequence[str]) -> Iterator[str]:
    for part in text.split(","):
        name = part.strip()
        if not name:
            raise RequestError(f"'--wrt {clipped(text)}' lacks a variable; write --wrt x,y")
        if name not in names:
            there_are = f"it has {together(names)}" if names else "it has none"
            raise RequestError(
                f"the expression has no variable '{clipped(name)}' to differentiate by; {there_are}"
            )
        yield name


def _distinct(names: Sequence[str]) -> None:
    if (name := twice(names)) is not None:
        raise RequestError(f"'{name}' is named twice in '--wrt'")


def _choices(names: Sequence[str]) -> str:
    options = [f"--wrt {name}" for name in names[:3]]
    return (
        f"the variables are {together(names)}: say by which to differentiate, with "
        f"{', '.join(options)}, with --wrt {names[0]},{names[1]} for the mixed derivative, "
        "or by all with 'tapecli grad'"
    )
