"""Builds projects from the package index with pyrepro and with other backends, and says what differs.

    python -m venv peers && peers/bin/pip install -r tests/tools/peers.txt
    peers/bin/python tests/tools/side_by_side.py target/release/pyrepro

Each project is built as it comes, with its own backend, and then again with the build-system of each other
one in its pyproject.toml (`Settings` below are what pyrepro needs to be told). Prints a table in Markdown,
and below it each difference between pyrepro and the project's own backend.
"""

import argparse
import configparser
import email.parser
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

# Name and version: the settings that pyrepro and uv_build need, under the same names.
PROJECTS = {
    "build==1.2.2": "",
    "cachecontrol==0.14.3": "",
    "click==8.2.1": "",
    "findpython==0.7.0": "",
    "flask==3.1.1": "",
    "installer==0.7.0": "",
    "itsdangerous==2.2.0": "",
    "jinja2==3.1.6": "",
    "markdown-it-py==3.0.0": 'module-name = "markdown_it"',
    "mdurl==0.1.2": "",
    "nox==2025.5.1": "",
    "packaging==25.0": "",
    "pyparsing==3.2.3": "",
    "tomli==2.2.1": "",
    "typing_extensions==4.14.1": "",
    "unearth==0.18.0": "",
    "werkzeug==3.1.3": "",
}

BACKENDS = {
    "flit_core": ("flit_core.buildapi", "flit_core"),
    "hatchling": ("hatchling.build", "hatchling"),
    "uv_build": ("uv_build", "uv_build"),
    "setuptools": ("setuptools.build_meta", "setuptools"),
    "pdm-backend": ("pdm.backend", "pdm-backend"),
    "pyrepro": ("pyrepro", "pyrepro"),
}

HOOK = """
import importlib, sys
kind, backend, target = sys.argv[1:]
getattr(importlib.import_module(backend), "build_" + kind)(target)
"""


def download(project, folder):
    name = re.sub(r"[-_.]+", "_", project.split("==")[0]).lower()
    found = lambda: [path for path in folder.glob("*.tar.gz") if path.name.lower().replace("-", "_").startswith(name + "_")]
    if not found():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", project, "-d", folder]
        subprocess.run(command, check=True)
    return found()[0]


def unpack(sdist, folder):
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(sdist) as tar:
        tar.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


def swap(tree, backend, settings):
    """Names another backend in pyproject.toml."""
    path = tree / "pyproject.toml"
    text = path.read_text("utf-8")
    text = re.sub(r"(?ms)^\[build-system\]\n.*?(?=^\[|\Z)", "", text)
    module, requirement = BACKENDS[backend]
    text += f'\n[build-system]\nrequires = ["{requirement}"]\nbuild-backend = "{module}"\n'
    if backend == "pyrepro" and settings:
        text += f"[tool.pyrepro]\n{settings}\n"
    if backend == "uv_build":
        root = "" if (tree / "src").is_dir() else 'module-root = ""\n'
        text += f"[tool.uv.build-backend]\n{root}{settings}\n"
    path.write_text(text, "utf-8")


