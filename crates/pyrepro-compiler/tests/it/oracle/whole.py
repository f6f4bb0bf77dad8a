"""Compile whole files. They come on standard input, one a line; for each level a line goes out: the level and
the marshal data in hexadecimal, or `-` where the file does not compile."""
import marshal
import sys

for name in sys.stdin:
    name = name.rstrip("\n")
    print("#", name)
    with open(name, "rb") as file:
        source = file.read()
    for level in (0, 1, 2):
        try:
            data = marshal.dumps(compile(source, name, "exec", dont_inherit=True, optimize=level)).hex()
        except (SyntaxError, ValueError, RecursionError, UnicodeError, MemoryError):
            data = "-"
        print(level, data)
