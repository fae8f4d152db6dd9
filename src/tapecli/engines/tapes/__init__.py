"""TensorFlow's gradient tapes: nothing outside of this folder imports TensorFlow."""
