"""What the standard module `compileall` has, with bytecode that depends on the source alone."""

from __future__ import annotations

import enum
import os
import sys
from pathlib import Path
from py_compile import PycInvalidationMode, PyCompileError
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Protocol, Union

from . import _compiler

__all__ = ["compile_dir", "compile_file", "compile_path"]

StrPath = Union[str, "os.PathLike[str]"]


class Pattern(Protocol):
    """A regular expression, or what can be searched in the same way."""

    def search(self, string: str, /) -> Any: ...


class _Source(NamedTuple):
    """A source to compile."""

    path: str


# What is to be done in turn: a source to compile, or a line to print.
_Step = Union[_Source, str]


class _Options(NamedTuple):
    """What holds for all sources of a call."""

    force: bool
    rx: Optional[Pattern]
    quiet: int
    legacy: bool
    optimize: List[int]
    mode: Optional[enum.Enum]
    stripdir: Optional[str]
    prependdir: Optional[str]
    limit_sl_dest: Optional[Path]
    hardlink_dupes: bool
    compiler: Optional[str]
    workers: int = 1


def compile_dir(
    dir: StrPath,
    maxlevels: Optional[int] = None,
    ddir: Optional[StrPath] = None,
    force: bool = False,
    rx: Optional[Pattern] = None,
    quiet: int = 0,
    legacy: bool = False,
    optimize: Union[int, Iterable[int]] = -1,
    workers: int = 1,
    invalidation_mode: Optional[enum.Enum] = None,
    *,
    stripdir: Optional[StrPath] = None,
    prependdir: Optional[StrPath] = None,
    limit_sl_dest: Optional[StrPath] = None,
    hardlink_dupes: bool = False,
    compiler: Optional[str] = None,
) -> bool:
    """Compiles the sources in a folder and in those below it, and tells whether all compile.

    :param dir: the folder.
    :param maxlevels: how many folders deep to go below it.
    :param ddir: the folder that tracebacks show in place of this one.
    :param force: compile what is fresh too.
    :param rx: leave out sources in whose path this is found.
    :param quiet: 1 to tell of errors alone, 2 to tell of nothing.
    :param legacy: write m.pyc beside m.py, and not into __pycache__.
    :param optimize: a level or several; -1 is that of this interpreter.
    :param workers: how many sources to compile at a time; 0 for one on each processor.
    :param invalidation_mode: how import tells that a source has changed.
    :param stripdir: what to take off the front of the paths that tracebacks show.
    :param prependdir: what to put there then.
    :param limit_sl_dest: leave out links to what is not in this folder.
    :param hardlink_dupes: make equal files of different levels links of each other.
    :param compiler: what compiles: "auto", "native", "interpreter" or "both"; if not given, what
        PYREPRO_COMPILER says, or "auto".
    """
    _refuse_both(ddir, stripdir, prependdir)
    if workers < 0:
        raise ValueError("workers must be greater or equal to 0")
    if ddir is not None:
        stripdir, prependdir = dir, ddir
    options = _options(
        force,
        rx,
        quiet,
        legacy,
        optimize,
        invalidation_mode,
        stripdir,
        prependdir,
        limit_sl_dest,
        hardlink_dupes,
        compiler,
    )
    depth = sys.getrecursionlimit() if maxlevels is None else maxlevels
    return _carry_out(list(_folder(os.fspath(dir), depth, options)), options._replace(workers=workers))


def compile_file(
    fullname: StrPath,
    ddir: Optional[StrPath] = None,
    force: bool = False,
    rx: Optional[Pattern] = None,
    quiet: int = 0,
    legacy: bool = False,
    optimize: Union[int, Iterable[int]] = -1,
    invalidation_mode: Optional[enum.Enum] = None,
    *,
    stripdir: Optional[StrPath] = None,
    prependdir: Optional[StrPath] = None,
    limit_sl_dest: Optional[StrPath] = None,
    hardlink_dupes: bool = False,
    compiler: Optional[str] = None,
) -> bool:
    """Compiles a source, and tells whether it compiles. What is no source is left alone.

    The parameters are those of `compile_dir`, but that `ddir` is the folder that tracebacks show this
    file in.
    """
    _refuse_both(ddir, stripdir, prependdir)
    fullname = os.fspath(fullname)
    if ddir is not None:
        stripdir, prependdir = os.path.dirname(fullname) or None, ddir
    options = _options(
        force,
        rx,
        quiet,
        legacy,
        optimize,
        invalidation_mode,
        stripdir,
        prependdir,
        limit_sl_dest,
        hardlink_dupes,
        compiler,
    )
    return _carry_out(list(_file(fullname, options)), options)


