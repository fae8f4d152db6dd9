"""Plots: which curves are asked for (`asked`), their samples (`sample`), and what of them is
shown (`window`).
"""
