"""Random programs: real statements moved about, grown past limits and laid out anew."""

import ast
import copy
import io
import os
import random
import struct
import sys
import textwrap
import tokenize
import warnings

CONSTANTS = [
    "0", "1", "-1", "2", "255", "256", "-5", "None", "True", "False", "...", '""', '"a"', 'b""',
    "()", "(1, 2)", "[]", "{}", "1.5", "0.0", "-0.0", "1j", "2**64", "10**20", '"%s"', "__debug__",
    'f"{a}"', 'f"{a!r:>{b}}"', '"a" "b"', "(1, 'x', None)", "[1, 2, 3]", "{1, 2, 3}", "1 << 3", "'x' * 3",
    "not 1", "-a", "~1", "(yield)", "(yield from a)", "(await a)", "(a := 1)", "lambda: a", "lambda a, *b: (yield)",
    "[a for a in b]", "{a for a in b if c}", "{a: b for a, b in c}", "(a for a in b)", "[a async for a in b]",
    "[[a for a in b] for b in c]", "[lambda: a for a in b]", "super()", "super().a", "super().a(1)", "__class__",
    "a if b else c", "a and b or c", "a < b < c", "a in (1, 2)", "a is None", "a is not None", "not a", "a[1:2]",
    "a[1:2:3]", "a[b, c]", "a.b.c", "a.b(c)", "a(b, *c, d=1, **e)", "a(*b)", "a(**b)", "f'{a=}'", "self.a", "__x",
    "a[:]", "a[b:c]", "(a, *b)", "{**a, 'b': 1}", "[*a, 1]", "{*a, 1}", "a @ b", "print('a', file=b)", "'%s %s' % (a, b)",
    "1 if 0 else a", "0 or a", "1 and a", "'abc'[1]", "(1, 2)[0]", "a == 1", "1 == a", "a is 1", "1()", "(1)[0]",
]
STATEMENTS = [
    "pass", "return", "return a", "return 1", "break", "continue", "raise", "raise a", "raise a from b", "del a", "del a.b, c[d]",
    "global a", "nonlocal a", "global b, a", "import a", "import a.b", "import a.b as c", "from a import b",
    "from a import b as c, d", "from . import a", "from a import *", "assert a", "assert a, b", "assert (a, b)",
    "a = b = 1", "a, b = b, a", "a, b, c = c, b, a", "a, *b = c", "a += 1", "a.b += 1", "a[b] -= 1", "a[b:c] *= 2",
    "a: int", "a: int = 1", "a.b: int = 1", "(a): int = 1", "yield", "yield a", "await a", "a = yield", "x = await a",
    "self.x = 1", "self.x, self.y = a", "'doc'", "1", "a", "...", "__x = 1", "__x.__y", "a = lambda: a",
    "if a:\n    b", "if a:\n    b\nelse:\n    c", "if a:\n    b\nelif c:\n    d\nelse:\n    e", "if 0:\n    a", "if 1:\n    a\nelse:\n    b",
    "if not a:\n    b", "if a and b or c:\n    d", "if __debug__:\n    a", "while a:\n    b", "while 1:\n    a", "while a:\n    break\nelse:\n    b",
    "while a:\n    if b:\n        continue\n    c", "for a in b:\n    c", "for a in b:\n    c\nelse:\n    d", "for a, b in c:\n    if a:\n        break",
    "for a in (1, 2):\n    continue", "for a in [1, 2]:\n    return a", "async for a in b:\n    c", "async with a as b:\n    c",
    "with a:\n    b", "with a as b:\n    c", "with a as b, c as d:\n    return e", "with (a as b, c):\n    break",
    "try:\n    a\nexcept:\n    b", "try:\n    a\nexcept b:\n    c", "try:\n    a\nexcept b as c:\n    d\nexcept:\n    e", "try:\n    a\nfinally:\n    b",
    "try:\n    return a\nfinally:\n    b", "try:\n    a\nexcept b as c:\n    return d\nelse:\n    e\nfinally:\n    f", "try:\n    a\nexcept* b as c:\n    d",
    "try:\n    break\nfinally:\n    a", "try:\n    continue\nfinally:\n    lambda: a", "try:\n    a\nfinally:\n    return b",
    "match a:\n    case 1:\n        b", "match a:\n    case [b, *c]:\n        d\n    case _:\n        e", "match a:\n    case {'k': b, **c}:\n        d",
    "match a:\n    case A(b, c=d) if e:\n        f", "match a:\n    case 1 | 2 | None:\n        b\n    case b:\n        c", "match a:\n    case (b as c) | [c]:\n        d",
    "match a, b:\n    case [1, [2, x]] | [x, 3]:\n        c\n    case 'a' | -1 | 1+2j:\n        d", "match a:\n    case A.b:\n        c\n    case A():\n        d",
    "def a():\n    pass", "def a(b, /, c=1, *d, e, f=2, **g) -> h:\n    return b", "def a(b: int = 1):\n    yield b", "async def a():\n    await b",
    "async def a():\n    yield b", "async def a():\n    return [b async for b in c]", "@a\n@b.c(d)\ndef e():\n    'doc'", "def a():\n    nonlocal b\n    b = 1",
    "def a():\n    global b\n    def c():\n        return b", "def a(__b):\n    return __b", "def a[T](b: T = 1) -> T:\n    return b",
    "def a[T: int, *U, **V]():\n    pass", "class A:\n    pass", "class A(B, c=d):\n    'doc'\n    e = 1", "class A:\n    def b(self):\n        return super().b()",
    "class A:\n    def b(self):\n        self.c = __class__", "class A[T](B):\n    a: T", "class A:\n    a: int = 1\n    if b:\n        c: int", "@a\nclass A:\n    b = [c for c in d]",
    "class A:\n    __slots__ = ()\n    def __b(self):\n        self.__c = 1", "type A = int", "type A[T] = list[T]", "class A:\n    type B = c", "class A:\n    def b[T: c](self): pass",
]
if sys.version_info >= (3, 15):
    CONSTANTS += [
        "[*a for a in b]", "{*a for a in b if c}", "{**a for a in b}", "(*a for a in b)", "f(*a for a in b)",
        "[*a async for a in b]", "(*a async for a in b)", "[*a for a in b for c in a]",
    ]
    STATEMENTS += [
        "lazy import a", "lazy import a.b as c, d", "lazy from a import b as c", "lazy from . import a", "lazy = 1",
        "match a:\n    case +1 | {+2: b, **c}:\n        d",
    ]
