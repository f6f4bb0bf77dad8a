"""Evaluates literals that come on standard input, each a line in hexadecimal, and writes value and warnings.

A line is the constant or `!`, and behind a tab for each warning its category, line and message.
"""
import ast
import struct
import sys
import warnings


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
    return "c" + struct.pack(">dd", value.real, value.imag).hex()


def answer(source):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            body = ast.parse(source).body
        except SyntaxError:
            return "!"
    if len(body) != 1 or type(body[0]) is not ast.Expr or type(body[0].value) is not ast.Constant:
        return "?"
    told = ["%s %d %s" % (w.category.__name__, w.lineno, w.message) for w in caught]
    return "\t".join([constant(body[0].value.value)] + [t.encode().hex() for t in told])


for line in sys.stdin:
    print(answer(bytes.fromhex(line)))
