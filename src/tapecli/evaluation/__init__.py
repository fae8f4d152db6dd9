"""One question answered. Open `answering` first: its function `answer` has a line for each stage.

A `question` is checked, a method for it is chosen (`planner`, from what `counting` expects), its
values are computed, certified and judged (`verdict`), and arranged into a Result.
`chunks` answers questions about any number of points, and `batch` one question after another.
"""
