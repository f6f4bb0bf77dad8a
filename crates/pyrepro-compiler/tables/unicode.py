"""Write the Unicode tables of the compiler: src/unicode/classes.rs, names.rs and names.bin.

    python3 unicode.py PYTHON3.11 PYTHON3.12 PYTHON3.13 PYTHON3.14 PYTHON3.15

Give one interpreter for each version of Unicode, oldest first, and the newest micro release of each: late releases
know more derived names. The tables hold what these interpreters answer, so no rule can be read wrongly. What none of
them lists, the aliases of names, comes from name_aliases.txt; an alias counts where an interpreter knows it.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "src" / "unicode"
NEVER = 15
BLOCK = 32
PIECES = 128

# Runs inside each interpreter.
ASK = r"""
import json, sys, unicodedata
start, follow, printable, names, aliases = [], [], [], [], []
DERIVED = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "EGYPTIAN HIEROGLYPH", "KHITAN SMALL SCRIPT CHARACTER",
           "NUSHU CHARACTER", "TANGUT IDEOGRAPH")
def known(name):
    try:
        return bool(unicodedata.lookup(name))
    except KeyError:
        return False
for code in range(sys.maxunicode + 1):
    c = chr(code)
    start.append("1" if c.isidentifier() else "0")
    follow.append("1" if ("a" + c).isidentifier() else "0")
    printable.append("1" if c.isprintable() else "0")
    name = unicodedata.name(c, None)
    if name is not None:
        names.append((code, name))
    elif 0x3400 <= code < 0x40000:
        # Some releases look derived names up that they do not give.
        names += [(code, n) for n in (f"{p}-{code:X}" for p in DERIVED) if known(n)]
for code, alias in json.load(sys.stdin):
    try:
        if unicodedata.lookup(alias) == chr(code):
            aliases.append((code, alias))
    except KeyError:
        pass
json.dump({"start": "".join(start), "continue": "".join(follow), "printable": "".join(printable),
           "names": names, "aliases": aliases}, sys.stdout)
