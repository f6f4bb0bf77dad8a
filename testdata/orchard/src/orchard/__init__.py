"""An orchard: what grows in it, and when it is ripe."""

__version__ = "1.2.0"

#: Their order in memory changes with PYTHONHASHSEED, and with it the order in a pyc before 3.11.
TREES = frozenset({"apple", "pear", "quince", "plum", "cherry", "medlar"})


def is_fruit(name):
    return name in {"apple", "pear", "quince", "plum", "cherry", "medlar", "strawberry"}
