"""What became of a claim: a derivative that a person worked out, and the judgement on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Finding(str, Enum):
    """What the judgement on a claim can be.

    * proved: a symbolic proof says that the two are equal, and so does every tested point;
    * agrees: there is no such proof, and certified values agree at every tested point;
    * differs: there is a point at which they do not;
    * untested: no point was found at which the two could be compared.
    """

    PROVED = "proved"
    AGREES = "agrees"
    DIFFERS = "differs"
    UNTESTED = "untested"

    def __str__(self) -> str:
        return self.value

    @property
    def failed(self) -> bool:
        """Whether a claim with this finding fails the whole request."""
        return self in (Finding.DIFFERS, Finding.UNTESTED)


@dataclass(frozen=True)
class Claim:
    """A claim and the judgement on it.

    Attributes:
        target: the name of the target that it is a derivative of.
        wrt: the variable of the derivative, or several with commas between them.
        order: its order; 0 is the target itself.
        text: the claim as it was understood.
        finding: the judgement.
        tested: how many points the two were compared at.
        at: the point that shows the difference best, a number for each variable of the two;
            None where there is no difference.
        claimed: the claim's value there, rounded to the dtype; infinite if it is too large for
            it, None if the claim has no value there.
        analytic: the same of the derivative; None only where `at` is.
        reason: why it differs or is untested, in words for people; "" if there is nothing to say.
    """

    target: str
    wrt: str
    order: int
    text: str
    finding: Finding
    tested: int
    at: Mapping[str, float] | None = None
    claimed: float | None = None
    analytic: float | None = None
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether it fails the whole request."""
        return self.finding.failed
