"""What is certified of a derivative at a point: a ball that contains it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Certified:
    """An enclosure of the exact derivative, with what the verdict needs besides.

    Attributes:
        value: the midpoint of a ball that contains the exact derivative.
        radius: the radius of the ball.
        sensitivity: the sum over all variables v of |v| times the size of the derivative's own
            derivative by v, where that exists: the change for a relative change of the point.
        spread: the radius of the same derivative when it is computed at the precision of the
            dtype; None if it has no bound there.
    """

    value: Fraction
    radius: Fraction
    sensitivity: Fraction
    spread: Fraction | None

    def divided(self, divisor: int) -> Certified:
        """The enclosure of the derivative over a whole number."""
        if divisor == 1:
            return self
        spread = None if self.spread is None else self.spread / divisor
        bounds = (self.value / divisor, self.radius / divisor, self.sensitivity / divisor)
        return Certified(*bounds, spread)


@dataclass(frozen=True)
class NoDerivative:
    """There is no derivative, or no value, for this reason."""

    reason: str
