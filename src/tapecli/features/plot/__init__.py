"""Curves of expressions and their derivatives, as text or as a figure: `tapecli plot`.

Open `question` first: it reads which curves are asked for, along which variable. Then `sample`
takes samples where the curves need them, with the help of `bends`, which certifies where a curve
is continuous; `window` chooses what is shown from bottom to top. `model` has the finished Curves,
and `pages` draws them.
"""
