"""Compile small programs: those of a file, or every statement in every scope of ../../mutants/programs.py.

For each program: its source, one byte (0: compiled, 1: refused, 2: given up) and marshal data, the former
and the latter behind their lengths (4 bytes, little endian).
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


def outcome(source):
    try:
        code = compile(source, "m.py", "exec", dont_inherit=True)
        return 0, marshal.dumps(code)
    except (SyntaxError, ValueError, SystemError):
        return 1, b""
    except (RecursionError, MemoryError):
        return 2, b""


def apart(source):
    """The outcome in a process of its own: nested blocks make some releases crash."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        kind, data = outcome(source)
        with os.fdopen(writer, "wb") as file:
            file.write(bytes([kind]) + data)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        answer = file.read()
    os.waitpid(child, 0)
    return (answer[0], answer[1:]) if answer else (2, b"")


def main():
    warnings.simplefilter("ignore")
    what = sys.stdin.readline().strip()
    for program in composed(int(what)) if what.isdigit() else listed(what):
        source = program.encode("utf-8")
        kind, data = apart(source)
        out = struct.pack("<I", len(source)) + source + bytes([kind])
        sys.stdout.buffer.write(out + struct.pack("<I", len(data)) + data)


main()
