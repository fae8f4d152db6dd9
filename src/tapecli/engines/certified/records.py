"""What is certified of a derivative at a point: a ball that holds it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Certified:
    """The exact derivative, enclosed, with what the verdict needs to know about it.

    Attributes:
        value: the midpoint of a ball that holds the exact derivative.
        radius: its radius.
        sensitivity: the sum over all variables v of |v| times the size of the derivative's own
            derivative by v, where that exists: what it changes by if the point does, relatively.
        spread: the radius that the same derivative has when it is computed at the precision
            of the dtype; None if it has no bound there.
    """

    value: Fraction
    radius: Fraction
    sensitivity: Fraction
    spread: Fraction | None

    def divided(self, divisor: int) -> Certified:
        """The same of the derivative over a whole number."""
        if divisor == 1:
            return self
        spread = None if self.spread is None else self.spread / divisor
        rest = (self.value / divisor, self.radius / divisor, self.sensitivity / divisor)
        return Certified(*rest, spread)


@dataclass(frozen=True)
class NoDerivative:
    """There is no derivative, or no value, for this reason."""

    reason: str
