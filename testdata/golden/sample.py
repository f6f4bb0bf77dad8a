"""Every kind of constant, sharing, and sets whose order is chance."""
import os.path as path

KINDS = {"apple", "pear", "quince"}
NUMBERS = (0, 1, True, 1.0, -1, 2**31 - 1, 2**31, -2**31 - 1, 10**30, 0.0, -0.0, 1e308, 2j, -0.5 + 0j)
TEXTS = ("", "a", "name", "two words", "é", "\ud800", "x" * 300, b"", b"bytes", "name")


def outer(first, second=(1, 2, 3), *rest, only=frozenset(), **named):
    def inner(value):
        return value in {8, 0, 16, (1, "b"), None, ...}, first, named

    return [inner(item) for item in rest[1:10:2] if item not in {"apple", "pear", "quince"}], path


class Class:
    """Doc."""

    async def method(self):
        assert self
        async for item in self:
            yield lambda: (item, "two words", 1e308, 10**30)
