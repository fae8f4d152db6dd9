"""`tapecli code`: writes the TensorFlow program that computes what `diff` would compute.

Open `program` first: it turns a Question into the text of a program. `formulas` writes the targets
as statements, `tapes` and `repeated` the arrangements of tapes around them, and `numbers` the
points. `connection` says where a tape may return None. `layout` breaks the lines, and `names` keeps
the names apart.
"""