CONSTANTS += [f"{name}(a for a in b)" for name in ("all", "any", "list", "set", "tuple")]
CONSTANTS += ["all(a async for a in b)", "list((yield) for a in b)", "any(lambda: a for a in b if a)"]
WRAPPERS = [
    "def f():\n{}", "def f(a, b=1, *c, **d):\n{}", "async def f():\n{}", "class C:\n{}", "class C:\n    def m(self):\n{2}", "def f():\n    def g():\n{2}\n    return g",
    "def f():\n    class C:\n{2}", "if a:\n{}", "if a:\n    pass\nelse:\n{}", "while a:\n{}", "for i in x:\n{}", "for i in x:\n    pass\nelse:\n{}", "try:\n{}\nfinally:\n    z()",
    "try:\n    z()\nfinally:\n{}", "try:\n{}\nexcept E as e:\n    pass", "try:\n    z()\nexcept E as e:\n{}", "try:\n    z()\nexcept* E as e:\n{}", "with a as b:\n{}",
    "with a, b as c:\n{}", "match a:\n    case b:\n{2}", "match a:\n    case [b, c] if d:\n{2}\n    case _:\n        pass", "async def f():\n    async with a as b:\n{2}",
    "async def f():\n    async for a in b:\n{2}", "def f():\n    for i in x:\n        try:\n{3}\n        finally:\n            z()", "def f[T]():\n{}", "class C[T]:\n{}",
    "from __future__ import annotations\ndef f():\n{}", "def f():\n    a = 1\n    def g():\n        nonlocal a\n{2}", "if 0:\n{}", "while 1:\n{}", "def f():\n    x = [1 for i in y]\n{}",
    "def f():\n    return\n{}", "def f():\n    while a:\n        with b:\n{3}", "class C:\n    class D:\n        def m(self):\n{3}",
]
NAMES = ["a", "b", "c", "self", "__x", "super", "__class__", "x", "i", "é", "__classdict__", "T", "_", "print", "ﬁ"]
SIZES = [2, 3, 4, 5, 8, 9, 14, 15, 16, 17, 18, 19, 20, 29, 30, 31, 32, 33, 34, 35, 36, 63, 64, 65, 255, 256, 257]


