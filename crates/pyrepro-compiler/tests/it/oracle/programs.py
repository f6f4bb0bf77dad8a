"""Compile small programs: those of a file, or every statement in every scope of ../../mutants/programs.py.

Standard input: what to compile, and the levels. For each program and level: its source, two bytes (the level;
0: compiled, 1: refused, 2: given up), marshal data and the warnings, one a line; each but the bytes behind its
length (4 bytes, little endian).
"""

import marshal
import os
import struct
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))


def composed(nth):
    sys.path.insert(0, os.path.join(HERE, "..", "..", "mutants"))
    import programs

    number = 0
    for wrapper in programs.WRAPPERS:
        for statement in programs.STATEMENTS:
            number += 1
            if number % nth == 0:
                yield programs.wrap(wrapper, statement)


def listed(name):
    with open(os.path.join(HERE, "..", name), encoding="utf-8", newline="\n") as file:
        return file.read().split("# ---\n")


def outcome(source, level):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            data = marshal.dumps(compile(source, "m.py", "exec", dont_inherit=True, optimize=level))
        except (SyntaxError, ValueError, SystemError):
            return 1, b"", b""
        except (RecursionError, MemoryError):
            return 2, b"", b""
    return 0, data, "".join(map(shown, seen)).encode("utf-8", "replace")


def shown(warning):
    # Folding warns of the line that calls the compiler.
    line = warning.lineno if warning.filename == "m.py" else 0
    return f"{warning.category.__name__}: {warning.message} ({line})\n"


def packed(data):
    return struct.pack("<I", len(data)) + data


def apart(source, level):
    """The outcome in a process of its own: nested blocks make some releases crash."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        kind, data, told = outcome(source, level)
        with os.fdopen(writer, "wb") as file:
            file.write(bytes([kind]) + packed(data) + packed(told))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        answer = file.read()
    os.waitpid(child, 0)
    return answer or bytes([2]) + packed(b"") + packed(b"")


def main():
    what, levels = sys.stdin.readline().split()
    for program in composed(int(what)) if what.isdigit() else listed(what):
        source = program.encode("utf-8")
        for level in map(int, levels):
            sys.stdout.buffer.write(packed(source) + bytes([level]) + apart(source, level))


main()
