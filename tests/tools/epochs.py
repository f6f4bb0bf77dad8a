"""Says which time wheels and sdists of pyrepro and other backends carry for each SOURCE_DATE_EPOCH, as a table.

    peers/bin/python tests/tools/epochs.py target/release/pyrepro
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

EPOCHS = [None, "", "0", "315532799", "1000000000", "4354819200", str(2**64 - 1), "-1", " 1", "junk"]
BACKENDS = {
    "pyrepro": "pyrepro",
    "uv_build": "uv_build",
    "flit_core": "flit_core.buildapi",
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "pdm-backend": "pdm.backend",
}
HOOK = "import importlib, sys; getattr(importlib.import_module(sys.argv[2]), 'build_' + sys.argv[1])('out')"


def build(program, kind, name, backend, epoch):
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        (tree / "src/rival").mkdir(parents=True)
        (tree / "src/rival/__init__.py").write_text("'''Rival.'''\n")
        (tree / "pyproject.toml").write_text(
            f"[project]\nname='rival'\nversion='1'\ndescription='x'\n[build-system]\nrequires=[]\nbuild-backend='{backend}'\n"
        )
        (tree / "out").mkdir()
        environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
        environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        if epoch is not None:
            environment["SOURCE_DATE_EPOCH"] = epoch
        command = [sys.executable, "-c", HOOK, kind, backend]
        if name == "pyrepro":
            command = [program, "build", "--" + kind, "-o", "out"]
        run = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
        if run.returncode:
            return "error" if name == "pyrepro" else run.stderr.strip().splitlines()[-1].split(":")[0].split(".")[-1]
        (artifact,) = (tree / "out").glob("*.whl" if kind == "wheel" else "*.gz")
        if kind == "wheel":
            times = {"%d-%02d-%02d" % info.date_time[:3] for info in zipfile.ZipFile(artifact).infolist()}
        else:
            times = {date(member.mtime) for member in tarfile.open(artifact)}
        today = time.strftime("%Y-%m-%d", time.gmtime())
        return ", ".join(sorted("now" if found == today else found for found in times))


def date(seconds):
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(seconds))
    except OverflowError:
        return "beyond all dates"


def main():
    program = Path(sys.argv[1]).resolve()
    print("| | | " + " | ".join(BACKENDS) + " |")
    print("|---" * (len(BACKENDS) + 2) + "|")
    for kind in ("wheel", "sdist"):
        for epoch in EPOCHS:
            shown = "unset" if epoch is None else f"`{epoch}`" if epoch else "empty"
            cells = [build(program, kind, name, backend, epoch) for name, backend in BACKENDS.items()]
            print(f"| {kind} | {shown} | " + " | ".join(cells) + " |", flush=True)


main()
