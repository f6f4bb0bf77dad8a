"""Compile files and programs: those that the file of the first argument (else standard input) lists, one a line.

The second argument is the levels (all of them unless it is there), as `012`, the third how many programs to leave out at the
start. A file that ends with `.bin` holds many programs, each behind its
length (4 bytes, little endian); they are named `FILE:NUMBER`. The first line that goes out is the version. Then
there is `# NAME` for each program, and for each level the level and what came of it: marshal data in hexadecimal,
`- ` and kind, line and message of the error, or `?` where the interpreter gives up. Behind marshal data comes each
warning, behind a tab: category, line (0 if it names no place in the source) and message, in hexadecimal.

This runs in CPython as WebAssembly too, which sees the files of the machine below `/host`.
"""

import itertools
import marshal
import os
import struct
import sys
import warnings

HOST = "/host" if os.path.isdir("/host") else ""


def programs(listed):
    with open(listed, encoding="utf-8", errors="surrogateescape") as names:
        for name in names.read().split("\n")[:-1]:
            with open(HOST + name, "rb") as file:
                data = file.read()
            if name.endswith(".bin"):
                yield from bundled(name, data)
            else:
                yield name, data


def bundled(name, data):
    place = number = 0
    while place < len(data):
        (size,) = struct.unpack_from("<I", data, place)
        yield f"{name}:{number}", data[place + 4 : place + 4 + size]
        place, number = place + 4 + size, number + 1


def outcome(source, name, level):
    told = []

    def tell(message, category, filename, lineno, file=None, line=None):
        place = lineno if filename == name else 0
        told.append(f"\t{category.__name__} {place} {str(message).encode('utf-8', 'replace').hex()}")

    # Much cheaper than to catch the warnings of each program.
    warnings.showwarning = tell
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=level)
        return marshal.dumps(code).hex() + "".join(told)
    except SyntaxError as error:
        return f"- {type(error).__name__} {error.lineno} {error.msg!a}"
    except (ValueError, OverflowError) as error:
        return f"- {type(error).__name__} None {str(error)!a}"
    except (RecursionError, MemoryError, SystemError):
        return "?"


def main():
    warnings.simplefilter("always")
    listed = sys.argv[1] if sys.argv[1:] else "/dev/stdin"
    levels = sys.argv[2] if sys.argv[2:] else "012"
    skipped = int(sys.argv[3]) if sys.argv[3:] else 0
    print("%d.%d.%d" % sys.version_info[:3])
    for name, source in itertools.islice(programs(listed), skipped, None):
        # All that is known is out before a program that may make the interpreter crash.
        print("#", name, flush=True)
        for level in map(int, levels):
            print(level, outcome(source, name, level))


main()
