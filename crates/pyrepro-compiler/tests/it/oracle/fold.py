"""Compiles expressions that come on standard input, one a line, and writes the constant that each is folded to.

A line `-` stands for an expression that is not one constant, and `!` for one that is refused.
"""
import dis
import struct
import sys


def constant(value):
    kind = type(value)
    if kind is str:
        return "s" + value.encode("utf-8", "surrogatepass").hex()
    if kind is bytes:
        return "b" + value.hex()
    if kind is int:
        return hex(value)
    if kind is float:
        return "f" + struct.pack(">d", value).hex()
    if kind is complex:
        return "c" + struct.pack(">dd", value.real, value.imag).hex()
    if kind is tuple:
        return "t(%s)" % ",".join(map(constant, value))
    return repr(value)


def answer(source):
    try:
        code = compile(source, "<source>", "eval", 0, True)
    except SyntaxError:
        return "!"
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP", "CACHE")]
    if steps[0].opname == "RETURN_CONST" or (len(steps) == 2 and steps[0].opname.startswith("LOAD_")
                                             and steps[1].opname == "RETURN_VALUE"):
        if steps[0].opname == "LOAD_NAME":
            return "-"
        return constant(steps[0].argval)
    return "-"


for line in sys.stdin:
    print(answer(line.rstrip("\n")))
