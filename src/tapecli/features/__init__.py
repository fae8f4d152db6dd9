"""One folder for each command that shows more than a Result: its model, its work, its pages."""
