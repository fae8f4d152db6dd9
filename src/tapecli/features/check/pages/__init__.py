"""The formats of what `tapecli check` found: one file each, all fed by a Report."""
