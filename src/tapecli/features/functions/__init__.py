"""`tapecli functions`: lists the functions, operators and constants that an expression may have.

The rows are those of `expressions.functions`; `pages` has the formats. Open `pages.words` first: it
has what all of them say of a row.
"""
