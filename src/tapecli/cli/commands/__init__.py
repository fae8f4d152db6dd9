"""One thin file for each command: its options, one call, one print."""
