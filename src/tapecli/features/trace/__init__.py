"""What tapes record in the forward pass, and what each backward pass computes: `tapecli trace`.

Open `tracing` first: it follows the tapes of a question at one point, stage by stage, and returns
a Trace. `model` says what a Trace has. `naming` gives the recorded operations names such as v1,
`rules` has the formula and the local derivatives of each of TensorFlow's operations, and `pages`
has the output formats.
"""
