"""What `dis` makes of sources, a JSON line each: disassemble.py FOLDER, then the sources' paths on standard input.

Writes N.pyc into the folder for the N-th source. Of what `dis` tells differently in each version it
tells what all have: numbers and names as they are, lines of every instruction, places of all.
"""

import dis
import json
import marshal
import sys
import types


def main(folder):
    for number, path in enumerate(sys.stdin.read().split("\n")):
        with open(path, "rb") as file:
            source = file.read()
        try:
            code = compile(source, "m.py", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            print("null")
            continue
        with open("%s/%d.pyc" % (folder, number), "wb") as file:
            file.write(b"0123456789abcdef" + marshal.dumps(code))
        print(json.dumps(list(code_objects(code))))


def code_objects(code):
    yield {"name": code.co_name, "instructions": instructions(code), "handlers": handlers(code)}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_objects(constant)


def instructions(code):
    lines, places = unit_lines(code), unit_places(code)
    shown = list(dis.get_instructions(code))
    targets = {found.offset for found in shown if found.is_jump_target}
    return [
        [found.offset, found.opname, found.arg, argument(found), found.offset in targets, lines[found.offset // 2]]
        + places[found.offset // 2]
        for found in shown
    ]


def argument(found):
    if found.opcode in dis.hasconst and found.argrepr:
        return shown(found.argval)
    return escaped(found.argrepr)


def shown(value):
    """The constant as pyrepro shows it, which is nearly as Python does."""
    if isinstance(value, types.CodeType):
        return "<code object %s>" % escaped(value.co_name)
    if isinstance(value, int) and not isinstance(value, bool) and not -(2 ** 31) <= value < 2 ** 31:
        return hex(value)
    if isinstance(value, str):
        return quote(value) + escaped(value, quote(value)) + quote(value)
    if isinstance(value, tuple):
        return "(%s%s)" % (", ".join(map(shown, value)), "," * (len(value) == 1))
    if isinstance(value, frozenset):
        # Their order is not that of the file.
        return "frozenset({%s})" % ", ".join(map(shown, value))
    if type(value).__name__ == "slice":
        return "slice(%s)" % ", ".join(map(shown, (value.start, value.stop, value.step)))
    return repr(value)


def quote(text):
    return '"' if "'" in text and '"' not in text else "'"


def escaped(text, quote=""):
    """Which characters can be printed is another matter in each version: only ASCII is compared."""
    return "".join(escape(character, quote) for character in text)


def escape(character, quote):
    if character in "\\" + quote:
        return "\\" + character
    if character > "~":
        return "?"
    return character if character == "'" or character == '"' else repr(character)[1:-1]


def unit_lines(code):
    """The line of each code unit; None for code of no line."""
    size = len(code.co_code) // 2
    lines = [None] * size
    if hasattr(code, "co_lines"):
        for start, end, line in code.co_lines():
            lines[start // 2 : end // 2] = [line] * (end // 2 - start // 2)
        return lines[:size]
    for start, line in dis.findlinestarts(code):
        lines[start // 2 :] = [line] * (size - start // 2)
    return lines[:size]


def unit_places(code):
    if hasattr(code, "co_positions"):
        return [list(place[1:]) for place in code.co_positions()]
    return [[None, None, None]] * (len(code.co_code) // 2)


def handlers(code):
    parse = getattr(dis, "_parse_exception_table", None)
    return [list(entry)[:5] for entry in parse(code)] if parse else []


main(sys.argv[1])
