"""The analytic side: the certified value of a derivative (`reference`) and its formula.

The only package that knows python-flint (`balls`, `reference`) and SymPy (`formula`).
"""
