"""Runs `pyrepro compile` for the interpreter that this runs in."""

from __future__ import annotations

import builtins
import enum
import json
import os
import re
import subprocess
import sys
import warnings
from py_compile import PycInvalidationMode, PyCompileError
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Type

from . import _server
from ._program import find_program

Record = Dict[str, Any]

COMPILERS = ("auto", "native", "interpreter", "both")


class CompilerError(RuntimeError):
    """pyrepro could not compile anything at all."""


DESCRIPTION = """\
Compile Python sources to bytecode. The code in it is the same every time. So is the whole file with
--invalidation-mode checked-hash or unchecked-hash, or if SOURCE_DATE_EPOCH is set. Otherwise its header has
the modification time of the source, as that of the standard module has."""


def add_mode(parser: Any) -> Dict[str, PycInvalidationMode]:
    """Adds the option for the invalidation mode, and gives the modes by the names that it takes."""
    modes = {mode.name.lower().replace("_", "-"): mode for mode in PycInvalidationMode}
    parser.add_argument(
        "--invalidation-mode",
        choices=sorted(modes),
        help="how imports detect that a source has changed; checked-hash if SOURCE_DATE_EPOCH is set, else timestamp",
    )
    return modes


def levels(numbers: Iterable[int]) -> Optional[List[int]]:
    """The levels of optimisation that these numbers stand for, in order; None if one stands for none."""
    meant = {min(sys.flags.optimize, 2) if number == -1 else int(number) for number in numbers}
    return sorted(meant) if meant <= {0, 1, 2} else None


def bad_level(file: str) -> PyCompileError:
    """What `compile` says to a level that there is not."""
    return PyCompileError(ValueError, ValueError("compile(): invalid optimize value"), file)


def default_mode() -> PycInvalidationMode:
    """The mode in which CPython writes when it is not told otherwise."""
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return PycInvalidationMode.CHECKED_HASH
    return PycInvalidationMode.TIMESTAMP


def run(
    sources: Sequence[str],
    levels: Iterable[int],
    mode: Optional[enum.Enum],
    options: Sequence[str],
    compiler: Optional[str] = None,
) -> Iterator[Optional[Record]]:
    """Compiles sources in one run of the program, and gives for each, in that order, what became of it;
    None for one that has vanished."""
    command = [find_program(), "compile", "--format", "json", "--null", "-i", "-"]
    command += _arguments(levels, mode, options, compiler)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment()) as process:
        assert process.stdin and process.stdout and process.stderr
        try:
            # All names are read before the first answer is written.
            _send(process.stdin, sources)
            records = _records(process.stdout)
            yield from _in_order(sources, records)
            problem = process.stderr.read().decode(errors="replace").strip()
        except BaseException:
            process.terminate()
            raise
    if problem and process.returncode not in (0, 1):
        raise CompilerError(re.sub(r"^error: ", "", problem))


def _target(compiler: Optional[str]) -> List[str]:
    """Which release to compile for, and with what: what PYREPRO_COMPILER says if nothing is."""
    chosen = [] if compiler is None else [f"--compiler={compiler}"]
    if (compiler or os.environ.get("PYREPRO_COMPILER")) == "native":
        return chosen + ["--python", release()]
    if not sys.executable:
        raise CompilerError("cannot compile: sys.executable does not say which interpreter this is")
    return chosen + ["--python", sys.executable]


def release() -> str:
    """The release that this is, by which the built-in compiler knows it: it asks no interpreter."""
    return ".".join(str(number) for number in sys.version_info[:3])


def run_one(
    source: str, levels: Iterable[int], mode: Optional[enum.Enum], options: Sequence[str], compiler: Optional[str] = None
) -> Optional[Record]:
    """The same for one source. All such runs of this process are made by one process of the program."""
    arguments = [*_arguments(levels, mode, options, compiler), "--", source]
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        # JSON has no place for names that are not text.
        return next(iter(list(run([source], levels, mode, options, compiler))))
    try:
        records, error = _server.ask(find_program(), _environment(), arguments)
    except _server.Gone:
        raise CompilerError("cannot compile: the program ended without an answer") from None
    if error is not None:
        raise CompilerError(error)
    return records[0] if records else None


