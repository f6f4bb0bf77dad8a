#!/usr/bin/env python3
"""Makes the list that `rebuildctl pkgs sync-stdin` reads, from a lock file (PEP 751).

    uv pip compile --no-deps --format pylock.toml requirements.txt -o pylock.toml
    ./pypi-list.py pylock.toml | rebuildctl pkgs sync-stdin

One wheel is taken of each project: one for every platform if there is one, else one for this machine's.
"""
import json
import platform
import sys
import tomllib
from urllib.parse import unquote


def file_name(wheel):
    return wheel.get("name") or unquote(wheel["url"].partition("#")[0].rpartition("/")[2])


def choose(wheels):
    pure = [wheel for wheel in wheels if file_name(wheel).endswith("-none-any.whl")]
    here = [wheel for wheel in wheels if "linux" in file_name(wheel) and platform.machine() in file_name(wheel)]
    return (pure or here or [None])[0]


def package(locked, machine):
    wheel = choose(locked.get("wheels", []))
    if wheel is None or "url" not in wheel:
        print("%s has no wheel on an index that can be rebuilt here" % locked["name"], file=sys.stderr)
        return None
    name, version = file_name(wheel), locked["version"]
    artifact = {"name": name, "version": version, "architecture": machine, "url": wheel["url"]}
    return {"name": locked["name"], "version": version, "url": wheel["url"], "artifacts": [artifact]}


def main(paths):
    # Workers are given what is for their own machine, pure wheels too.
    packages, machine = [], platform.machine()
    for path in paths:
        with open(path, "rb") as file:
            packages += [package(locked, machine) for locked in tomllib.load(file)["packages"]]
    report = {"distribution": "pypi", "release": None, "component": None, "architecture": machine}
    json.dump(dict(report, packages=[found for found in packages if found]), sys.stdout)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
