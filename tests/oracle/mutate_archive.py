"""Writes archives that differ from one in one thing each: mutate_archive.py ARCHIVE FOLDER

Tells as JSON, in the order of the files: what was changed, the verdict there is to be, the member and the
finding. No member is for what nothing is said of but the verdict; the verdict null is any but "identical".
"""

import gzip
import importlib.util
import io
import json
import marshal
import os
import struct
import sys
import tarfile
import zipfile

ARCHIVE, FOLDER = sys.argv[1:]
HERE = os.path.dirname(os.path.abspath(__file__))
told = []


def write(data, what, verdict, member=None, finding=None):
    with open(os.path.join(FOLDER, str(len(told))), "wb") as file:
        file.write(data)
    told.append([what, verdict, member, finding])


def contents(name, data):
    """What can be changed of a member's content."""
    if name.endswith(".pyc"):
        yield from of_bytecode(data)
        return
    yield "first byte", bytes([data[0] ^ 1]) + data[1:], "differs", "other-content"
    yield "last byte", data[:-1] + bytes([data[-1] ^ 1]), "differs", "other-content"
    yield "cut", data[:-1], "differs", "other-content"
    yield "line end", data.replace(b"\n", b"\r\n"), "differs", "other-content"


def of_bytecode(data):
    spec = importlib.util.spec_from_file_location("mutate", os.path.join(HERE, "mutate.py"))
    mutate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutate)
    head, code = data[:16], marshal.loads(data[16:])
    yield "marshal", head + marshal.dumps(code, 2), "meaning", "other-marshal"
    for at, what in ((0, "magic"), (1, "magic"), (2, "magic"), (5, "flags"), (7, "flags")):
        yield what, head[:at] + bytes([head[at] ^ 1]) + data[at + 1:], "differs", "other-content"
    for flags in 0, 1:
        yield "mode", head[:4] + bytes([flags]) + data[5:], "differs", "other-header"
    for at in range(8, 16):
        yield "hash", head[:at] + bytes([head[at] ^ 1]) + data[at + 1:], "differs", "other-header"
    yield "no code", head, "differs", "other-content"
    yield "cut", data[:-1], "differs", "other-content"
    all_changes = [(field, changed) for field, changed in mutate.changes(code)]
    for inner in [each for each in code.co_consts if hasattr(each, "co_code")]:
        for field, changed in mutate.changes(inner):
            all_changes.append(("inner " + field, mutate.inside(code, [(inner.co_name, 1)], lambda _: changed)))
    same = marshal.dumps(mutate.made_by_hand(code))
    for field, changed in all_changes:
        # A table may have no entry that can be changed.
        if marshal.dumps(mutate.made_by_hand(changed)) != same:
            yield field, head + marshal.dumps(changed), "differs", "other-code"


class Zip:
    def __init__(self):
        with open(ARCHIVE, "rb") as file:
            self.bytes = file.read()
        with zipfile.ZipFile(ARCHIVE) as archive:
            self.members = [(info, archive.read(info)) for info in archive.infolist()]
        self.prefix = self.bytes[: self.bytes.index(b"PK\3\4")]

    def name(self, member):
        return member[0].filename

    def made(self, members, prefix=None, comment=b"", **options):
        file = io.BytesIO()
        file.write(self.prefix if prefix is None else prefix)
        with zipfile.ZipFile(file, "a", **options) as archive:
            archive.comment = comment
            for info, data in members:
                archive.writestr(info, data, info.compress_type)
        return file.getvalue()

    def copy(self, member, name=None, data=None, **fields):
        info = zipfile.ZipInfo(name or member[0].filename, member[0].date_time)
        for field in "compress_type", "external_attr", "create_system", "extra", "comment":
            setattr(info, field, fields.get(field, getattr(member[0], field)))
        info.date_time = fields.get("date_time", info.date_time)
        return info, member[1] if data is None else data

    def container(self):
        def each(**fields):
            return self.made([self.copy(member, **fields) for member in self.members])

        mode = (self.members[0][0].external_attr >> 16) & 0o777
        first, rest = self.members[0], self.members[1:]
        yield "time", each(date_time=(2001, 2, 3, 4, 5, 6)), "container", None, None
        # Deflated if it was stored, and the other way round.
        other = self.members[-1][0].compress_type ^ zipfile.ZIP_DEFLATED
        yield "compression", each(compress_type=other), "container", None, None
        yield "extra field", each(extra=b"\xfe\xca\x01\x00x"), "container", None, None
        yield "comment of members", each(comment=b"x"), "container", None, None
        yield "comment", self.made(self.members, comment=b"x"), "container", None, None
        yield "order", self.made(self.members[::-1]), "container", None, None
        for other, finding in (0o600, "other-mode"), (0o755, "executable"):
            assert mode == 0o644
            changed = self.copy(first, external_attr=(0o100000 | other) << 16)
            verdict = "container" if finding == "other-mode" else "differs"
            yield "mode", self.made([changed] + rest), verdict, first[0].filename, finding
        link = self.copy(first, external_attr=0o120777 << 16, data=b"elsewhere")
        yield "link", self.made([link] + rest), "differs", first[0].filename, "other-kind"
        for prefix in b"#!/bin/evil\n", b"MZ":
            yield "prefix", self.made(self.members, prefix=prefix), "differs", os.path.basename(ARCHIVE), "other-prefix"
        yield "twice", self.made(self.members + [self.members[0]]), "differs", None, None
        yield from self.fields()

    def fields(self):
        """Every field of the headers of the last member and of the end, with one bit changed."""
        end = self.bytes.rindex(b"PK\5\6")
        central = self.bytes.rindex(b"PK\1\2", 0, end)
        local = struct.unpack_from("<L", self.bytes, central + 42)[0]
        # An offset may be counted from what is before the first member.
        local = local if self.bytes[local : local + 4] == b"PK\3\4" else local + len(self.prefix)
        for start, widths in (
            (local, (4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2)),
            (central, (4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4)),
            (end, (4, 2, 2, 2, 2, 4, 4, 2)),
        ):
            at = start
            for width in widths:
                data = bytearray(self.bytes)
                data[at] ^= 1
                yield "byte %d of the header at %d" % (at - start, start), bytes(data), None, None, None
                at += width


