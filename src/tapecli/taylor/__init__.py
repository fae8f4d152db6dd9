"""High orders: truncated Taylor series in plain numbers, at O(order**2) an operation.

`numbers` are the coefficients, `rules` what the functions of the table do to series of them,
`sides` what is left to say where a point is a zero of a root or a kink, and `engine` takes a tree
through it all. None of it needs TensorFlow.
"""
