"""What the standard module `zipapp` has, with archives that are the same each time they are made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Callable, List, Optional, Set, Tuple, Union

from ._program import find_program

__all__ = ["ZipAppError", "create_archive", "get_interpreter"]

StrPath = Union[str, "os.PathLike[str]"]

# Windows launchers read the first line as UTF-8.
_ENCODING = "utf-8" if sys.platform.startswith("win") else sys.getfilesystemencoding()


class ZipAppError(ValueError):
    """The archive cannot be made."""


def create_archive(
    source: Union[StrPath, IO[bytes]],
    target: Union[StrPath, IO[bytes], None] = None,
    interpreter: Optional[str] = None,
    main: Optional[str] = None,
    filter: Optional[Callable[[Path], bool]] = None,
    compressed: bool = False,
    *,
    bytecode: bool = False,
) -> None:
    """Packs a folder into an archive that Python runs, or copies such an archive with another first line.

    :param source: the folder; or an archive, as a path or as an open file.
    :param target: where the archive goes; the name of the folder with .pyz if not given.
    :param interpreter: what the first line says is to run it; without it there is no such line.
    :param main: the function that it starts, as package.module:function; not for a folder with __main__.py.
    :param filter: called with each path below the folder; what it is false for stays out.
    :param compressed: whether members are compressed.
    :param bytecode: whether bytecode for this interpreter goes in, which the standard module cannot do.
    """
    options = ["--compress"] if compressed else []
    options += [f"-p={interpreter}"] if interpreter else []
    options += [f"--python={sys.executable}"] if bytecode else ["--no-compile"]
    if hasattr(source, "read"):
        archive: bytes = source.read()
        _make("-", archive, target, options)
        return
    path = Path(os.fspath(source))
    if path.is_file():
        _make(str(path), None, target, options)
        return
    if not path.exists():
        raise ZipAppError(f"Source does not exist: {path}")
    options += _entry_point(path, main) + _left_out(path, target, filter)
    _make(str(path), None, path.with_suffix(".pyz") if target is None else target, options)


def _entry_point(source: Path, main: Optional[str]) -> List[str]:
    has_main = (source / "__main__.py").is_file()
    if main and has_main:
        raise ZipAppError("Cannot specify entry point if the source has __main__.py")
    if has_main:
        return []
    if not main:
        raise ZipAppError("Archive has no entry point: add a __main__.py, or specify main")
    module, separator, function = main.partition(":")
    names = module.split(".") + function.split(".")
    if not (separator and all(name.isidentifier() for name in names)):
        raise ZipAppError(f"Invalid entry point: {main!r} is not package.module:function")
    return [f"--main={main}"]


def _left_out(source: Path, target: Any, filter: Optional[Callable[[Path], bool]]) -> List[str]:
    """Options for what the filter leaves out. A folder stays if something in it does."""
    place = None if target is None or hasattr(target, "write") else Path(os.fspath(target))
    unwanted: List[Tuple[Path, bool]] = []
    needed: Set[Path] = set()
    for child in sorted(source.rglob("*")):
        relative = child.relative_to(source)
        if filter is not None and not filter(relative):
            unwanted.append((relative, child.is_dir()))
        elif child == place:
            raise ZipAppError(f"The target archive {place} overwrites one of the source files.")
        else:
            needed.update(relative.parents)
    options = []
    for relative, is_folder in unwanted:
        pattern = "/" + re.sub(r"([\\*?\[\]{}!])", r"\\\1", relative.as_posix())
        if not is_folder:
            options.append(f"--exclude={pattern}")
        elif relative not in needed:
            options.append(f"--exclude={pattern}/")
    return options


def _make(source: str, archive: Optional[bytes], target: Any, options: List[str]) -> None:
    """Has the program make the archive, at a path or for an open file."""
    is_open = hasattr(target, "write")
    if target is None:
        raise ZipAppError("An archive is not changed in place: specify a target")
    place = "-" if is_open else os.fspath(target)
    command = [find_program(), "zipapp", "--no-manifest", "-q", f"--output={place}", *options, "--", source]
    done = subprocess.run(command, input=archive, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        problem = done.stderr.decode(errors="replace").strip()
        raise ZipAppError(re.sub(r"^error: ", "", problem))
    if is_open:
        target.write(done.stdout)


def get_interpreter(archive: Union[StrPath, IO[bytes]]) -> Optional[str]:
    """What the first line of an archive says is to run it, or None if it says nothing."""
    if hasattr(archive, "read"):
        return _interpreter(archive)
    with open(archive, "rb") as file:
        return _interpreter(file)


def _interpreter(file: Any) -> Optional[str]:
    if file.read(2) != b"#!":
        return None
    line: bytes = file.readline()
    return line.strip().decode(_ENCODING)


def main(args: Optional[List[str]] = None) -> None:
    """`python -m pyrepro.zipapp`"""
    import argparse

    parser = argparse.ArgumentParser(description="Make an archive that Python runs, the same each time.")
    add = parser.add_argument
    add("-o", "--output", help="the archive to write; needed if the source is an archive")
    add("-p", "--python", help="the interpreter for the first line; without it there is no such line")
    add("-m", "--main", help="the function to start, as package.module:function; by default __main__.py")
    add("-c", "--compress", action="store_true", help="compress members")
    add("--bytecode", action="store_true", help="add bytecode for this interpreter")
    add("--info", action="store_true", help="show the interpreter of an archive")
    add("source", help="a folder, or an archive to copy")
    arguments = parser.parse_args(args)
    is_archive = os.path.isfile(arguments.source)
    if arguments.info:
        if not is_archive:
            raise SystemExit(f"{arguments.source} is not a file: --info is for archives")
        print("Interpreter:", get_interpreter(arguments.source) or "<none>")
        sys.exit(0)
    if is_archive:
        output = arguments.output
        if output is None or (os.path.exists(output) and os.path.samefile(arguments.source, output)):
            raise SystemExit("An archive is not changed in place: name another file with --output")
        if arguments.main:
            raise SystemExit("An archive keeps the function that it starts: leave out --main")
    create_archive(
        arguments.source,
        arguments.output,
        interpreter=arguments.python,
        main=arguments.main,
        compressed=arguments.compress,
        bytecode=arguments.bytecode,
    )


if __name__ == "__main__":
    main()
