"""Text to trees, and everything that a tree alone can say.

To read it in order: `functions` is the table of functions, operators and constants. `parser` turns
what may be typed, by grammar.lark, into a `tree`, and `diagnosis` says what is wrong with a text
that the grammar does not take. `statements` splits a text at its semicolons and lines, and
`expression` reads several texts, with the names of targets and definitions. `shorthands` writes out
sums, derivatives inside of expressions, and calls of definitions.
`derivative` says which derivatives are asked for, `chain_rule` differentiates a tree, and `tex`
writes for LaTeX.
"""
