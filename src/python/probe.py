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


def executable():
    path = getattr(sys, "executable", None) or ""
    if not isinstance(path, bytes):
        path = path.encode(sys.getfilesystemencoding(), "surrogateescape")
    return "".join(["%02x" % byte for byte in bytearray(path)]) or "-"


answer = ["pyrepro-python"] + list(sys.version_info) + [implementation(), magic(), cache_tag(), executable()]
sys.stdout.write(" ".join([str(part) for part in answer]) + "\n")
