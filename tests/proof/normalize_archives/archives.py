"""Makes archives, variants of archives, and lists of what is in them, with Python's own modules.

    archives.py wheel FILE            a wheel with sources, bytecode, scripts and data
    archives.py zipapp FILE stored|deflated
    archives.py jar FILE
    archives.py tar FILE              a tar file with links, folders, long names
    archives.py vary FILE FOLDER      the same members as FILE, in as many ways as there are
    archives.py list FILE             JSON: for each member its kind, content, mode and metadata
"""

import base64
import hashlib
import importlib.util
import io
import json
import marshal
import os
import random
import sys
import tarfile
import zipfile


def pyc(source, name, flags=3):
    code = compile(source, name, "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + flags.to_bytes(4, "little") + importlib.util.source_hash(source)
    # As a program that loads and dumps would have it.
    return head + marshal.dumps(marshal.loads(marshal.dumps(code)))


SOURCE = b"import os\n\n\nclass Tree:\n    '''Grows.'''\n    kinds = {'elm', 'oak', 'ash'}\n\n    def grow(self, by=1):\n        return (self, by, 'elm', 'oak', os.sep) if by in {1, 2, 3} else None\n"


def row(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return "%s,sha256=%s,%d\n" % (path, digest, len(content))


def wheel_members():
    info = "orchard-1.0.dist-info"
    members = [
        ("orchard/tree.py", SOURCE, 0o644),
        ("orchard/__init__.py", b"", 0o644),
        ("orchard/__pycache__/tree.cpython-%d%d.pyc" % sys.version_info[:2], pyc(SOURCE, "orchard/tree.py"), 0o644),
        ("orchard/broken.pyc", b"no bytecode", 0o644),
        ("orchard/d\u00e4ta/noise.bin", bytes(random.Random(1).randrange(256) for _ in range(5000)), 0o644),
        ("orchard/large.txt", b"".join(b"%d elms\n" % n for n in range(250_000)), 0o644),
        ("orchard-1.0.data/scripts/prune", b"#!python\nprint('snip')\n", 0o755),
        (info + "/WHEEL", b"Generator: hand\nWheel-Version: 1.0\nTag: py3-none-any\nRoot-Is-Purelib: true\n", 0o644),
        (
            info + "/METADATA",
            b"Metadata-Version: 2.1\nName: orchard\nX-Shade: much\nClassifier: B\nClassifier: A\n"
            b"Summary: trees\n        in rows\nVersion: 1.0\n\nName: of the body\n\n   kept  \r\n",
            0o644,
        ),
    ]
    record = "".join(row(path, content) for path, content, _ in reversed(members)) + info + "/RECORD,,\n"
    return members + [(info + "/RECORD", record.encode(), 0o644)]


def write_zip(file, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(file, "w", compression) as archive:
        for path, content, mode in members:
            info = zipfile.ZipInfo(path, (2020, 5, 17, 11, 12, 14))
            info.create_system = 3
            info.external_attr = (0o100000 | mode) << 16
            info.compress_type = compression
            archive.writestr(info, content)


def zipapp(name, compression):
    with open(name, "wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        members = [("zoo.py", SOURCE, 0o644), ("zoo.pyc", pyc(SOURCE, "zoo.py"), 0o644), ("__main__.py", b"import zoo\nprint(zoo.Tree().grow()[1:])\n", 0o644)]
        write_zip(file, members, zipfile.ZIP_STORED if compression == "stored" else zipfile.ZIP_DEFLATED)
    os.chmod(name, 0o755)


def jar(name):
    manifest = b"Manifest-Version: 1.0\r\n\r\n"
    write_zip(name, [("A.class", b"\xca\xfe\xba\xbe" * 9, 0o644), ("META-INF/MANIFEST.MF", manifest, 0o644), ("META-INF/A.SF", b"signed", 0o644)])


def tar_members():
    def member(name, content=b"", **attributes):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        for key, value in attributes.items():
            setattr(info, key, value)
        return info, content

    long = "p-1/" + "deep/" * 40 + "f" * 80
    return [
        member("p-1", type=tarfile.DIRTYPE, mode=0o755),
        member("p-1/empty", type=tarfile.DIRTYPE, mode=0o700),
        member("p-1/z.py", b"print('z')\n", mode=0o664),
        member("p-1/setup.py", b"#!/usr/bin/env python\n", mode=0o775),
        member("p-1/a-link", type=tarfile.SYMTYPE, linkname="z.py", mode=0o777),
        member("p-1/sub/up", type=tarfile.SYMTYPE, linkname="../z.py", mode=0o777),
        member("p-1/a-name-of-z", type=tarfile.LNKTYPE, linkname="p-1/z.py", mode=0o664),
        member("p-1/m.pyc", pyc(SOURCE, "m.py")),
        member("p-1/\u00e4.txt", "\u00e4".encode()),
        member(long, b"long"),
        member("p-1/large", b"0123456789abcdef" * 200_000),
    ]


def write_tar(name, members, mode="w:gz", format=tarfile.PAX_FORMAT):
    with tarfile.open(name, mode, format=format) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))


class Pipe(io.RawIOBase):
    """A file that nobody can seek in, so that a zip file needs data descriptors."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        self.file.write(data)
        return len(data)


def set_level(info, level):
    # It has one of these names, by version.
    for key in ["_compresslevel", "compress_level"]:
        if hasattr(info, key):
            setattr(info, key, level)


def vary_zip(name, folder):
    with open(name, "rb") as file:
        whole = file.read()
    with zipfile.ZipFile(name) as archive:
        prefix = whole[: min(info.header_offset for info in archive.infolist())]
        members = [(info, archive.read(info)) for info in archive.infolist()]
        zipped = any(info.compress_type == zipfile.ZIP_DEFLATED for info in archive.infolist())
    # What an unseekable file got before is not counted in offsets, which is a variation more.
    sort = {
        "reversed": lambda members: members[::-1],
        "shuffled": lambda members: random.Random(2).sample(members, len(members)),
    }
    change = {
        "times": lambda info: setattr(info, "date_time", (1999, 12, 31, 23, 59, 58)),
        "modes": lambda info: setattr(info, "external_attr", info.external_attr & ~(0o077 << 16) | 0o027 << 16),
        "text": lambda info: (setattr(info, "internal_attr", 1), setattr(info, "create_version", 63)),
        "level 1": lambda info: set_level(info, 1),
        "level 9": lambda info: set_level(info, 9),
        "comments": lambda info: setattr(info, "comment", b"a comment"),
        "extras": lambda info: setattr(info, "extra", b"\x55\x54\x05\x00\x01\x00\x00\x00\x00"),
    }
    if zipped and not prefix:
        change["stored"] = lambda info: setattr(info, "compress_type", zipfile.ZIP_STORED)
    for variant in [*sort, *change, "pipe", "zip64", "archive comment"]:
        path = os.path.join(folder, variant + os.path.splitext(name)[1])
        with open(path, "wb") as file:
            file.write(prefix)
            with zipfile.ZipFile(Pipe(file) if variant == "pipe" else file, "w") as archive:
                if variant == "archive comment":
                    archive.comment = b"made by nobody"
                for old, content in sort.get(variant, lambda members: members)(members):
                    info = zipfile.ZipInfo(old.filename, old.date_time)
                    info.create_system, info.external_attr = old.create_system, old.external_attr
                    info.compress_type = old.compress_type
                    change.get(variant, lambda info: None)(info)
                    if variant == "zip64":
                        info.file_size = len(content)
                        with archive.open(info, "w", force_zip64=True) as out:
                            out.write(content)
                    else:
                        archive.writestr(info, content)


def vary_tar(name, folder):
    with tarfile.open(name) as archive:
        members = [(info, archive.extractfile(info).read() if info.isreg() else b"") for info in archive]
    gzipped = not name.endswith(".tar")
    ending = ".tar.gz" if gzipped else ".tar"
    mode = "w:gz" if gzipped else "w"

    def write(variant, members, format=tarfile.PAX_FORMAT):
        write_tar(os.path.join(folder, variant + ending), members, mode, format)

    def changed(**attributes):
        copies = []
        for info, content in members:
            copy = tarfile.TarInfo(info.name)
            for key in ["size", "mode", "type", "linkname", "mtime"]:
                setattr(copy, key, getattr(info, key))
            for key, value in attributes.items():
                setattr(copy, key, value)
            copies.append((copy, content))
        return copies

    files = [member for member in members if not member[0].islnk()]
    links = [member for member in members if member[0].islnk()]
    write("reversed", files[::-1] + links)
    write("gnu", members, tarfile.GNU_FORMAT)
    write("times", changed(mtime=1234567.5))
    write("owners", changed(uid=1000, gid=100, uname="jo", gname="users"))
    write("dot", [(dotted(info), content) for info, content in changed()])
    write("group modes", [(group_mode(info), content) for info, content in changed()])
    if links:
        # The other name of the file is the file.
        swapped = changed()
        link = next(place for place, (info, _) in enumerate(swapped) if info.islnk())
        first = next(place for place, (info, _) in enumerate(swapped) if info.name == swapped[link][0].linkname)
        (one, content), (other, _) = swapped[first], swapped[link]
        one.name, other.name, other.linkname = other.name, one.name, other.name
        write("other name", swapped)


def dotted(info):
    info.name = "./" + info.name
    if info.islnk():
        info.linkname = "./" + info.linkname
    return info


def group_mode(info):
    if not info.issym():
        info.mode &= 0o700
        info.mode |= 0o022
    return info


def listing(name):
    if zipfile.is_zipfile(name):
        with zipfile.ZipFile(name) as archive:
            assert archive.testzip() is None
            assert len(set(archive.namelist())) == len(archive.namelist())
            return [
                {
                    "name": info.filename,
                    "kind": "folder" if info.is_dir() else "file",
                    "sha256": hashlib.sha256(archive.read(info)).hexdigest(),
                    "mode": info.external_attr >> 16,
                    "time": list(info.date_time),
                    "system": info.create_system,
                    "flags": info.flag_bits,
                    "extra": len(info.extra),
                    "deflated": info.compress_type == zipfile.ZIP_DEFLATED,
                }
                for info in archive.infolist()
            ]
    with tarfile.open(name) as archive:
        return [
            {
                "name": info.name,
                "kind": {b"0": "file", b"1": "hard link", b"2": "symlink", b"5": "folder"}[info.type],
                "sha256": hashlib.sha256(archive.extractfile(info).read()).hexdigest()
                if info.isreg() or info.islnk()
                else info.linkname,
                "mode": info.mode,
                "time": info.mtime,
                "owner": [info.uid, info.gid, info.uname, info.gname],
                "pax": sorted(info.pax_headers),
            }
            for info in archive
        ]


if __name__ == "__main__":
    verb, name, *rest = sys.argv[1:]
    if verb == "wheel":
        write_zip(name, wheel_members())
    elif verb == "zipapp":
        zipapp(name, *rest)
    elif verb == "jar":
        jar(name)
    elif verb == "tar":
        write_tar(name, tar_members(), "w" if name.endswith(".tar") else "w:gz")
    elif verb == "vary":
        vary_tar(name, *rest) if tarfile.is_tarfile(name) else vary_zip(name, *rest)
    else:
        print(json.dumps(listing(name)))
