"""Every kind of constant that a compiler makes, and the ways in which they can be one object."""

NUMBERS = 0, 1, -1, 255, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**62, 2**63, 10**40, -(10**40), True, False, None, ...
FLOATS = 0.0, -0.0, 1.0, 1.5, 5e-324, 1e308, 1e999, -1e999
NANS = 1e999 - 1e999, -(1e999 - 1e999), (1e999 - 1e999) * 1j
COMPLEX = 0j, -0j, 1j, 1.5 + 2j, -1.5 - 0j, complex
STRINGS = "", "a", "name", "not a name", "é", "ÿ", "Ā", "名前", "\U0001f40d", "\ud800", "\udfff\ud800", "\x00", "\x7f", "\x80"
BYTES = b"", b"a", b"name", b"\x00\xff", b"name" * 100
LONG = "x" * 255, "x" * 256, "x " * 128, "é" * 300
NESTED = (), ((),), ((1, (2.0, (3j, ("4", (b"5", (None, ...)))))),), (1, True, 1.0), (1, True, 1.0)


def members(x):
    yield x in {8, 0, 16, 24, 32, 1, -1, -2}
    yield x in {301, 5, 1000, 2**40, -(2**70), 1.5, 2j}
    yield x in {1, (2, 3), ((4,), 5.0)}
    yield x in {"one", "two", "three", "four", "five"}
    yield x in {b"one", b"two", "one", "two", 1, 2}
    yield x in {None, ..., True, False, 2, "none"}
    yield x in {("a", 1), ("b", 2), ("a", (1, "b"))}
    yield x in {"é", "\ud800", "not a name", "members", "x"}
    yield x in {1e999 - 1e999, 1.0, 2.0}
    yield x in {"x" * 300, "y" * 300, b"x" * 300}
    yield x in {0.0, 1, 257, 2**31}
    yield x in {"one"}, x in {8}, x in {"one", "two"}


def again(x):
    yield x in {32, 24, 16, 0, 8, 1, -1, -2}
    yield x in {"five", "four", "three", "two", "one"}
    return NUMBERS, 10**40, -0.0, 0.0, "not a name", "é", b"name", (1, True, 1.0)


def closures(a, b=(1, 2), *c, d="é", **e):
    f = lambda g, a=a: (g, a, b, lambda: (a, f))
    return [[h for h in c if h in {"h", a}] for i in {j: d for j in e}], (k for k in f)


class naïve:
    """A docstring."""

    member: "annotation" = 1

    def method(self, *, keyword=None):
        """Another docstring."""
        assert keyword, "level 1 drops this"
        self.member[1:2], self.member[None:"x":-1], self.member[1:2, ::2**40]
        return __class__, super().method(naïve=1, keyword="keyword")