def _arguments(
    levels: Iterable[int], mode: Optional[enum.Enum], options: Sequence[str], compiler: Optional[str]
) -> List[str]:
    # By name, so that an enumeration of another module with these names does as well.
    name = (mode or default_mode()).name.lower().replace("_", "-")
    arguments = [*_target(compiler), "--invalidation-mode", name]
    for level in levels:
        arguments += ["--optimize", str(level)]
    return [*arguments, *options]


def _send(stdin: Any, sources: Sequence[str]) -> None:
    try:
        stdin.write(b"".join(os.fsencode(source) + b"\0" for source in sources))
        stdin.close()
    except BrokenPipeError:
        # Why it has ended, it says itself.
        pass


def _records(stdout: Iterable[bytes]) -> Iterator[Record]:
    """The records in the document, each of which has a line of its own."""
    for line in stdout:
        if line.startswith(b'{"source"'):
            record: Record = json.loads(line.rstrip(b",\n"))
            yield record


def _in_order(sources: Sequence[str], records: Iterator[Record]) -> Iterator[Optional[Record]]:
    record = next(records, None)
    for source in sources:
        if record is not None and record["source"] == os.fsencode(source).decode("utf-8", "replace"):
            yield record
            record = next(records, None)
        else:
            yield None


def _environment() -> Dict[str, str]:
    environment = dict(os.environ)
    # What it is now, which the variable need not be.
    environment.pop("PYTHONPYCACHEPREFIX", None)
    if sys.pycache_prefix is not None:
        environment["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    # For CPython any value chooses the mode, and what it says does not matter.
    if not re.fullmatch("[0-9]+", environment.get("SOURCE_DATE_EPOCH", "")):
        environment.pop("SOURCE_DATE_EPOCH", None)
    return environment


def failure(record: Record, file: str) -> Optional[Exception]:
    """Why a source has no bytecode: a PyCompileError, or what the system says. Warnings of the compiler
    are given on first, and may be errors if the user wants that."""
    error = record["error"]
    if error is None or error["kind"] != "Trouble":
        wrong = _warn(record, file)
        if wrong is not None:
            return wrong
    if error is None:
        return None
    if error["kind"] != "Trouble":
        value = _exception(error, file)
        return PyCompileError(type(value), value, file, error["wording"])
    for pyc in record["pycs"]:
        try:
            refuse_irregular(pyc["path"])
        except FileExistsError as irregular:
            return irregular
    if error["errno"] is None:
        return OSError(error["message"])
    return OSError(error["errno"], os.strerror(error["errno"]), error["path"])


def _exception(error: Record, file: str) -> Exception:
    kind = getattr(builtins, error["kind"], None)
    if isinstance(kind, type) and issubclass(kind, SyntaxError):
        if error["line"] is None and file not in error["wording"]:
            return kind(error["message"])
        place = [file, error["line"] or 0, error["column"], error["text"]]
        if sys.version_info >= (3, 10):
            place += [error["end_line"], error["end_column"]]
        return kind(error["message"], tuple(place))
    try:
        if isinstance(kind, type) and issubclass(kind, Exception):
            return kind(error["message"])
    except TypeError:
        # One that is made of more than a message.
        pass
    # One of pyrepro's own, such as Crash.
    other: Type[RuntimeError] = type(error["kind"], (RuntimeError,), {})
    return other(error["message"])


def _warn(record: Record, file: str) -> Optional[PyCompileError]:
    """Gives the compiler's warnings on. One that is to be an error is one, as it is for `compile`."""
    for warning in record["warnings"]:
        category = getattr(builtins, warning["category"], SyntaxWarning)
        line = warning["line"] or 1
        try:
            warnings.warn_explicit(warning["message"], category, file, line)
        except Warning as wanted:
            for pyc in record["pycs"]:
                if pyc["written"]:
                    os.unlink(pyc["path"])
            value = SyntaxError(str(wanted), (file, line, None, warning["text"]))
            return PyCompileError(SyntaxError, value, file)
    return None


def refuse_irregular(cfile: str) -> None:
    """Raises if writing bytecode to this path would put a regular file in the place of something else."""
    if os.path.islink(cfile):
        kind, becomes = "symlink", "a regular file"
    elif os.path.exists(cfile) and not os.path.isfile(cfile):
        kind, becomes = "non-regular file", "a regular one"
    else:
        return
    raise FileExistsError(
        f"{cfile} is a {kind} and will be changed into {becomes} if import writes a byte-compiled file to it"
    )
