"""The output formats of pitfalls: each module writes Contents (the list) or Lessons (the runs)."""
