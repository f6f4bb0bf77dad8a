"""Write src/opcode/{op,v313,...}.rs from the interpreters themselves.

    python3 tables/generate.py PYTHON=HEADER ...

PYTHON is an interpreter (3.13 or later), HEADER the `internal/pycore_opcode_metadata.h` of the same
release: only the header says how many values an instruction pops and pushes.
Every release that the compiler knows is named in one run, since they share one list of instructions.
"""
import json
import pathlib
import re
import subprocess
import sys

COLLECT = r"""
import importlib.util, json, opcode, sys, _opcode
real = {n: v for n, v in opcode.opmap.items() if not n.startswith("INSTRUMENTED_")}
print(json.dumps({
    "version": list(sys.version_info[:2]),
    "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
    "numbers": real,
    "caches": {n: c for n, c in opcode._inline_cache_entries.items() if n in real},
}))
"""

OUT = pathlib.Path(__file__).resolve().parent.parent / "src" / "opcode"
FLAGS = ["ARG", "CONST", "NAME", "JUMP", "FREE", "LOCAL", "EVAL_BREAK"]
# Instructions that only the interpreter's own loop or a tracer makes.
NEVER_COMPILED = {"ENTER_EXECUTOR", "RESERVED", "TRACE_RECORD", "INTERPRETER_EXIT", "EXIT_INIT_CHECK"}
# Names that CPython's code generator resolves before an instruction is written.
NEVER_COMPILED |= {"LOAD_METHOD", "LOAD_SUPER_METHOD", "LOAD_ZERO_SUPER_ATTR", "LOAD_ZERO_SUPER_METHOD"}
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


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def table_source(release, names):
    popped, pushed, flags = header_tables(release["header"])
    major, minor = release["version"]
    lines = [
        f"//! The instructions of Python {major}.{minor}. Made by tables/generate.py: do not edit.",
        "",
        "use super::Term::*;",
        "use super::flag::*;",
        "use super::{Table, instruction};",
        "",
        f"/// The instructions of Python {major}.{minor}.",
        f"pub static TABLE: Table = Table {{ magic: {release['magic']}, info: [",
    ]
    for name in names:
        number = release["numbers"].get(name)
        if number is None:
            lines.append(f"    None, // {name}")
            continue
        bits = " | ".join(flags.get(name, [])) or "0"
        effects = ", ".join(f"({base}, {term})" for base, term in (popped[name], pushed[name]))
        caches = release["caches"].get(name, 0)
        lines.append(f"    instruction({number}, {caches}, {bits}, {effects}), // {name}")
    lines += ["]};", ""]
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
        python, header = argument.split("=", 1)
        release = json.loads(subprocess.check_output([python, "-I", "-c", COLLECT]))
        release["header"] = header
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
