"""The formulas of derivatives, for people: from SymPy, built from the tree, never from text.

SymPy has an amount of processor time for all formulas of a request. Once it is over, a derivative
is shown as the chain rule gives it.
"""

from __future__ import annotations

import contextlib
import functools
import math
import time
from collections.abc import Sequence
from typing import Any

import sympy

from tapecli.engines.certified import DerivedFormulas
from tapecli.engines.certified.deadline import TimeUp, within
from tapecli.engines.certified.lines import Index
from tapecli.engines.certified.literals import tidied
from tapecli.engines.certified.printing import latex, plain_text
from tapecli.engines.certified.shortening import shortest
from tapecli.engines.certified.symbols import expression, is_endless
from tapecli.expressions.chain_rule import NoRule, away_from_points, differentiated
from tapecli.expressions.tree import Node, size
from tapecli.result import Formula

MAX_SIZE = 120
"""Nodes of a tree beyond which SymPy is not asked; shared ones count as often as they occur."""

MAX_OPERATIONS = 1_000
"""Operations in a derivative beyond which SymPy makes no formula of it or of a higher order."""

MAX_IN_ALL = 2_500
"""Operations in all derivatives of a function beyond which SymPy makes no further ones."""

MAX_SEARCHED = 1_000
"""Operations in all derivatives of a function beyond which no further ones are shortened."""

MAX_CHAIN_RULE = 2_000
"""Nodes of a derivative by the chain rule beyond which it is too long to be read."""

CHAIN_RULE_GRACE = 0.5
"""Processor seconds during which formulas by the chain rule are still begun once the time for
SymPy's is over."""

CHAIN_RULE_SECONDS = 0.3
"""Processor seconds in which SymPy may combine equal terms of a derivative by the chain rule."""

SEARCH_SHARE = 0.3
"""The part of the time left that the search for one shorter form may take."""

_PIECEWISE = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside)


def formulas(
    trees: Sequence[Node],
    derivatives: Sequence[Sequence[str]],
    divisors: Sequence[int],
    seconds: float,
) -> DerivedFormulas:
    """The formulas of derivatives of functions, each over a divisor.

    A derivative is the variables that it is by; () is the function itself. SymPy may take so many
    processor seconds for all formulas.
    """
    indices = [tuple(sorted(variables)) for variables in derivatives]
    by_target, unshortened, left_out, start = [], 0, 0, time.thread_time()
    reproducible = True
    last_start = start + seconds + CHAIN_RULE_GRACE
    for number, tree in enumerate(trees):
        left = seconds - (time.thread_time() - start)
        forms = Forms(tree, left / (len(trees) - number), last_start)
        by_target.append([forms.formula(*pair) for pair in zip(indices, divisors, strict=True)])
        unshortened += len(forms.late.intersection(indices) - forms.left_out)
        left_out += len(forms.left_out)
        reproducible &= forms.reproducible and not forms.late
    return DerivedFormulas(by_target, unshortened, left_out, reproducible)


