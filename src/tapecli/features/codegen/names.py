"""Names in a program: the user's where Python allows them, and no name twice."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain, count

from tapecli.engines.tapes.recording import NESTED_NAMES
from tapecli.expressions.derivative import leibniz
from tapecli.expressions.functions import FUNCTIONS

MAX_LENGTH, MAX_DERIVATIVE = 12, 36
"""Characters of a variable's or target's name in a program, and of a derivative's."""

RESERVED = (
    "tf", "np", "tape", "inner", "middle", "outer", "row", "rows", "columns", "jacobian", "hessian",
    "gradient", "lower", "highest", "order", "index", "function", "differentiated", "derivative",
    "derivatives", "value", "values", "targets", "compiled", "label", "labels", "grid", "xs", "ys",
    "results",
)  # fmt: skip
"""What programs call things of their own."""


class Names:
    """The names of one program."""

    def __init__(self) -> None:
        self._used = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *RESERVED, *FUNCTIONS}
        self._labels: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def unused(self, name: str) -> str:
        """The name itself if it is not in use yet; else with an underscore behind it."""
        return self._use(chain([name, f"{name}_"], (f"{name}_{n}" for n in count(1))))

    def numbered(self, name: str) -> str:
        """The name with the first number behind it that is not in use yet."""
        return self._use(f"{name}{number}" for number in count(1))

    def _use(self, candidates: Iterable[str]) -> str:
        name = next(name for name in candidates if name not in self._used)
        self._used.add(name)
        return name

    def user(self, name: str) -> str:
        """The name in the program of a variable or target of the user's."""
        if name not in self._names:
            self._names[name] = self.unused(self.label(name))
        return self._names[name]

    def label(self, name: str) -> str:
        """What is printed for a variable or target: its name in ASCII, shortened if it is long."""
        if name not in self._labels:
            spelled = "".join(map(_spelled, name))
            short = spelled[:MAX_LENGTH].rstrip("_") or "x"
            numbered = (f"{short}{number}" for number in count(1))
            candidates = chain([spelled] * (len(spelled) <= MAX_LENGTH), numbered)
            labels = self._labels.values()
            self._labels[name] = next(label for label in candidates if label not in labels)
        return self._labels[name]

    def derivative(self, target: str, variables: Sequence[str]) -> tuple[str, str]:
        """A new name for a derivative, and what is printed for it: d2y_dx2 and d2y/dx2."""
        d, runs = leibniz(variables, partial=False)
        below = "".join(f"{d}{self.label(x)}{times if times > 1 else ''}" for x, times in runs)
        label = f"{d}{len(variables) if len(variables) > 1 else ''}{self.label(target)}/{below}"
        if len(label) > MAX_DERIVATIVE:
            name = self.numbered(f"d{len(variables)}{self.label(target)}_")
            return name, name
        return self.unused(label.replace("/", "_")), label

    def tapes(self, number: int) -> list[str]:
        """Names for tapes inside one another, the innermost first."""
        short_names = {len(names): names[::-1] for names in NESTED_NAMES}
        return short_names.get(number) or [self.numbered("tape") for _ in range(number)]


def _spelled(character: str) -> str:
    """A Greek letter spelled out: theta, Theta."""
    if character.isascii():
        return character
    _, case, *_, name = unicodedata.name(character).replace("LAMDA", "LAMBDA").split()
    return name.lower() if case == "SMALL" else name.title()
