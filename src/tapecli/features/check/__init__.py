"""`tapecli check`: whether this TensorFlow, on this machine, differentiates correctly.

Open `running` first: it runs every trial as a request like a user's and makes a Report (`model`) of
the verdicts. `plan` says which trials a level has, `cases` has their expressions and points, and
`defects` what TensorFlow is known to get wrong. `pages` has the formats of the Report.
"""
