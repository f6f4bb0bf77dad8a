"""Where the program `pyrepro` is that was installed together with this package."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from typing import Iterator

OVERRIDE = "PYREPRO_BINARY"


class NotFound(FileNotFoundError):
    """The program is nowhere."""


def find_program() -> str:
    """The path of the program: what PYREPRO_BINARY says, else what was installed with this package,
    else what PATH has."""
    override = os.environ.get(OVERRIDE)
    if override:
        if not _is_program(override):
            raise NotFound(f"{OVERRIDE} is {override!r}, which is no program")
        # A relative path is one from here, also for whoever runs it from elsewhere.
        return os.path.abspath(override)
    name = "pyrepro" + (sysconfig.get_config_var("EXE") or "")
    tried = []
    for folder in _folders():
        path = os.path.join(folder, name)
        if _is_program(path):
            return path
        if folder not in tried:
            tried.append(folder)
    on_path = shutil.which("pyrepro")
    if on_path:
        return os.path.abspath(on_path)
    raise NotFound(
        f"the program {name!r} that belongs to {os.path.dirname(__file__)} is neither in "
        f"{', '.join(tried)} nor on PATH; install pyrepro again, or set {OVERRIDE} to the path of the program"
    )


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _folders() -> Iterator[str]:
    """The folders in which installers put programs, beginning with those that follow from where this
    package lies: environments are laid over each other, and each has its own program."""
    packages = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.name == "nt":
        # PREFIX\Lib\site-packages
        yield os.path.join(_above(packages, 2), "Scripts")
    else:
        # PREFIX/lib/python3.X/site-packages, as in environments, with --prefix, and in what pip
        # builds in; Debian's PREFIX/lib/python3/dist-packages is the same.
        yield os.path.join(_above(packages, 3), "bin")
    # What `pip install --target` makes.
    yield os.path.join(packages, "bin")
    if os.name == "nt":
        # What `pip install --user` makes there: PythonXY\site-packages beside PythonXY\Scripts.
        yield os.path.join(_above(packages, 1), "Scripts")
    yield sysconfig.get_path("scripts")
    yield sysconfig.get_path("scripts", scheme=_user_scheme())


def _above(folder: str, levels: int) -> str:
    for _ in range(levels):
        folder = os.path.dirname(folder)
    return folder


def _user_scheme() -> str:
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    if os.name == "nt":
        return "nt_user"
    if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK"):
        return "osx_framework_user"
    return "posix_user"
