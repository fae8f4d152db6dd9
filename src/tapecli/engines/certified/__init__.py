"""Certified values of derivatives, their formulas, and the judgement of claims about them.

A reader should open the modules in this order:

1. `records` says what is certified: a ball that contains the derivative, or why there is none.
2. `balls` has the rules of the function table on power series with error bounds, from python-flint.
   `series_tree` applies the rules of any engine to a tree, and says how many terms that takes on
   one side of a kink or root; `interpreter` does it with balls, along a line through a point.
   `budget` says what it costs.
3. `lines` combines the series along several lines into derivatives at one precision, and
   `reference` raises the precision until they are known far below one ulp.
4. `enclosure` bounds derivatives over whole intervals, for plots; `elementary` evaluates functions
   at twice the precision of float64, for the Taylor engine.
5. `symbols` turns a tree into SymPy's expression, in which `literals` keeps numbers as they were
   typed. `formula` differentiates it, `shortening` looks for a shorter form, and `printing` writes
   it as text and LaTeX; `deadline` ends whatever takes SymPy too long.
6. `judge` compares a claimed derivative with the certified one at many points, and `proof` tries to
   show with SymPy that the two are equal everywhere.

This is the only package that knows python-flint and SymPy.
"""
