"""`tapecli code`: the TensorFlow program that computes what was asked."""
