"""Writes the seeds that lie in seeds/: run once with each interpreter, from this folder.

    for python in python3.7 ... python3.15; do $python seeds.py; done
"""

import importlib.util
import marshal
import os
import struct
import sys

SOURCE = '''
"""Every kind of constant."""
import os.path as p
def outer(a, *b, c=1.5, **d):
    def inner():
        return a, c, -0.0, 2j, 1 << 40, b"bytes", "\\u00e9", "\\ud800", "not a name", None, ..., True
    return [x in {"one", "two", 3} for x in inner() if x not in {1, 2, (3, 4)}]
class C:
    x: int = 10 ** 30
    f = lambda self: (self.x, (1, (2, (3, "x"))), "x", outer)
try:
    p.join(b"ab"[0:1])
except (OSError, KeyError) as error:
    raise
'''

VALUES = [(), [[]], {"key": [1, 2 ** 70]}, frozenset([1, "a", (b"b", 2.5)]), {1, 2 ** 31, -1}, "a" * 300,
          tuple(range(300)), (float("nan"), -0.0, complex(1, -0.0)), ("\udc80", "\u00e9", "ab c", "ab c")]


def main():
    number = sys.version_info[1]
    code = marshal.dumps(compile(SOURCE, "seed.py", "exec", dont_inherit=True))
    header = importlib.util.MAGIC_NUMBER + struct.pack("<I", 3) + importlib.util.source_hash(SOURCE.encode())
    write("pyc", "code-%d" % number, header + code)
    values = VALUES + ([slice(1, None, "x")] if number >= 14 else [])
    for name, data in [("code", code), ("values", marshal.dumps(values))]:
        for target in "read", "canonical":
            write(target, "%s-%d" % (name, number), bytes([number - 7]) + data)


def write(target, name, data):
    folder = os.path.join("seeds", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


main()