def compile_path(
    skip_curdir: bool = True,
    maxlevels: int = 0,
    force: bool = False,
    quiet: int = 0,
    legacy: bool = False,
    optimize: Union[int, Iterable[int]] = -1,
    invalidation_mode: Optional[enum.Enum] = None,
    *,
    compiler: Optional[str] = None,
) -> bool:
    """Compiles the sources in the folders of `sys.path`, until there is one with an error.

    The parameters are those of `compile_dir`, and `skip_curdir`, which leaves out the current folder.
    """
    success = True
    for dir in sys.path:
        if (not dir or dir == os.curdir) and skip_curdir:
            if quiet < 2:
                print("Skipping current directory")
        else:
            success = success and compile_dir(
                dir,
                maxlevels,
                None,
                force,
                quiet=quiet,
                legacy=legacy,
                optimize=optimize,
                invalidation_mode=invalidation_mode,
                compiler=compiler,
            )
    return success


def _refuse_both(ddir: Optional[StrPath], stripdir: Optional[StrPath], prependdir: Optional[StrPath]) -> None:
    if ddir is not None and (stripdir is not None or prependdir is not None):
        raise ValueError("Destination dir (ddir) cannot be used in combination with stripdir or prependdir")


def _options(
    force: bool,
    rx: Optional[Pattern],
    quiet: int,
    legacy: bool,
    optimize: Union[int, Iterable[int]],
    mode: Optional[enum.Enum],
    stripdir: Optional[StrPath],
    prependdir: Optional[StrPath],
    limit_sl_dest: Optional[StrPath],
    hardlink_dupes: bool,
    compiler: Optional[str],
) -> _Options:
    optimize = [optimize] if isinstance(optimize, int) else sorted(set(optimize))
    if hardlink_dupes and len(optimize) < 2:
        raise ValueError(
            "Hardlinking of duplicated bytecode makes sense only for more than one optimization level"
        )
    return _Options(
        force=force,
        rx=rx,
        quiet=int(quiet),
        legacy=legacy,
        optimize=optimize,
        mode=mode,
        stripdir=None if stripdir is None else os.fspath(stripdir),
        prependdir=None if prependdir is None else os.fspath(prependdir),
        limit_sl_dest=None if limit_sl_dest is None else Path(limit_sl_dest).resolve(),
        hardlink_dupes=hardlink_dupes,
        compiler=compiler,
    )


def _folder(folder: str, depth: int, options: _Options) -> Iterator[_Step]:
    """What is to be done for a folder, with `depth` folders below it."""
    if not options.quiet:
        yield f"Listing {folder!r}..."
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        if options.quiet < 2:
            yield f"Can't list {folder!r}"
        return
    for name in names:
        path = os.path.join(folder, name)
        if name == "__pycache__":
            continue
        if not os.path.isdir(path):
            yield from _file(path, options)
        elif depth > 0 and not os.path.islink(path):
            yield from _folder(path, depth - 1, options)


def _file(path: str, options: _Options) -> Iterator[_Step]:
    """What is to be done for a file."""
    stripdir = options.stripdir
    if stripdir is not None and not path.startswith(stripdir.rstrip(os.sep) + os.sep) and options.quiet < 2:
        yield f"The stripdir path {stripdir!r} is not a valid prefix for source path {path!r}; ignoring"
    if options.rx is not None and options.rx.search(path):
        return
    limit = options.limit_sl_dest
    if limit is not None and os.path.islink(path) and limit not in Path(path).resolve().parents:
        return
    if path.endswith(".py") and os.path.isfile(path):
        if options.legacy or sys.implementation.cache_tag is not None:
            yield _Source(path)
        elif not options.quiet:
            yield f"No cache tag is available to generate .pyc path for {path!r}"


def _carry_out(steps: List[_Step], options: _Options) -> bool:
    """Does what is to be done, in one run of the program, and tells whether all sources compile."""
    sources = [step.path for step in steps if isinstance(step, _Source)]
    levels = _compiler.levels(options.optimize)
    records: Iterator[Optional[_compiler.Record]] = iter(())
    if sources and levels is not None:
        arguments = _arguments(options, len(levels))
        records = _compiler.run(sources, levels, options.mode, arguments, options.compiler)
    success = True
    for step in steps:
        if not isinstance(step, _Source):
            print(step)
        elif levels is None:
            success = _tell(step.path, _compiler.bad_level(step.path), options.quiet)
        else:
            record = next(records)
            if record is not None and record["status"] != "fresh":
                error = _compiler.failure(record, step.path)
                success = _tell(step.path, error, options.quiet) and success
    # Lets it come to its end, and say if something was wrong.
    for _ in records:
        pass
    return success


