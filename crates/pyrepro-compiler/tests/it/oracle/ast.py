"""Parses sources that come on standard input, and writes each tree in a short form.

Input: a line with a length, then that many bytes; again and again. Output: `ok LENGTH` or `error LENGTH`, and that
many bytes: the tree, or the class of the exception, its line and its message, each on a line of its own.
"""
import ast
import struct
import sys


def constant(value):
    kind = type(value)
    if kind is str:
        return "s" + value.encode("utf-8", "surrogatepass").hex()
    if kind is bytes:
        return "b" + value.hex()
    if kind is int:
        return hex(value)
    if kind is float:
        return "f" + struct.pack(">d", value).hex()
    if kind is complex:
        return "c" + struct.pack(">dd", value.real, value.imag).hex()
    if kind is tuple:
        return "t(%s)" % ",".join(map(constant, value))
    if kind is frozenset:
        return "z(%s)" % ",".join(sorted(map(constant, value)))
    return repr(value)


# With a level of optimization, the tree is that behind the pass that computes constants.
LEVEL = int(sys.argv[1]) if len(sys.argv) > 1 else -1
FLAGS = ast.PyCF_ONLY_AST if LEVEL < 0 else ast.PyCF_OPTIMIZED_AST
SKIPPED = {"type_comment", "type_ignores"}
FIELDS = {}


def fields(kind):
    names = [name for name in kind._fields if name not in SKIPPED]
    FIELDS[kind] = found = (kind.__name__, tuple(names), "lineno" in kind._attributes)
    return found


def dump(node, out):
    kind = type(node)
    if kind is list:
        out.append("[")
        for item in node:
            dump(item, out)
            out.append(",")
        out.append("]")
        return
    if node is None:
        out.append("~")
        return
    if kind is str:
        out.append(node)
        return
    if kind is int or kind is bool:
        out.append(str(int(node)))
        return
    name, names, located = FIELDS.get(kind) or fields(kind)
    out.append(name)
    if located:
        out.append("@%d:%d:%d:%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset))
    if not names:
        return
    out.append("(")
    for name in names:
        value = getattr(node, name, None)
        if (name == "value" and (kind is ast.Constant or kind is ast.MatchSingleton)) or (name == "str" and kind is not ast.Name):
            out.append(constant(value))
        else:
            dump(value, out)
        out.append(",")
    out.append(")")


def answer(source):
    try:
        tree = compile(source, "<source>", "exec", FLAGS, True, LEVEL)
    except RecursionError as error:
        return "deep", type(error).__name__
    except MemoryError as error:
        return "deep", type(error).__name__
    except Exception as error:
        line = getattr(error, "lineno", None)
        return "error", "%s\n%s\n%s" % (type(error).__name__, line, getattr(error, "msg", error))
    out = []
    try:
        dump(tree.body, out)
    except RecursionError as error:
        return "deep", type(error).__name__
    return "ok", "".join(out)


def main():
    sys.setrecursionlimit(20000)
    read, write = sys.stdin.buffer, sys.stdout.buffer
    while True:
        line = read.readline()
        if not line:
            return
        status, text = answer(read.read(int(line)))
        data = text.encode("utf-8", "surrogatepass")
        write.write(b"%s %d\n" % (status.encode(), len(data)))
        write.write(data)
        write.flush()


main()
