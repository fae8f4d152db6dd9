"""`tapecli compare`: arrangements of tapes beside one another, by work, memory and time."""