class Pool:
    """Statements of real files, and the snippets of CPython's tests."""

    def __init__(self, files, snippets):
        self.statements = list(STATEMENTS)
        self.expressions = list(CONSTANTS)
        for path in files:
            self.add_file(path)
        for path in snippets:
            self.add_snippets(path)

    def add_file(self, path):
        try:
            with open(path, encoding="utf-8") as file:
                source = file.read()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source)
        except (SyntaxError, ValueError, UnicodeError, RecursionError, MemoryError):
            return
        lines = source.splitlines(keepends=True)
        for node in ast.walk(tree):
            if not isinstance(node, ast.stmt) or not hasattr(node, "end_lineno"):
                continue
            first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])
            if node.end_lineno - first > 40:
                continue
            text = textwrap.dedent("".join(lines[first - 1 : node.end_lineno]))
            if len(text) < 1500:
                self.statements.append(text.rstrip())

    def add_snippets(self, path):
        with open(path, "rb") as file:
            data = file.read()
        place = 0
        while place < len(data):
            (size,) = struct.unpack_from("<I", data, place)
            source = data[place + 4 : place + 4 + size]
            place += 4 + size
            if size < 3000:
                try:
                    self.statements.append(source.decode("utf-8"))
                except UnicodeDecodeError:
                    pass


