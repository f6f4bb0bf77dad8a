"""A build hook for hatchling: canonical bytecode in wheels.

    [build-system]
    requires = ["hatchling", "pyrepro"]
    build-backend = "hatchling.build"

    [tool.hatch.build.targets.wheel.hooks.pyrepro]
    python = "3.13"

The wheel gets the tag of that Python, since bytecode in a wheel is of use to one release alone.
"""

from __future__ import annotations

import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # type: ignore[import-not-found,unused-ignore]
from hatchling.plugin import hookimpl  # type: ignore[import-not-found,unused-ignore]

from ._bytecode import Bytecode


class PyreproBuildHook(BuildHookInterface):  # type: ignore[misc,unused-ignore]
    """Compiles what the wheel has, when hatchling has written it."""

    PLUGIN_NAME = "pyrepro"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        bytecode = self._bytecode()
        # Without modules for one machine, only the interpreter is named.
        if build_data.get("tag") is None and not build_data.get("infer_tag"):
            build_data["tag"] = bytecode.tag()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel" and version != "editable" and os.path.isfile(artifact_path):
            self._bytecode().add_to(artifact_path)

    def _bytecode(self) -> Bytecode:
        return Bytecode.from_settings(self.config, f"tool.hatch.build.targets.wheel.hooks.{self.PLUGIN_NAME}")


@hookimpl  # type: ignore[misc,untyped-decorator,unused-ignore]
def hatch_register_build_hook() -> type[PyreproBuildHook]:
    return PyreproBuildHook
