"""Apples."""

KINDS = frozenset(("boskoop", "elstar", "jonagold", "topaz"))
