"""Runs pip for an environment, as if what was uploaded after a time did not exist.

    install.py ROOT TIME ARGUMENT...

ROOT is a folder that has pip, or nothing where the environment has its own. TIME is RFC 3339, in UTC.
"""
import sys
from importlib.machinery import PathFinder

root, time = sys.argv[1:3]


class PipElsewhere:
    """Finds pip in a folder, and nothing else that is there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [root], target) if name == "pip" else None


def forget_what_came_later():
    """Newer releases of pip have an option for this. Here it is for all that read the times of uploads, or could."""
    from pip._internal.models.link import Link

    # Pages are JSON, or HTML with an attribute that some indexes have.
    for method, field in (("from_json", "upload-time"), ("from_element", "data-upload-time")):
        known = getattr(Link, method, None)
        if known is not None:
            setattr(Link, method, classmethod(before(known.__func__, field)))


def before(known, field):
    def link(cls, file, *more, **named):
        uploaded = file.get(field)
        return None if uploaded and uploaded[:19] > time[:19] else known(cls, file, *more, **named)

    return link


if root:
    sys.meta_path.insert(0, PipElsewhere)
if time:
    forget_what_came_later()
from pip._internal.cli.main import main

sys.exit(main(sys.argv[3:]))
