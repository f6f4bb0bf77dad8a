"""Say what differs between code objects that were compiled elsewhere and this interpreter's own.

The last argument is a file of records: length of a name, the name, level, length, marshal data. `-v` shows each
difference; a table of the kinds of differences comes last.
"""
import collections
import difflib
import dis
import linecache
import marshal
import os
import struct
import sys
import types
import warnings

# As WebAssembly, CPython sees the machine's files here.
HOST = "/host" if os.path.isdir("/host") else ""
FIELDS = """co_argcount co_posonlyargcount co_kwonlyargcount co_flags co_names co_varnames co_cellvars
co_freevars co_code co_consts co_positions co_exceptiontable co_linetable co_stacksize co_firstlineno co_name
co_qualname localsplus""".split()


def key(value):
    """What must be equal about a constant."""
    if isinstance(value, types.CodeType):
        return "code", value.co_name
    if isinstance(value, tuple):
        return "tuple", tuple(map(key, value))
    if isinstance(value, frozenset):
        return "frozenset", tuple(sorted(map(repr, map(key, value))))
    if isinstance(value, slice):
        return "slice", key((value.start, value.stop, value.step))
    if isinstance(value, float):
        return "float", struct.pack("d", value)
    if isinstance(value, complex):
        return "complex", struct.pack("dd", value.real, value.imag)
    return type(value).__name__, value


def field(code, name):
    if name == "co_consts":
        return key(code.co_consts)
    if name == "co_positions":
        return list(code.co_positions())
    if name == "localsplus":
        return code.co_varnames, code.co_cellvars, code.co_freevars, code._varname_from_oparg(0) if code.co_nlocals else ""
    return getattr(code, name)


def lines(code):
    positions = list(code.co_positions())
    out = []
    for instr in dis.get_instructions(code):
        arg = instr.argrepr
        if isinstance(instr.argval, types.CodeType):
            arg = "<code %s>" % instr.argval.co_name
        elif instr.opname.startswith(("LOAD_CONST", "RETURN_CONST")):
            arg = repr(instr.argval)
        elif "JUMP" in instr.opname or instr.opname in ("FOR_ITER", "SEND"):
            arg = ""
        out.append(("%s %s" % (instr.opname, arg), positions[instr.offset // 2]))
    return out


class Report:
    def __init__(self, verbose):
        self.verbose = verbose
        self.kinds = collections.Counter()
        self.examples = {}

    def kind(self, kind, example):
        self.kinds[kind] += 1
        self.examples.setdefault(kind, []).append(example)

    def compare(self, name, level, made, expected, path):
        same = True
        for field_name in FIELDS:
            ours, theirs = field(made, field_name), field(expected, field_name)
            if ours != theirs:
                same = False
                self.differ(name, level, path, made, expected, field_name, ours, theirs)
                break
        inner = [[c for c in code.co_consts if isinstance(c, types.CodeType)] for code in (made, expected)]
        seen = collections.Counter()
        if [c.co_name for c in inner[0]] == [c.co_name for c in inner[1]]:
            for ours, theirs in zip(*inner):
                seen[ours.co_name] += 1
                number = "#%d" % seen[ours.co_name] if seen[ours.co_name] > 1 else ""
                same &= self.compare(name, level, ours, theirs, "%s/%s%s" % (path, theirs.co_name, number))
        else:
            same = False
        return same

    def differ(self, name, level, path, made, expected, field_name, ours, theirs):
        example = "%s -O%d %s line %d" % (name, level, path, expected.co_firstlineno)
        old, new = lines(expected), lines(made)
        kind = field_name
        shown = []
        if field_name in ("co_code", "co_positions", "co_consts", "co_names"):
            matcher = difflib.SequenceMatcher(None, [op for op, _ in old], [op for op, _ in new], False)
            for tag, a, b, c, d in matcher.get_opcodes():
                if tag != "equal":
                    parts = [" ".join(op.split(" ", 1)[0] for op, _ in side) for side in (old[a:b][:4], new[c:d][:4])]
                    if field_name == "co_code":
                        kind = "co_code: %s -> %s" % tuple(parts)
                    shown += ["   " + self.row(row) for row in old[max(a - 3, 0):a]]
                    shown += [" - " + self.row(row) for row in old[a:b]] + [" + " + self.row(row) for row in new[c:d]]
                    shown += ["   " + self.row(row) for row in old[b:b + 2]]
                    shown.append("     source: " + linecache.getline(HOST + name, (old[min(a, len(old) - 1)][1][0] or 0)).rstrip())
                    break
            else:
                if field_name == "co_code":
                    shown += self.arguments(made, expected)
                for one, two in zip(old, new):
                    if one[1] != two[1]:
                        kind = "positions: " + one[0].split(" ", 1)[0]
                        shown += [" - " + self.row(one), " + " + self.row(two)]
                        shown.append("     source: " + linecache.getline(HOST + name, one[1][0] or 0).rstrip())
                        break
        self.kind(kind, example)
        if self.verbose:
            print("%s: %s" % (example, field_name))
            if field_name not in ("co_code", "co_positions", "co_linetable"):
                print("  made     %r\n  expected %r" % (ours, theirs))
            print("\n".join(shown))

    @staticmethod
    def arguments(made, expected):
        """The first instruction with another argument, where they look the same."""
        for ours, theirs in zip(dis.get_instructions(made), dis.get_instructions(expected)):
            if (ours.opcode, ours.arg) != (theirs.opcode, theirs.arg):
                return [" - %s %s" % (theirs.opname, theirs.arg), " + %s %s" % (ours.opname, ours.arg)]
        return []

    @staticmethod
    def row(row):
        return "%-48s %s" % (row[0][:48], ",".join("-" if n is None else str(n) for n in row[1]))

    def record(self, name, level, data):
        with open(HOST + name, "rb") as file:
            expected = compile(file.read(), name, "exec", dont_inherit=True, optimize=level)
        try:
            made = marshal.loads(data)
        except (ValueError, EOFError, TypeError) as error:
            self.kind("unreadable: %r" % error, "%s -O%d" % (name, level))
            return
        if self.compare(name, level, made, expected, "<module>"):
            self.kind("bytes only", "%s -O%d" % (name, level))

    def end(self):
        for kind, count in self.kinds.most_common(40):
            print("%6d %s" % (count, kind))
            for example in self.examples[kind][:2]:
                print("         " + example)


def main():
    warnings.simplefilter("ignore")
    report = Report("-v" in sys.argv)
    with open(sys.argv[-1], "rb") as file:
        read = file.read
        while head := read(4):
            name = read(struct.unpack("<I", head)[0]).decode("utf-8", "surrogateescape")
            (level,) = read(1)
            report.record(name, level, read(struct.unpack("<I", read(4))[0]))
    report.end()


main()
