"""The output formats of a Trace, one module for each."""
