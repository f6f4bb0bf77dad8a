"""Take code objects apart: instructions with locations and handlers, and the bytes they stand for.

Files come on standard input, one a line. For each code object two lines go out: its instructions, seven or
nine numbers each (op, arg or target, line, end line, column, end column, -1 or handler, depth, lasti), and
its first line, code, line table and exception table.
"""
import dis
import opcode
import sys
import types

CACHES = opcode._inline_cache_entries
if isinstance(CACHES, list):
    CACHES = dict(enumerate(CACHES))
else:
    CACHES = {opcode.opmap[name]: count for name, count in dict(CACHES).items()}
EXTENDED_ARG = opcode.opmap["EXTENDED_ARG"]
JUMPS = set(opcode.hasjrel)
BACKWARD = {number for name, number in opcode.opmap.items() if "BACKWARD" in name}
END_ASYNC_FOR = opcode.opmap["END_ASYNC_FOR"] if opcode.opmap["END_ASYNC_FOR"] in JUMPS else -1


def numbers(code):
    raw = code.co_code
    positions = list(code.co_positions())
    entries = dis._parse_exception_table(code)
    rows, starts, at, arg = [], {}, 0, 0
    start = 0
    while at < len(raw):
        op, byte = raw[at], raw[at + 1]
        arg = arg << 8 | byte
        at += 2
        if op == EXTENDED_ARG:
            continue
        at += 2 * CACHES.get(op, 0)
        starts[start] = len(rows)
        rows.append((start, at, op, arg))
        start, arg = at, 0
    for start, end, op, arg in rows:
        if op in JUMPS:
            if op == END_ASYNC_FOR:
                arg = starts[end - 2 * arg - 10]
            else:
                arg = starts[end - 2 * arg if op in BACKWARD else end + 2 * arg]
        place = [-1 if number is None else number for number in positions[start // 2]]
        handler = [-1]
        for entry in entries:
            if entry.start <= start < entry.end:
                handler = [starts[entry.target], entry.depth + 1 + entry.lasti, int(entry.lasti)]
        yield [op, arg, *place, *handler]


def show(code):
    print(";".join(" ".join(map(str, row)) for row in numbers(code)))
    print(code.co_firstlineno, code.co_code.hex(), code.co_linetable.hex(), code.co_exceptiontable.hex() or "-")
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            show(inner)


for name in sys.stdin:
    name = name.rstrip("\n")
    try:
        with open(name, "rb") as file:
            code = compile(file.read(), name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, UnicodeError):
        continue
    print("#", name)
    show(code)
