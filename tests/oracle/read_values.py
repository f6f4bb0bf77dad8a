"""Reads texts as packaging does: {kind: [[text, our spelling or null]]} to those on which it differs."""

import json
import pathlib
import sys

from packaging.licenses import canonicalize_license_expression
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

READERS = {
    "license": lambda text: canonicalize_license_expression(text),
    "marker": Marker,
    "requirement": Requirement,
    "specifiers": SpecifierSet,
    "version": lambda text: str(Version(text)),
}


def read(reader, text):
    try:
        return reader(text)
    except Exception:
        return None


values = json.loads(pathlib.Path(sys.argv[1], "values.json").read_text("utf-8"))
differences = []
for kind, pairs in values.items():
    for text, ours in pairs:
        theirs = read(READERS[kind], text)
        same = theirs is None if ours is None else theirs is not None and theirs == read(READERS[kind], ours)
        if not same:
            differences.append([kind, text, ours, None if theirs is None else str(theirs)])
json.dump(differences, sys.stdout)