class Programs:
    def __init__(self, pool, seed):
        self.pool = pool
        self.rng = random.Random(seed)
        self.kinds = [
            (self.tree, 45), (self.wrapped, 15), (self.grown, 10), (self.tokens, 15), (self.composed, 15),
        ]

    def __iter__(self):
        while True:
            kinds, weights = zip(*self.kinds)
            source = self.rng.choices(kinds, weights)[0]()
            if source is None or len(source) > 20_000:
                continue
            yield source
            for _ in range(self.rng.randrange(3)):
                again = laid_out(source, self.rng)
                if again is not None and again != source:
                    yield again

    def statement(self):
        rng = self.rng
        return rng.choice(STATEMENTS if rng.random() < 0.5 else self.pool.statements)

    def composed(self):
        """Small statements in small scopes: most of what the compiler distinguishes."""
        rng = self.rng
        text = "\n".join(rng.choice(STATEMENTS) for _ in range(rng.randrange(1, 4)))
        for _ in range(rng.randrange(1, 4)):
            text = wrap(rng.choice(WRAPPERS), text)
            if rng.random() < 0.4:
                text += "\n" + rng.choice(STATEMENTS)
            if rng.random() < 0.2:
                text = rng.choice(STATEMENTS) + "\n" + text
        return text

    def wrapped(self):
        text = "\n".join(self.statement() for _ in range(self.rng.randrange(1, 3)))
        for _ in range(self.rng.randrange(1, 3)):
            text = wrap(self.rng.choice(WRAPPERS), text)
        return text

    def parsed(self, text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def tree(self):
        rng = self.rng
        base = self.composed() if rng.random() < 0.5 else self.wrapped()
        tree = self.parsed(base)
        if tree is None:
            return base
        for _ in range(rng.randrange(1, 5)):
            rng.choice([self.change_expression] * 4 + [self.change_body] * 3 + [self.rename])(tree)
        return unparsed(tree)

    def change_expression(self, tree):
        rng = self.rng
        slots = list(expression_slots(tree))
        if not slots:
            return
        node, field, index = rng.choice(slots)
        if rng.random() < 0.7:
            new = self.parsed(rng.choice(CONSTANTS))
            new = new.body[0].value if new and isinstance(new.body[0], ast.Expr) else ast.Name("a", ast.Load())
        else:
            other, field2, index2 = rng.choice(slots)
            value = getattr(other, field2)
            new = copy.deepcopy(value if index2 is None else value[index2])
        put(node, field, index, new)

    def change_body(self, tree):
        rng = self.rng
        bodies = [body for node in ast.walk(tree) for body in statement_lists(node)]
        body = rng.choice(bodies)
        action = rng.randrange(5)
        if action == 0 and len(body) > 1:
            body.pop(rng.randrange(len(body)))
        elif action == 1 and body:
            other = rng.choice(bodies)
            moved = copy.deepcopy(rng.choice(body))
            other.insert(rng.randrange(len(other) + 1), moved)
        elif action == 2 and len(body) > 1:
            rng.shuffle(body)
        else:
            new = self.parsed(self.statement())
            if new:
                place = rng.randrange(len(body) + 1)
                body[place:place] = new.body

    def rename(self, tree):
        rng = self.rng
        names = [node for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.arg, ast.FunctionDef, ast.Attribute))]
        if not names:
            return
        node = rng.choice(names)
        field = {ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name", ast.Attribute: "attr"}[type(node)]
        setattr(node, field, rng.choice(NAMES))

    def grown(self):
        """A display, call, body and so on, of a size at a limit."""
        rng = self.rng
        size = rng.choice(SIZES)
        items = [rng.choice(["a", "1", "b.c", "'x'", "None", "*d", "f(x)", str(k), f"v{k}"]) for k in range(size)]
        same = rng.choice(["a", "1", f"v", "'x'", "1.5", "None", "f()"])
        if rng.random() < 0.5:
            items = [same] * size
        elif rng.random() < 0.5:
            items = [str(k) for k in range(size)]
        elif rng.random() < 0.3:
            items = [f"v{k}" for k in range(size)]
        joined = ", ".join(items)
        plain = [item.lstrip("*") for item in items]
        shape = rng.choice([
            f"x = [{joined}]", f"x = ({joined},)", f"x = {{{joined}}}", f"f({joined})", f"f(*z, {joined})",
            "f(" + ", ".join(f"k{k}={item}" for k, item in enumerate(plain)) + ")",
            "a.f(" + ", ".join(f"k{k}={item}" for k, item in enumerate(plain)) + ", **d)",
            "x = {" + ", ".join(f"{item}: {item}" for item in plain) + "}",
            "x = {" + ", ".join(f"{k}: {item}" for k, item in enumerate(plain)) + ", **z, 1: 2}",
            f"x in [{', '.join(plain)}]", f"for x in [{', '.join(plain)}]: y", f"x in {{{', '.join(plain)}}}",
            "x = f'" + "".join("{a}" if k % 2 else "b" for k in range(size)) + "'",
            "\n".join(f"v{k} = {item}" for k, item in enumerate(plain)),
            "\n".join(plain), f"{', '.join(f'v{k}' for k in range(size))} = z", f"v, *w, {', '.join(f'v{k}' for k in range(min(size, 250)))} = z",
            "if a:\n" + indent("\n".join(f"b({item})" for item in plain)) + "\nelse:\n    c",
            "while a:\n" + indent("\n".join(f"b({item})" for item in plain)) + "\n    if c: continue\n    if d: break",
            "for i in x:\n" + indent("\n".join(f"b({item})" for item in plain)),
            "try:\n" + indent("\n".join(plain)) + "\nexcept A:\n    b\nfinally:\n    c",
            "a = b" + " + c" * size, "a = " + " and ".join(plain), "x = " + " < ".join(plain), "x = a" + ".b" * size, "x = a" + "()" * min(size, 100),
            "x = a" + "[0]" * min(size, 100), "x = " + "-" * min(size, 90) + "a", "x = (" * 1 + "\n" * size + "a)", "x = 1\n" + "\n" * size + "y = 2",
            "x = (" + " " * size + "a" + " " * size + ")", "def f(" + ", ".join(f"p{k}" for k in range(size)) + "): return " + ("p0" if size else "1"),
            "def f(" + ", ".join(f"p{k}={item}" for k, item in enumerate(plain)) + "): pass", "lambda " + ", ".join(f"p{k}" for k in range(size)) + ": p0",
            "def f(" + ", ".join(f"p{k}: {item}" for k, item in enumerate(plain)) + "): pass", "class C(" + ", ".join(plain) + "): pass",
            "match a:\n    case [" + ", ".join(f"v{k}" for k in range(min(size, 64))) + "]: pass", "import " + ", ".join(f"m{k}.n" for k in range(size)),
            "from m import " + ", ".join(f"n{k}" for k in range(size)), "global " + ", ".join(f"n{k}" for k in range(size)), "del " + ", ".join(f"n{k}" for k in range(size)),
            "print('" + "x" * size * 3 + "'); y", "\n".join("if a:\n    b" for _ in range(min(size, 40))), "with " + ", ".join(f"a{k}" for k in range(min(size, 18))) + ": pass",
            "x = [" + " ".join(f"for v{k} in w{k}" for k in range(1)) + "]", "x = [a " + " ".join(f"for v{k} in w{k}" for k in range(min(size, 18))) + "]",
        ])
        for _ in range(rng.randrange(3)):
            shape = wrap(rng.choice(WRAPPERS), shape)
        return shape

    def tokens(self):
        """Tokens taken out, doubled, swapped: mostly no program any more."""
        rng = self.rng
        base = self.wrapped() if rng.random() < 0.5 else self.statement()
        lines = logical_lines(base)
        if not lines:
            return base
        for _ in range(rng.randrange(1, 3)):
            level, line = rng.choice(lines)
            if not line:
                continue
            place = rng.randrange(len(line))
            action = rng.randrange(5)
            if action == 0:
                line.pop(place)
            elif action == 1:
                line.insert(place, line[place])
            elif action == 2:
                other = rng.randrange(len(line))
                line[place], line[other] = line[other], line[place]
            elif action == 3:
                source = rng.choice(lines)[1]
                if source:
                    line[place] = rng.choice(source)
            else:
                line[place] = rng.choice(NAMES + CONSTANTS[:20] + ["=", ":=", "*", "**", ",", ":", ".", "(", ")", "[", "]", "for", "in", "if", "else", "await", "async", "lambda", "not", "->", "@", ";", "match", "case", "type", "yield", "is"])
        return rendered(lines, rng, "space", 0.0, "    ")


def indent(text, depth=1):
    return textwrap.indent(text, "    " * depth)


def wrap(wrapper, text):
    for depth, mark in ((1, "{}"), (2, "{2}"), (3, "{3}")):
        if mark in wrapper:
            return wrapper.replace(mark, indent(text, depth))
    return text


def unparsed(tree):
    try:
        return ast.unparse(ast.fix_missing_locations(tree))
    except (ValueError, RecursionError, TypeError, AttributeError, AssertionError, KeyError, IndexError):
        return None


def expression_slots(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.JoinedStr, ast.FormattedValue, ast.pattern)):
            continue
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                yield node, field, None
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        yield node, field, index


