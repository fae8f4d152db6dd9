"""Text to expressions and back: how things read, what is refused, and in which words."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tapecli.errors import MAX_COMPARED, ExpressionError, UsageError
from tapecli.expressions import notations
from tapecli.expressions.expression import MAX_TARGETS, Expression, parse, parse_claims
from tapecli.expressions.functions import CONSTANT_NAMES, FUNCTION_NAMES, FUNCTIONS, OPERATORS
from tapecli.expressions.parser import MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, MAX_LENGTH
from tapecli.expressions.tree import (
    Call,
    Named,
    Node,
    Number,
    Variable,
    call,
    number,
    rational,
    text,
    variables,
)

SECONDS = 1.0
"""Far more than a refusal takes on any machine, and far less than work without a bound."""
MESSAGE = 400
"""Characters that a message may have, whatever the length of what was typed."""

LETTERS = "xyz"


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """Build the parser before anything is timed."""
    parse("x")


def read(typed: str, *known: str) -> Node:
    (expression,) = parse(typed, known)
    return expression.tree


def refused(typed: str, *known: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(typed, known)
    return caught.value


def bracketed(node: Node) -> str:
    """The tree with every bracket written, in its own notation."""
    if not isinstance(node, Call):
        return text(node)
    parts = [bracketed(child) for child in node.arguments]
    if node.name == "pow":
        return f"({parts[0]}^{parts[1]})"
    if node.name not in OPERATORS:
        return f"{node.name}({','.join(parts)})"
    sign = {"add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-"}[node.name]
    return f"({sign}{parts[0]})" if len(parts) == 1 else f"({parts[0]}{sign}{parts[1]})"


# --- how things read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("log x²", "log((x^2))"),
        ("log x^2 + 1", "(log((x^2))+1)"),
        ("log 2x²+1", "(log((2*(x^2)))+1)"),
        ("log(x)^2", "(log(x)^2)"),
        ("sin(x)²", "(sin(x)^2)"),
        ("sin²x", "(sin(x)^2)"),
        ("sin²(x)", "(sin(x)^2)"),
        ("sin 2x", "sin((2*x))"),
        ("sin x cos x", "(sin(x)*cos(x))"),
        ("2 sin(x)cos(x)", "((2*sin(x))*cos(x))"),
        ("2x^2", "(2*(x^2))"),
        ("x²y³", "((x^2)*(y^3))"),
        ("(x+1)(x-1)", "((x+1)*(x-1))"),
        ("1/2x", "((1/2)*x)"),
        ("-x²", "(-(x^2))"),
        ("2^3^2", "(2^(3^2))"),
        ("x^-2", "(x^(-2))"),
        ("e^-x²", "(e^(-(x^2)))"),
        ("√x", "sqrt(x)"),
        ("√(x+1)", "sqrt((x+1))"),
        ("|x|*2", "(abs(x)*2)"),
        ("|x|+|y|", "(abs(x)+abs(y))"),
    ],
)
def test_the_reading_table_of_the_design(typed: str, tree: str) -> None:
    assert bracketed(read(typed)) == tree


@pytest.mark.parametrize(
    ("typed", "problem", "hint"),
    [
        ("2|x|", "a product with '|' needs its '*'", "write 2*|x|"),
        ("x(x+1)", "is 'x' a function?", "write x*(x+1)"),
        ("sni(x)", "unknown function 'sni'", "did you mean 'sin'?"),
        ("sin^-1 x", "'sin^-1' can be read in two ways", "write asin(x), or 1/sin(x)"),
    ],
)
def test_what_would_be_a_guess_is_an_error_with_a_hint(typed: str, problem: str, hint: str) -> None:
    error = refused(typed)
    assert (error.problem, error.hint) == (problem, hint)


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        # + and - are left-associative, * and / as well
        ("x-y-z", "((x-y)-z)"),
        ("x-y+z", "((x-y)+z)"),
        ("x/y/z", "((x/y)/z)"),
        ("x/y*z", "((x/y)*z)"),
        ("x-(y-z)", "(x-(y-z))"),
        ("x+y*z", "(x+(y*z))"),
        ("x*y+z", "((x*y)+z)"),
        # a sign binds looser than a power and tighter than a product
        ("-x^2", "(-(x^2))"),
        ("-2^2", "(-(2^2))"),
        ("-x*y", "((-x)*y)"),
        ("x*-y", "(x*(-y))"),
        ("x/-y", "(x/(-y))"),
        ("x--y", "(x-(-y))"),
        ("--x", "(-(-x))"),
        ("-+x", "(-x)"),
        ("+x", "x"),
        ("x-+y", "(x-y)"),
        ("(-x)^2", "((-x)^2)"),
        # powers are right-associative, and their exponents may have a sign
        ("x^y^z", "(x^(y^z))"),
        ("(x^y)^z", "((x^y)^z)"),
        ("2^-x^2", "(2^(-(x^2)))"),
        ("x^+2", "(x^2)"),
        ("x^--2", "(x^(-(-2)))"),
        ("x^-y*z", "((x^(-y))*z)"),
        # juxtaposition is a product
        ("2^x y", "((2^x)*y)"),
        ("2^2x", "((2^2)*x)"),
        ("x^2y", "((x^2)*y)"),
        ("2/3x", "((2/3)*x)"),
        ("1/x y", "((1/x)*y)"),
        ("-2x", "((-2)*x)"),
        ("2x/y z", "(((2*x)/y)*z)"),
        ("x y z", "((x*y)*z)"),
        ("(x)(y)(z)", "((x*y)*z)"),
        ("(x)y", "(x*y)"),
        ("2(x+1)", "(2*(x+1))"),
        ("2pi x", "((2*pi)*x)"),
        ("πx", "(pi*x)"),
        ("|x|y", "(abs(x)*y)"),
        # a function without brackets takes the product up to the next function
        ("sin x y", "sin((x*y))"),
        ("sin 2 x", "sin((2*x))"),
        ("sin x*y", "(sin(x)*y)"),
        ("sin x/2", "(sin(x)/2)"),
        ("sin x+1", "(sin(x)+1)"),
        ("sin x^2 y", "sin(((x^2)*y))"),
        ("sin cos x", "sin(cos(x))"),
        ("ln ln x", "log(log(x))"),
        ("x sin y", "(x*sin(y))"),
        ("1/sin x", "(1/sin(x))"),
        ("-sin x", "(-sin(x))"),
        ("sin -x", "sin((-x))"),
        ("sin |x|", "sin(abs(x))"),
        ("sin|x|cos x", "(sin(abs(x))*cos(x))"),
        ("√x y", "sqrt((x*y))"),
        ("√2x", "sqrt((2*x))"),
        ("√x²", "sqrt((x^2))"),
        ("√√x", "sqrt(sqrt(x))"),
        # one with brackets takes the brackets
        ("sin(x)y", "(sin(x)*y)"),
        ("sin(x)(y)", "(sin(x)*y)"),
        ("sin(x)^2y", "((sin(x)^2)*y)"),
        ("sin(x)^-2", "(sin(x)^(-2))"),
        # the power of a function
        ("sin^2 x", "(sin(x)^2)"),
        ("sin**2 x", "(sin(x)^2)"),
        ("sin ^ 2 (x)", "(sin(x)^2)"),
        ("sin²2x", "(sin((2*x))^2)"),
        ("sin²x cos²x", "((sin(x)^2)*(cos(x)^2))"),
        ("sin²³x", "(sin(x)^23)"),
        ("log2²(x)", "(log2(x)^2)"),
        # superscripts
        ("2²", "(2^2)"),
        ("x⁻²", "(x^(-2))"),
        ("x⁺²", "(x^2)"),
        ("x²³", "(x^23)"),
        ("2^x²", "(2^(x^2))"),
        ("-x⁻¹y", "((-(x^(-1)))*y)"),
        ("(x²)³", "((x^2)^3)"),
        ("|x|²", "(abs(x)^2)"),
        # bars
        ("||x||", "abs(abs(x))"),
        ("|x-|y||", "abs((x-abs(y)))"),
        ("||x|-1|", "abs((abs(x)-1))"),
        ("|x|*|y|", "(abs(x)*abs(y))"),
        ("|-x|", "abs((-x))"),
        ("-|x|", "(-abs(x))"),
        ("2*|x|", "(2*abs(x))"),
        ("√|x|", "sqrt(abs(x))"),
        # numbers beside names
        ("2e", "(2*e)"),
        ("2e x", "((2*e)*x)"),
        ("2e3", "2000.0"),
        ("2e3x", "(2000.0*x)"),
        ("x1", "x1"),
        ("x_1", "x_1"),
        ("3(2)", "(3*2)"),
        # functions of two arguments
        ("atan2(y,x)", "atan2(y,x)"),
        ("pow(x,3)", "(x^3)"),
        ("min(x,max(y,z))", "min(x,max(y,z))"),
        ("hypot(x+1,y)z", "(hypot((x+1),y)*z)"),
    ],
)
def test_one_row_for_each_rule_of_precedence(typed: str, tree: str) -> None:
    assert bracketed(read(typed)) == tree


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("x**2", "x^2"),
        ("x ** 2", "x^2"),
        ("x²", "x^2"),
        ("x·y", "x*y"),
        ("x×y", "x*y"),
        ("x⋅y", "x*y"),
        ("x÷2", "x/2"),
        ("x∕2", "x/2"),
        ("x−1", "x-1"),
        ("−x", "-x"),
        ("2 x", "2*x"),
        ("ln x", "log(x)"),
        ("π", "pi"),
        ("τ", "tau"),
        ("Γ(x)", "gamma(x)"),
        ("Γ x", "gamma(x)"),
        ("√x", "sqrt(x)"),
        ("|x|", "abs(x)"),
        (" x +\t1\n", "x+1"),
        ("x\u00a0+ 1", "x+1"),
        (".5", "0.5"),
        ("5.", "5.0"),
        ("1E5", "1e5"),
        ("1e+5", "1e5"),
        ("((x))", "x"),
    ],
)
def test_both_notations_give_the_same_tree(typed: str, plain: str) -> None:
    assert read(typed) is read(plain)


@pytest.mark.parametrize(
    ("typed", "value", "decimal"),
    [
        ("3", Fraction(3), False),
        ("007", Fraction(7), False),
        ("3.0", Fraction(3), True),
        ("3.", Fraction(3), True),
        (".25", Fraction(1, 4), True),
        ("0.1", Fraction(1, 10), True),
        ("1e3", Fraction(1000), True),
        ("2.5E-3", Fraction(1, 400), True),
    ],
)
def test_an_integer_is_exact_and_any_other_literal_is_a_decimal(
    typed: str, value: Fraction, decimal: bool
) -> None:
    tree = read(typed)
    assert isinstance(tree, Number)
    assert (tree.value, tree.decimal) == (value, decimal)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("log x²", "y = log(x**2)"),
        ("sin²x", "y = sin(x)**2"),
        ("1/2x", "y = 1/2*x"),
        ("e^-x²", "y = e**-x**2"),
        ("2 sin(x)cos(x)", "y = 2*sin(x)*cos(x)"),
        ("|x-|z||", "y = abs(x - abs(z))"),
        ("r = √(x²+z²)", "r = sqrt(x**2 + z**2)"),
    ],
)
def test_the_explicit_form_of_an_expression(typed: str, shown: str) -> None:
    assert [str(expression) for expression in parse(typed)] == [shown]


# --- the table --------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", sorted(FUNCTION_NAMES))
def test_every_name_and_alias_of_a_function_is_read_with_brackets(typed: str) -> None:
    name = FUNCTION_NAMES[typed]
    letters = LETTERS[: FUNCTIONS[name].arity]
    tree = read(f"{typed}({', '.join(arguments(name, letters))})")
    conditions = FUNCTIONS[name].conditions
    nodes = [
        call("gt", Variable(letter), number(0)) if index < conditions else Variable(letter)
        for index, letter in enumerate(letters)
    ]
    assert tree is call(name, *nodes)
    assert read(text(tree)) is tree


def arguments(name: str, letters: Sequence[str]) -> list[str]:
    """Arguments of a function; conditions where it takes conditions."""
    conditions = FUNCTIONS[name].conditions
    return [f"{letter} > 0" for letter in letters[:conditions]] + list(letters[conditions:])


@pytest.mark.parametrize(
    "typed",
    sorted(
        name
        for name, row in FUNCTION_NAMES.items()
        if FUNCTIONS[row].arity == 1 and name not in notations.LETTERS
    ),
)
def test_every_function_of_one_argument_needs_no_brackets(typed: str) -> None:
    function, two = FUNCTION_NAMES[typed], number(2)
    product = call("mul", two, Variable("x"))
    assert read(f"{typed} 2x") is call(function, product)
    assert read(f"{typed}²(x)") is call("pow", call(function, Variable("x")), two)
    assert read(f"{typed}^2 x") is call("pow", call(function, Variable("x")), two)


@pytest.mark.parametrize("typed", sorted(FUNCTION_NAMES))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_function_refuses_a_wrong_number_of_arguments(typed: str, count: int) -> None:
    name = FUNCTION_NAMES[typed]
    function = FUNCTIONS[name]
    if count == function.arity or (
        count > function.arity and (function.repeats or function.longer)
    ):
        return
    error = refused(f"1 + {typed}({', '.join(arguments(name, LETTERS[:count]))})")
    assert error.expression[error.start : error.end] == typed
    assert error.problem.startswith(f"'{name}' takes ")
    assert error.problem.endswith(f"not {count}")
    parse(re.split(" for |, or |, as ", error.hint.removeprefix("write "))[0])


@pytest.mark.parametrize("typed", sorted(FUNCTION_NAMES))
def test_every_function_without_its_argument_is_named(typed: str) -> None:
    error = refused(f"1 + {typed}")
    if typed == "if":
        assert error.problem == "unexpected 'if'"
        return
    if typed in notations.LETTERS:
        assert error.problem == f"unknown name '{typed}'"
        return
    assert error.problem == f"'{typed}' has no argument"
    assert (error.start, error.end) == (4, 4 + len(typed))
    parse(error.hint.removeprefix("write "))


@pytest.mark.parametrize("typed", sorted(CONSTANT_NAMES))
def test_every_name_and_alias_of_a_constant_is_read(typed: str) -> None:
    tree = Named(CONSTANT_NAMES[typed])
    assert read(typed) is tree
    assert read(f"2{typed}") is call("mul", number(2), tree)


@pytest.mark.parametrize("name", sorted([*FUNCTION_NAMES, *CONSTANT_NAMES]))
def test_no_target_may_take_a_name_of_the_table(name: str) -> None:
    error = refused(f"{name} = x")
    assert error.hint or "=" in error.problem
    assert error.start < error.end


@pytest.mark.parametrize(
    ("typed", "inverse"),
    [
        ("sin", "asin"),
        ("cos", "acos"),
        ("tan", "atan"),
        ("sinh", "asinh"),
        ("cosh", "acosh"),
        ("tanh", "atanh"),
    ],
)
@pytest.mark.parametrize("power", ["^-1 x", "^-1(x)", "⁻¹x", "**-1 x"])
def test_a_negative_power_of_a_function_names_both_readings(
    typed: str, inverse: str, power: str
) -> None:
    assert refused(typed + power).hint == f"write {inverse}(x), or 1/{typed}(x)"


def test_a_negative_power_of_a_function_without_an_inverse_names_one_reading() -> None:
    assert refused("log^-1 x").hint == "write 1/log(x)"


# --- round trip -------------------------------------------------------------------------------

digits = st.text("0123456789", min_size=1, max_size=12)
integers = st.integers(0, 999).map(number)
decimals = st.builds(
    lambda top, places: number(Fraction(top) * Fraction(10) ** places, decimal=True),
    st.integers(0, 99_999),
    st.integers(-15, 15),
)
names = st.sampled_from(["x", "y", "z", "x1", "t_2", "α", "E"]).map(Variable)
constants = st.sampled_from(["pi", "tau", "e"]).map(Named)
exponents = st.integers(0, 9).map(number)
functions = st.sampled_from(
    sorted(set(FUNCTIONS) - {"pow", "factorial"})
)  # with bounds of their own


def applied(name: str, one: Node, other: Node) -> Node:
    row = FUNCTIONS.get(name) or OPERATORS[name]
    nodes = (call("lt", one, other),) * row.conditions + (one, other, one)
    return call(name, *nodes[: row.arity])


def raised(base: Node, exponent: Node, small: Node, negative: bool) -> Node:
    """A power that is within the bounds: constant exponents are small."""
    if not variables(base):
        base = call("add", base, Variable("x"))
    if not variables(exponent):
        exponent = call("neg", small) if negative else small
    return call("pow", base, exponent)


trees = st.recursive(
    integers | decimals | names | constants,
    lambda inner: st.one_of(
        st.builds(applied, st.sampled_from(sorted(OPERATORS)), inner, inner),
        st.builds(applied, functions, inner, inner),
        st.builds(raised, inner, inner, exponents, st.booleans()),
    ),
    max_leaves=15,
)


@given(trees)
def test_text_reads_back_as_the_identical_tree(tree: Node) -> None:
    assert read(text(tree)) is tree


def test_the_text_of_a_target_is_made_once() -> None:
    (target,) = parse("sin(x) + y")
    assert target.text is target.text  # each derivative of a Hessian asks for it


@given(trees, trees)
def test_text_reads_back_beside_another_target(one: Node, other: Node) -> None:
    first, second = parse([f"u = {text(one)}", f"v = ({text(other)}) + u"])
    assert first.tree is one
    assert parse([str(first), str(second)]) == (first, second)


@given(digits, digits, st.integers(-300, 300))
def test_every_number_reads_back_as_itself(whole: str, part: str, exponent: int) -> None:
    for typed in (whole, f"{whole}.{part}", f"{whole}.{part}e{exponent}"):
        tree = read(typed)
        assert rational(tree) == Fraction(typed)
        assert read(text(tree)) is tree


def test_every_deep_tree_within_the_bound_reads_back() -> None:
    for typed in ("(" * 199 + "x" + ")" * 199, "-" * 199 + "x", "x" + "^x" * 199, "√" * 199 + "x"):
        tree = read(typed)
        assert read(text(tree)) is tree


# --- targets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (["u = x^2", "y = log(u)"], ["u = x**2", "y = log(u)"]),
        (["u=x", "2u"], ["u = x", "y = 2*u"]),
        (["inner = x^2", "log inner"], ["inner = x**2", "y = log(inner)"]),
        (["x^2"], ["y = x**2"]),
        (["x", "x^2"], ["y1 = x", "y2 = x**2"]),
        (["y^2"], ["f = y**2"]),
        (["y1", "y"], ["f1 = y1", "f2 = y"]),
        (["y = x", "x + 1"], ["y = x", "f = x + 1"]),
        (["y+f+g+h+u+v+w"], ["target1 = y + f + g + h + u + v + w"]),
        (["sinx = x", "sinx*2"], ["sinx = x", "y = sinx*2"]),
    ],
)
def test_targets_have_names_that_no_variable_has(typed: list[str], shown: list[str]) -> None:
    assert [str(expression) for expression in parse(typed)] == shown


def test_an_earlier_target_is_shared_and_not_copied() -> None:
    first, second = parse(["u = x^2", "log(u) + u"])
    assert first.tree in [child for node in second.tree.children for child in node.children]
    assert variables(second.tree) == ("x",)


def test_an_expression_knows_its_name_tree_and_text() -> None:
    assert parse("u = log x²") == (Expression("u", call("log", read("x^2"))),)
    assert parse("u = log x²")[0].text == "log(x**2)"


def test_known_names_are_variables_of_more_than_one_letter() -> None:
    assert variables(read("2 speed time", "speed", "time")) == ("speed", "time")


@pytest.mark.parametrize("typed", ["x", "x1", "x_12", "α", "α2", "ω_1", "E"])
def test_one_letter_with_a_number_is_a_variable(typed: str) -> None:
    assert read(typed) is Variable(typed)


@pytest.mark.parametrize("typed", ["xy", "x1y", "x__1", "_", "_1", "_x", "x_", "αβ", "α_β"])
def test_no_other_name_is_a_variable_unless_it_is_known(typed: str) -> None:
    if typed == "αβ":  # Greek letters stand side by side, as they do on paper
        assert bracketed(read(typed)) == "(α*β)"
    else:
        refused(typed)


def test_the_names_of_targets_are_in_the_order_they_were_given() -> None:
    assert [target.name for target in parse(["b = x", "a = x", "x"])] == ["b", "a", "y"]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (["u = x", "u = y"], "'u' is defined twice"),
        (["u = u + 1"], "'u' is defined by itself"),
        (["sin = x"], "'sin' is a function"),
        (["pi = 3"], "'pi' is a constant"),
        (["u = "], "the expression is empty"),
        (["u = x = y"], "an equation is no expression"),
        (["u == x"], "'u == x' is a condition, and no number"),
        (["2 = x"], "an equation is no expression"),
    ],
)
def test_a_name_that_cannot_be_had_is_refused(typed: list[str], problem: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(typed)
    assert caught.value.problem == problem
    assert caught.value.hint


@pytest.mark.parametrize("typed", [["y = log(u)", "u = x^2"], ["x^2", "x = 3"]])
def test_a_name_that_was_a_variable_before_it_was_a_target_is_refused(typed: list[str]) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(typed)
    error = caught.value
    assert error.expression == typed[1]
    assert error.expression[error.start : error.end] == typed[1][0]


def test_no_expression_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no expression was given"):
        parse([])


# --- what is wrong, and where -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "carets", "problem", "hint"),
    [
        ("x*sni(x)", "  ^^^", "unknown function 'sni'", "did you mean 'sin'?"),
        ("u = x*sni(x)", "      ^^^", "unknown function 'sni'", "did you mean 'sin'?"),
        ("x + foo(x)", "    ^^^", "unknown function 'foo'", "see 'tapecli functions'"),
        ("1 + x(x+1)", "    ^", "is 'x' a function?", "write x*(x+1)"),
        ("f(x", "^", "is 'f' a function?", "write f*(...), or f(x) = ...; f(x)"),
        ("f(x) + g = 2", "^", "is 'f' a function?", "write f*(x), or f(x) = ...; f(x)"),
        ("f(x) == 2", "^", "is 'f' a function?", "write f*(x), or f(x) = ...; f(x)"),
        ("pi(2)", "^^", "is 'pi' a function?", "write pi*(2)"),
        ("x + sinx", "    ^^^^", "unknown name 'sinx'", "did you mean 'sin(x)'?"),
        ("LAG(x)", "^^^", "unknown function 'LAG'", "did you mean 'log' or 'lg'?"),
        (
            "2 + xy",
            "    ^^",
            "unknown name 'xy'",
            "write x*y, or give the variable its points: --at xy=1..3",
        ),
        ("2|x|", " ^", "a product with '|' needs its '*'", "write 2*|x|"),
        ("x|y|", " ^", "a product with '|' needs its '*'", "write x*|y|"),
        ("x 2", "  ^", "a number after a factor", "write x*2, or x^2"),
        ("2 3", "  ^", "a number after a factor", "write 2*3, or 2^3"),
        ("y = x 25", "      ^^", "a number after a factor", "write x*25, or x^25"),
        ("sin(x, y)", "^^^", "'sin' takes one argument, not 2", "write sin(x)"),
        ("1+atan2(x)", "  ^^^^^", "'atan2' takes 2 arguments, not 1", "write atan2(y, x)"),
        ("x + sin", "    ^^^", "'sin' has no argument", "write sin(x)"),
        ("sin^x(x)", "   ^", "which part of 'sin' is raised?", "write sin(x)^n"),
        ("sin^-1 x", "^^^^^^", "'sin^-1' can be read in two ways", "write asin(x), or 1/sin(x)"),
        (
            "x = 1 = 2",
            "      ^",
            "an equation is no expression",
            "write 1 - (2)",
        ),
        ("sin = 2", "^^^", "'sin' is a function", "choose another name"),
        (" u = u + 1", " ^", "'u' is defined by itself", "choose another name"),
        ("x + ()", "     ^", "nothing between the brackets", "write (x + 1)"),
        ("2(x+(y)", " ^", "'(' is never closed", "write ')' where it ends"),
        ("x + |y", "    ^", "'|' is never closed", "write '|' where it ends"),
        ("x+1)", "   ^", "')' closes nothing", "leave it out, or open a bracket before it"),
        (
            "x + ",
            "   ^",
            "the expression ends too early",
            "write a number or a variable behind '+'",
        ),
        (
            "u = 2*",
            "      ^",
            "the expression ends too early",
            "write a number or a variable behind '*'",
        ),
        (
            "x,y",
            " ^",
            "a comma outside of a function's brackets",
            "give two expressions: 'x^2' 'x^3'",
        ),
        ("*x", "^", "unexpected '*'", "write a number or a variable before '*'"),
        ("x^^2", "  ^", "unexpected '^'", "write an operator, such as + or *, between"),
        ("x//2", "  ^", "unexpected '/'", "write floor(x/2) for a whole quotient, or x/2"),
        ("x + $y", "    ^", "unexpected '$'", "leave it out, or write one on each side: $x^2$"),
        ("x\u200f+1", " ^", "an unreadable character: RIGHT-TO-LEFT MARK", ""),
        ("x\x00", " ^", "an unreadable character: U+0000", ""),
        ("1e401 + x", "^^^^^", "a number of more than 400 digits", "write a shorter one"),
        ("x^1000001", "  ^^^^^^^", "an exponent beyond 1,000,000", ""),
        ("x^(10^7)", "  ^^^^^^", "an exponent beyond 1,000,000", ""),
        ("x^( 10^7 )", "  ^^^^^^^^", "an exponent beyond 1,000,000", ""),
        ("x^(-1000001)", "  ^^^^^^^^^^", "an exponent beyond 1,000,000", ""),
        ("x^pow(10,7)", "  ^^^^^^^^^", "an exponent beyond 1,000,000", ""),
        ("x²²²²²²²²", " ^^^^^^^^", "an exponent beyond 1,000,000", ""),
        (
            "1 + 10^399*10^99",
            "    ^^^^^^^^^^^^",
            "a constant of more than 400 digits",
            "write smaller numbers",
        ),
    ],
)
def test_the_caret_the_problem_and_the_hint(
    typed: str, carets: str, problem: str, hint: str
) -> None:
    error = refused(typed)
    assert (error.expression, error.problem, error.hint) == (typed, problem, hint)
    assert " " * error.start + "^" * (error.end - error.start) == carets


@pytest.mark.parametrize("typed", ["", " ", "y=", "y = "])
def test_even_an_empty_expression_has_a_place_for_a_caret(typed: str) -> None:
    error = refused(typed)
    assert error.problem == "the expression is empty"
    assert error.start < error.end


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("sin²", "'sin' has no argument"),
        ("sin^2", "'sin' has no argument"),
        ("2 + √", "'√' has no argument"),
        ("|sin|", "'sin' has no argument"),
        ("(sin)", "'sin' has no argument"),
        ("sin*2", "'sin' has no argument"),
        ("sin + x", "'sin' has no argument"),
    ],
)
def test_a_function_without_an_argument_is_named_wherever_it_stands(
    typed: str, problem: str
) -> None:
    assert refused(typed).problem == problem


def test_a_bar_that_a_bracket_cuts_off_is_never_closed() -> None:
    assert refused("(|x)").problem == "'|' is never closed"


def test_a_comma_inside_of_brackets_is_not_said_to_be_outside() -> None:
    assert "outside" not in refused("sin(,x)").problem


@pytest.mark.parametrize(
    "typed",
    [
        *("2|x|", "x|y|", "|x||y|", "|2|x||", "x(x+1)", "x((x+1)*2)", "x(", "x((x", "f(y", "x 2"),
        *("(x)2", "x^2 2", "|x|2", "sin(x)2", "sin(x,y)", "pow(x)", "sin^-1 x", "log⁻¹x", "sin"),
    ],
)
def test_a_hint_to_write_something_can_be_read_once_it_is_filled_in(typed: str) -> None:
    hint = refused(typed).hint
    for written in hint.removeprefix("write ").split(", or "):
        if hint:
            parse(written.replace("...", "z"))


@pytest.mark.parametrize(
    "typed", ["x" * 10_000, "x" * 9_999 + "(", "f(" * 5_000, "x(" + "y" * 5000]
)
def test_a_message_is_short_however_long_the_text(typed: str) -> None:
    error = refused(typed)
    assert len(str(error)) <= MESSAGE


# --- nothing typed is run ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        '__import__("os").system("id")',
        "__import__('os')",
        "__import__(os)",
        "__builtins__",
        "exec(1)",
        'exec("1")',
        "eval(x)",
        "compile(x)",
        "open(x)",
        "print(x)",
        "getattr(x, y)",
        "globals()",
        "lambda: 1",
        "lambda: x",
        "(lambda x: x)(1)",
        "x.real",
        "x.__class__",
        "().__class__.__mro__",
        "1 .real",
        "(1).bit_length()",
        "sin.__globals__",
        "x[0]",
        "[x for x in y]",
        "{x!r:}",
        "{x.__class__}",
        "{0.__class__}",
        "%s",
        "%(x)s",
        'f"{x}"',
        "f'{x}'",
        '"x"',
        "'x'",
        '"""x"""',
        "`id`",
        "$(id)",
        "${HOME}",
        "$HOME",
        "~x",
        "!id",
        "x; import y",
        "x && y",
        "x > y",
        "x >> 2",
        "x & y",
        "x if y else z",
        "x and y",
        "not x",
        "(x := 2)",
        "x @ y",
        "import os",
        "yield x",
        "await x",
        "*x",
        "**x",
        "\\x41",
        "\\N{DIGIT ONE}",
        "x # y",
        "x\\\n",
        "0x10.real",
        "1j.imag",
        "../x",
        "@x",
        "<script>",
        "[red]x[/red]",
    ],
)
def test_an_attempt_to_run_code_is_refused(typed: str) -> None:
    error = refused(typed)
    assert 0 <= error.start < error.end <= len(typed) + 1


# --- nothing typed gives anything but a tree or an error ----------------------------------------

words = st.sampled_from(
    [
        *(*FUNCTION_NAMES, *CONSTANT_NAMES, *"xyz0123456789()()||^*+-/=,.· \t\n²³⁻⁺¹"),
        *("**", "1e5", "1e", "foo", "foo(", "𝑥", "\u0301", "\u200f", "\u202e", "\u2003"),
        *("\ud800", "\x00", "\x1b[31m"),
    ]
)
texts = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(codec=None, categories=["Cc", "Cf", "Cs", "Mn", "Nd", "Zs"])),
    st.lists(words, max_size=15).map("".join),
)


def outcome_of(typed: list[str]) -> tuple[Expression, ...] | UsageError:
    try:
        return parse(typed)
    except UsageError as error:
        return error


@given(texts)
@example("")
@example("\ud800")
@example("x\u0301")
@example("\u200fx")
@example("\u202ex")
@example("\x0by=x")
@example("١")
@example("²")
@example("⁻")
@example("x⁻")
@example("sin⁻x")
@example("1e")
@example("1e+")
@example(".")
@example("||")
@example("|")
@example("x=")
@example("=")
@example("sin=")
def test_no_text_whatever_gives_anything_but_a_tree_or_an_error(typed: str) -> None:
    outcome = outcome_of([typed])
    if isinstance(outcome, ExpressionError):
        assert outcome.expression == typed
        assert 0 <= outcome.start <= outcome.end <= len(typed) + 1
        assert outcome.problem
        assert len(str(outcome)) <= MESSAGE
        assert not any(c < " " or "\x7f" <= c < "\xa0" for c in str(outcome))
    else:
        assert not isinstance(outcome, UsageError)
        assert read(outcome[0].text) is outcome[0].tree


@given(st.lists(texts | words, max_size=6))
def test_no_list_of_texts_gives_anything_but_trees_or_an_error(typed: list[str]) -> None:
    outcome = outcome_of(typed)
    assert str(outcome) if isinstance(outcome, UsageError) else len(outcome) == len(typed)


@given(st.text(st.sampled_from("\x00\x07\x0b\x0c\x1b\x7f\x85\u200b\u2028\u200f\ud800"), min_size=1))
def test_no_invisible_character_is_passed_over_in_silence(typed: str) -> None:
    refused(typed + "x")
    refused(typed + "y=x")
    refused("x" + typed)


# --- bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "x" + " " * (MAX_LENGTH - 1),
        "(" * (MAX_DEPTH - 1) + "x" + ")" * (MAX_DEPTH - 1),
        "-" * (MAX_DEPTH - 1) + "x",
        "x" + "^x" * (MAX_DEPTH - 1),
        "x" + "+x" * (MAX_DEPTH - 1),
        "x" + "*(x" * (MAX_DEPTH // 2 - 1) + ")" * (MAX_DEPTH // 2 - 1),
        "sin " * (MAX_DEPTH - 1) + "x",
        "√" * (MAX_DEPTH - 1) + "x",
        "9" * MAX_DIGITS,
        "1." + "9" * (MAX_DIGITS - 1),
        "1e400",
        "1e-400",
        "1e" + "0" * 500 + "1",
        f"x^{MAX_EXPONENT}",
        f"x^-{MAX_EXPONENT}",
        "x¹⁰⁰⁰⁰⁰⁰",
        f"sin^{MAX_EXPONENT} x",
        "10^399",
        "(1+1/10^6)^400",
    ],
    ids=lambda typed: typed[:20],
)
def test_what_is_just_within_a_bound_is_read(typed: str) -> None:
    assert isinstance(read(typed), Node)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" + " " * MAX_LENGTH, "the expression has 10,001 characters"),
        ("+" * 5_000_000, "the expression has 5,000,000 characters"),
        ("(" * 200 + "x" + ")" * 200, "more than 200 nested brackets and operators"),
        ("(" * 4_999 + "x" + ")" * 4_999, "more than 200 nested brackets and operators"),
        ("x*(" * 1_500 + "x" + ")" * 1_500, "more than 200 nested brackets and operators"),
        ("x" + "*(x" * 100 + ")" * 100, "more than 200 nested brackets and operators"),
        ("-" * 200 + "x", "more than 200 nested brackets and operators"),
        ("-" * 9_999 + "x", "more than 200 nested brackets and operators"),
        ("x" + "^x" * 4_999, "more than 200 nested brackets and operators"),
        ("x" + "+x" * 4_999, "more than 200 nested brackets and operators"),
        ("x " * 5_000, "more than 200 nested brackets and operators"),
        ("x²" * 5_000, "more than 200 nested brackets and operators"),
        ("sin " * 2_499 + "x", "more than 200 nested brackets and operators"),
        ("√" * 9_999 + "x", "more than 200 nested brackets and operators"),
        ("|" * 300 + "x" + "|" * 300, "more than 200 nested brackets and operators"),
        ("(" * 10_000, "'(' is never closed"),
        (")" * 10_000, "')' closes nothing"),
        ("9" * 401, "a number of more than 400 digits"),
        ("9" * 10_000, "a number of more than 400 digits"),
        ("1." + "9" * 400, "a number of more than 400 digits"),
        ("1e401", "a number of more than 400 digits"),
        ("1e-401", "a number of more than 400 digits"),
        ("1e99999999999", "a number of more than 400 digits"),
        ("1e" + "9" * 9_000, "a number of more than 400 digits"),
        ("9" * 400 + "e400", "of more than 400 digits"),
        ("10^401", "a constant of more than 400 digits"),
        ("10^-401", "a constant of more than 400 digits"),
        ("2^1400", "a constant of more than 400 digits"),
        ("2^5000", "a constant of more than 400 digits"),
        ("2^1000000", "a constant of more than 400 digits"),
        ("(1/3)^1000000", "a constant of more than 400 digits"),
        ("10^300*10^300", "a constant of more than 400 digits"),
        ("x^1000001", "an exponent beyond 1,000,000"),
        ("x^-1000001", "an exponent beyond 1,000,000"),
        ("x^(10^6+1)", "an exponent beyond 1,000,000"),
        ("x^1e400", "an exponent beyond 1,000,000"),
        ("x^9^9^9^9", "an exponent beyond 1,000,000"),
        ("9^9^9^9", "an exponent beyond 1,000,000"),
        ("pow(x, 1000001)", "an exponent beyond 1,000,000"),
        ("x¹⁰⁰⁰⁰⁰¹", "an exponent beyond 1,000,000"),
        ("x" + "²" * 9_999, "an exponent beyond 1,000,000"),
        ("x^" + "9" * 400, "an exponent beyond 1,000,000"),
        ("sin^1000001 x", "an exponent beyond 1,000,000"),
        ("sin^" + "9" * 9_000 + " x", "an exponent beyond 1,000,000"),
    ],
    ids=lambda typed: typed[:20],
)
@pytest.mark.usefixtures("garbage_waits")
def test_what_is_past_a_bound_is_refused_quickly(typed: str, problem: str) -> None:
    started = time.process_time()
    error = refused(typed)
    assert time.process_time() - started < SECONDS
    assert problem in error.problem
    assert 0 <= error.start < error.end <= len(typed) + 1


def test_an_exponent_is_bounded_when_it_has_a_name_as_well() -> None:
    with pytest.raises(ExpressionError, match="an exponent beyond 1,000,000"):
        parse(["u = 1000000", "x^(u*u)"])


def test_the_bound_on_depth_names_a_way_out() -> None:
    assert refused("-" * 200 + "x").hint == "give parts of it names: 'u = ...' 'y = log(u)'"
    names = [f"u{level}" for level in range(1, 4)]
    texts = ["u1 = " + "-" * 199 + "x", "u2 = " + "-" * 199 + "u1", "u3 = " + "-" * 199 + "u2"]
    assert [target.name for target in parse(texts)] == names


def test_no_more_targets_than_the_bound() -> None:
    assert len(parse(["x"] * MAX_TARGETS)) == MAX_TARGETS
    with pytest.raises(UsageError, match="51 expressions: no more than 50 at once"):
        parse(["x"] * (MAX_TARGETS + 1))


@pytest.mark.parametrize(
    ("names", "hint"), [(100, "did you mean 'a5"), (MAX_COMPARED, "--at a5x=1..3")]
)
def test_what_was_meant_is_looked_for_among_a_bounded_number_of_names(
    names: int, hint: str
) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse("a5x + x", variable_names=[f"a{i}" for i in range(names)])
    assert hint in refused.value.hint


@pytest.mark.usefixtures("garbage_waits")
def test_targets_that_double_stay_small() -> None:
    started = time.process_time()
    targets = parse(["u0 = x", *(f"u{i} = u{i - 1}*u{i - 1}" for i in range(1, MAX_TARGETS))])
    shown = targets[-1].text
    assert time.process_time() - started < SECONDS
    assert shown == "u48*u48"


def test_more_may_use_the_names_of_all_targets_and_count_for_themselves() -> None:
    targets = [f"t_{i} = x^{i}" for i in range(1, MAX_TARGETS + 1)]
    trees = parse_claims(targets, [f"2*t_{MAX_TARGETS}", "x"] * MAX_TARGETS)
    assert len(trees) == 2 * MAX_TARGETS
    assert {text(tree) for tree in trees} == {f"2*t_{MAX_TARGETS}", "x"}
