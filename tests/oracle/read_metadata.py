"""Reads the METADATA in each folder of a folder, strictly, and tells what it holds."""

import email.parser
import email.policy
import json
import pathlib
import sys

from packaging.metadata import Metadata

report = {}
for tree in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    data = (tree / "METADATA").read_bytes()
    metadata = Metadata.from_email(data, validate=True)
    fields = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(data)
    assert not fields.defects, fields.defects
    report[tree.name] = {
        "name": metadata.name,
        "version": str(metadata.version),
        "description": metadata.description,
        "fields": len(fields.keys()),
    }
json.dump(report, sys.stdout)
