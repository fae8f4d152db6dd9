"""`tapecli check --exhaustive`: derivatives at every number of a dtype.

Open `running` first: it splits the work into parts, which any process can do, and makes a Survey
(`model`) of what they return. `walking` does one part. `pages` has the formats of the Survey.
"""
