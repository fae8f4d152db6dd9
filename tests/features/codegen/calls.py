"""The calls whose programs are run: every arrangement, order, dtype and function, and traps."""

from __future__ import annotations

from tests.rows import applied, sloping_samples

from tapecli.expressions.functions import FUNCTIONS, is_taped, limits

_DOMAINS = {"lgamma": "-1.5,2.5", "gamma": "-2.5,-1.5,0.5,3"}
"""Points of functions beyond their samples."""


def _of_functions() -> list[str]:
    """Each function alone, at orders up to 2, and functions of two arguments by both."""
    rows = []
    for name, row in FUNCTIONS.items():
        if not is_taped(name):
            continue
        missing = [limit.order for limit in limits(name) if limit.dtype == "float64"]
        order = 1 if 2 in missing else 2
        sample = float(next(iter(sloping_samples(name).values())))
        points = _DOMAINS.get(name, f"{sample},{sample + 0.25}")
        rows.append(f"'{applied(name)}' --x {points} --order {order}")
        if row.arity == 2 and row.tape and all(row.derivatives) and order == 2:
            rows.append(f"'{name}(x,y)' --wrt x,y --wrt x --wrt y,y --x 0.3,0.7 --y 1.5")
            rows.append(f"'{name}(x,2)+{name}(0.5,x)' --x 0.3,0.7 --order 2")
    return rows


_MANY = [f"variable_{number:02}" for number in range(11)]
_AT = " ".join(f"--at {name}={number + 1}" for number, name in enumerate(_MANY))
_BY = " ".join(f"--wrt {name}" for name in _MANY)
_SUM = " + ".join(f"{name}^{number % 3 + 1}*{_MANY[0]}" for number, name in enumerate(_MANY))
_NESTED = " ".join(f"'t{number}{'_' * 9} = x^{number} + sin(x)*y'" for number in range(10))