class Tar:
    def __init__(self):
        with open(ARCHIVE, "rb") as file:
            self.bytes = file.read()
        with tarfile.open(ARCHIVE) as archive:
            infos = [info for info in archive if info.isfile()]
            self.members = [(info, archive.extractfile(info).read()) for info in infos]

    def name(self, member):
        return member[0].name

    def made(self, members, level=9, name="", time=0, **options):
        plain, packed = io.BytesIO(), io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w", format=options.pop("format", tarfile.PAX_FORMAT), **options) as archive:
            for info, data in members:
                archive.addfile(info, io.BytesIO(data))
        with gzip.GzipFile(name, "wb", level, packed, time) as file:
            file.write(plain.getvalue())
        return packed.getvalue()

    def copy(self, member, name=None, data=None, **fields):
        data = member[1] if data is None else data
        info = tarfile.TarInfo(name or member[0].name)
        for field in "mode", "mtime", "uid", "gid", "uname", "gname", "type", "linkname", "pax_headers":
            setattr(info, field, fields.get(field, getattr(member[0], field)))
        info.size = len(data)
        return info, data

    def container(self):
        first, rest = self.members[0], self.members[1:]
        for field, value in (
            ("mtime", 77), ("uid", 1000), ("gid", 1000), ("uname", "me"), ("gname", "us"), ("pax_headers", {"comment": "x"}),
        ):
            yield field, self.made([self.copy(first, **{field: value})] + rest), "container", None, None
        yield "order", self.made(self.members[::-1]), "container", None, None
        yield "level", self.made(self.members, level=1), "container", None, None
        yield "name in gzip", self.made(self.members, name="x.tar"), "container", None, None
        yield "time in gzip", self.made(self.members, time=5), "container", None, None
        yield "format", self.made(self.members, format=tarfile.GNU_FORMAT), "container", None, None
        for mode, finding in (0o600, "other-mode"), (0o755, "executable"):
            verdict = "container" if finding == "other-mode" else "differs"
            yield "mode", self.made([self.copy(first, mode=mode)] + rest), verdict, first[0].name, finding
        for kind in tarfile.SYMTYPE, tarfile.LNKTYPE:
            link = self.copy(rest[0], type=kind, linkname=first[0].name, data=b"")
            yield "link", self.made([first, link] + rest[1:]), "differs", rest[0][0].name, "other-kind"
        for at in range(10):
            yield "byte %d of gzip" % at, self.bytes[:at] + bytes([self.bytes[at] ^ 1]) + self.bytes[at + 1:], None, None, None
        yield "behind the end", self.bytes + b"x", None, None, None


def main():
    archive = Zip() if zipfile.is_zipfile(ARCHIVE) else Tar()
    members = archive.members
    for at, member in enumerate(members):
        name = archive.name(member)
        for what, data, verdict, finding in contents(name, member[1]) if member[1] else ():
            changed = members[:at] + [archive.copy(member, data=data)] + members[at + 1:]
            write(archive.made(changed), "%s of %s" % (what, name), verdict, name, finding)
        write(archive.made(members[:at] + members[at + 1:]), "without " + name, "differs", name.rstrip("/"), "missing")
        renamed = members[:at] + [archive.copy(member, name=name + "x")] + members[at + 1:]
        write(archive.made(renamed), "renamed " + name, "differs", name + "x", "added")
    for name in "evil.py", "__pycache__/evil.cpython-313.pyc", "grove.pth":
        write(archive.made(members + [archive.copy(members[-1], name=name)]), "added " + name, "differs", name, "added")
    for what, data, verdict, member, finding in archive.container():
        write(data, what, verdict, member, finding)
    print(json.dumps(told))


main()
