"""What the interpreter's own Unicode says of every character.

Output: a line for each code point that is no surrogate, with its class (bits: 1 starts a name, 2 continues one, 4 is
printable); the NFKC form of those that can stand in a name follows, in hexadecimal UTF-8. With the argument `names`:
reads names, one a line, and writes the code point that `\\N{}` makes of each, or `-`.
"""
import sys
import unicodedata
import warnings


def classes():
    lines = []
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        c = chr(code)
        follows = ("a" + c).isidentifier()
        line = str(c.isidentifier() + 2 * follows + 4 * c.isprintable())
        if follows:
            line += " " + unicodedata.normalize("NFKC", c).encode().hex()
        lines.append(line)
    return lines


def named(name):
    try:
        return "%x" % ord(eval('"\\N{%s}"' % name))
    except SyntaxError:
        return "-"


if sys.argv[1:] == ["names"]:
    warnings.simplefilter("ignore")
    print("\n".join(named(line.rstrip("\n")) for line in sys.stdin))
elif sys.argv[1:] == ["known"]:
    for code in range(sys.maxunicode + 1):
        name = unicodedata.name(chr(code), None)
        if name:
            print(name)
else:
    print("\n".join(classes()))
