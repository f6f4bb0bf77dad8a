"""Run each unit's instructions, as the code generator makes them, through the passes over the graph.

Files come on standard input, one a line. For each unit three lines go out: the instructions before,
the constants after, the instructions behind. The constants before are made up: see `constant`.
"""
import ast
import sys
import _testinternalcapi


def constant(index):
    return (None, 1000 + index, f"s{index}", index % 16 < 8, 0.5 + index, index, (f"t{index}",), b"b%d" % index)[
        index % 8
    ]


def show(value):
    if isinstance(value, tuple):
        return "(" + "".join(show(item) + ";" for item in value) + ")"
    if isinstance(value, frozenset):
        return "{" + "".join(sorted(show(item) + ";" for item in value)) + "}"
    if isinstance(value, slice):
        return "slice" + show((value.start, value.stop, value.step))
    return repr(value).replace(" ", "")


def line(instructions):
    out = []
    for op, arg, *place in instructions:
        out += [op, -1 if arg is None else arg, *place]
    return " ".join(map(str, out))


def unit(sequence, out):
    instructions = sequence.get_instructions()
    nested = sequence.get_nested()
    last = max((arg for _, arg, *_ in instructions if arg is not None), default=0)
    consts = [constant(number) for number in range(last + 1)]
    result = _testinternalcapi.optimize_cfg(sequence, consts, len(consts))
    out.write(line(instructions) + "\n")
    out.write(" ".join(map(show, consts)) + "\n")
    out.write(line(result.get_instructions()) + "\n")
    for inner in nested:
        unit(inner, out)


def main():
    sys.setrecursionlimit(10000)
    out = sys.stdout
    for name in sys.stdin:
        name = name.rstrip("\n")
        try:
            with open(name, "rb") as file:
                tree = ast.parse(file.read())
            sequence, _ = _testinternalcapi.compiler_codegen(tree, name, 0)
        except (SyntaxError, ValueError, RecursionError, UnicodeError):
            continue
        out.write(f"# {name}\n")
        unit(sequence, out)


main()
