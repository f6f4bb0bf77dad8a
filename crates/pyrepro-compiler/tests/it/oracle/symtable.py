"""Print the symbol table of each file named on stdin, as this interpreter sees it.

For each file: a line `# PATH`, then one line for each block; or one line `! ERROR`.
"""

import _symtable
import sys

SCOPE_OFFSET = 12
MENTIONED = (1 << SCOPE_OFFSET) - 1


def block(entry, depth, out):
    symbols = list(entry.symbols.items())
    # Names that only inner blocks mention come in the order of a set: any order is right.
    mentioned = [item for item in symbols if item[1] & MENTIONED]
    others = sorted(item for item in symbols if not item[1] & MENTIONED)
    names = " ".join(f"{name}:{flags}" for name, flags in mentioned + others)
    # From 3.15 on a lambda's block is called as its code object is.
    name = entry.name.strip("<>")
    head = f"{entry.type} {name} {entry.lineno} {int(entry.nested)}"
    out.append(f"{depth} {head} ({' '.join(entry.varnames)}) {names}")
    for child in entry.children:
        block(child, depth + 1, out)


def table(source, name):
    try:
        top = _symtable.symtable(source, name, "exec")
    except SyntaxError as error:
        place = f"{error.lineno} {error.offset} {error.end_lineno} {error.end_offset}"
        return [f"! {type(error).__name__} {place} {error.msg}"]
    except Exception as error:
        return [f"! {type(error).__name__}"]
    out = []
    block(top, 0, out)
    return out


def main():
    sys.setrecursionlimit(10000)
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    for line in sys.stdin:
        path = line.rstrip("\n")
        with open(path, "rb") as file:
            source = file.read()
        print(f"# {path}")
        print("\n".join(table(source, path)))
    print("# end")


main()
