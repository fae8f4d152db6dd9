"""The formats of what `tapecli check --exhaustive` finds: one file each, all fed by a Survey."""
