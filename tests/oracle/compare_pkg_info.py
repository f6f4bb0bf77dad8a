"""Compares the METADATA in each folder of a folder with the PKG-INFO beside it, which another backend wrote."""

import json
import pathlib
import sys

from compare_metadata import facts

report = {}
for tree in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    theirs = facts((tree / "PKG-INFO").read_bytes())
    ours = facts((tree / "METADATA").read_bytes())
    report[tree.name] = {key: [ours[key], theirs[key]] for key in ours if ours[key] != theirs[key]}
json.dump(report, sys.stdout)
