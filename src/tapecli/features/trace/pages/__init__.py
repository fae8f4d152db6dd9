"""What tapes did, step by step: one file for each format, all fed by a Trace."""
