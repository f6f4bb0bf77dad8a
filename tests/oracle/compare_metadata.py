"""Compares the METADATA in each folder of a folder with what other backends write for the same project."""

import configparser
import importlib
import json
import os
import pathlib
import sys
import tempfile

from packaging.metadata import Metadata

BACKENDS = {"flit_core": "flit_core.buildapi", "hatchling": "hatchling.build"}


def facts(metadata):
    """The fields by meaning: sorted where order has none, each value in one spelling."""
    parsed = Metadata.from_email(metadata, validate=True)
    found = {}
    for name in (
        "name version summary description description_content_type keywords author author_email maintainer "
        "maintainer_email license license_expression license_files classifiers requires_dist requires_python "
        "provides_extra project_urls import_names import_namespaces"
    ).split():
        value = getattr(parsed, name)
        if name == "description" and value:
            value = value.strip()
        if isinstance(value, list):
            value = sorted(str(item) for item in value)
        elif value is not None and not isinstance(value, dict):
            value = str(value)
        found[name] = value or None
    found["name"] = parsed.name.lower().replace("_", "-").replace(".", "-")
    return found


def entry_points(path):
    if not path.exists():
        return {}
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(path.read_text("utf-8"))
    return {group: dict(parser[group]) for group in parser.sections()}


def compare(tree, backend):
    os.chdir(tree)
    with tempfile.TemporaryDirectory() as folder:
        try:
            hooks = importlib.import_module(backend)
            info = pathlib.Path(folder, hooks.prepare_metadata_for_build_wheel(folder))
        except (Exception, SystemExit) as error:
            return {"refused": f"{type(error).__name__}: {error}"}
        theirs = facts((info / "METADATA").read_bytes())
        theirs["entry_points"] = entry_points(info / "entry_points.txt")
    ours = facts((tree / "METADATA").read_bytes())
    ours["entry_points"] = entry_points(tree / "entry_points.txt")
    return {"differences": {key: [ours[key], theirs[key]] for key in ours if ours[key] != theirs[key]}}


if __name__ == "__main__":
    report = {
        tree.name: {peer: compare(tree, backend) for peer, backend in BACKENDS.items()}
        for tree in sorted(pathlib.Path(sys.argv[1]).resolve().iterdir())
    }
    json.dump(report, sys.stdout)
