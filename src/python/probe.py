# Tells what interpreter this is, in one line. Runs on Python 2.7 to 3.15 and on other
# implementations, and imports nothing that is not loaded or built in.
import sys

# `-I`, which keeps the current folder out, is not known to Python 2.
sys.path = [folder for folder in sys.path if folder]


def magic():
    try:
        from _frozen_importlib_external import MAGIC_NUMBER
    except ImportError:
        try:
            from imp import get_magic
        except ImportError:
            return "-"
        MAGIC_NUMBER = get_magic()
    low, high = bytearray(MAGIC_NUMBER)[:2]
    return high * 256 + low


def implementation():
    if hasattr(sys, "implementation"):
        return sys.implementation.name
    return getattr(sys, "subversion", ["unknown"])[0].lower()


def cache_tag():
    return getattr(getattr(sys, "implementation", None), "cache_tag", None) or "-"


def digits(path):
    if not isinstance(path, bytes):
        path = path.encode(sys.getfilesystemencoding(), "surrogateescape")
    return "".join(["%02x" % byte for byte in bytearray(path)])


def executable():
    return digits(getattr(sys, "executable", None) or "") or "-"


# The files whose code is in this process, where the system lists them.
def files():
    try:
        with open("/proc/self/maps", "rb") as maps:
            mapped = [line.rstrip(b"\n").split(None, 5) for line in maps]
    except (IOError, OSError):
        return "-"
    paths = set(line[5] for line in mapped if b"x" in line[1] and line[5:] and line[5].startswith(b"/"))
    return ",".join([digits(path) for path in sorted(paths)]) or "-"


answer = ["pyrepro-python"] + list(sys.version_info) + [implementation(), magic(), cache_tag(), executable()]
answer.append(files())
sys.stdout.write(" ".join([str(part) for part in answer]) + "\n")
