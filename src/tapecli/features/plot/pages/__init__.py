"""The output formats of Curves: `text`, and `png`, `svg` and `pdf`, which `figure` draws."""