def put(node, field, index, value):
    if index is None:
        setattr(node, field, value)
    else:
        getattr(node, field)[index] = value


def statement_lists(node):
    for field in ("body", "orelse", "finalbody"):
        value = getattr(node, field, None)
        if isinstance(value, list) and (value or field != "orelse"):
            yield value


def logical_lines(source):
    """(indentation level, tokens) of each logical line; an f-string is one token."""
    lines, line, level, fstring = [], [], 0, None
    rows = source.splitlines(keepends=True)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            name = tokenize.tok_name[token.type]
            if name.endswith("STRING_START"):
                if fstring is None:
                    fstring = [token.start, 0]
                fstring[1] += 1
            elif name.endswith("STRING_END"):
                fstring[1] -= 1
                if fstring[1] == 0:
                    line.append(between(rows, fstring[0], token.end))
                    fstring = None
            elif fstring is not None:
                continue
            elif name == "INDENT":
                level += 1
            elif name == "DEDENT":
                level -= 1
            elif name == "NEWLINE":
                lines.append((level, line))
                line = []
            elif name not in ("NL", "COMMENT", "ENDMARKER", "ENCODING"):
                line.append(token.string)
    except (tokenize.TokenError, SyntaxError, IndentationError, IndexError, TypeError):
        return []
    return lines


