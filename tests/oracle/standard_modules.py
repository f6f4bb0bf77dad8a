"""Calls the standard modules `py_compile` and `compileall` and those of the package `pyrepro` on equal
trees, and prints where they differ: in what they return, raise, print and write."""

import compileall
import contextlib
import io
import marshal
import os
import pathlib
import py_compile
import re
import shutil
import sys
import tempfile
import warnings

import pyrepro.compileall
import pyrepro.py_compile

FILES = {
    "src/top.py": b"import os\nANSWER = 42\n",
    "src/pkg/__init__.py": b"'''A package.'''\nassert 1\n",
    "src/pkg/one.py": b"def f(x):\n    '''Doc.'''\n    assert x\n    return x in {'a', 'b', 'c'}\n",
    "src/pkg/sub/deep/two.py": b"class C:\n    def m(self): return lambda: self\n",
    "src/pkg/latin.py": b"# coding: latin-1\nname = '\xe9t\xe9'\n",
    "src/pkg/data.txt": b"no source\n",
    "src/pkg/script": b"print('no ending')\n",
    "src/it's.py": b"",
    "bad/syntax.py": b"x = = 1\n",
    "bad/indent.py": b"if x:\npass\n",
    "bad/nul.py": b"x = 1\0\n",
    "bad/unicode.py": b"x = '\xff'\n",
    "bad/surprisé.py": b"'\xc3\xa9' = 1\n",
    "bad/cookie.py": b"# coding: nonsense\n",
    "bad/outside.py": b"def f():\n    yield\nreturn 1\n",
    "bad/fine.py": b"x = 1\n",
    "outside/far.py": b"far = True\n",
    "warn/escape.py": b"x = 1 is 1\n",
}
TIME = 1_600_000_000


def make_tree():
    for name, content in FILES.items():
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "wb") as file:
            file.write(content)
        os.utime(name, (TIME, TIME))
    os.symlink("../outside/far.py", "src/linked_out.py")
    os.symlink("top.py", "src/linked_in.py")
    os.symlink("..", "src/loop")
    os.mkdir("taken.pyc")


def code_of(code):
    inner = tuple(code_of(const) for const in code.co_consts if hasattr(const, "co_code"))
    return code.co_filename, code, inner


def written():
    found = {}
    for folder, _, names in os.walk("."):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".pyc"):
                with open(path, "rb") as file:
                    content = file.read()
                code = code_of(marshal.loads(content[16:]))
                found[path.replace(os.getcwd(), "/TREE")] = content[:16], code, os.stat(path).st_nlink
    return found


def told(error):
    if isinstance(error, py_compile.PyCompileError):
        value = error.exc_value
        place = [getattr(value, name, None) for name in ("filename", "lineno", "offset", "end_lineno")]
        if place[1] == 0:
            # Releases have several ways to say that they do not know it.
            place[2] = None
        return "PyCompileError", error.exc_type_name, error.file, error.msg, str(error), str(value), place
    number = getattr(error, "errno", None)
    # Whose temporary file it was is not to be the same.
    return type(error).__name__, number, getattr(error, "strerror", None) or str(error)


def attempt(call, modules):
    """What a call does in a new tree."""
    home = os.getcwd()
    folder = tempfile.mkdtemp()
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    try:
        os.chdir(folder)
        make_tree()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("always")
            try:
                result = repr(call(*modules)).replace(folder, "/TREE")
            except Exception as error:
                result = told(error)
        texts = []
        for stream in (out, err):
            stream.flush()
            # What their temporary file was called is not to be the same.
            texts.append(re.sub(r"\.pyc\.\d+'", ".pyc'", stream.buffer.getvalue().decode()))
        return {"result": result, "stdout": texts[0], "stderr": texts[1], "files": written()}
    finally:
        os.chdir(home)
        shutil.rmtree(folder)


class Everything:
    """A pattern that is no regular expression."""

    def search(self, text):
        return "one" in text


def twice(function):
    """A second call finds all fresh. Timestamps are the one mode in which theirs looks."""
    return [function(), function()]