"""


def known_aliases():
    lines = (HERE / "name_aliases.txt").read_text("ascii").splitlines()
    return [(int(code, 16), alias) for code, alias in (line.split(";") for line in lines)]


def ask(python, aliases):
    done = subprocess.run([python, "-I", "-c", ASK], input=json.dumps(aliases), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def since(held):
    """The first version that holds; what holds once holds in all later versions, or the tables would be wrong."""
    held = list(held)
    first = held.index(True) if True in held else NEVER
    if first != NEVER and not all(held[first:]):
        raise SystemExit("a property was taken back: the tables cannot say that")
    return first


def ranges(answers, keys):
    """(first code point, since when each key holds), for every change along the code points."""
    rows, last = [], None
    for code in range(0x110000):
        value = tuple(since(a[key][code] == "1" for a in answers) for key in keys)
        if value != last:
            rows.append((code, value))
            last = value
    return rows


def split_names(answers):
    """Names to store, and prefix -> {code point: since} for the names that are derived from the code point."""
    versions = [{name: code for code, name in a["names"] + a["aliases"]} for a in answers]
    stored, derived = {}, collections.defaultdict(dict)
    for name, code in versions[-1].items():
        first = since(v.get(name) == code for v in versions)
        match = re.fullmatch(r"(.*-)([0-9A-F]{4,5})", name)
        if match and int(match[2], 16) == code:
            derived[match[1]][code] = first
        elif not name.startswith("HANGUL SYLLABLE "):
            stored[name] = (code, first)
    return stored, derived


def derived_ranges(codes):
    rows = []
    for code in sorted(codes):
        if rows and rows[-1][1] == code - 1 and rows[-1][2] == codes[code]:
            rows[-1][1] = code
        else:
            rows.append([code, code, codes[code]])
    return rows


def front_coded(names):
    """(shared, suffix) of each sorted name; every BLOCK-th name stands by itself."""
    rows, last = [], ""
    for index, name in enumerate(names):
        shared = 0 if index % BLOCK == 0 else len(os.path.commonprefix([last, name]))
        rows.append((shared, name[shared:]))
        last = name
    return rows


def pieces_of(suffixes):
    """The PIECES pairs of symbols that shorten the suffixes most, each made of earlier ones; and the suffixes in them."""
    texts = collections.Counter(tuple(s.encode("ascii")) for s in suffixes)
    table = []
    for number in range(PIECES):
        pairs = collections.Counter()
        for text, times in texts.items():
            for pair in zip(text, text[1:]):
                pairs[pair] += times
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        table.append(best)
        texts = collections.Counter({merged(text, best, 128 + number): times for text, times in texts.items()})
    expanded = []
    for left, right in table:
        expanded.append(b"".join(expanded[x - 128] if x >= 128 else bytes([x]) for x in (left, right)))
    return table, expanded


def merged(text, pair, symbol):
    out, at = [], 0
    while at < len(text):
        if text[at:at + 2] == pair:
            out.append(symbol)
            at += 2
        else:
            out.append(text[at])
            at += 1
    return tuple(out)


def encode(suffix, table):
    text = tuple(suffix.encode("ascii"))
    for number, pair in enumerate(table):
        text = merged(text, pair, 128 + number)
    return bytes(text)


def write_classes(answers):
    lines = ["//! Written by tables/unicode.py: do not edit.", "",
             "/// First code point << 8 | first version as a start << 4 | first version as a continuation; 15 is never.",
             "pub(super) const IDENTIFIERS: &[u32] = &["]
    lines += [f"    {code << 8 | start << 4 | follow:#x}," for code, (start, follow) in ranges(answers, ("start", "continue"))]
    lines += ["];", "", "/// First code point << 4 | first version in which it prints; 15 is never.",
              "pub(super) const PRINTABLE: &[u32] = &["]
    lines += [f"    {code << 4 | first:#x}," for code, (first,) in ranges(answers, ("printable",))]
    lines += ["];", ""]
    (OUT / "classes.rs").write_text("\n".join(lines), "ascii")


def write_names(answers):
    stored, derived = split_names(answers)
    names = sorted(stored)
    rows = front_coded(names)
    table, pieces = pieces_of([suffix for _, suffix in rows])
    data, blocks = bytearray(), []
    for index, (name, (shared, suffix)) in enumerate(zip(names, rows)):
        if index % BLOCK == 0:
            blocks.append(len(data))
        code, first = stored[name]
        coded = encode(suffix, table)
        data += bytes([shared, len(coded)]) + coded + (code | first << 21).to_bytes(3, "little")
    (OUT / "names.bin").write_bytes(data)
    lines = ["//! Written by tables/unicode.py: do not edit.", "",
             "/// Sorted names: how many bytes are shared with the name before, the length and the pieces of the rest, then in three",
             "/// bytes the code point | first version << 21.",
             'pub(super) const NAMES: &[u8] = include_bytes!("names.bin");', "",
             "/// Where in `NAMES` each block starts. The first name of a block shares nothing.",
             "pub(super) const BLOCKS: &[u32] = &["]
    lines += [f"    {offset}," for offset in blocks]
    lines += ["];", "", "/// What a byte from 128 on stands for.", f"pub(super) const PIECES: [&str; {PIECES}] = ["]
    lines += [f'    "{piece.decode()}",' for piece in pieces]
    lines += ["];", "", "/// First code point, last, first version.", "pub(super) type Range = (u32, u32, u8);", "",
              "/// Names that end with the code point.",
              "pub(super) const DERIVED: &[(&str, &[Range])] = &["]
    for prefix in sorted(derived):
        lines.append(f'    ("{prefix}", &[')
        lines += [f"        ({first:#x}, {last:#x}, {version})," for first, last, version in derived_ranges(derived[prefix])]
        lines.append("    ]),")
    lines += ["];", ""]
    (OUT / "names.rs").write_text("\n".join(lines), "ascii")
    print(len(names), "names,", len(data), "bytes,", len(blocks), "blocks")


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    asked = known_aliases()
    found = [ask(python, asked) for python in sys.argv[1:]]
    write_classes(found)
    write_names(found)