class Forms:
    """The derivatives of one function as SymPy expressions of real symbols.

    Args:
        tree: the function.
        seconds: the processor seconds that SymPy may take.
        last_start: the time of this thread's clock after which no formula is begun.

    Attributes:
        late: the derivatives that were not shortened as far as they could be.
        left_out: those that were not begun.
        reproducible: whether all formulas are SymPy's own, not those of the chain rule, in which
            equal terms are combined only if there is time for it.
    """

    def __init__(self, tree: Node, seconds: float = math.inf, last_start: float = math.inf) -> None:
        self.late: set[Index] = set()
        self.left_out: set[Index] = set()
        self.reproducible = True
        self._last_start = last_start
        self._tree = tree
        self._end = time.thread_time() + seconds
        self._operations = 0
        self._forms: dict[Index, Any] = {}
        self._by_chain_rule: dict[Index, Node] = {(): tree}
        self._endless = is_endless(tree)
        self._small = size(tree) <= MAX_SIZE

    def formula(self, index: Index, divisor: int = 1) -> Formula | None:
        """The formula of a derivative over a number; None if there is none of use."""
        if self._endless or self._base(index) is None:
            return None
        if self._small:
            try:
                form = self.form(index)
                if form is None:
                    return None
                is_real = not form.has(sympy.Derivative, sympy.re, sympy.im)
                if is_real and form.count_ops() <= MAX_OPERATIONS:
                    return within(self._left, lambda: _printed(form / divisor))
            except TimeUp:
                self.late.add(index)
            except Exception:  # whatever SymPy raises, it has no form of this
                pass
        return self._chain_rule_formula(index, divisor)

    def form(self, index: Index) -> Any:
        """A derivative, as short as it could be made; None if those of lower orders are too long.

        Raises:
            TimeUp: the time was over before SymPy had the derivative.
        """
        if index not in self._forms:
            form = self._differentiated(index)
            if form is not None:
                self._operations += form.count_ops()
                if self._operations <= MAX_SEARCHED:
                    form, complete = shortest(form, self._left * SEARCH_SHARE)
                    if not complete:
                        self.late.add(index)
            self._forms[index] = form
        return self._forms[index]

    def _differentiated(self, index: Index) -> Any:
        """The derivative as SymPy gives it; None if those so far are too long."""
        base = self._base(index)
        if base is None:
            return None
        if not index:
            return within(self._left, lambda: expression(self._tree))
        lower = self.form(index[:-1]) if base is self._tree else self._other_form(base, index[:-1])
        if lower is None or self._operations > MAX_IN_ALL or lower.count_ops() > MAX_OPERATIONS:
            return None
        symbol = sympy.Symbol(index[-1], real=True)
        return within(self._left, lambda: _slope(lower, symbol))

    def _base(self, index: Index) -> Node | None:
        """What is differentiated: the function without values at single points."""
        return away_from_points(self._tree, {*index}) if index else self._tree

    def _other_form(self, base: Node, index: Index) -> Any:
        """The derivative of another function that differs from this one at single points."""
        form = within(self._left, lambda: expression(base))
        for name in index:
            slope = functools.partial(_slope, form, sympy.Symbol(name, real=True))
            form = within(self._left, slope)
        return form

    @property
    def _left(self) -> float:
        return self._end - time.thread_time()

    def _chain_rule_formula(self, index: Index, divisor: int) -> Formula | None:
        """The formula that needs no search; None if it is too long."""
        self.reproducible = False
        if time.thread_time() > self._last_start:
            self.left_out.add(index)
            return None
        tree = self._chain_rule(index)
        if tree is None:
            return None
        for evaluate in (True, False):
            print_tree = functools.partial(_printed_tree, tree, divisor, evaluate)
            with contextlib.suppress(Exception, TimeUp):
                return within(CHAIN_RULE_SECONDS, print_tree)
        self.left_out.add(index)
        return None

    def _chain_rule(self, index: Index) -> Node | None:
        """The derivative by the chain rule; None if it is too long or no expression."""
        if index not in self._by_chain_rule:
            base = self._base(index)
            lower = self._chain_rule(index[:-1]) if base is self._tree else base
            if lower is None:
                return None
            try:
                for name in index[-1:] if base is self._tree else index:
                    lower = differentiated(lower, name)
            except NoRule:
                return None
            self._by_chain_rule[index] = lower
        tree = self._by_chain_rule[index]
        return tree if size(tree) <= MAX_CHAIN_RULE else None


def _printed_tree(tree: Node, divisor: int, evaluate: bool) -> Formula:
    """A tree over a number; unevaluated, equal terms are not combined, which takes least time."""
    with sympy.evaluate(evaluate):
        form = expression(tree)
        form = form if divisor == 1 else form * sympy.Rational(1, divisor)
    return _printed(form)


def _printed(form: Any) -> Formula:
    short = tidied(form)
    return Formula(plain_text(short), latex(short))


def _slope(form: Any, symbol: Any) -> Any:
    """The derivative away from kinks, where it exists: no impulses, and no slopes of signs."""
    real = form.replace(  # u*sign(u) for |u| where SymPy does not see that u is real: log(x)
        lambda node: isinstance(node, sympy.Abs) and not node.args[0].is_real,
        lambda node: node.args[0] * sympy.sign(node.args[0]),
    )
    smooth = real.diff(symbol).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)
    return smooth.replace(
        lambda node: isinstance(node, sympy.Derivative) and isinstance(node.expr, sympy.sign),
        lambda node: sympy.S.Zero,
    ).replace(sympy.sign, _sign_without_squares)


def _sign_without_squares(argument: Any) -> Any:
    """The sign of v for that of u²·v, where u is smooth: they differ only at zeros of u.

    There a derivative is the limit from both sides, if it exists: x·sign(x²) has the slope 1 at 0.
    """
    factors = [
        factor
        for factor in sympy.Mul.make_args(argument)
        if not (factor.is_Pow and factor.exp.is_even and factor.is_real) or factor.has(*_PIECEWISE)
    ]
    return sympy.sign(sympy.Mul(*factors))
