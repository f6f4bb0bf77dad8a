"""Writes the seeds of the archive targets: run once, from this folder."""

import io
import os
import tarfile
import zipfile

MEMBERS = [("a", b"hello"), ("b/c.py", b"x" * 300), ("\u00e9", b""), ("d/", b"")]


class Pipe:
    """What cannot seek makes zipfile write data descriptors."""

    def __init__(self, file):
        self.write = file.write
        self.flush = file.flush


def zip_file(method, streamed, large):
    data = io.BytesIO()
    with zipfile.ZipFile(Pipe(data) if streamed else data, "w", method) as archive:
        for name, content in MEMBERS:
            if not large:
                archive.writestr(name, content)
            elif not name.endswith("/"):
                with archive.open(name, "w", force_zip64=True) as member:
                    member.write(content)
        archive.comment = b"hi"
    return data.getvalue()


def empty_zip64():
    record = b"PK\6\6\x2c" + bytes(7) + bytes([45, 3, 45, 0]) + bytes(40)
    locator = b"PK\6\7" + bytes(12) + b"\1\0\0\0"
    return record + locator + b"PK\5\6" + bytes(4) + b"\xff" * 4 + bytes(10)


def tar_file(mode, form):
    data = io.BytesIO()
    long = [("n" * 150, b"zz")] if form != tarfile.USTAR_FORMAT else []
    with tarfile.open(fileobj=data, mode=mode, format=form) as archive:
        for name, content in MEMBERS + long:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("l")
        link.type, link.linkname = tarfile.SYMTYPE, "x" * (120 if long else 20)
        archive.addfile(link)
    return data.getvalue()


def main():
    for method in zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED:
        for streamed in False, True:
            for large in False, True:
                write("zip", "%d-%d-%d" % (method, streamed, large), zip_file(method, streamed, large))
    write("zip", "empty64", empty_zip64())
    for form in tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT:
        # Most of the zeros at the end teach nothing.
        write("tar", "%d" % form, tar_file("w", form).rstrip(b"\0") + bytes(2048))
        write("tar_gz", "%d" % form, tar_file("w:gz", form))


def write(target, name, data):
    folder = os.path.join("seeds", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


main()
