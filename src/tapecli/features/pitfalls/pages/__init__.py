"""The output formats of pitfalls: each writes the list of all, or the Lessons of those that ran."""
