"""Write src/opcode/{op,v313,...}.rs from the interpreters themselves.

    python3 tables/generate.py PYTHON[=HEADER] ...

PYTHON is an interpreter. From 3.13 on HEADER is the `internal/pycore_opcode_metadata.h` of the same
release: only the header says how many values an instruction pops and pushes. Older releases know the
difference of the two alone, and tell it themselves.
Every release that the compiler knows is named in one run, since they share one list of instructions.
"""
import json
import pathlib
import re
import subprocess
import sys

# Arguments that tell the ways of counting them apart.
ARGUMENTS = [0, 1, 2, 3, 4, 5, 7, 260]
COLLECT = f"ARGUMENTS = {ARGUMENTS}" + r"""
import importlib.util, json, opcode, sys, _opcode
real = {n: v for n, v in opcode.opmap.items() if not n.startswith("INSTRUMENTED_")}
caches = opcode._inline_cache_entries
if isinstance(caches, list):
    caches = {n: caches[v] for n, v in real.items() if v < len(caches)}
has_arg = set(getattr(opcode, "hasarg", ())) or {v for v in real.values() if v >= opcode.HAVE_ARGUMENT}

def effects(value, jump):
    arguments = ARGUMENTS if value in has_arg else [None] * len(ARGUMENTS)
    try:
        return [_opcode.stack_effect(value, argument, jump=jump) for argument in arguments]
    except ValueError:
        return None

kinds = {"CONST": "hasconst", "NAME": "hasname", "JUMP": "hasjrel", "FREE": "hasfree", "LOCAL": "haslocal"}
print(json.dumps({
    "version": list(sys.version_info[:2]),
    "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
    "numbers": real,
    "caches": {n: c for n, c in caches.items() if n in real and c},
    "effects": {n: effects(v, False) for n, v in real.items()},
    "jump effects": {n: effects(v, True) for n, v in real.items()},
    "flags": {
        n: ["ARG"] * (v in has_arg) + [k for k, known in kinds.items() if v in getattr(opcode, known)]
        for n, v in real.items()
    },
}))
"""

OUT = pathlib.Path(__file__).resolve().parent.parent / "src" / "opcode"
FLAGS = ["ARG", "CONST", "NAME", "JUMP", "FREE", "LOCAL", "EVAL_BREAK"]
# Instructions that only the interpreter's own loop or a tracer makes.
NEVER_COMPILED = {"ENTER_EXECUTOR", "RESERVED", "TRACE_RECORD", "INTERPRETER_EXIT", "EXIT_INIT_CHECK"}
# Names that CPython's code generator resolves before an instruction is written, where they are pseudo-instructions.
RESOLVED = {"LOAD_METHOD", "LOAD_SUPER_METHOD", "LOAD_ZERO_SUPER_ATTR", "LOAD_ZERO_SUPER_METHOD"}
# What the pseudo-instructions pop and push, where the header does not say it (3.13).
# Those that push a block push what their handler finds on the stack.
PSEUDO = {
    "JUMP": (0, 0),
    "JUMP_NO_INTERRUPT": (0, 0),
    "POP_BLOCK": (0, 0),
    "SETUP_FINALLY": (0, 1),
    "SETUP_WITH": (0, 1),
    "SETUP_CLEANUP": (0, 2),
    "STORE_FAST_MAYBE_NULL": (1, 0),
    "LOAD_CLOSURE": (0, 1),
}
# The pseudo-instructions of 3.11, which has no numbers for them: jumps without a direction, and blocks.
CONDITIONS = ["FALSE", "TRUE", "NONE", "NOT_NONE"]
UNNUMBERED = ["SETUP_FINALLY", "SETUP_CLEANUP", "SETUP_WITH", "POP_BLOCK", "JUMP", "JUMP_NO_INTERRUPT"]
UNNUMBERED += [f"POP_JUMP_IF_{condition}" for condition in CONDITIONS]


def effect(expression):
    """`2 + (oparg & 1)` as the parts of an Effect: a number and what is added to it."""
    text = expression.replace(" ", "")
    for pattern, term in (
        (r"\(oparg&0xFF\)\+\(oparg>>8\)|\(oparg>>8\)\+\(oparg&0xFF\)", "Unpacked"),
        (r"\(\(oparg==3\)\?1:0\)", "IsThree"),
        (r"\(oparg&1\)", "LowBit"),
        (r"oparg\*2", "Twice"),
        (r"\(oparg-(\d)\)", "Arg"),
        (r"oparg", "Arg"),
    ):
        found = re.search(pattern, text)
        if found:
            base = text[: found.start()] + text[found.end() :]
            base = int(base.strip("+") or 0)
            if found.groups():
                base -= int(found.group(1))
            return base, term
    return int(text), "Nothing"


def cases(header, function):
    body = re.search(function + r"\(int opcode, int oparg\)\s*\{(.*?)\n\}", header, re.S).group(1)
    return {name: effect(value) for name, value in re.findall(r"case (\w+):\s*return ([^;]+);", body)}


def header_tables(path):
    header = pathlib.Path(path).read_text()
    rows = re.findall(r"^    \[(\w+)\] = \{ (?:true|1), [\w-]+, ([\w |]+) \}", header, re.M)
    flags = {name: [f for f in FLAGS if f"HAS_{f}_FLAG" in value.split(" | ")] for name, value in rows}
    known = [{name: (counts[side], "Nothing") for name, counts in PSEUDO.items()} for side in (0, 1)]
    popped, pushed = known[0], known[1]
    popped.update(cases(header, "_PyOpcode_num_popped"))
    pushed.update(cases(header, "_PyOpcode_num_pushed"))
    return popped, pushed, flags


