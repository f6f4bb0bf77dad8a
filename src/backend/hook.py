"""Runs one hook of a build backend (PEP 517), or tells what is installed: in CPython from 3.7 on.

Arguments: a file for the answer, a word for what to do, and what that needs. What the backend prints
goes where pyrepro reads it, so the answer has a file of its own: a status and values, each with a NUL
behind it.
"""
import os
import sys

# `-c` puts the working folder on the path, which PEP 517 does not allow.
sys.path[:] = [entry for entry in sys.path if entry]

# Inherited by all that the backend starts; pyrepro itself has threads that need theirs.
os.umask(0o022)

# Or what a backend prints comes behind the traceback that ends it.
sys.stdout.reconfigure(line_buffering=True)


if os.environ.get("PYREPRO_TEXT") == "crlf":
    # As on Windows, where text files that are written get these line ends.
    import builtins
    import io

    def open_as_on_windows(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *more, **named):
        if newline is None and "b" not in mode and set(mode) & set("wxa+"):
            newline = "\r\n"
        return open_as_here(file, mode, buffering, encoding, errors, newline, *more, **named)

    open_as_here = io.open
    builtins.open = io.open = open_as_on_windows


def answer(place, status, *values):
    with open(place, "wb") as file:
        for value in (status,) + values:
            file.write(value.encode("utf-8", "surrogateescape") + b"\0")


def settings_of(words):
    settings = {}
    for word in words:
        key, _, value = word.partition("=")
        if key not in settings:
            settings[key] = value
        elif isinstance(settings[key], list):
            settings[key].append(value)
        else:
            settings[key] = [settings[key], value]
    return settings


class SetupScript:
    """For releases of setuptools without hooks: setup.py is run, as pip did it then."""

    @staticmethod
    def build_wheel(folder, settings, metadata):
        import runpy

        import setuptools  # replaces what setup.py takes from distutils

        sys.argv[:] = ["setup.py", "bdist_wheel", "--dist-dir", folder]
        sys.path.insert(0, os.getcwd())
        runpy.run_path("setup.py", run_name="__main__")
        [wheel] = [name for name in os.listdir(folder) if name.endswith(".whl")]
        return wheel


def load(name, paths):
    """The backend: a module, or an object in one."""
    if name == "setup.py":
        return SetupScript
    from importlib import import_module

    sys.path[:0] = paths
    module, _, attributes = name.partition(":")
    backend = import_module(module)
    place = getattr(backend, "__file__", None)
    if paths and place and not any(is_below(place, path) for path in paths):
        raise ImportError("%s was found in %s, not below backend-path" % (module, place))
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute)
    return backend


def is_below(place, folder):
    folder = os.path.realpath(folder)
    return os.path.commonpath([os.path.realpath(place), folder]) == folder


def run_hook(place, hook, name, folder, count, *words):
    """An answer `absent` is for what the backend has no part in, which is no failure."""
    paths, settings = list(words[: int(count)]), settings_of(words[int(count) :])
    try:
        backend = load(name, paths)
    except ImportError:
        # For people, among the last output.
        import traceback

        traceback.print_exc()
        return answer(place, "unimportable", str(sys.exc_info()[1]))
    function = getattr(backend, hook, None)
    if function is None:
        return answer(place, "absent")
    if hook.startswith("get_requires"):
        given = function(settings)
        if not isinstance(given, (list, tuple)) or not all(isinstance(each, str) for each in given):
            raise TypeError("%s returned %.200r, which is no list of strings" % (hook, given))
        return answer(place, "ok", *given)
    given = function(folder, settings, *[None] * (hook == "build_wheel"))
    if not isinstance(given, str):
        raise TypeError("%s returned %.200r, which is no string" % (hook, given))
    answer(place, "ok", given)


def head_of(path):
    from email.parser import BytesHeaderParser

    with open(path, "rb") as file:
        return BytesHeaderParser().parse(file)


def normal(name):
    import re

    return re.sub("[-_.]+", "-", name).lower()


def distributions():
    """All that can be imported, by name; of two with one name, the first on the path."""
    found = {}
    for folder in sys.path:
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for name in names:
            for ending, file in ((".dist-info", "METADATA"), (".egg-info", "PKG-INFO"), (".egg-info", "")):
                path = os.path.join(folder, name, file).rstrip(os.sep)
                if name.endswith(ending) and os.path.isfile(path):
                    head = head_of(path)
                    if head["Name"] and head["Version"]:
                        found.setdefault(normal(head["Name"]), head)
                    break
    return found


class NameOnly:
    """A requirement where nothing can read more of it than the name."""

    def __init__(self, text):
        import re

        self.name = re.match("[A-Za-z0-9._-]*", text).group()
        self.extras, self.marker, self.specifier = (), None, self
        if ";" in text:
            self.marker = self

    def evaluate(self, environment):
        return False

    def contains(self, version, prereleases):
        return True


def requirement_type():
    """What understands requirements, wherever there is a copy of it."""
    for module in ("packaging", "setuptools._vendor.packaging", "pip._vendor.packaging"):
        try:
            return __import__(module + ".requirements", fromlist=["Requirement"]).Requirement
        except ImportError:
            pass
    return NameOnly


def check(place, *wanted):
    """Which of these requirements are not met, and the names and versions of what meets the others,
    with all that those require in turn."""
    found, met, unmet = distributions(), {}, []
    Requirement = requirement_type()
    pending = [(text, "", "") for text in reversed(wanted)]
    seen = set(pending)
    while pending:
        text, extra, by = pending.pop()
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        head = found.get(normal(requirement.name))
        if head is None:
            unmet.append("%s%s: it is not installed" % (text, by))
        elif not requirement.specifier.contains(head["Version"], prereleases=True):
            unmet.append("%s%s: version %s is installed" % (text, by, head["Version"]))
        else:
            met[normal(requirement.name)] = head["Version"]
            for needed in head.get_all("Requires-Dist") or []:
                for extra in [""] + sorted(requirement.extras):
                    item = (needed, extra, " (for %s)" % requirement.name)
                    if item not in seen:
                        seen.add(item)
                        pending.append(item)
    pairs = [part for name in sorted(met) for part in (name, met[name])]
    answer(place, "ok", str(len(unmet)), *unmet + pairs)


def wants_pip(text):
    """Whether a requirement, that of no extra, is pip."""
    return normal(NameOnly(text).name) == "pip" and "extra" not in text.partition(";")[2]


def installed(place, *wanted):
    """All names and versions. pip counts only where something requires it: it is there or not by what
    made the environment."""
    found = distributions()
    required = [text for head in found.values() for text in head.get_all("Requires-Dist") or []]
    if not any(map(wants_pip, required + list(wanted))):
        found.pop("pip", None)
    answer(place, "ok", *[part for name in sorted(found) for part in (name, found[name]["Version"])])


{"hook": run_hook, "check": check, "installed": installed}[sys.argv[2]](sys.argv[1], *sys.argv[3:])
