"""Canonical bytecode in the wheels of setuptools.

    [build-system]
    requires = ["setuptools", "pyrepro"]
    build-backend = "setuptools.build_meta"

    [tool.pyrepro.bytecode]
    python = "3.13"

With that table in pyproject.toml, `bdist_wheel` adds bytecode to the wheel, which gets the tag of that Python unless it has
modules for one machine.
"""

from __future__ import annotations

import os
from typing import Any, Optional, Tuple

from ._bytecode import Bytecode


def finalize(distribution: Any) -> None:
    """What setuptools calls for each project, through an entry point."""
    found = _settings()
    if found is None:
        return
    bytecode: Bytecode = found
    base = distribution.get_command_class("bdist_wheel")

    class WithBytecode(base):  # type: ignore[misc,valid-type,unused-ignore]
        def get_tag(self) -> Tuple[str, str, str]:
            tag: Tuple[str, str, str] = super().get_tag()
            if tag[1:] != ("none", "any"):
                return tag
            python, abi, platform = bytecode.tag().split("-")
            return python, abi, platform

        def run(self) -> None:
            super().run()
            for command, _, path in self.distribution.dist_files:
                if command == "bdist_wheel":
                    bytecode.add_to(path)

    distribution.cmdclass["bdist_wheel"] = WithBytecode


def _settings() -> Optional[Bytecode]:
    if not os.path.isfile("pyproject.toml"):
        return None
    try:
        import tomllib
    except ImportError:
        from setuptools.compat.py310 import tomllib  # type: ignore[no-redef,import-untyped,import-not-found,unused-ignore]
    with open("pyproject.toml", "rb") as file:
        table = tomllib.load(file).get("tool", {}).get("pyrepro", {}).get("bytecode")
    return None if table is None else Bytecode.from_settings(table, "tool.pyrepro.bytecode")
