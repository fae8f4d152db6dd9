"""The formats of what `tapecli compare` measured: one file each, all fed by a Comparison."""
