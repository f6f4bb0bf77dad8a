"""Apples that are counted fast."""


def weigh(int count, double each=0.2):
    cdef set kinds = {"boskoop", "elstar", "jonagold", "topaz"}
    if count < 0:
        raise ValueError("no apples")
    return count * each, sorted(kinds)
