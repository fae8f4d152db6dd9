"""Whether this TensorFlow, on this machine, differentiates correctly: `tapecli check`.

`cases` are the expressions and points, `defects` what TensorFlow is known to get wrong, `plan` what
is run at which level, and `run` does it. It uses TensorFlow's public API, as a user's code would.
"""
