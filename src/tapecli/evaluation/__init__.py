"""One question answered. Read `answering.answer` first: it has a line for each stage."""
