#!/usr/bin/env python3
"""How many variants of published wheels and of bytecode collapse to one file, by program.

    python3 benches/collapse.py PYREPRO [FOLDER_OF_WHEELS]

Without a folder, the wheels of collapse.txt are downloaded with pip, by their pinned versions, into a new one.
Each wheel is packed again in every way that Python's zipfile has, and by the programs zip, 7z and bsdtar
where they are; each of 40 modules of the standard library is compiled under other hash seeds, beside other
modules, twice, and loaded and dumped again. Then each program gets each variant by itself. What counts is how
many wheels and modules come out as one file, and how many variants it refused.

JOBS=N sets how many wheels and modules are worked on at a time. The programs are taken from PATH: strip-nondeterminism, add-det, repairwheel. A wheel is called .zip for those
that go by names and do not know .whl.
"""

import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
PYREPRO = os.path.abspath(sys.argv[1])
# Without it add-det changes no times in archives.
os.environ["SOURCE_DATE_EPOCH"] = "315532800"
MODULES = (
    "argparse ast base64 bdb calendar cmd colorsys configparser copy csv dataclasses datetime difflib dis doctest enum "
    "fractions functools gettext heapq inspect ipaddress locale lzma mailbox mimetypes optparse pathlib pickle "
    "platform plistlib pprint random shlex socket statistics string tarfile textwrap typing"
).split()

COMPILE = """
import importlib.util, marshal, sys
sys.dont_write_bytecode = True
way, target, *names = sys.argv[1:]
if way == 'imports':
    import argparse, asyncio, email.message, http.client, json, logging, unittest
def code(path):
    with open(path, 'rb') as file:
        return compile(file.read(), 'lib/m.py', 'exec', dont_inherit=True)
first = code(names[-1])
if way == 'twice':
    again = code(names[-1])
    first = again
data = marshal.dumps(first)
if way == 'dumped':
    data = marshal.dumps(marshal.loads(data))
if way == 'version 2':
    data = marshal.dumps(first, 2)
with open(names[-1], 'rb') as file:
    digest = importlib.util.source_hash(file.read())
with open(target, 'wb') as file:
    file.write(importlib.util.MAGIC_NUMBER + b'\\3\\0\\0\\0' + digest + data)
"""


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options).returncode


class Wheel:
    """A wheel and the ways to pack it again."""

    def __init__(self, path):
        self.name = path.name
        with zipfile.ZipFile(path) as archive:
            # Folders are members as well, and some programs drop them or add them.
            self.members = [(info, archive.read(info)) for info in archive.infolist() if not info.is_dir()]

    def variants(self, folder):
        ways = {
            "plain": {},
            "reversed": {"order": lambda members: members[::-1]},
            "shuffled": {"order": lambda members: random.Random(1).sample(members, len(members))},
            "times": {"date_time": (1999, 12, 31, 23, 59, 58)},
            "stored": {"compress_type": zipfile.ZIP_STORED},
            "level 1": {"level": 1},
            "level 9": {"level": 9},
            "comments": {"comment": b"a comment"},
            "extra fields": {"extra": b"\x55\x54\x05\x00\x01\x00\x00\x00\x00"},
            "text": {"internal_attr": 1, "create_version": 63},
            "umask 077": {"umask": 0o077},
            "umask 002": {"umask": 0o002},
            "pipe": {},
        }
        for way, attributes in ways.items():
            path = folder / way / self.name
            path.parent.mkdir()
            self.pack(path, way == "pipe", **attributes)
            yield path
        tree = folder / "tree"
        for info, content in self.members:
            path = tree / info.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o755 if info.external_attr >> 16 & 0o100 else 0o644)
        names = sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())
        listing = "\n".join(names)
        (folder / "names").write_text(listing + "\n")
        tools = {
            "zip": ["zip", "-q", "-D", "-@"],
            "7z": ["7z", "a", "-bd", "-tzip", "-mx=7"],
            "bsdtar": ["bsdtar", "--format", "zip", "-T", str(folder / "names"), "-cf"],
        }
        for tool, command in tools.items():
            path = folder / tool / self.name
            path.parent.mkdir()
            if not shutil.which(tool):
                print(f"MISSING: no {tool} on PATH, so wheels are not packed by it", file=sys.stderr)
                continue
            target = path.with_suffix(".zip")
            arguments = [f"@{folder / 'names'}"] if tool == "7z" else []
            if run(*command, str(target), *arguments, cwd=tree, input=(listing + "\n").encode()):
                sys.exit(f"{tool} fails on {self.name}")
            target.rename(path)
            yield path
        shutil.rmtree(tree)

    def pack(self, path, is_pipe, order=lambda members: members, umask=0, level=6, **attributes):
        with open(path, "wb") as file, zipfile.ZipFile(Pipe(file) if is_pipe else file, "w") as archive:
            for old, content in order(self.members):
                info = zipfile.ZipInfo(old.filename, (2020, 5, 17, 11, 12, 14))
                info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED
                executable = old.external_attr >> 16 & 0o100
                info.external_attr = (0o100000 | (0o777 if executable else 0o666) & ~(umask or 0o022)) << 16
                for key, value in attributes.items():
                    setattr(info, key, value)
                archive.writestr(info, content, compresslevel=level)


