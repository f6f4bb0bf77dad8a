"""Write src/number/glibc/tables.rs: the tables of `pow` of glibc 2.28 and later.

    python3 power.py

Both split a number's range into 128 parts. For the logarithm, `c` is the middle of a part, moved so that `1/c` has few
digits; the table holds `1/c`, `log(c)` in multiples of 2**-43, and what is missing of it. For the exponential, it holds
`2**(k/128)` and by how much that is off.
"""
import math
import pathlib
import struct
from decimal import Decimal, ROUND_HALF_EVEN, getcontext

OUT = pathlib.Path(__file__).resolve().parent.parent / "src" / "number" / "glibc" / "tables.rs"
PARTS = 128
# The bits of the smallest mantissa: near 1.0, where the logarithm is tiny, a part has 1.0 in its middle.
START = 0x3FE6955500000000
getcontext().prec = 60


def bits(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def from_bits(value):
    return struct.unpack("<d", struct.pack("<Q", value))[0]


def nearest(value):
    """A decimal as a float, rounded once."""
    return float(value)


def logarithms():
    for part in range(PARTS):
        # Floats are as dense above 1.0 as below it, so the bits count the parts.
        low, high = (from_bits(START + (place << 45)) for place in (part, part + 1))
        center = (Decimal(low) + Decimal(high)) / 2
        scale = PARTS if center < 1 else 2 * PARTS
        steps = (scale / center).to_integral_value(ROUND_HALF_EVEN)
        inverse = steps / scale
        exact = -inverse.ln()
        log = (exact * 2**43).to_integral_value(ROUND_HALF_EVEN) / 2**43
        yield nearest(inverse), nearest(log), nearest(exact - log)


def exponentials():
    for part in range(PARTS):
        exact = Decimal(2) ** (Decimal(part) / PARTS)
        value = nearest(exact)
        yield bits(nearest(exact / Decimal(value) - 1)), bits(value) - (part << 52) // PARTS


def main():
    lines = [
        "//! Written by `tables/power.py`.",
        "",
        "/// For each part of the mantissas: `1/c`, `log(c)` and what is missing of the logarithm, as bits.",
        f"pub const LOGARITHMS: [[u64; 3]; {PARTS}] = [",
        *("    [" + ", ".join(f"{bits(value):#018x}" for value in row) + "]," for row in logarithms()),
        "];",
        "",
        "/// For each `k`: by how much the float nearest to `2**(k/128)` is off, and its bits less those of the exponent `k/128`.",
        f"pub const EXPONENTIALS: [[u64; 2]; {PARTS}] = [",
        *("    [" + ", ".join(f"{value:#018x}" for value in row) + "]," for row in exponentials()),
        "];",
    ]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
