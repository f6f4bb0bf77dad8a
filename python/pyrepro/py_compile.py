"""What the standard module `py_compile` has, with bytecode that depends on the source alone."""

from __future__ import annotations

import enum
import importlib.util
import os
import sys
from py_compile import PycInvalidationMode, PyCompileError
from typing import List, Optional, Union

from . import _compiler
from ._compiler import COMPILERS

# The exception and the modes are those of the standard module, so that programs can mix the two.
__all__ = ["compile", "main", "PyCompileError", "PycInvalidationMode"]

StrPath = Union[str, "os.PathLike[str]"]


def compile(
    file: StrPath,
    cfile: Optional[StrPath] = None,
    dfile: Optional[StrPath] = None,
    doraise: bool = False,
    optimize: int = -1,
    invalidation_mode: Optional[enum.Enum] = None,
    quiet: int = 0,
    *,
    compiler: Optional[str] = None,
) -> Optional[str]:
    """Compiles a source file, and gives the path of the bytecode file, or None if it does not compile.

    :param file: the source.
    :param cfile: where the bytecode goes; if not given, where import looks for it.
    :param dfile: the name that tracebacks show; if not given, that of the source.
    :param doraise: whether a source that does not compile is a PyCompileError, or only told of on
        standard error.
    :param optimize: 0, 1 or 2, or -1 for the level of this interpreter.
    :param invalidation_mode: how import tells that the source has changed; if not given, by a hash if
        SOURCE_DATE_EPOCH is set, and else by size and time.
    :param compiler: what compiles: "auto", "native", "interpreter" or "both"; if not given, what
        PYREPRO_COMPILER says, or "auto".
    :param quiet: 2 for neither telling nor raising that a source does not compile.
    """
    if cfile is None:
        level = None if optimize < 0 else optimize or ""
        cfile = importlib.util.cache_from_source(os.fspath(file), optimization=level)
    cfile = os.fspath(cfile)
    _compiler.refuse_irregular(cfile)
    # Raises what the user expects if there is none, or none that can be read.
    with open(file, "rb"):
        pass
    name = os.fspath(dfile or file)
    error = _attempt(os.fspath(file), cfile, name, optimize, invalidation_mode, compiler)
    if error is None:
        return cfile
    if not isinstance(error, PyCompileError):
        raise error
    if quiet < 2:
        if doraise:
            raise error
        sys.stderr.write(error.msg + "\n")
    return None


def _attempt(
    file: str,
    cfile: str,
    name: str,
    optimize: int,
    mode: Optional[enum.Enum],
    compiler: Optional[str],
) -> Optional[Exception]:
    levels = _compiler.levels([optimize])
    if levels is None:
        return _compiler.bad_level(name)
    options = ["--force", "--jobs", "1", f"--cfile={cfile}", f"--dfile={name}"]
    record = _compiler.run_one(file, levels, mode, options, compiler)
    if record is None:
        return FileNotFoundError(f"{file} is no regular file")
    return _compiler.failure(record, name)


def main() -> None:
    """`python -m pyrepro.py_compile FILE…`"""
    import argparse

    parser = argparse.ArgumentParser(description=_compiler.DESCRIPTION)
    parser.add_argument("-q", "--quiet", action="store_true", help="do not report errors")
    parser.add_argument("--compiler", choices=COMPILERS, help="what compiles")
    modes = _compiler.add_mode(parser)
    parser.add_argument("filenames", nargs="+", help="sources; - reads their names from standard input")
    arguments = parser.parse_args()
    filenames: List[str] = arguments.filenames
    if filenames == ["-"]:
        filenames = [line.rstrip("\n") for line in sys.stdin]
    for filename in filenames:
        try:
            mode = modes.get(arguments.invalidation_mode)
            compile(filename, doraise=True, invalidation_mode=mode, compiler=arguments.compiler)
        except PyCompileError as error:
            parser.exit(1, None if arguments.quiet else error.msg)
        except OSError as error:
            parser.exit(1, None if arguments.quiet else str(error))


if __name__ == "__main__":
    main()
