"""Packs the members of a rebuilt wheel with the times, modes, order and system of the published one.

    pack.py REBUILT PLAN TARGET LEVEL

PLAN is JSON: a list of members, each with what the published archive says of it. Content comes from REBUILT
alone, but for folders, which have none.
"""
import json
import sys
import zipfile

rebuilt, plan, target, level = sys.argv[1:]
with open(plan, encoding="utf-8") as file:
    members = json.load(file)
with zipfile.ZipFile(rebuilt) as source, zipfile.ZipFile(target, "w") as archive:
    for member in members:
        info = zipfile.ZipInfo(member["name"], tuple(member["time"]))
        info.create_system, info.create_version = member["system"], member["version"]
        info.extract_version = member["needs"]
        info.external_attr, info.internal_attr = member["attributes"], member["internal"]
        info.compress_type = zipfile.ZIP_DEFLATED if member["deflated"] else zipfile.ZIP_STORED
        content = b"" if member["folder"] else source.read(member["name"])
        archive.writestr(info, content, compresslevel=int(level))
