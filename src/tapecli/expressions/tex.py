"""Names, numbers and sentences as LaTeX writes them."""

from __future__ import annotations

import re

_GREEK = """
α alpha  β beta  γ gamma  δ delta  ε varepsilon  ζ zeta  η eta  θ theta  ι iota  κ kappa  λ lambda
μ mu  ν nu  ξ xi  π pi  ρ rho  ς varsigma  σ sigma  τ tau  υ upsilon  φ varphi  χ chi  ψ psi
ω omega  Γ Gamma  Δ Delta  Θ Theta  Λ Lambda  Ξ Xi  Π Pi  Σ Sigma  Υ Upsilon  Φ Phi  Ψ Psi  Ω Omega
"""
_COMMANDS = dict(zip(_GREEK.split()[::2], _GREEK.split()[1::2], strict=True))
_AS_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))
_LETTERS = {
    "ο": "o",
    **{letter: f"\\{command}" for letter, command in _COMMANDS.items()},
    **{greek: rf"\mathrm{{{latin}}}" for greek, latin in _AS_LATIN.items()},
}
_WORDS = {*_COMMANDS.values(), "epsilon", "phi"}

_SPECIAL = {
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': "''",
    "…": r"\dots{}",
}


def name(text: str) -> str:
    """The name of a variable or target: x_1 is x_{1}, θ is \\theta, rate is \\mathrm{rate}."""
    stem, below = re.fullmatch(r"([^\W\d_]*)_?(.*)", text).groups()  # type: ignore[union-attr]
    if not stem or text.endswith("_"):
        return _upright(text)
    written = _stem(stem)
    if not below:
        return written
    return f"{written}_{{{below if below.isdecimal() or len(below) == 1 else _upright(below)}}}"


def _stem(stem: str) -> str:
    if len(stem) == 1:
        return _LETTERS.get(stem, stem)
    return f"\\{stem}" if stem in _WORDS else _upright(stem)


def _upright(text: str) -> str:
    return rf"\mathrm{{{text}}}".replace("_", r"\_")


def number(text: str) -> str:
    """A decimal, digit for digit: 1.2e-300 is 1.2 \\times 10^{-300}."""
    if text in ("nan", ""):
        return r"\text{nan}" if text else ""
    if text.lstrip("-") == "inf":
        return text.replace("inf", r"\infty")
    digits, _, exponent = text.partition("e")
    return rf"{digits} \times 10^{{{int(exponent)}}}" if exponent else digits


def sentence(text: str) -> str:
    """Plain text for LaTeX: whatever it has is printed, and none of it is a command."""
    written = []
    for character in text:
        if character in _LETTERS:
            written.append(f"${_LETTERS[character]}$")
        elif character.isascii():
            written.append(_SPECIAL.get(character, character))
        else:
            shown = character.encode("ascii", "backslashreplace").decode()
            written.append(_SPECIAL.get(character, "".join(_SPECIAL.get(c, c) for c in shown)))
    return "".join(written)
