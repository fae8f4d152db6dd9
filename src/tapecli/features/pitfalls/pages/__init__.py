"""The formats of pitfalls: one file each, fed by Contents, the list, or by Lessons, the runs."""
