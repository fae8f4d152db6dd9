"""The formats of what `tapecli functions` lists: one file each, all fed by a Listing."""
