"""The hooks by which frontends have projects built (PEP 517, PEP 660): each is one run of `pyrepro build`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, List, Mapping, NoReturn, Optional, Set

from ._compiler import release
from ._program import NotFound, find_program

ConfigSettings = Optional[Mapping[str, Any]]

# The settings that there are, and the artifacts that each is for. A frontend gives the same settings to
# all hooks, so one that is for others is no mistake.
_ALL = {"wheel", "sdist", "editable", "metadata"}
_SETTINGS = {
    "pyc": {"wheel"},
    "python": {"wheel"},
    "compiler": {"wheel"},
    "optimize": {"wheel"},
    "sourceless": {"wheel"},
    "source-date-epoch": _ALL,
    "jobs": _ALL,
}
_TRUE = {"", "1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def get_requires_for_build_wheel(config_settings: ConfigSettings = None) -> List[str]:
    """Nothing: the program has all that it needs."""
    return []


def get_requires_for_build_sdist(config_settings: ConfigSettings = None) -> List[str]:
    """Nothing: the program has all that it needs."""
    return []


def get_requires_for_build_editable(config_settings: ConfigSettings = None) -> List[str]:
    """Nothing: the program has all that it needs."""
    return []


def build_wheel(
    wheel_directory: str, config_settings: ConfigSettings = None, metadata_directory: Optional[str] = None
) -> str:
    """Builds the wheel of the project in the current folder, and gives its name."""
    # Its metadata are a function of the project, so those made earlier are the same.
    return _build("wheel", ["--wheel", "-o", wheel_directory], config_settings)


def build_sdist(sdist_directory: str, config_settings: ConfigSettings = None) -> str:
    """Builds the sdist of the project in the current folder, and gives its name."""
    return _build("sdist", ["--sdist", "-o", sdist_directory], config_settings)


def build_editable(
    wheel_directory: str, config_settings: ConfigSettings = None, metadata_directory: Optional[str] = None
) -> str:
    """Builds a wheel that leads to the sources in the current folder, and gives its name."""
    return _build("editable", ["--editable", "-o", wheel_directory], config_settings)


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: ConfigSettings = None) -> str:
    """Writes the .dist-info folder that the wheel will have, and gives its name."""
    return _build("metadata", ["--metadata", metadata_directory], config_settings)


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: ConfigSettings = None) -> str:
    """Writes the .dist-info folder that the editable wheel will have, and gives its name."""
    return _build("metadata", ["--metadata", metadata_directory], config_settings)


def _build(kind: str, arguments: List[str], settings: ConfigSettings) -> str:
    """Runs the program in the current folder, and gives the name of what it made."""
    try:
        command = [find_program(), "build", ".", "--format", "json", "--no-manifest", *arguments]
    except NotFound as error:
        _fail(str(error))
    command += _options(kind, settings)
    # Errors and warnings come on standard error, which is the user's.
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode != 0:
        # No traceback: what went wrong is in the project, and has been said.
        sys.exit(done.returncode)
    name: str = json.loads(done.stdout)["artifacts"][0]["name"]
    return name


def _options(kind: str, settings: ConfigSettings) -> List[str]:
    """The settings that are for this kind of artifact, as options of the program."""
    options = []
    given: Set[str] = set()
    for name, value in (settings or {}).items():
        key = name.lstrip("-").replace("_", "-")
        if key not in _SETTINGS:
            _fail(f"there is no config setting {name!r}{_suggestion(key)}")
        if key in given or isinstance(value, (list, tuple)) and len(value) > 1:
            _fail(f"the config setting {key!r} is given more than once: {value!r}")
        given.add(key)
        if isinstance(value, (list, tuple)):
            value = value[0] if value else ""
        option = _flag(key, value) if key == "sourceless" else _valued(key, value)
        if kind in _SETTINGS[key]:
            options += option
    if "pyc" in given and kind == "wheel" and "python" not in given and sys.executable:
        # Who builds is who will install, but where the frontend says otherwise.
        native = "--compiler=native" in options or os.environ.get("PYREPRO_COMPILER") == "native"
        options.append(f"--python={release() if native else sys.executable}")
    return options


def _valued(key: str, value: Any) -> List[str]:
    if value is None or value == "":
        _fail(f"the config setting {key!r} needs a value: {key}=VALUE")
    return [f"--{key}={value}"]


def _flag(key: str, value: Any) -> List[str]:
    text = "" if value is None else str(value).lower()
    if text not in _TRUE | _FALSE:
        _fail(f"the config setting {key!r} is {value!r}, and can be 'true' or 'false'")
    return [f"--{key}"] if text in _TRUE else []


def _suggestion(key: str) -> str:
    import difflib

    near = difflib.get_close_matches(key, _SETTINGS, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(sorted(_SETTINGS))}"


def _fail(message: str) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)
