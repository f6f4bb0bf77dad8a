//! The runs that write something, and the files that they find.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::app::{run, wheel};
use crate::common::package::OWN;
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};

/// A run that writes something.
pub struct Case {
    pub arguments: &'static [&'static str],
    /// The exit code without faults.
    pub code: i32,
    /// Whether all that it writes appears, or nothing.
    pub together: bool,
    /// Whether it starts other programs, such as interpreters.
    pub starts: bool,
}

/// A run in which pyrepro does all by itself.
const fn alone(arguments: &'static [&'static str], code: i32) -> Case {
    Case { arguments, code, together: true, starts: false }
}

/// A run that starts other programs.
const fn starting(arguments: &'static [&'static str], code: i32, together: bool) -> Case {
    Case { arguments, code, together, starts: true }
}

pub const CASES: &[Case] = &[
    alone(&["build", "project", "-o", "dist", "--sdist", "--wheel"], 0),
    alone(&["build", "project", "-o", "new", "--zipapp", "-m", "orchard:main"], 0),
    alone(&["build", "project", "--metadata", "meta"], 0),
    alone(&["build", "published/orchard-1.0.tar.gz", "-o", "dist"], 0),
    alone(&["build", "project", "--list"], 0),
    starting(&["build", "project", "-o", "new", "--pyc", "checked-hash"], 0, true),
    starting(&["build", "own", "-n", "--build-root", "tmp", "-o", "new", "--sdist", "--wheel"], 0, true),
    Case {
        together: false,
        ..alone(&["compile", "sources", "--compiler", "native", "--python", "3.14", "-j", "2"], 0)
    },
    starting(&["compile", "sources", "--compiler", "interpreter", "-j", "2"], 0, false),
    starting(
        &["compile", "sources", "--source-date-epoch", "1", "--hardlink-dupes", "-o", "0", "-o", "1"],
        0,
        false,
    ),
    starting(&["compile", "--prune", "pruned"], 0, false),
    starting(&["compile", "sources", "--manifest", "sources.json"], 0, false),
    starting(&["compile", "sources/b.py", "--cfile", "b.pyc"], 0, true),
    starting(&["compile", "sources", "--check"], 1, true),
    alone(&["completions", "bash"], 0),
    alone(&["diff", "a.whl", "b.whl"], 1),
    alone(&["diff", "--html", "page.html", "a.whl", "b.whl"], 1),
    alone(&["init", "moved"], 0),
    alone(&["init", "moved", "--write"], 0),
    alone(&["init", "bare"], 0),
    alone(&["inspect", "a.whl", "odd.zip"], 0),
    alone(&["man"], 0),
    alone(&["man", "-o", "man1"], 0),
    alone(&["manifest", "a.whl", "-o", "a.json"], 0),
    alone(&["manifest", "app", "--export", "in-toto", "-o", "a.json"], 0),
    alone(&["manifest", "a.whl"], 0),
    alone(&["normalize", "odd.zip", "--check"], 1),
    alone(&["normalize", "odd.zip"], 0),
    alone(&["normalize", "linked"], 0),
    alone(&["normalize", "odd.zip", "-o", "normal.zip"], 0),
    starting(&["prove", "project", "--only", "hash-seed"], 0, true),
    starting(&["pythons", "python3"], 0, true),
    starting(
        &[
            "rebuild",
            "published/orchard-1.0-py3-none-any.whl",
            "--source",
            "project",
            "-o",
            "new",
            "--html",
            "page.html",
            "--statement",
            "statement.json",
        ],
        0,
        false,
    ),
    alone(&["verify", "app.pyz", "--source", "app"], 0),
    alone(&["verify", "--installed", "site"], 0),
    starting(&["verify", "published/orchard-1.0-py3-none-any.whl", "--source", "project"], 0, true),
    alone(&["zipapp", "app", "-o", "app.pyz", "--no-compile", "-c"], 0),
    alone(&["zipapp", "--wheel", "a.whl", "-m", "m:x", "--no-compile", "-o", "app.pyz"], 0),
    alone(&["zipapp", "--info", "app.pyz"], 0),
    starting(&["zipapp", "app", "-o", "app.pyz"], 0, true),
];

