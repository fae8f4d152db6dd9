"""TensorFlow's gradient tapes; nothing outside of this folder imports TensorFlow.

To read it in order: `loading` is the one door to TensorFlow, and `core` makes it start sooner for
the command line. `arrangements` differentiates trees with tapes that are arranged in different
ways, and `recording` says what the tapes of an arrangement record and compute.
"""
