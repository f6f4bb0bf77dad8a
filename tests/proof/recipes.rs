//! The commands of docs/ci.md, run as they are written.

#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::common::newest_with_packages;
use crate::common::tree::Tree;

const PAGE: &str = include_str!("../../docs/ci.md");

/// The commands below these headings, in order.
const SECTIONS: [&str; 4] = [
    "## Build so that others can build the same",
    "## Is what we release what the source makes?",
    "## Is what others built in normal form?",
    "## Is bytecode up to date?",
];

/// A backend that is in the project, so that nothing has to be fetched.
const BACKEND: &str = r#"
import base64, hashlib, io, os, tarfile, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "plum-1.0-py3-none-any.whl"
    info = "plum-1.0.dist-info/"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        rows = []
        for path, text in [
            ("plum.py", open("src/plum.py").read()),
            (info + "METADATA", "Metadata-Version: 2.1\nName: plum\nVersion: 1.0\n"),
            (info + "WHEEL", "Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        ]:
            wheel.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(text.encode())}\n")
        wheel.writestr(info + "RECORD", "".join(rows) + info + "RECORD,,\n")
    return name

def build_sdist(folder, config_settings=None):
    name = "plum-1.0.tar.gz"
    with tarfile.open(os.path.join(folder, name), "w:gz") as sdist:
        for path in ["pyproject.toml", "src/plum.py", "backend/here.py"]:
            sdist.add(path, "plum-1.0/" + path)
        text = b"Metadata-Version: 2.1\nName: plum\nVersion: 1.0\n"
        info = tarfile.TarInfo("plum-1.0/PKG-INFO")
        info.size = len(text)
        sdist.addfile(info, io.BytesIO(text))
    return name
"#;

/// The lines of the indented blocks of a section.
fn commands(section: &str) -> Vec<&'static str> {
    let (_, rest) = PAGE.split_once(section).unwrap_or_else(|| panic!("docs/ci.md has no {section:?}"));
    let body = rest.split("\n## ").next().unwrap_or_default();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    // What follows is the language of a workflow.
    lines.take_while(|line| *line != "jobs:").collect()
}

fn succeeds(command: &mut Command) {
    let output = command.output().expect("a run");
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{command:?}: {}{}", told[0], told[1]);
}

#[test]
fn the_gates_of_the_page_on_ci_hold_as_they_are_written() {
    if Command::new("jq").arg("--version").output().is_err() {
        return crate::common::skip("jq", "the recipes of docs/ci.md are not run");
    }
    let tree = Tree::new();
    tree.write(
        "plum/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'here'\nbackend-path = ['backend']\n",
    );
    tree.write("plum/backend/here.py", BACKEND);
    tree.write("plum/src/plum.py", "x = {'a', 'b'}\n");
    tree.write("plum/.gitignore", "dist\n__pycache__\n");
    let plum = tree.path().join("plum");
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "plum"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
        succeeds(git.args(arguments).current_dir(&plum));
    }
    let script: Vec<&str> = SECTIONS.into_iter().flat_map(commands).collect();
    assert!(script.len() >= 7 && script.iter().any(|line| line.contains("cmp ")), "{script:#?}");
    let program = Path::new(env!("CARGO_BIN_EXE_pyrepro")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![program.to_owned()];
    folders.extend(std::env::split_paths(&path));
    let mut shell = Command::new("bash");
    crate::common::clean(&mut shell).args(["-exc", &script.join("\n")]).current_dir(&plum);
    shell.env("PATH", std::env::join_paths(folders).expect("a path"));
    succeeds(shell.env("PYREPRO_PYTHON", &newest_with_packages().interpreter.path));
    let again = std::fs::read_dir(tree.path().join("again")).expect("a second build").count();
    assert!(again >= 2, "{again} artifacts");
}
