"""From the text of an expression to its tree, and what can be said of the tree alone."""