CALLS = [
    "",
    "'f(x) = x^2 + 1; f(f(x))' \"sum(x^k/k!, k = 0..12)\" --x 0.5,2 --order 2",
    "'prod(x - k, k = 1..9) + x*diff(sin(x)/x, x)' --x 0.5,2.25 --order 2",
    "--order 0",
    "--order 2",
    "--order 2 --x 1..3",
    "--order 3",
    "--order 4",
    "--order 6",
    "'log(x^2)' --order 2 --x 2",
    # the arrangements
    "'u = x^2' 'y = log(u)'",
    "'u = x^2' 'y = log(u)' --method parallel",
    "'u = x^2' 'y = log(u)' --method nested",
    "'u = x^2' 'y = log(u)' --method persistent",
    "'u = x^2' 'y = log(u)' --method batch",
    "'u = x^2' 'y = log(u)' 'v = y*u' --method nested",
    "'u = x^2' 'y = log(u)' 'v = y*u' 'w = v+1' --method nested --x 1,2",
    "'u = x^2' 'y = log(u)' --order 2",
    "'u = x^2' 'y = log(u)' --order 2 --method batch",
    "'u = x^2' 'y = log(u)' --order 5",
    "'u = x^2' 'y = log(u)' --order 0",
    "'sin(x)' --method single",
    "'sin(x)' --method nested",
    "'sin(x)' --method parallel",
    "'sin(x)' --method persistent",
    "'sin(x)' --method batch --x 2",
    "'x*y' 'x+y' 'x/y' --wrt x --wrt y --x 1..3 --y 2 --method batch",
    "'x*y' 'x+y' 'x/y' --wrt x --wrt y --x 1..3 --y 2 --method parallel",
    "'x*y' 'x+y' 'x/y' --wrt x --wrt y --x 1..3 --y 2 --method persistent",
    "'x*y' 'x+y' 'x/y' --wrt x --wrt y --x 1..3 --y 2 --method nested",
    # several variables
    "'x^2*y^3' --wrt x --wrt y --x 2 --y 3",
    "'x^2*y^3' --wrt x,y --x 2 --y 3",
    "'x^2*y^3' --wrt x,x,y --x 1..3 --y 1..2",
    "'x^2*y^3' --wrt x,x,y --wrt y,x --wrt y --x 1..2 --y 1..3",
    "'x^2*exp(y)' --wrt x,x,y,y,x,y --x 1..2 --y 1..3",
    "'x^2*y^3' 'x/y' --wrt x --wrt y --order 5 --x 1..2 --y 3",
    "'x^2*y^3' --wrt y --x 1..3 --y 4..6 --zip --order 2",
    "'x*y*z' --wrt x,y,z --x 1..2 --y 3..4 --z 5",
    "'x/y' --wrt x --wrt y --order 3 --x 0..2 --y 1",
    "'x*y+z' --wrt x,y --wrt z --method batch --x 1 --y 2 --z 3",
    "'x*exp(y)' --wrt x,y --wrt x --wrt y --method batch --x 1..2 --y 3..5",
    "'x + y' --wrt x,y --wrt x,x --x 1 --y 2",
    f"'{_SUM}' {_BY} {_AT}",
    f"'{_SUM}' {_BY} {_AT} --order 2",
    f"'{_SUM}' {_BY} {_AT} --order 2 --method batch",
    f"'{_SUM}' {_BY} {_AT} --order 5",
    f"'{_SUM}' 'u = sin({_MANY[3]})' {_BY} {_AT} --method parallel",
    f"'{_SUM}' {_BY} {_AT} --execution xla",
    f"'{_SUM}' {_BY} {_AT} --execution graph --order 5",
    f"{_NESTED} --method nested --wrt x --wrt y --x 1..2 --y 3",
    f"{_NESTED} --method nested --wrt x --wrt y --x 1..2 --y 3 --execution xla",
    f"{_NESTED} --method parallel --wrt x --wrt y --x 1..2 --y 1..11",
    f"{_NESTED} --method batch --wrt x --wrt y --x 1..2 --y 3",
    f"{_NESTED} --method nested --wrt x --order 5 --x 1..2 --y 3",
    # connections that end
    "3",
    "'2^0.5' --x 1..3 --order 2",
    "3 --order 5",
    "'3*x' --order 3",
    "'x' 'x' --order 2",
    "'x^2' --order 5",
    "'x^3' --order 4 --x=-1,0,1",
    "'x^7' --order 6 --x=-1,0,1",
    "'sign(x)*x' --order 3 --x=-1,0,1",
    "'sign(x)*sign(x)' --order 3 --x=-1,0,1",
    "'exp(sign(x))' --order 3 --x=-1,0,1",
    "'|x|*|x|' --order 4 --x=-1,0,1",
    "'max(x,x^2)' --order 3 --x=-1,0,1",
    "'x - x' '2 + 0x' --order 2",
    "'3 + 0x' 'x' --method batch",
    "'3' --method batch --order 2",
    "'3*x' --method batch --order 2",
    # awkward points and numbers
    "'cbrt(x)' --x=-8,0,8 --order 2",
    "'|x|' --x=-1,0,1 --order 2",
    "'log(x)' --x=-1,0,1 --order 2",
    "'x^x' --x=-1,0,0.5 --order 2",
    "'sqrt(x)' --x=-1,0,4 --order 3",
    "'1/x' --x=-1,0,1 --order 2",
    "'x^-2 + x^0.5 + 2^x + pi^x + e^x + (x+1)^1.5 + x^(1/3)' --order 2",
    "'1/3*x + 0.1*x - 2*pi*x + tau/e*x' --order 1",
    "'1/3*x + 0.1*x - 2*pi*x + tau/e*x' --order 1 --dtype float32",
    "'10^20*x + 1e300*x + 2^60*x + 10^6*x - (-3)*x - -x + 1/0*x + 0*x'",
    "'(2-2)*x + (1-(2-3*x)) - 2/(3/x)/(4*x) + (x-(1-x))' --order 2",
    "'log(2)*x + sqrt(2)^2*x + hypot(3,4)*x + max(2,3)*x + sec(1)*x' --order 1",
    "'sin(x)*cos(x) + sin(x)^5 + sin(cos(sin(cos(x*x+1)+2)+3)+4)' --order 2",
    "'exp(-x^2/2)/sqrt(2pi) + sin(x)*exp(-3x)*cos(5x) + log(1+x^2)*atan(x/3) + tanh(x)^3'",
    "'(1+x)*(1+x)/(1-x) + (1+x)^2' '(1+x)*3' --order 2 --x 2..4",
    # dtypes and executions
    *(
        f"'x*sin(x) + 1/3*x^3 + 0.1' --order 2 --dtype {dtype} --x 0.1,1,3"
        for dtype in ("float64", "float32", "float16", "bfloat16")
    ),
    "'x^2 + 70000*x + 2049' --dtype float16 --x 0.1",
    "'x^2 + 257*x' --dtype bfloat16 --x 0.1,100",
    "'u = x^2' 'y = log(u)' --order 2 --execution graph",
    "'u = x^2' 'y = log(u)' --order 2 --execution xla",
    "'u = x^2' 'y = log(u)' --method nested --execution xla",
    "'log(x^2)' --order 5 --execution graph",
    "'log(x^2)' --order 0 --execution graph --x 2",
    "'log(x^2)*y' --wrt x,y --execution xla --x 2 --y 3",
    "'log(x^2)*y' --wrt x,y --execution graph --x 2 --y 3",
    "'x^2*y^3' --wrt x,x,y,y,x --execution graph --x 1..2 --y 1..3",
    "'x^2*y^3' --wrt x,x,y --execution xla --x 1..2 --y 1",
    # points
    "'sin(x)' --x 0..2pi@13",
    "'sin(x)' --x 0..1:0.1",
    "'sin(x)' --x 0..1:0.01 --dtype float32",
    "'sin(x)' --x 1..30",
    "'sin(x)' --x=-1..1:0.05",
    "'sin(x)' --x 10..-10:-1",
    "'sin(x)' --x 1e-3..1e3@9log --dtype float32",
    "'sin(x)' --x 1/3..2@7 --dtype bfloat16",
    "'sin(x*y)' --wrt x --x 0..1:0.1 --y 1..20",
    "'sin(x*y)' --wrt x --x 0..1:0.1 --y 1..11 --zip",
    "'sin(x)' --x 1..5000 --order 2",
    # names that Python, the program or another has
    "'rows*lambda + print^2' --wrt rows --wrt lambda,print"
    " --at rows=1..2 --at lambda=3 --at print=4",
    "'tf = np^2' 'dy_dx = tf*np' --at np=1..3",
    "'outer = x^2' 'inner = outer*x' --method nested",
    "'values = lower^2' --order 5 --at lower=2",
    "'x2 = x^2' 'y = sin(x)*x^4 + sin(x)'",
    *_of_functions(),
]

_LONG = "a_name_that_is_far_too_long_to_write_twice_in_a_line"

RENAMED = [
    f"'{_LONG}^2' --order 2 --at {_LONG}=1..3",
    f"'{_LONG} = x^2' '{_LONG}_too = x^3' 'y = {_LONG}*{_LONG}_too'",
    f"'{_LONG}*{_LONG}_too' --wrt {_LONG},{_LONG}_too --at {_LONG}=1..3 --at {_LONG}_too=2",
    f"'{_SUM}' --wrt {','.join(_MANY[:4])} {_AT} --execution xla",
    "'λ = θ^2' 'Δ = λ*θ' --order 2",
    "'theta*θ' --wrt θ,theta --at theta=2..3 --at θ=1",
]
"""Calls whose programs have names that the user did not give."""