/// What there is before each run.
pub fn world() -> Tree {
    let tree = Tree::new();
    for (name, text) in [
        ("app/__main__.py", "import m\n"),
        ("app/m.py", "def f():\n    return 1\n"),
        ("app/data.bin", &"data".repeat(20_000)),
        ("bare/grove/__init__.py", "__version__ = '1'\n"),
        ("moved/pyproject.toml", MOVED),
        ("moved/moved.py", "'''Moved.'''\n"),
        ("project/src/orchard/__init__.py", "def main():\n    return 1\n"),
        ("pruned/m.py", "x = 1\n"),
        ("sources/a.py", "x = 1\n"),
        ("sources/b.py", "y = 2\n"),
        ("sources/pkg/c.py", "z = 3\n"),
        ("linked/one.zip", ""),
        ("man1/pyrepro-build.1", ".TH old\n"),
        ("page.html", "<!doctype html>old"),
        ("a.json", "{\"old\": true}"),
        ("sources.json", "{\"old\": true}"),
        ("normal.zip", "PK\x05\x06old"),
        ("statement.json", "{\"old\": true}"),
        ("b.pyc", ""),
        (
            "own/pyproject.toml",
            "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']\n",
        ),
        ("own/own.py", BACKEND),
        ("site/m.py", ""),
        ("site/m-1.dist-info/METADATA", "Name: m\nVersion: 1\n"),
        (
            "site/m-1.dist-info/RECORD",
            "m.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nm-1.dist-info/METADATA,sha256=g8EewwGFfZ7luQTH9Kma1UfbQ_-0qIlPwFxCI-Gh4-0,19\nm-1.dist-info/RECORD,,\n",
        ),
        ("tmp/.keep", ""),
    ] {
        tree.write(name, text);
    }
    let settings = format!("[project]\nname = 'orchard'\nversion = '1.0'\n{OWN}");
    tree.write("project/pyproject.toml", settings);
    for (name, text) in [("a", "x = 1\n"), ("b", "x = 2\n")] {
        let made = wheel(&tree, name, "1", &[("m.py", text)], "");
        fs::rename(made, tree.path().join(name).with_extension("whl")).expect("a wheel");
    }
    let zip = "from zipfile import *; ZipFile('odd.zip', 'w').writestr(ZipInfo('m.py', (2020, 1, 1, 0, 0, 0)), 'x = 1')";
    assert!(run(Command::new(python()).args(["-c", zip]).current_dir(tree.path())).status.success());
    fs::copy(tree.path().join("odd.zip"), tree.path().join("linked/one.zip")).expect("a copy");
    for arguments in [
        &["zipapp", "app", "-o", "app.pyz", "--no-compile"][..],
        &["build", "project", "-o", "dist", "--sdist", "--wheel", "--no-manifest"],
        &["build", "project", "-o", "published", "--sdist", "--wheel", "--no-manifest"],
        &["build", "project", "--metadata", "meta"],
        &["compile", "-q", "pruned"],
        &["compile", "-q", "sources/a.py"],
    ] {
        let output = command(tree.path(), arguments).output().expect("a run");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    // Artifacts of before that are not what is made now.
    for old in ["dist/orchard-1.0-py3-none-any.whl", "dist/orchard-1.0.tar.gz"] {
        tree.write(old, "PK\x05\x06old");
    }
    tree.write("meta/orchard-1.0.dist-info/METADATA", "old");
    tree.write("sources/a.py", "x = 'changed'\n");
    fs::remove_file(tree.path().join("pruned/m.py")).expect("a source");
    tree
}

/// A backend in the source itself, so that nothing is to be installed.
const BACKEND: &str = "\
import base64, hashlib, io, os, tarfile, zipfile

def build_wheel(folder, settings=None, metadata=None):
    info = 'own-1.dist-info/'
    with zipfile.ZipFile(os.path.join(folder, 'own-1-py3-none-any.whl'), 'w') as wheel:
        files = {
            'm.py': '',
            info + 'WHEEL': 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
            info + 'METADATA': 'Metadata-Version: 2.1\\nName: own\\nVersion: 1\\n',
        }
        record = info + 'RECORD,,\\n'
        for name, text in files.items():
            wheel.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')
            record += '%s,sha256=%s,%d\\n' % (name, digest, len(text))
        wheel.writestr(info + 'RECORD', record)
    return 'own-1-py3-none-any.whl'

def build_sdist(folder, settings=None):
    with tarfile.open(os.path.join(folder, 'own-1.tar.gz'), 'w:gz') as sdist:
        for name, text in (('PKG-INFO', b'Metadata-Version: 2.1\\nName: own\\nVersion: 1\\n'), ('pyproject.toml', b'')):
            member = tarfile.TarInfo('own-1/' + name)
            member.size = len(text)
            sdist.addfile(member, io.BytesIO(text))
    return 'own-1.tar.gz'
";

const MOVED: &str = "\
[build-system]
requires = ['flit_core']
build-backend = 'flit_core.buildapi'
[project]
name = 'moved'
version = '1'
description = 'Moved.'
";

pub fn python() -> &'static Path {
    &pythons()[pythons().len() - 1].interpreter.path
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = pyrepro();
    command.args(arguments).current_dir(folder).env("PYREPRO_PYTHON", python());
    command.env("TMPDIR", folder.join("tmp")).stdin(Stdio::null());
    command
}
