"""`tapecli compare`: what arrangements of tapes cost, in operations, memory and time.

Open `measuring` first: it measures every arrangement on the same work, and makes a CostComparison
(`model`) of the costs. `contenders` says which arrangements take part, and counts operations;
`memory` counts the bytes that tapes hold, and `clock` takes the times. `pages` has the formats.
"""
