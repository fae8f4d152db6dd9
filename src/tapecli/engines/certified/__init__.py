"""The analytic side: certified values (`reference`), formulas (`formula`) and claims (`claim`).

The only package that knows python-flint (`balls`, `lines`, `program`, `reference`, `enclosure`,
`claim`) and SymPy (`formula`, `proof`).
"""
