"""High orders: truncated Taylor series in plain numbers, at O(order**2) an operation.

`numbers` and `doubled` are the coefficients, in float64 and in twice its precision; `rules` is what
the functions of the table do to series of them, `gamma` what takes more than a recurrence, `sides`
what is left to say where a point is a zero of a root or a kink, and `engine` takes a tree through
it all. None of it needs TensorFlow.
"""

PLAIN_ORDER = 3
"""Up to here coefficients are float64: the sums that they are lose no more than a digit."""
