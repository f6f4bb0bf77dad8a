"""Apples and their like."""

from .months import RIPE

WEIGHTS = (0.1, 0.15, 0.25, -0.0, 1e300, 0.1)
BIG, SMALL = 2**70, -(2**31) - 1


def ripens(name, default="autumn"):
    return RIPE.get(name, default)