class Pipe:
    """A file that nobody can seek in, so that data descriptors are needed."""

    def __init__(self, file):
        self.write, self.flush = file.write, file.flush


class Module:
    """A module and the ways to compile it."""

    def __init__(self, name):
        self.name = name + ".pyc"
        self.source = __import__(name).__spec__.origin

    def variants(self, folder):
        for way in ["plain", "seed 1", "seed 2", "imports", "twice", "dumped"]:
            path = folder / way / self.name
            path.parent.mkdir()
            seed = way[-1] if way.startswith("seed") else "0"
            environment = dict(os.environ, PYTHONHASHSEED=seed)
            if run(sys.executable, "-c", COMPILE, way, str(path), self.source, env=environment):
                sys.exit(f"cannot compile {self.name}")
            yield path


def in_place(*command, suffix=None):
    def work(path):
        target = path.with_suffix(suffix) if suffix and path.suffix == ".whl" else path
        path.rename(target)
        return target if run(*command, str(target)) == 0 else None

    return work


def repair(path):
    if path.suffix != ".whl":
        return None
    out = path.parent / "out"
    if run("repairwheel", "--no-sys-paths", str(path), "-o", str(out)) != 0:
        return None
    return next(out.glob("*.whl"), None)


PROGRAMS = {
    "pyrepro normalize": (PYREPRO, in_place(PYREPRO, "normalize", "-qq"), {".whl", ".pyc"}),
    "strip-nondeterminism": (
        "strip-nondeterminism",
        in_place("strip-nondeterminism", "-T", "315532800", suffix=".zip"),
        {".whl"},
    ),
    "add-determinism": ("add-det", in_place("add-det", suffix=".zip"), {".whl", ".pyc"}),
    "repairwheel": ("repairwheel", repair, {".whl"}),
}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def outcomes(thing, scratch):
    """For each program how many files come out, and how many variants it refuses."""
    variants = list(thing.variants(scratch))
    kind = variants[0].suffix
    found = {}
    for program, (binary, work, kinds) in PROGRAMS.items():
        if kind not in kinds or not shutil.which(binary):
            continue
        results, refused = set(), 0
        for variant in variants:
            copy = scratch / "copy" / variant.name
            shutil.rmtree(copy.parent, ignore_errors=True)
            copy.parent.mkdir()
            shutil.copy2(variant, copy)
            result = work(copy)
            if result is None:
                refused += 1
            else:
                results.add(digest(result))
        found[program] = (len(results), refused)
    shutil.rmtree(scratch)
    print(thing.name, found, file=sys.stderr, flush=True)
    return kind, len(variants), found


def main():
    jobs = int(os.environ.get("JOBS", os.cpu_count()))
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(jobs) as pool:
        scratch = pathlib.Path(scratch)
        folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else download(scratch / "wheels")
        things = [Wheel(path) for path in sorted(folder.glob("*.whl"))] + [Module(name) for name in MODULES]
        places = [scratch / str(number) for number in range(len(things))]
        for place in places:
            place.mkdir()
        found = list(pool.map(outcomes, things, places))
    totals = {}
    for kind in [".whl", ".pyc"]:
        counts = [count for its_kind, count, _ in found if its_kind == kind]
        totals[kind] = len(counts)
        print(f"{len(counts)} *{kind} in {sum(counts)} variants")
    print("| program | wheels that become one file | different files | modules that become one file | different files | refused |")
    print("|---|---|---|---|---|---|")
    for program, (binary, _, kinds) in PROGRAMS.items():
        if not shutil.which(binary):
            print(f"| {program} | not installed | | | | |")
            continue
        cells, refusals = [], 0
        for kind in [".whl", ".pyc"]:
            rows = [row[program] for its_kind, _, row in found if its_kind == kind and program in row]
            refusals += sum(refused for _, refused in rows)
            one = sum(row == (1, 0) for row in rows)
            cells += [f"{one} of {totals[kind]}", sum(files for files, _ in rows)] if kind in kinds else ["–", "–"]
        print(f"| {program} | {' | '.join(map(str, cells))} | {refusals} |")


def download(folder):
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder]
    subprocess.run([*command, "-r", HERE / "collapse.txt"], check=True)
    return folder


if __name__ == "__main__":
    main()