def _arguments(options: _Options, levels: int) -> List[str]:
    arguments = ["--jobs", str(options.workers)]
    if options.stripdir is not None:
        arguments += ["-s", options.stripdir]
    if options.prependdir:
        arguments += ["-p", options.prependdir]
    if options.force:
        arguments.append("--force")
    if options.legacy:
        arguments.append("-b")
    if options.hardlink_dupes and levels > 1:
        arguments.append("--hardlink-dupes")
    return arguments


def _tell(source: str, error: Optional[Exception], quiet: int) -> bool:
    """Tells what became of a source that was not fresh."""
    if not quiet:
        print(f"Compiling {source!r}...")
    if error is None:
        return True
    if quiet < 2:
        if quiet:
            print(f"*** Error compiling {source!r}...")
        else:
            print("*** ", end="")
        if isinstance(error, PyCompileError):
            encoding = sys.stdout.encoding or sys.getdefaultencoding()
            print(error.msg.encode(encoding, errors="backslashreplace").decode(encoding))
        else:
            print(type(error).__name__ + ":", error)
    return False


def main() -> bool:
    """`python -m pyrepro.compileall`"""
    arguments = _parse()
    try:
        if not arguments.paths:
            return compile_path(
                legacy=arguments.legacy,
                force=arguments.force,
                quiet=arguments.quiet,
                invalidation_mode=arguments.invalidation_mode,
                compiler=arguments.compiler,
            )
        success = True
        for path in arguments.paths:
            success = _compile_named(path, arguments) and success
        return success
    except KeyboardInterrupt:
        if arguments.quiet < 2:
            print("\n[interrupted]")
        return False


def _compile_named(path: str, arguments: Any) -> bool:
    same = {
        name: getattr(arguments, name)
        for name in (
            "ddir", "force", "rx", "quiet", "legacy", "optimize", "invalidation_mode",
            "stripdir", "prependdir", "limit_sl_dest", "hardlink_dupes", "compiler",
        )
    }  # fmt: skip
    if os.path.isfile(path):
        return compile_file(path, **same)
    return compile_dir(path, arguments.maxlevels, workers=arguments.workers, **same)


def _parse() -> Any:
    import argparse
    import re

    parser = argparse.ArgumentParser(description=_compiler.DESCRIPTION)
    add = parser.add_argument
    add("-l", action="store_const", const=0, dest="maxlevels", help="do not go into folders below")
    add("-r", type=int, dest="recursion", help="go at most so many folders deep; wins over -l")
    add("-f", action="store_true", dest="force", help="compile what is fresh too")
    add("-q", action="count", default=0, dest="quiet", help="tell of errors alone; -qq tells of nothing")
    add("-b", action="store_true", dest="legacy", help="write m.pyc beside m.py")
    add("-d", metavar="DESTDIR", dest="ddir", help="show this folder in tracebacks, for the one named")
    add("-s", metavar="STRIPDIR", dest="stripdir", help="take this off the front of paths in tracebacks")
    add("-p", metavar="PREPENDDIR", dest="prependdir", help="put this before paths in tracebacks")
    add("-x", metavar="REGEXP", dest="rx", type=re.compile, help="leave out paths in which this is found")
    add("-i", metavar="FILE", dest="list", help="take what to compile from a file too, or from -, standard input")
    add("paths", metavar="FILE|DIR", nargs="*", help="what to compile; without any, what is in sys.path")
    add("-j", "--workers", type=int, default=1, help="how many sources to compile at a time")
    modes = _compiler.add_mode(parser)
    add("-o", action="append", type=int, dest="optimize", help="a level of optimisation; for several, give it again")
    add("-e", metavar="DIR", dest="limit_sl_dest", help="leave out links to what is not in this folder")
    add("--hardlink-dupes", action="store_true", help="make equal files of different levels one")
    add("--compiler", choices=_compiler.COMPILERS, help="what compiles")
    arguments = parser.parse_args()
    if arguments.recursion is not None:
        arguments.maxlevels = arguments.recursion
    arguments.optimize = arguments.optimize or [-1]
    arguments.limit_sl_dest = arguments.limit_sl_dest or None
    arguments.invalidation_mode = modes.get(arguments.invalidation_mode)
    if arguments.hardlink_dupes and len(set(arguments.optimize)) < 2:
        parser.error("--hardlink-dupes makes sense only for more than one level: give -o twice")
    if arguments.ddir is not None and (arguments.stripdir is not None or arguments.prependdir is not None):
        parser.error("-d cannot be used in combination with -s or -p")
    if arguments.list:
        arguments.paths += _listed(arguments.list)
    return arguments


def _listed(path: str) -> List[str]:
    if path == "-":
        return [line.strip() for line in sys.stdin]
    try:
        with open(path, encoding="utf-8") as lines:
            return [line.strip() for line in lines]
    except OSError:
        print(f"Error reading file list {path}")
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(int(not main()))