# How many values an instruction needs of its argument, as an Effect counts them.
TERMS = {
    "Nothing": lambda arg: 0,
    "Arg": lambda arg: arg,
    "Twice": lambda arg: arg * 2,
    "LowBit": lambda arg: arg & 1,
    "IsThree": lambda arg: int(arg == 3),
    "Specified": lambda arg: int(arg & 4 != 0),
    "Attributes": lambda arg: bin(arg & 15).count("1"),
    "Unpacked": lambda arg: (arg & 0xFF) + (arg >> 8),
}


def net_effect(name, values):
    """What is popped and pushed, as far as the difference tells it."""
    for term, count in TERMS.items():
        for sign in (1, -1):
            rest = {value - sign * count(arg) for arg, value in zip(ARGUMENTS, values)}
            if len(rest) == 1:
                base = rest.pop()
                popped, pushed = max(-base, 0), max(base, 0)
                return ((popped, term), (pushed, "Nothing")) if sign < 0 else ((popped, "Nothing"), (pushed, term))
    sys.exit(f"{name}: no way of counting gives {values}")


def interpreter_tables(release):
    """The same as of a header, from an interpreter's own account."""
    known = [{name: (counts[side], "Nothing") for name, counts in PSEUDO.items()} for side in (0, 1)]
    popped, pushed = known[0], known[1]
    flags = release["flags"]
    if "JUMP" not in release["numbers"]:
        for number, name in enumerate(UNNUMBERED, 256):
            release["numbers"][name] = number
            flags[name] = ["ARG"] + ["JUMP"] * ("JUMP" in name)
        for name in UNNUMBERED[-len(CONDITIONS) :]:
            popped[name], pushed[name] = (1, "Nothing"), (0, "Nothing")
    for name, values in release["effects"].items():
        if values is not None and (name not in PSEUDO or release["numbers"][name] < 256):
            popped[name], pushed[name] = net_effect(name, values)
    popped["RETURN_GENERATOR"], pushed["RETURN_GENERATOR"] = (0, "Nothing"), (1, "Nothing")
    return popped, pushed, flags


def jump_difference(release, name):
    """How much more a jump leaves on the stack than going on does; a block's push is no jump."""
    on, off = release["jump effects"].get(name), release["effects"].get(name)
    if release["header"] or on is None or off is None or name.startswith("SETUP_"):
        return 0
    return on[0] - off[0]


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def table_source(release, names):
    popped, pushed, flags = release["tables"]
    major, minor = release["version"]
    jumps = any(jump_difference(release, name) for name in names)
    lines = [
        f"//! The instructions of Python {major}.{minor}. Made by tables/generate.py: do not edit.",
        "",
        "use super::Term::*;",
        "use super::flag::*;",
        f"use super::{{Table, instruction{', jumping' * jumps}}};",
        "",
        f"/// The instructions of Python {major}.{minor}.",
        f"pub static TABLE: Table = Table::new({release['magic']}, [",
    ]
    for name in names:
        number = release["numbers"].get(name)
        if number is None:
            lines.append(f"    None, // {name}")
            continue
        bits = " | ".join(flags.get(name, [])) or "0"
        effects = ", ".join(f"({base}, {term})" for base, term in (popped[name], pushed[name]))
        caches = release["caches"].get(name, 0)
        differs = jump_difference(release, name)
        row = f"instruction({number}, {caches}, {bits}, {effects})"
        lines.append(f"    {f'jumping({differs}, {row})' if differs else row}, // {name}")
    lines += ["]);", ""]
    return "\n".join(lines)


def op_source(names):
    lines = [
        "//! Every instruction of every release the compiler knows. Made by tables/generate.py: do not edit.",
        "",
        "/// An instruction, whatever its number in a release.",
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]",
        "#[repr(u8)]",
        "pub enum Op {",
    ]
    lines += [f"    /// `{name}`\n    {camel(name)}," for name in names]
    lines += ["}", "", "/// How many there are.", f"pub const COUNT: usize = {len(names)};", ""]
    lines += ["/// Their names, in the order of [`Op`].", "pub const NAMES: [&str; COUNT] = ["]
    lines += [f'    "{name}",' for name in names]
    lines += ["];", "", "/// All of them, in order.", "pub const ALL: [Op; COUNT] = ["]
    lines += [f"    Op::{camel(name)}," for name in names]
    lines += ["];", ""]
    return "\n".join(lines)


def main(arguments):
    releases = []
    for argument in arguments:
        python, _, header = argument.partition("=")
        release = json.loads(subprocess.check_output([python, "-I", "-c", COLLECT]))
        release["header"] = header
        release["numbers"] = {
            name: number for name, number in release["numbers"].items() if name not in RESOLVED or number < 256
        }
        release["tables"] = header_tables(header) if header else interpreter_tables(release)
        releases.append(release)
    if not releases:
        sys.exit(__doc__)
    names = sorted({n for r in releases for n in r["numbers"]} - NEVER_COMPILED)
    (OUT / "op.rs").write_text(op_source(names))
    for release in releases:
        path = OUT / "v{}{}.rs".format(*release["version"])
        path.write_text(table_source(release, names))
    files = sorted(OUT.glob("*.rs"))
    subprocess.check_call(["rustfmt", "--edition", "2024", *map(str, files)])


main(sys.argv[1:])