def with_epoch(epoch, function):
    os.environ["SOURCE_DATE_EPOCH"] = epoch
    try:
        return function()
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]


def with_prefix(function):
    sys.pycache_prefix = os.path.join(os.getcwd(), "cache")
    try:
        return function()
    finally:
        sys.pycache_prefix = None


def with_path(path, function):
    before = sys.path[:]
    sys.path[:] = path
    try:
        return function()
    finally:
        sys.path[:] = before


MODES = list(py_compile.PycInvalidationMode)
LEVELS = [-1, 0, 1, 2, 3, -2]

# The first release that has it, and the call.
CASES = [
    (8, lambda p, c: p.compile("src/top.py")),
    (8, lambda p, c: p.compile("src/top.py", doraise=True, quiet=1)),
    (8, lambda p, c: p.compile("src/top.py", cfile="x/y/z.pyc", dfile="seen/as.py")),
    (8, lambda p, c: p.compile("src/top.py", "here.pyc")),
    (8, lambda p, c: p.compile(os.path.abspath("src/top.py"), "here.pyc", "src/top.py")),
    (8, lambda p, c: p.compile("src/pkg/script")),
    (8, lambda p, c: p.compile("src/linked_in.py")),
    (8, lambda p, c: p.compile("src/it's.py")),
    (8, lambda p, c: p.compile("src/none.py")),
    (8, lambda p, c: p.compile("src/none.py", quiet=2)),
    (8, lambda p, c: p.compile("src")),
    (8, lambda p, c: p.compile("src/top.py", cfile="taken.pyc")),
    (8, lambda p, c: p.compile("src/top.py", cfile="src/linked_in.py")),
    (8, lambda p, c: p.compile("src/top.py", cfile="src/top.py/x.pyc")),
    (8, lambda p, c: with_prefix(lambda: p.compile("src/top.py", dfile="top.py"))),
    *[(8, lambda p, c, n=n: p.compile("src/pkg/one.py", optimize=n, doraise=True)) for n in LEVELS],
    *[(8, lambda p, c, m=m: p.compile("src/pkg/one.py", invalidation_mode=m)) for m in MODES],
    *[
        (8, lambda p, c, name=name, options=options: p.compile(name, **options))
        for name in FILES
        if name.startswith("bad/")
        for options in ({}, {"doraise": True}, {"doraise": True, "quiet": 2}, {"dfile": "other.py"})
    ],
    (8, lambda p, c: with_epoch("1500000000", lambda: p.compile("src/top.py"))),
    (8, lambda p, c: with_epoch("", lambda: p.compile("src/top.py"))),
    (8, lambda p, c: with_epoch("yesterday", lambda: p.compile("src/top.py"))),
    (8, lambda p, c: p.compile("warn/escape.py")),
    (8, lambda p, c: c.compile_dir("src")),
    (8, lambda p, c: c.compile_dir("src", 1)),
    (8, lambda p, c: c.compile_dir("src", 0, quiet=1)),
    (8, lambda p, c: c.compile_dir("src", ddir="/else/where")),
    (8, lambda p, c: c.compile_dir("src", rx=re.compile("(?i)ONE|sub.*two"))),
    (8, lambda p, c: c.compile_dir("src", rx=Everything())),
    (8, lambda p, c: c.compile_dir("src", legacy=True, quiet=1)),
    (8, lambda p, c: c.compile_dir("src", quiet=2)),
    (8, lambda p, c: c.compile_dir("src", optimize=2)),
    (8, lambda p, c: c.compile_dir("none")),
    (8, lambda p, c: c.compile_dir("none", quiet=1)),
    (8, lambda p, c: c.compile_dir("none", quiet=2)),
    (8, lambda p, c: c.compile_dir("src/pkg/sub")),
    (8, lambda p, c: c.compile_dir("src", workers=-1)),
    (8, lambda p, c: c.compile_dir("src", quiet=1, force=True)),
    (8, lambda p, c: twice(lambda: c.compile_dir("src", force=True))),
    (8, lambda p, c: c.compile_dir("bad")),
    (8, lambda p, c: c.compile_dir("bad", quiet=1)),
    (8, lambda p, c: c.compile_dir("bad", quiet=2)),
    (8, lambda p, c: with_epoch("1500000000", lambda: c.compile_dir("src"))),
    (8, lambda p, c: with_prefix(lambda: c.compile_dir("src"))),
    (8, lambda p, c: c.compile_dir("src", invalidation_mode=MODES[2])),
    (8, lambda p, c: c.compile_dir(pathlib.Path("src/pkg"))),
    (8, lambda p, c: c.compile_dir("warn")),
    (8, lambda p, c: c.compile_file("src/top.py")),
    (8, lambda p, c: c.compile_file("src/top.py", ddir="/else/where")),
    (8, lambda p, c: c.compile_file("src/top.py", legacy=True)),
    (8, lambda p, c: c.compile_file("src/top.py", rx=re.compile("top"))),
    (8, lambda p, c: c.compile_file("src/pkg/data.txt")),
    (8, lambda p, c: c.compile_file("src/none.py")),
    (8, lambda p, c: c.compile_file("src")),
    (8, lambda p, c: c.compile_file(pathlib.Path("src/top.py"))),
    (8, lambda p, c: [c.compile_file(name) for name in FILES if name.startswith("bad/")]),
    (8, lambda p, c: [os.mkdir("src/top.pyc"), c.compile_file("src/top.py", legacy=True)]),
    (8, lambda p, c: [open("src/__pycache__", "w").close(), c.compile_file("src/top.py")]),
    (8, lambda p, c: [open("src/__pycache__", "w").close(), p.compile("src/top.py")][1]),
    (9, lambda p, c: c.compile_dir("src", optimize=[0, 1, 2, 1])),
    (9, lambda p, c: c.compile_dir("src", optimize=[-1, 2], legacy=True, quiet=1)),
    (9, lambda p, c: c.compile_dir("src", optimize=[0, 1, 2], hardlink_dupes=True)),
    (9, lambda p, c: c.compile_dir("src", optimize=[1, 1], hardlink_dupes=True, quiet=1)),
    (9, lambda p, c: c.compile_dir("src", limit_sl_dest="src")),
    (9, lambda p, c: c.compile_dir("src", limit_sl_dest=pathlib.Path("none"))),
    (9, lambda p, c: c.compile_dir("src", stripdir="src", prependdir="/else")),
    (9, lambda p, c: c.compile_dir("src", prependdir="/else")),
    (9, lambda p, c: c.compile_dir("src", prependdir="/else", ddir="x")),
    (9, lambda p, c: c.compile_file("src/top.py", stripdir="src", ddir="x")),
    (9, lambda p, c: c.compile_file("src/pkg/one.py", stripdir="src/pkg", optimize=[0, 2])),
    (13, lambda p, c: c.compile_dir("src", stripdir="src/pkg")),
    (13, lambda p, c: c.compile_dir("src", stripdir="nowhere", prependdir="/else")),
    (13, lambda p, c: c.compile_dir("src", stripdir="nowhere", quiet=2)),
    (13, lambda p, c: c.compile_dir("src", stripdir="")),
    (8, lambda p, c: with_path(["", ".", "src", "src/pkg"], lambda: c.compile_path())),
    (8, lambda p, c: with_path(["bad", "src"], lambda: c.compile_path(quiet=1, optimize=1))),
    (8, lambda p, c: with_path(["src"], lambda: c.compile_path(False, 3, True, 1, True))),
]


def main():
    theirs, ours = (py_compile, compileall), (pyrepro.py_compile, pyrepro.compileall)
    assert pyrepro.py_compile.PyCompileError is py_compile.PyCompileError
    for number, (since, call) in enumerate(CASES):
        if sys.version_info >= (3, since):
            expected, found = attempt(call, theirs), attempt(call, ours)
            for key in expected:
                if expected[key] != found[key]:
                    line = call.__code__.co_firstlineno
                    print(f"case {number} at line {line}, {key}:\n  theirs {expected[key]}\n  ours   {found[key]}")


main()
