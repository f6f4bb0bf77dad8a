"""Reads wheels as an independent reader does, and prints what it finds as JSON.

For each path in the arguments: checks that RECORD lists each member once, in their order, with hash and size,
and that METADATA is what `packaging` takes as a whole and without doubt.
"""

import base64
import csv
import hashlib
import io
import json
import sys
import zipfile

from packaging.metadata import Metadata
from packaging.utils import parse_wheel_filename


def read(path):
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        folder = record.rpartition("/")[0]
        text = wheel.read(record).decode("utf-8")
        assert "\r" not in text and text.endswith("\n"), "line ends"
        rows = list(csv.reader(io.StringIO(text)))
        assert [row[0] for row in rows] == names, "the rows are not the members in their order"
        assert names[-1] == record and rows[-1][1:] == ["", ""], "RECORD is not the last"
        inside = [name.startswith(folder + "/") for name in names]
        assert inside == sorted(inside), "the folder of metadata is not the last"
        for name, digest, size in rows[:-1]:
            content = wheel.read(name)
            hashed = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == ("sha256=" + hashed, len(content)), name
        metadata = Metadata.from_email(wheel.read(folder + "/METADATA"), validate=True)
        name, version, _, tags = parse_wheel_filename(path.replace("\\", "/").rpartition("/")[2])
        assert str(metadata.version) == str(version), "the version"
        told = dict(line.split(": ") for line in wheel.read(folder + "/WHEEL").decode().splitlines())
        assert told["Tag"] in map(str, tags), "the tag"
        assert told["Wheel-Version"] == "1.0" and told["Root-Is-Purelib"] == "true"
        return {"members": names, "name": metadata.name, "requires": list(map(str, metadata.requires_dist or []))}


print(json.dumps([read(path) for path in sys.argv[1:]]))
