"""Truncated Taylor series: derivatives of high order at O(order**2) for each operation.

To read them in order: `engine` runs trees through series. `rules` says what each function of the
table does to a series, `gamma` what takes more than a recurrence, and `sides` what differs at a
kink or a zero of a root. `numbers` and `doubled` are the coefficients of series, in float64 and in
twice its precision. None of it needs TensorFlow.
"""

FLOAT64_ORDER = 3
"""Up to this order coefficients are float64, for their sums lose no more than a digit."""
