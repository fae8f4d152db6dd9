"""The formula of a derivative, for people: from SymPy, built from the tree, never from text.

SymPy has an amount of processor time for all formulas of a request. Where it is over, the
derivative stands as the chain rule gives it.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

import sympy

from tapecli.engines.certified.deadline import TimeUp, within
from tapecli.engines.certified.literals import tidied
from tapecli.engines.certified.printing import latex, plain_text
from tapecli.engines.certified.shortening import shortest
from tapecli.engines.certified.symbols import expression, is_endless
from tapecli.expressions.chain_rule import differentiated
from tapecli.expressions.tree import Node, size
from tapecli.result import Formula

MAX_SIZE = 120
"""Nodes of a tree, shared parts counted as often as they occur, beyond which SymPy is not asked."""

MAX_OPERATIONS = 1_000
"""Operations in a derivative beyond which no formula of it or of a higher order is made."""

MAX_MADE = 2_500
"""Operations in all derivatives of a function beyond which no formulas of further ones are made."""

MAX_SEARCHED = 1_000
"""The same, beyond which no shorter forms of further ones are looked for."""

MAX_RULED = 2_000
"""Nodes of a derivative by the chain rule beyond which it is too long to be read."""

RULED_LONGER = 0.5
"""Processor seconds for which formulas by that rule are still begun once SymPy's are over."""

RULED_SECONDS = 0.3
"""Processor seconds in which SymPy may put together what is alike in a derivative by that rule."""

SEARCH_SHARE = 0.3
"""The part of the time left that the search for one shorter form may take."""

_Value = TypeVar("_Value")

Index: TypeAlias = tuple[str, ...]
"""By which variables, each as often as it is differentiated by, in alphabetical order."""


class Formulas(NamedTuple):
    """The formulas of a request.

    Attributes:
        of_targets: for each target that of each derivative; None for one that is too long to be
            of use, or that is not real.
        unshortened: how many of them are not as short as they could be, for the time was over.
        left_out: how many there are not, for the same reason.
    """

    of_targets: list[list[Formula | None]]
    unshortened: int
    left_out: int


def formulas(
    trees: Sequence[Node],
    derivatives: Sequence[Sequence[str]],
    divisors: Sequence[int],
    seconds: float,
) -> Formulas:
    """The formulas of derivatives of functions.

    Args:
        trees: the functions.
        derivatives: the variables of each derivative, in order; () is the function itself.
        divisors: what each of them is divided by.
        seconds: the processor seconds that SymPy may take for all of them.
    """
    indices = [tuple(sorted(names)) for names in derivatives]
    of_targets, unshortened, left_out, start = [], 0, 0, time.thread_time()
    last = start + seconds + RULED_LONGER
    for number, tree in enumerate(trees):
        left = seconds - (time.thread_time() - start)
        forms = Forms(tree, left / (len(trees) - number), last)
        of_targets.append(
            [
                forms.formula(index, divisor)
                for index, divisor in zip(indices, divisors, strict=True)
            ]
        )
        unshortened += len(forms.late.intersection(indices) - forms.left_out)
        left_out += len(forms.left_out)
    return Formulas(of_targets, unshortened, left_out)