def build(tree, kind, backend, program):
    target = tree.parent / "out"
    target.mkdir(exist_ok=True)
    if backend == "pyrepro":
        command = [program, "-q", "build", f"--{kind}", "-o", target, tree]
    else:
        command = [sys.executable, "-c", HOOK, kind, backend, str(target)]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = dict(os.environ, SOURCE_DATE_EPOCH="1000000000", PATH=path, RUST_BACKTRACE="0")
    run = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    if run.returncode:
        lines = [line for line in (run.stderr or run.stdout).strip().splitlines() if line.strip()]
        return None, lines[-1] if lines else "?"
    (artifact,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return artifact, None


def contents(artifact):
    if artifact.suffix == ".whl":
        with zipfile.ZipFile(artifact) as archive:
            return {info.filename: (archive.read(info), info.external_attr >> 16 & 0o111) for info in archive.infolist() if not info.is_dir()}
    with tarfile.open(artifact) as archive:
        files = {}
        for member in archive:
            if member.isfile():
                files[member.name.split("/", 1)[1]] = (archive.extractfile(member).read(), member.mode & 0o111)
        return files


def entry_points(text):
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(text.decode("utf-8"))
    return {name: {key: re.sub(r"\s", "", value) for key, value in parser[name].items()} for name in parser.sections()}


def fields(metadata):
    message = email.parser.BytesParser().parsebytes(metadata)
    found = {}
    for key, value in message.items():
        found.setdefault(key.title(), []).append(normal(key, str(value)))
    if message.get_payload().strip():
        found["Description"] = [message.get_payload().replace("\r\n", "\n").strip()]
    return {key: sorted(values) for key, values in found.items()}


def normal(key, value):
    """Spellings that mean the same."""
    if key in ("Requires-Dist", "Requires-Python"):
        value = value.replace('"', "'").replace(" ", "").replace("(", "").replace(")", "")
        value = re.sub(r"(?<=[^<>=!~,\]a-zA-Z0-9'])|$", "", value)
        name, _, rest = value.partition(";")
        head = re.match(r"[A-Za-z0-9._-]*(\[[^]]*\])?", name).group() if key == "Requires-Dist" else ""
        specifiers = ",".join(sorted(filter(None, name[len(head):].split(","))))
        rest = re.sub(r"^\((.*)\)$", r"\1", rest)
        return f"{re.sub('[-_.]+', '-', head).lower()}{specifiers};{rest}"
    if key == "Keywords":
        return ",".join(word.strip() for word in re.split(r"[, ]", value) if word.strip())
    if key.lower() == "project-url":
        label, _, address = value.partition(",")
        return f"{label.strip()}, {address.strip()}"
    if key == "Description-Content-Type":
        return value.split(";")[0].strip()
    return re.sub(r"\s+", " ", value).strip()


def compare(ours, theirs):
    """Differences of two artifacts: files, and fields of metadata."""
    ours, theirs = contents(ours), contents(theirs)
    meta = lambda files: next(name for name in files if re.fullmatch(r"[^/]*\.dist-info/METADATA|PKG-INFO", name))
    skip = re.compile(r"[^/]*\.dist-info/(METADATA|WHEEL|RECORD)|PKG-INFO|[^/]*\.egg-info/.*|setup\.cfg|pyproject\.toml")
    notes = []
    for name in sorted(ours.keys() | theirs.keys()):
        if skip.fullmatch(name):
            continue
        if name not in theirs:
            notes.append(f"+ {name}")
        elif name not in ours:
            notes.append(f"- {name}")
        elif name.endswith("entry_points.txt"):
            if entry_points(ours[name][0]) != entry_points(theirs[name][0]):
                notes.append(f"~ {name}")
        elif ours[name][0] != theirs[name][0]:
            notes.append(f"~ {name}")
        elif ours[name][1] != theirs[name][1]:
            notes.append(f"~ {name} (executable bit)")
    left, right = fields(ours[meta(ours)][0]), fields(theirs[meta(theirs)][0])
    changes = []
    for key in sorted(left.keys() | right.keys()):
        if left.get(key) != right.get(key):
            gone = [value[:70] for value in right.get(key, []) if value not in left.get(key, [])]
            new = [value[:70] for value in left.get(key, []) if value not in right.get(key, [])]
            changes.append(f"{key}: ours {new}, theirs {gone}")
    return notes, changes


def own_backend(tree):
    found = re.search(r"""build-backend\s*=\s*["']([^"']+)""", (tree / "pyproject.toml").read_text("utf-8"))
    module = found.group(1) if found else "?"
    return next((name for name, (known, _) in BACKENDS.items() if known == module), module)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda path: Path(path).resolve())
    parser.add_argument("--scratch", type=Path, default=Path("side-by-side"))
    parser.add_argument("--only", nargs="*")
    arguments = parser.parse_args()
    scratch = arguments.scratch.resolve()
    (scratch / "sdists").mkdir(parents=True, exist_ok=True)
    columns = [name for name in BACKENDS if name != "pyrepro"]
    rows, details = [], []
    for project, settings in PROJECTS.items():
        if arguments.only and not any(name in project for name in arguments.only):
            continue
        try:
            sdist = download(project, scratch / "sdists")
        except subprocess.CalledProcessError:
            details.append(f"\n{project}: cannot be downloaded")
            continue
        tree = unpack(sdist, scratch / "tree")
        own = own_backend(tree)
        for kind in ("wheel", "sdist"):
            tree = unpack(sdist, scratch / "tree")
            swap(tree, "pyrepro", settings)
            ours, problem = build(tree, kind, "pyrepro", arguments.program)
            if ours is None:
                details.append(f"\n{project} {kind}: pyrepro: {problem}")
                continue
            ours = ours.rename(scratch / ours.name)
            cells = []
            for backend in columns:
                tree = unpack(sdist, scratch / "tree")
                if backend != own:
                    swap(tree, backend, settings)
                theirs, problem = build(tree, kind, BACKENDS[backend][0], arguments.program)
                if theirs is None:
                    cells.append("fails")
                    if backend in (own, "uv_build"):
                        details.append(f"\n{project} {kind}: {backend}: {problem}")
                    continue
                notes, changes = compare(ours, theirs)
                cell = f"{len(notes)}, {len(changes)}"
                cells.append(f"**{cell}**" if backend == own else cell)
                if backend == own and (notes or changes):
                    details.append(f"\n{project} {kind}, {backend}:")
                    more = [f"and {len(notes) - 6} more files"] if len(notes) > 6 else []
                    details.extend(f"  {note}" for note in notes[:6] + more + changes)
            print(rows[-1] if rows else "", file=sys.stderr)
            rows.append(f"| {project} | {kind} | " + " | ".join(cells) + " |")
    print("| project | | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 2) + "|")
    print("\n".join(rows + details))


main()
