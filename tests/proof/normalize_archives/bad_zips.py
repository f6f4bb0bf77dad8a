"""Writes bad zip files into a folder, and says of each what is wrong with it."""

import os
import struct
import sys
import zipfile

folder = sys.argv[1]


def sample(name, members):
    path = os.path.join(folder, name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            info = member if isinstance(member, zipfile.ZipInfo) else zipfile.ZipInfo(member)
            archive.writestr(info, content)
    return path


def patched(name, change, reason, members=(("a", b"hello" * 20), ("b", b"world" * 20))):
    path = sample(name, members)
    with open(path, "rb") as file:
        data = bytearray(file.read())
    data = change(data) or data
    with open(path, "wb") as file:
        file.write(data)
    print(name, reason, sep="\t")


def refused(name, members, reason):
    sample(name, members)
    print(name, reason, sep="\t")


def put(data, at, format, *values):
    struct.pack_into("<" + format, data, at, *values)


def local(data, number=0):
    return nth(data, b"PK\x03\x04", number)


def central(data, number=0):
    return nth(data, b"PK\x01\x02", number)


def end(data):
    return data.rfind(b"PK\x05\x06")


def nth(data, signature, number):
    at = -1
    for _ in range(number + 1):
        at = data.index(signature, at + 1)
    return at


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info


def absolute(name):
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


def rename(data, number, name):
    for at, header in [(local(data, number), 30), (central(data, number), 46)]:
        data[at + header : at + header + len(name)] = name


def folder_of_deflate():
    """A folder whose data are a deflate stream of nothing, as some writers have it."""
    info = zipfile.ZipInfo("xx")
    info.compress_type = zipfile.ZIP_DEFLATED
    return (info, b"")


def broken_folder(data):
    rename(data, 0, b"d/")
    assert data[local(data) + 32] == 3
    # A block of a kind that there is none of.
    data[local(data) + 32] = 7


refused("up.zip", [(absolute("../a"), b"")], "leads upward")
refused("inside.zip", [(absolute("a/../../b"), b"")], "leads upward")
refused("absolute.zip", [(absolute("/etc/passwd"), b"")], "is absolute")
refused("drive.zip", [(absolute("C:/a"), b"")], "drive letter")
refused("backslash.zip", [(absolute("a\\b"), b"")], "backslash")
refused("link.zip", [(link("a"), b"/etc/passwd")], "a symbolic link")
refused("below.zip", [("a", b""), ("a/b", b"")], "a file, but")
patched("twice.zip", lambda data: rename(data, 1, b"a"), "two members have this path")
patched("encrypted.zip", lambda data: (put(data, local(data) + 6, "H", 1), put(data, central(data) + 8, "H", 1)) and None, "encrypted")
patched("method.zip", lambda data: (put(data, local(data) + 8, "H", 12), put(data, central(data) + 10, "H", 12)) and None, "compression method 12")
patched("name.zip", lambda data: data.__setitem__(local(data) + 30, 0x63), "the name in the local header")
patched("crc.zip", lambda data: put(data, local(data) + 14, "I", 1), "the checksum in the local header")
patched("content.zip", lambda data: (put(data, local(data) + 14, "I", 1), put(data, central(data) + 16, "I", 1)) and None, "the checksum is wrong")
patched("overlap.zip", lambda data: put(data, central(data, 1) + 42, "I", 0), "")
patched("count.zip", lambda data: put(data, end(data) + 8, "HH", 3, 3), "holds 2 members, its end says 3")
patched("fewer.zip", lambda data: put(data, end(data) + 8, "HH", 1, 1), "holds 2 members, its end says 1")
patched("disks.zip", lambda data: put(data, end(data) + 4, "HH", 1, 1), "split over several disks")
patched("directory.zip", lambda data: put(data, end(data) + 16, "I", 0xFFFFFF), "not where its end says")
patched("trailing.zip", lambda data: data + b"more", "4 bytes follow the end")
patched("zip64.zip", lambda data: put(data, central(data) + 24, "I", 0xFFFFFFFF), "zip64")
patched("locator.zip", lambda data: data[: end(data)] + b"PK\x06\x07" + bytes(12) + b"\x01\0\0\0" + data[end(data) :], "zip64")
patched("extra.zip", lambda data: put(data, central(data) + 30, "H", 1), "")
patched("folder.zip", broken_folder, "compressed data is damaged", members=[folder_of_deflate()])