class Forms:
    """The derivatives of one function as SymPy expressions of real symbols.

    Args:
        tree: the function.
        seconds: the processor seconds that SymPy may take.
        last: when, on this thread's clock, no formula is begun any more.

    Attributes:
        late: the derivatives that were not shortened as far as they could be.
        left_out: those that were not begun.
    """

    def __init__(self, tree: Node, seconds: float = math.inf, last: float = math.inf) -> None:
        self.late: set[Index] = set()
        self.left_out: set[Index] = set()
        self._long: set[Index] = set()
        self._last = last
        self._tree = tree
        self._end = time.thread_time() + seconds
        self._made = 0
        self._forms: dict[Index, Any] = {}
        self._ruled: dict[Index, Node] = {(): tree}
        self._endless = is_endless(tree)
        self._small = size(tree) <= MAX_SIZE

    def formula(self, index: Index, divisor: int = 1) -> Formula | None:
        """The formula of a derivative over a number; None if there is none of use."""
        if self._endless:
            return None
        if self._small:
            try:
                form = self.form(index)
                if form is None and index not in self._long:
                    return None
                if form is not None and not form.has(
                    sympy.Derivative, sympy.re, sympy.im
                ):  # it is real
                    return self._within(lambda: _written(form / divisor))
            except TimeUp:
                self.late.add(index)
            except Exception:  # whatever SymPy raises, it has no form of this
                pass
        return self._by_the_chain_rule(index, divisor)

    def form(self, index: Index) -> Any:
        """A derivative, as short as it could be made; None if it is too long.

        Raises:
            TimeUp: SymPy has not even differentiated in its time.
        """
        if index not in self._forms:
            self._forms[index] = self._short(index, self._differentiated(index))
        return self._forms[index]

    def _differentiated(self, index: Index) -> Any:
        """The derivative as SymPy gives it; None if those so far are too long."""
        if not index:
            return self._within(lambda: expression(self._tree))
        lower = self.form(index[:-1])
        if lower is None or self._made > MAX_MADE:
            return None
        by = sympy.Symbol(index[-1], real=True)
        return self._within(lambda: _smooth(_signed(lower).diff(by)))

    def _short(self, index: Index, form: Any) -> Any:
        """The shortest form of a derivative; None if it is too long for any."""
        if form is None:
            return None
        operations = form.count_ops()
        self._made += operations
        if operations > MAX_OPERATIONS:
            self._long.add(index)
            return None
        if self._made > MAX_SEARCHED:
            return form
        short, whole = shortest(form, self._left * SEARCH_SHARE)
        if not whole:
            self.late.add(index)
        return short

    @property
    def _left(self) -> float:
        return self._end - time.thread_time()

    def _within(self, work: Callable[[], _Value]) -> _Value:
        return within(self._left, work)

    def _by_the_chain_rule(self, index: Index, divisor: int) -> Formula | None:
        """The formula that needs no search; None if it is too long."""
        if time.thread_time() > self._last:
            self.left_out.add(index)
            return None
        tree = self._rule(index)
        if tree is None:
            return None
        with contextlib.suppress(Exception, TimeUp):
            return within(RULED_SECONDS, lambda: _written(expression(tree) / divisor))
        with contextlib.suppress(Exception, TimeUp):
            return within(RULED_SECONDS, lambda: _written(_apart(tree, divisor)))
        self.left_out.add(index)
        return None

    def _rule(self, index: Index) -> Node | None:
        if index not in self._ruled:
            lower = self._rule(index[:-1])
            if lower is None:
                return None
            self._ruled[index] = differentiated(lower, index[-1])
        tree = self._ruled[index]
        return tree if size(tree) <= MAX_RULED else None


def _apart(tree: Node, divisor: int) -> Any:
    """A tree over a number, of which nothing is put together, which takes least time."""
    with sympy.evaluate(False):
        form = expression(tree)
        return form if divisor == 1 else form * sympy.Rational(1, divisor)


def _written(form: Any) -> Formula:
    short = tidied(form)
    return Formula(plain_text(short), latex(short))


def _signed(form: Any) -> Any:
    """With u*sign(u) for |u|, where SymPy does not see that u is real, as log(x) is here."""
    return form.replace(
        lambda part: isinstance(part, sympy.Abs) and not part.args[0].is_real,
        lambda part: part.args[0] * sympy.sign(part.args[0]),
    )


def _smooth(form: Any) -> Any:
    """Away from kinks, where there is a formula at all: no impulses, and no slopes of signs."""
    calm = form.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    return calm.replace(
        lambda part: isinstance(part, sympy.Derivative) and isinstance(part.expr, sympy.sign),
        lambda part: sympy.Integer(0),
    )
