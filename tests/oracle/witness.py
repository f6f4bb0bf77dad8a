"""Compiles, loads, compares and imports, in the interpreter under test (3.7 and later).

The argument is the way to compile: plain, after-imports, twice, reloaded, or forked.
"""

import marshal
import os
import sys

import frames

IMPORTS = """argparse ast asyncio bisect calendar codecs collections configparser csv dataclasses datetime
decimal difflib dis email.message enum fractions functools gettext heapq html.parser inspect io itertools json
locale logging.handlers operator optparse pickle pprint queue random re shelve shlex shutil socketserver sqlite3
statistics string subprocess tarfile tempfile textwrap threading tokenize traceback typing unittest.mock
urllib.request uuid warnings weakref xml.dom.minidom zipfile""".split()

# What compile() and dumps() raise for sources that this version refuses.
REFUSALS = SyntaxError, ValueError, RecursionError, MemoryError, OverflowError


def main():
    way = sys.argv[1]
    if way == "after-imports":
        import_many()
    work = {b"compile": COMPILERS[way], b"compare": compared, b"load": loaded, b"hash": source_hash, b"values": values}
    for request in frames.requests():
        operation, *arguments = frames.fields(request)
        frames.answer(work[operation](*arguments))


def import_many():
    import importlib
    for module in IMPORTS:
        try:
            importlib.import_module(module)
        except ImportError:
            pass


# Compiling ----------------------------------------------------------------------------------------

def code_of(name, level, source):
    return compile(source, os.fsdecode(name), "exec", dont_inherit=True, optimize=int(level))


def compiled(name, level, source):
    """The code object's marshal bytes; none if the source is refused."""
    try:
        return marshal.dumps(code_of(name, level, source))
    except REFUSALS:
        return b""


def compiled_twice(name, level, source):
    """The second result, while the first is alive."""
    try:
        first = code_of(name, level, source)
    except REFUSALS:
        return b""
    second = compiled(name, level, source)
    del first
    return second


def reloaded(name, level, source):
    data = compiled(name, level, source)
    return data and marshal.dumps(marshal.loads(data))


def forked(name, level, source):
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(compiled(name, level, source))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return data


COMPILERS = {"plain": compiled, "after-imports": compiled, "twice": compiled_twice, "reloaded": reloaded,
             "forked": forked}


# Comparing ----------------------------------------------------------------------------------------

def compared(stock, form):
    """Counts of what was compared; then the first difference, if there is any."""
    comparison = Comparison()
    sys.setrecursionlimit(10000)
    try:
        comparison.same(marshal.loads(stock), marshal.loads(form))
    except Differs as difference:
        comparison.difference = str(difference)
    counts = comparison.codes, comparison.sets, comparison.number_sets
    return ("%d %d %d %s" % (counts + (comparison.difference,))).encode("utf-8", "backslashreplace")


def values(stock, form):
    """The same for data that need not be one that marshal wrote: it may fail to load, both or none."""
    try:
        marshal.loads(stock)
    except (ValueError, TypeError) as error:
        try:
            marshal.loads(form)
        except type(error):
            return b"0 0 0 "
        return b"0 0 0 only the canonical form is loaded"
    return compared(stock, form)


class Differs(Exception):
    pass


class Comparison:
    def __init__(self):
        self.codes = self.sets = self.number_sets = 0
        self.difference = ""
        self.twins = {}     # what is told apart by identity: id -> its counterpart; and back
        self.alive = []

    def same(self, a, b):
        if type(a) is not type(b):
            raise Differs("%r and %r" % (type(a), type(b)))
        if isinstance(a, CODE):
            self.code(a, b)
        elif isinstance(a, (tuple, list)):
            self.sequence(a, b)
        elif isinstance(a, (set, frozenset)):
            self.set(a, b)
        elif isinstance(a, slice):
            self.sequence((a.start, a.stop, a.step), (b.start, b.stop, b.step))
        elif isinstance(a, MAPPINGS):
            self.sequence(list(a.items()), list(b.items()))
        elif bits(a) != bits(b):
            raise Differs("%a and %a" % (a, b))

    def code(self, a, b):
        if id(a) in self.twins or id(b) in self.twins:
            if self.twins.get(id(a)) is not b:
                raise Differs("another code object is shared: %r" % a)
            return
        self.twins[id(a)], self.twins[id(b)] = b, a
        self.alive += a, b
        self.codes += 1
        try:
            for field in FIELDS:
                self.same(getattr(a, field), getattr(b, field))
            field = "co_lines"
            if LINES and list(a.co_lines()) != list(b.co_lines()):
                raise Differs("other lines")
        except Differs as difference:
            raise Differs("%s.%s: %s" % (a.co_name, field, difference)) from None

    def sequence(self, a, b):
        if len(a) != len(b):
            raise Differs("%d and %d elements" % (len(a), len(b)))
        for i, (x, y) in enumerate(zip(a, b)):
            try:
                self.same(x, y)
            except Differs as difference:
                raise Differs("[%d]%s" % (i, difference)) from None

    def set(self, a, b):
        self.sets += 1
        if sorted(map(bits, a)) != sorted(map(bits, b)):
            raise Differs("elements %a and %a" % (a, b))
        if len(a) > 1 and all(map(is_number, a)):
            self.number_sets += 1
            # From 3.11 on marshal itself puts them in an order of its own.
            if sys.version_info < (3, 11) and list(map(bits, a)) != list(map(bits, b)):
                raise Differs("order of %a and %a" % (a, b))


CODE = type(compared.__code__)
MAPPINGS = (dict,) + ((frozendict,) if sys.version_info >= (3, 15) else ())     # noqa: F821
LINES = hasattr(CODE, "co_lines")
# Every field, except for an old form of the line table that is made when it is asked for.
FIELDS = [name for name in dir(CODE) if name.startswith("co_") and not callable(getattr(CODE, name))
          and (name != "co_lnotab" or not hasattr(CODE, "co_linetable"))]


def bits(x):
    """Type and bits of a value, comparable and sortable."""
    if isinstance(x, float):
        return "float " + pack(x)
    if isinstance(x, complex):
        return "complex " + pack(x.real) + pack(x.imag)
    if isinstance(x, tuple):
        return "tuple " + str([bits(y) for y in x])
    if isinstance(x, (set, frozenset)):
        return type(x).__name__ + str(sorted(bits(y) for y in x))
    if isinstance(x, MAPPINGS):
        return type(x).__name__ + str([bits(item) for item in x.items()])
    if isinstance(x, slice):
        return "slice " + str([bits(x.start), bits(x.stop), bits(x.step)])
    if isinstance(x, CODE):
        return "code " + x.co_name
    return type(x).__name__ + (hex(x) if isinstance(x, int) else ascii(x))


def pack(number):
    return marshal.dumps(number, 2).hex()


def is_number(x):
    if isinstance(x, (tuple, frozenset)):
        return all(map(is_number, x))
    return isinstance(x, (int, float, complex)) and x == x


# Importing ----------------------------------------------------------------------------------------

def loaded(path):
    """Lets the import system find the code of a module; says if it had to compile the source."""
    import importlib.machinery

    class Loader(importlib.machinery.SourceFileLoader):
        def source_to_code(self, *args, **kwargs):
            raise AssertionError("compiled from source")

    try:
        code = Loader("m", os.fsdecode(path)).get_code("m")
    except Exception as error:
        return ("%s: %s" % (type(error).__name__, error)).encode("utf-8", "backslashreplace")
    return b"" if isinstance(code, CODE) else b"no code object"


def source_hash(source):
    import importlib.util
    return importlib.util.source_hash(source)


main()
