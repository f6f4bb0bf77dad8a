//! What people do by mistake, and what they are told: each message names the place, what was expected, and the way
//! out. `PYREPRO_UPDATE=1` writes testdata/mistakes.txt anew.

#![cfg(unix)]

use std::fs;
use std::path::Path;

use crate::common::package::{build, project};
use crate::common::pyrepro;
use crate::common::tree::Tree;

/// What follows `pyrepro`, one mistake a line.
const MISTAKES: &str = "\
build nowhere
build notes.txt
build a-1.0-py3-none-any.whl
build broken.tar.gz
build m.py
build empty
build pkg --python nosuch --pyc checked-hash
build pkg -j x
build pkg -j -1
build pkg -j 5000
build pkg --timeout x
build pkg --source-date-epoch yesterday
build pkg --source-date-epoch -5
build pkg -O 7 --pyc checked-hash
build pkg --pyc sometimes
build pkg -o notes.txt
build pkg --sourceless
build pkg --main a:b
compile nowhere
compile --python nosuch m.py
compile --python notes.txt m.py
compile -j x m.py
compile -j -1 m.py
compile -o 9 m.py
compile -x ( m.py
compile -i nowhere
compile --cfile a.pyc m.py empty
compile -d a -s b m.py
compile --hardlink-dupes m.py
compile --invalidation-mode hash m.py
compile --compiler gcc m.py
compile --compiler native --python 3.13.4 m.py
compile --compiler native --python 3.10 m.py
compile --compiler native --python notes.txt m.py
compile --source-date-epoch -5 m.py
compile --manifest . m.py
compile --check --prune m.py
compile --memory-limit x m.py
compile -r x m.py
diff m.py
diff m.py nowhere
diff m.py notes.txt --html empty -q
diff m.py notes.txt --only [a
diff m.py notes.txt -U x
init nowhere
init notes.txt
inspect nowhere
inspect empty
inspect m.py
inspect short.pyc
inspect broken.zip
inspect notes.txt
manifest nowhere
manifest --check a-1.0-py3-none-any.whl
manifest --check other.json
manifest --check torn.json
normalize nowhere
normalize m.py
normalize short.pyc
normalize broken-1-py3-none-any.whl
normalize --only exe .
normalize -j x .
normalize --exclude [a .
normalize - m.py
normalize a-1.0-py3-none-any.whl a-1.0.tar.gz -o notes.txt
prove empty
prove nowhere
prove notes.txt
prove -n x pkg
prove a-1.0-py3-none-any.whl
pythons nosuch
rebuild m.py
rebuild -r nowhere
rebuild -j x a==1
rebuild --attempts x a==1
rebuild --timeout -1 a==1
verify nowhere
verify empty
verify m.py
verify a-1.0-py3-none-any.whl
verify a-1.0-py3-none-any.whl --manifest nowhere
verify a-1.0-py3-none-any.whl --manifest other.json
verify a-1.0-py3-none-any.whl -j -1
zipapp nowhere
zipapp empty
zipapp empty -m no-such
zipapp empty -m a:b -o notes.txt
zipapp --info empty
zipapp app.pyz -m a:b -o x.pyz
zipapp app.pyz
zipapp empty -m a:b --wheel nowhere.whl
zipapp empty -m a:b --wheel m.py
zipapp empty -m a:b --optimize 5
zipapp empty -m a:b --manifest -
comple m.py
completions tcsh
";

/// A folder with something of every kind, and a project in it.
fn workshop() -> Tree {
    let pkg = project("a", "", &["src/a/__init__.py"]);
    let tree = Tree::new();
    let out = tree.path().to_str().expect("UTF-8");
    let output = build(pkg.path(), &["--wheel", "--sdist", "--no-manifest", "-o", out]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in ["pyproject.toml", "src/a/__init__.py"] {
        tree.write(format!("pkg/{name}"), fs::read(pkg.path().join(name)).expect("a file"));
    }
    fs::create_dir(tree.path().join("empty")).expect("a folder");
    tree.write("m.py", "x = 1\n");
    tree.write("notes.txt", "text\n");
    tree.write("broken.zip", "PK\x03\x04rest");
    tree.write("broken-1-py3-none-any.whl", "PK\x03\x04rest");
    tree.write("broken.tar.gz", [0x1f, 0x8b, 8, b'j', b'u', b'n', b'k']);
    tree.write("short.pyc", [0xcb, 0x0d, 0x0d, 0x0a]);
    tree.write("other.json", "{\"a\":1}\n");
    tree.write("torn.json", "{\n");
    fs::copy(tree.path().join("a-1.0-py3-none-any.whl"), tree.path().join("app.pyz")).expect("an archive");
    tree
}

/// What is told, without what differs from machine to machine.
fn told(folder: &Path, mistake: &str) -> (Option<i32>, String) {
    let mut command = pyrepro();
    command.args(mistake.split(' ')).current_dir(folder).env("COLUMNS", "100");
    let output = assert_cmd::Command::from_std(command).write_stdin("").output().expect("a run");
    let text = String::from_utf8_lossy(&output.stderr).replace(folder.to_str().expect("UTF-8"), "FOLDER");
    let is_interpreter =
        |line: &&str| line.starts_with("  ") && line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let lines = text.lines().filter(|line| !is_interpreter(line) && !line.is_empty());
    (output.status.code(), lines.map(|line| format!("    {line}\n")).collect())
}

#[test]
fn every_mistake_has_a_message_that_helps() {
    let tree = workshop();
    let mut found = String::new();
    for mistake in MISTAKES.lines() {
        let (code, text) = told(tree.path(), mistake);
        assert_eq!(code, Some(2), "pyrepro {mistake}: {text}");
        assert!(text.starts_with("    error: "), "pyrepro {mistake}: {text}");
        for crooked in ["panicked", "invalid digit", "Is a directory", "RUST_BACKTRACE"] {
            assert!(!text.contains(crooked), "pyrepro {mistake}: {text}");
        }
        found += &format!("$ pyrepro {mistake}\n{text}");
    }
    assert!(MISTAKES.lines().count() >= 60);
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mistakes.txt");
    if std::env::var_os("PYREPRO_UPDATE").is_some() {
        fs::write(&place, &found).expect("the file");
    }
    let known = fs::read_to_string(&place).unwrap_or_default();
    for (found, known) in found.split("$ ").zip(known.split("$ ")) {
        assert_eq!(found, known, "PYREPRO_UPDATE=1 writes testdata/mistakes.txt anew");
    }
    assert_eq!(found.len(), known.len());
}
