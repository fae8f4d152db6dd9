"""Plots: as text (`text`), and as figures (`figure`) in the formats `png`, `svg` and `pdf`."""
