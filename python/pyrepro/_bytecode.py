"""Bytecode for wheels that other backends have written."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from typing import Any, List, Mapping, NamedTuple

from ._program import find_program

_MODES = ("checked-hash", "unchecked-hash")
_KEYS = ("invalidation-mode", "optimize", "python")


class Bytecode(NamedTuple):
    """What a wheel is to get: bytecode for one release of Python."""

    python: str
    release: str
    mode: str
    optimize: str

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], key: str) -> Bytecode:
        """Reads a table of settings. Without `python`, it is the Python that runs the build."""
        # What hooks of every kind may have.
        known = {name: value for name, value in settings.items() if name not in ("dependencies", "enable-by-default")}
        unknown = sorted(set(known) - set(_KEYS))
        if unknown:
            raise ValueError(f"{key}.{unknown[0]}: there is no such key; allowed: {', '.join(_KEYS)}")
        running = "%d.%d" % sys.version_info[:2]
        release = str(known.get("python", running))
        if not re.fullmatch(r"3\.\d+", release):
            raise ValueError(f"{key}.python: found {release!r}; allowed: a version such as \"3.13\"")
        mode = known.get("invalidation-mode", "checked-hash")
        if mode not in _MODES:
            raise ValueError(f"{key}.invalidation-mode: found {mode!r}; allowed: {', '.join(_MODES)}")
        optimize = known.get("optimize", 0)
        if optimize not in (0, 1, 2):
            raise ValueError(f"{key}.optimize: found {optimize!r}; allowed: 0, 1 or 2")
        python = sys.executable if release == running else release
        return cls(python, release, mode, str(optimize))

    def tag(self) -> str:
        """The tag of a wheel of modules for all platforms that has bytecode of this Python."""
        return f"cp{self.release.replace('.', '')}-none-any"

    def add_to(self, wheel: str) -> None:
        """Compiles the modules of a wheel, and puts their bytecode into it. All of it is in normal form then."""
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(wheel) as archive:
                members = [(info, archive.read(info)) for info in archive.infolist()]
            record = _record_of(info.filename for info, _ in members)
            dist_info = record.split("/", 1)[0]
            data = dist_info.replace(".dist-info", ".data") + "/"
            for info, content in members:
                name = info.filename
                if name.endswith(".py") and not name.startswith((data, dist_info + "/")):
                    place = os.path.join(folder, *name.split("/"))
                    os.makedirs(os.path.dirname(place), exist_ok=True)
                    with open(place, "wb") as file:
                        file.write(content)
            self._compile(folder)
            new = _found(folder)
        members = [
            (info, _with_rows(content, new) if info.filename == record else content)
            for info, content in members
            if info.filename not in new
        ]
        self._write(wheel, members, new)
        _run([find_program(), "normalize", "-q", wheel])

    def _compile(self, folder: str) -> None:
        # Names are recorded as from the folder that modules are installed to.
        command = [find_program(), "compile", "-q", "--python", self.python, "-s", folder]
        command += ["--invalidation-mode", self.mode, "-o", self.optimize, folder]
        # A source that does not compile has no bytecode; that is so with pip, too.
        _run(command, allowed=(0, 1))

    def _write(self, wheel: str, members: List[Any], new: Mapping[str, bytes]) -> None:
        beside = wheel + ".with-bytecode"
        try:
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
                for info, content in members:
                    archive.writestr(info, content, zipfile.ZIP_DEFLATED)
                for name, content in new.items():
                    info = zipfile.ZipInfo(name)
                    info.external_attr = 0o100644 << 16
                    archive.writestr(info, content, zipfile.ZIP_DEFLATED)
            os.replace(beside, wheel)
        finally:
            if os.path.exists(beside):
                os.unlink(beside)


def _record_of(names: Any) -> str:
    found = [name for name in names if name.count("/") == 1 and name.endswith(".dist-info/RECORD")]
    if len(found) != 1:
        raise ValueError("the wheel has no RECORD, or several")
    record: str = found[0]
    return record


def _found(folder: str) -> Mapping[str, bytes]:
    found = {}
    for root, _, files in os.walk(folder):
        for name in files:
            if name.endswith(".pyc"):
                path = os.path.join(root, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder).replace(os.sep, "/")] = file.read()
    return dict(sorted(found.items()))


def _with_rows(record: bytes, new: Mapping[str, bytes]) -> bytes:
    rows = [row for row in csv.reader(io.StringIO(record.decode())) if row and row[0] not in new]
    for name, content in new.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        rows.append([name, f"sha256={digest}", str(len(content))])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _run(command: List[str], allowed: Any = (0,)) -> None:
    done = subprocess.run(command)
    if done.returncode not in allowed:
        raise RuntimeError(f"`{' '.join(command)}` ended with {done.returncode}")
