"""How much work the certified values of a request may take.

Work is counted and not timed, so that an answer does not depend on how busy a machine is: each
step of it costs the seconds that a small model expects of it (`effort.py`). A step that
no longer fits is not begun, for what the library computes cannot be interrupted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

REQUEST_SHARE = 0.3
"""Share of `--max-seconds` for all points together beyond a first look at each: 3 of 10 seconds.
The rest is for TensorFlow's start (2.5 CPU seconds), the first looks and the formulas."""

POINT_SHARE = 0.05
"""Share of `--max-seconds` for a single point: 0.5 of 10 seconds. A sixth of what the request
has, so that one hopeless point leaves enough for the others."""

PLOT_SHARE = 0.4
"""Share of `--max-seconds` for all that is certified of a plot, first looks as well: 4 of 10
seconds. The rest is for TensorFlow's start (2.5 CPU seconds), the tapes and the drawing."""

LEAST_CHUNK_SHARE = 1 / 12
"""Share of a request's budget that each chunk of a long run has at least: 0.25 of 3 seconds, a
tenth of what the first looks at the 8,192 points of a chunk take."""


class OverBudget(Exception):
    """A step would cost more than is left."""


@dataclass
class Budget:
    """Seconds of work that are left, for a request and for each of its points.

    Attributes:
        seconds: what is left of all; it may be negative after `spend`.
        point_seconds: what a single point may cost.
        steps: what the steps of the present point have cost.
    """

    seconds: float = math.inf
    point_seconds: float = math.inf
    steps: list[float] = field(default_factory=list)
    _point_left: float = math.inf

    @classmethod
    def of_request(cls, max_seconds: float, share: float | None = None) -> Budget:
        """The budget of a request, or of a chunk that has this share of the points of a run."""
        part = 1.0 if share is None else min(max(share, LEAST_CHUNK_SHARE), 1.0)
        return cls(REQUEST_SHARE * max_seconds * part, POINT_SHARE * max_seconds)

    @classmethod
    def of_plot(cls, max_seconds: float) -> Budget:
        """The budget of a plot: its samples, and the enclosures between them."""
        return cls(PLOT_SHARE * max_seconds, POINT_SHARE * max_seconds)

    def begin_point(self) -> None:
        """Begin the work on a point."""
        self.steps = []
        self._point_left = self.point_seconds

    def charge(self, seconds: float) -> None:
        """Take the cost of a step that is about to be done.

        Raises:
            OverBudget: it does not fit, and must not be done.
        """
        if seconds > min(self.seconds, self._point_left):
            raise OverBudget
        self.spend(seconds)
        self._point_left -= seconds
        self.steps.append(seconds)

    def spend(self, seconds: float) -> None:
        """Take the cost of work that is done in any case."""
        self.seconds -= seconds

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.seconds <= 0