def between(rows, start, end):
    if start[0] == end[0]:
        return rows[start[0] - 1][start[1] : end[1]]
    return rows[start[0] - 1][start[1] :] + "".join(rows[start[0] : end[0] - 1]) + rows[end[0] - 1][: end[1]]


COMPOUND = {"if", "elif", "else", "while", "for", "try", "except", "finally", "with", "def", "class", "async", "match", "case", "@"}


def rendered(lines, rng, spacing, join, step):
    out, joinable = [], False
    for number, (level, line) in enumerate(lines):
        if not line:
            continue
        text = spaced(line, rng, spacing)
        simple = line[0] not in COMPOUND and line[-1] != ":"
        if out and joinable and simple and rng.random() < join:
            same = lines[number - 1][0] == level
            head = lines[number - 1][1][-1:] == [":"]
            # A body on its head's line must be whole: the next line must not be deeper or equal.
            if same and not head:
                out[-1] += "; " + text
                continue
            following = lines[number + 1][0] if number + 1 < len(lines) else 0
            if head and following < level:
                out[-1] += " " + text
                joinable = False
                continue
        out.append(step * level + text)
        joinable = simple or line[-1] == ":"
    return "\n".join(out) + "\n"


def spaced(line, rng, spacing):
    out, depth = [], 0
    for place, token in enumerate(line):
        if place:
            before = line[place - 1]
            tight = not (wordy(before[-1:]) and wordy(token[:1])) and not (token[:1] in "'\"" and wordy(before[-1:])) and token != "." or not before
            how = spacing if spacing != "mixed" else rng.choice(["space", "tight", "lines", "space", "space"])
            if how == "tight" and (tight or before[:1].isdigit() and rng.random() < 0.3 and not token[:1].isdigit()):
                gap = ""
            elif how == "lines":
                gap = rng.choice(["\n", "\n  ", "  # c\n", "\n\n    "]) if depth else rng.choice([" \\\n", " \\\n    "])
            else:
                gap = " "
            out.append(gap)
        out.append(token)
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            depth = max(depth - 1, 0)
    return "".join(out)


def wordy(text):
    return text.isalnum() or text == "_" or text > "\x7f"


def laid_out(source, rng):
    """The same program with other lines and columns."""
    lines = logical_lines(source)
    if not lines:
        return None
    spacing = rng.choice(["lines", "mixed", "mixed", "space", "tight"])
    step = rng.choice(["    ", " ", "\t", "  ", "        "])
    text = rendered(lines, rng, spacing, rng.choice([0.0, 0.5, 1.0]), step)
    if rng.random() < 0.05:
        text = text.replace("\n", "\r\n")
    if rng.random() < 0.05:
        text = "\n" * rng.choice([1, 2, 130, 300]) + text
    if rng.random() < 0.03:
        text = text.replace(" a", " é")
    return text


def python_files(*folders):
    for folder in folders:
        for path, _, names in os.walk(folder):
            yield from (os.path.join(path, name) for name in names if name.endswith(".py"))
