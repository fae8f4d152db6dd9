"""Names in a program: those of the user where Python lets them be, and none of them twice."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Sequence
from itertools import chain, count, groupby

from tapecli.expressions.functions import FUNCTIONS

LONGEST = 12
"""Characters of a variable's name in a program; a longer one would fill its lines."""

LONGEST_DERIVATIVE = 36
"""The same of a derivative's."""

OF_TAPES = {1: ("tape",), 2: ("inner", "outer"), 3: ("inner", "middle", "outer")}
"""What tapes inside one another are called, the innermost first."""

OWN = ("tf", "np", "tape", "inner", "middle", "outer", "row", "rows", "columns", "jacobian",
       "hessian", "gradient", "lower", "order", "place", "function", "differentiated",
       "derivative", "derivatives", "values", "targets", "compiled", "label", "labels", "grid",
       "xs", "ys", "found", "each")  # fmt: skip
"""What programs call things of their own."""


class Names:
    """The names of one program."""

    def __init__(self) -> None:
        self._taken = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *OWN, *FUNCTIONS}
        self._labels: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def fresh(self, wanted: str) -> str:
        """A name that nothing has yet: this one, or one like it."""
        name = wanted
        for number in count():
            if name not in self._taken:
                break
            name = f"{wanted}_{number or ''}"
        self._taken.add(name)
        return name

    def numbered(self, wanted: str) -> str:
        """The name with the first number behind it that makes it new."""
        for number in count(1):
            name = f"{wanted}{number}"
            if name not in self._taken:
                break
        self._taken.add(name)
        return name

    def user(self, name: str) -> str:
        """The name in the program of a variable or target of the user's."""
        if name not in self._names:
            self._names[name] = self.fresh(self.label(name))
        return self._names[name]

    def label(self, name: str) -> str:
        """What is printed for it: its name, with Greek letters spelled out; short in any case."""
        if name not in self._labels:
            spelled = "".join(map(_spelled, name))
            short = spelled[:LONGEST].rstrip("_") or "x"
            taken = self._labels.values()
            candidates = chain(
                [spelled] * (len(spelled) <= LONGEST), map(f"{short}{{}}".format, count(1))
            )
            self._labels[name] = next(label for label in candidates if label not in taken)
        return self._labels[name]

    def derivative(self, target: str, sequence: Sequence[str]) -> tuple[str, str]:
        """A new name for a derivative, and what is printed for it: d2y_dx2 and d2y/dx2."""
        label = self.derivative_label(target, sequence)
        if len(label) > LONGEST_DERIVATIVE:
            name = self.numbered(f"d{len(sequence)}{self.label(target)}_")
            return name, name
        return self.fresh(label.replace("/", "_")), label

    def derivative_label(self, target: str, sequence: Sequence[str]) -> str:
        """A derivative as Leibniz wrote it."""
        runs = [(self.label(name), len(list(run))) for name, run in groupby(sequence)]
        below = "".join(f"d{name}{times if times > 1 else ''}" for name, times in runs)
        return f"d{len(sequence) if len(sequence) > 1 else ''}{self.label(target)}/{below}"

    def tapes(self, number: int) -> list[str]:
        """Names for tapes inside one another, the innermost first."""
        if number in OF_TAPES:
            return list(OF_TAPES[number])
        return [self.numbered("tape") for _ in range(number)]


def _spelled(character: str) -> str:
    """A letter in ASCII: theta, Theta."""
    if character.isascii():
        return character
    _, kind, *_, name = unicodedata.name(character).replace("LAMDA", "LAMBDA").split()
    return name.lower() if kind == "SMALL" else name.title()
