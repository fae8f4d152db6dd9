"""The output formats of pitfalls: each writes all Groups, or the Lessons of those that were run."""
