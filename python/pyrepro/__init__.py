"""Reproducible Python bytecode, wheels and sdists.

Named as `build-backend = "pyrepro"`, this module builds projects (PEP 517, PEP 660). `pyrepro.py_compile`,
`pyrepro.compileall` and `pyrepro.zipapp` have the functions of the standard modules of those names.
"""

from ._hooks import (
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)
from ._program import NotFound, find_program

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "NotFound",
    "build_editable",
    "build_sdist",
    "build_wheel",
    "find_program",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]
