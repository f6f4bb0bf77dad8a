//! What `pyrepro compile` leaves alone, what it does again, and what it tells.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use crate::common::tree::Tree;
use crate::common::{newest, pyrepro, pythons};
use serde_json::Value;

fn command(tree: &Tree, arguments: &[&str]) -> Command {
    let mut command = pyrepro();
    command.args(["compile", "--python"]).arg(&newest().interpreter.path);
    command.args(arguments).current_dir(tree.path());
    command
}

fn run(tree: &Tree, arguments: &[&str]) -> Output {
    command(tree, arguments).output().expect("a run")
}

fn code(tree: &Tree, arguments: &[&str]) -> Option<i32> {
    run(tree, arguments).status.code()
}

fn out(tree: &Tree, arguments: &[&str]) -> String {
    String::from_utf8(run(tree, arguments).stdout).expect("UTF-8")
}

fn json(tree: &Tree, arguments: &[&str]) -> Value {
    let text = out(tree, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn count(tree: &Tree, arguments: &[&str], what: &str) -> u64 {
    json(tree, arguments)["summary"][what].as_u64().expect("a number")
}

/// Everything that a run could touch: bytes, identities and times of all files and folders.
fn fingerprint(tree: &Tree) -> Vec<(PathBuf, Vec<u8>, u64, SystemTime)> {
    use std::os::unix::fs::MetadataExt;
    let files = tree.files().into_iter();
    let folders = files.clone().filter_map(|path| path.parent().map(Path::to_owned));
    let mut all: Vec<PathBuf> = files.chain(folders).collect();
    all.sort();
    all.dedup();
    let print = |path: PathBuf| {
        let found = fs::symlink_metadata(tree.path().join(&path)).expect("a file");
        let bytes = fs::read(tree.path().join(&path)).unwrap_or_default();
        (path, bytes, found.ino(), found.modified().expect("a time"))
    };
    all.into_iter().map(print).collect()
}

fn pyc(tree: &Tree, folder: &str, stem: &str) -> PathBuf {
    tree.path().join(folder).join(format!("__pycache__/{stem}.{}.pyc", newest().version.cache_tag()))
}

const VARIANTS: [&[&str]; 8] = [
    &[],
    &["--invalidation-mode", "unchecked-hash"],
    &["--invalidation-mode", "timestamp"],
    &["-d", "/usr/lib"],
    &["--marshal", "interpreter"],
    &["-o", "2"],
    &["-o", "0", "-o", "1", "-o", "2", "--hardlink-dupes"],
    // A level is recorded nowhere but in the name, and here there is none: the last, so that nothing
    // comes after it.
    &["-b"],
];

#[test]
fn a_second_run_touches_nothing_in_any_mode() {
    for variant in VARIANTS {
        let tree = Tree::of_many_kinds();
        let arguments = [variant, &["src"]].concat();
        assert_eq!(code(&tree, &arguments), Some(0));
        let before = fingerprint(&tree);
        assert_eq!(count(&tree, &arguments, "compiled"), 0, "{variant:?}");
        assert!(fingerprint(&tree) == before, "{variant:?}");
        assert_eq!(code(&tree, &[&["--check"], &arguments[..]].concat()), Some(0), "{variant:?}");
    }
}

#[test]
fn a_change_of_what_is_asked_for_rewrites() {
    for (number, variant) in VARIANTS.iter().enumerate() {
        for other in &VARIANTS[number + 1..] {
            let tree = Tree::of_many_kinds();
            let all = count(&tree, &[*variant, &["src"]].concat(), "compiled");
            let again = count(&tree, &[*other, &["src"]].concat(), "compiled");
            assert_eq!(again, all, "{variant:?} then {other:?}");
        }
    }
}

#[test]
fn one_changed_source_is_one_compiled() {
    for mode in ["checked-hash", "unchecked-hash", "timestamp"] {
        let tree = Tree::of_many_kinds();
        let arguments = ["--invalidation-mode", mode, "src"];
        assert_eq!(code(&tree, &arguments), Some(0));
        tree.write("src/pkg/sub/deep/two.py", "changed = True\n");
        let report = json(&tree, &arguments);
        assert_eq!(report["summary"]["compiled"], 1, "{mode}");
        let changed =
            report["files"].as_array().expect("files").iter().find(|file| file["status"] == "compiled");
        let changed = changed.expect("one that was compiled");
        assert_eq!(changed["source"], "src/pkg/sub/deep/two.py");
        assert_eq!(changed["pycs"][0]["state"], "stale");
        assert_eq!(changed["pycs"][0]["written"], true);
    }
}

#[test]
fn force_compiles_all() {
    let tree = Tree::of_many_kinds();
    let all = count(&tree, &["src"], "compiled");
    assert_eq!(count(&tree, &["-f", "src"], "compiled"), all);
}

#[test]
fn stock_bytecode_of_the_same_source_becomes_canonical() {
    for python in pythons() {
        let tree = Tree::of_many_kinds();
        let mut stock = python.command();
        stock.args(["-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "src"]);
        assert!(stock.current_dir(tree.path()).status().expect("a run").success());
        let run = |arguments: &[&str]| {
            let mut command = pyrepro();
            command.args(["compile", "-q", "--python"]).arg(&python.interpreter.path).args(arguments);
            command.arg("src").current_dir(tree.path()).status().expect("a run").code()
        };
        assert_eq!(run(&["--check"]), Some(1), "{}", python.version);
        assert_eq!(run(&[]), Some(0));
        assert_eq!(run(&["--check"]), Some(0), "{}", python.version);
    }
}

/// How bytecode of some version begins, which is what tells it from a text.
const BYTECODE: &str = "py\r\nand more";

#[test]
fn check_names_what_is_wrong_and_writes_nothing() {
    let tree = Tree::of_many_kinds();
    let fresh = Tree::of_many_kinds();
    assert_eq!(code(&fresh, &["--check", "src"]), Some(1));
    assert!(fresh.pycs().is_empty());

    assert_eq!(code(&tree, &["src"]), Some(0));
    tree.write("src/top.py", "other = 1\n");
    fs::remove_file(pyc(&tree, "src/pkg", "one")).expect("a pyc");
    fs::write(pyc(&tree, "src/pkg/sub/deep", "two"), "rubbish").expect("a pyc");
    tree.write(pyc(&tree, "src/pkg", "gone"), BYTECODE);
    assert_eq!(code(&tree, &["-q", "--invalidation-mode", "unchecked-hash", "src/namespace"]), Some(0));
    let before = fingerprint(&tree);
    let told = run(&tree, &["--check", "src"]);
    assert_eq!(told.status.code(), Some(1));
    let text = String::from_utf8(told.stdout).expect("UTF-8");
    let tag = newest().version.cache_tag();
    let expected = [
        format!("mismatched src/namespace/__pycache__/only.{tag}.pyc"),
        format!("orphaned   src/pkg/__pycache__/gone.{tag}.pyc"),
        format!("missing    src/pkg/__pycache__/one.{tag}.pyc"),
        format!("foreign    src/pkg/sub/deep/__pycache__/two.{tag}.pyc"),
        format!("stale      src/__pycache__/top.{tag}.pyc"),
    ];
    let (summary, findings) =
        text.lines().collect::<Vec<_>>().split_last().map(|(a, b)| (*a, b.to_vec())).expect("lines");
    assert_eq!(findings, expected);
    assert!(summary.starts_with("4 outdated, "), "{summary}");
    assert!(fingerprint(&tree) == before);
    let report = json(&tree, &["--check", "src"]);
    assert_eq!(report["summary"]["outdated"], 4);
    assert_eq!(report["orphans"][0], format!("src/pkg/__pycache__/gone.{tag}.pyc"));
    assert_eq!(out(&tree, &["--check", "-q", "src"]), "");
}

#[test]
fn prune_removes_orphans_of_its_cache_tag_and_nothing_else() {
    let tree = Tree::of_many_kinds();
    assert_eq!(code(&tree, &["src"]), Some(0));
    let tag = newest().version.cache_tag();
    let cache = Path::new("src/pkg/__pycache__");
    let orphans =
        [format!("gone.{tag}.pyc"), format!("gone.{tag}.opt-1.pyc"), format!("gone.{tag}.opt-2.pyc")];
    let others = [
        "gone.cpython-36.pyc".to_owned(),
        "gone.pyc".to_owned(),
        format!("gone.{tag}.opt-x.pyc"),
        format!("gone.{tag}.pyo"),
        "note.txt".to_owned(),
    ];
    orphans.iter().chain(&others).for_each(|name| drop(tree.write(cache.join(name), BYTECODE)));
    tree.write(cache.join(format!("text.{tag}.pyc")), "no bytecode");
    tree.write("src/pkg/gone.pyc", "");
    fs::create_dir(tree.path().join(cache).join(format!("folder.{tag}.pyc"))).expect("a folder");
    std::os::unix::fs::symlink("nowhere", tree.path().join("src/pkg/dangling.py")).expect("a link");
    tree.write(cache.join(format!("dangling.{tag}.pyc")), "");
    let before = tree.files();
    let told = out(&tree, &["--prune", "src"]);
    let removing: Vec<_> = told.lines().filter(|line| line.starts_with("Removing")).collect();
    assert_eq!(removing.len(), 3, "{told}");
    let mut expected = before;
    expected.retain(|path| !orphans.iter().any(|orphan| path.ends_with(orphan)));
    assert_eq!(tree.files(), expected);
    assert!(tree.path().join(cache).join(format!("folder.{tag}.pyc")).is_dir());
}

#[test]
fn several_interpreters_are_served_in_one_run() {
    let tree = Tree::of_many_kinds();
    let mut command = pyrepro();
    command.args(["compile", "src"]).current_dir(tree.path());
    for python in pythons() {
        command.arg("--python").arg(&python.interpreter.path);
    }
    assert!(command.status().expect("a run").success());
    for python in pythons() {
        let tag = python.version.cache_tag();
        assert!(tree.path().join(format!("src/pkg/__pycache__/one.{tag}.pyc")).is_file(), "{tag}");
    }
}

#[test]
fn the_default_interpreter_is_the_preferred_one_then_the_virtual_environments() {
    let tree = Tree::of_many_kinds();
    let oldest = &pythons()[0];
    let mut preferred = pyrepro();
    preferred.args(["compile", "-q", "src"]).current_dir(tree.path());
    preferred.env("PYREPRO_PYTHON", &oldest.interpreter.path);
    assert!(preferred.status().expect("a run").success());
    let tag = oldest.version.cache_tag();
    assert!(tree.pycs().iter().all(|(path, _)| path.to_string_lossy().contains(&tag)));
    let mut missing = pyrepro();
    missing.args(["compile", "--python", "3.99", "src"]).current_dir(tree.path());
    assert_eq!(missing.status().expect("a run").code(), Some(2));
}

#[test]
fn without_paths_the_module_path_is_compiled() {
    let tree = Tree::new();
    let venv = tree.path().join("venv");
    let mut make = Command::new(&newest().interpreter.path);
    let made = make.args(["-m", "venv", "--without-pip"]).arg(&venv).output().expect("a run");
    if !made.status.success() {
        eprintln!("skipped: {} makes no virtual environments", newest().interpreter.path.display());
        return;
    }
    let site = venv.join(format!("lib/python{}/site-packages", newest().version));
    tree.write(site.join("installed.py"), "x = 1\n");
    tree.write(site.join("package/__init__.py"), "x = 1\n");
    tree.write(site.join("evil.pth"), "import sys; open('EXECUTED', 'w')\n");
    tree.write(site.join("sitecustomize.py"), "open('EXECUTED', 'w')\n");
    tree.write("here/module.py", "x = 1\n");
    let mut command = pyrepro();
    // Its standard library is not the test's to compile.
    command.args(["compile", "--check", "--format", "json"]).current_dir(tree.path().join("here"));
    let output = command.env("VIRTUAL_ENV", &venv).output().expect("a run");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let sources: Vec<&str> = report["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|file| file["source"].as_str())
        .collect();
    assert!(sources.iter().any(|source| source.ends_with("here/module.py")));
    assert!(sources.iter().any(|source| source.ends_with("site-packages/installed.py")), "{sources:?}");
    assert!(sources.iter().any(|source| source.ends_with("/argparse.py")));
    assert!(!sources.iter().any(|source| source.ends_with("package/__init__.py")));
    assert!(!tree.files().iter().any(|path| path.ends_with("EXECUTED")));
}

#[test]
fn cfile_and_dfile_are_those_of_py_compile() {
    let tree = Tree::of_many_kinds();
    assert_eq!(
        code(&tree, &["--cfile", "out/x.bin", "--dfile", "shown.py", "--optimize", "2", "src/top.py"]),
        Some(0)
    );
    let bytes = fs::read(tree.path().join("out/x.bin")).expect("the file");
    assert!(bytes.windows(8).any(|part| part == b"shown.py"));
    assert_eq!(tree.pycs().len(), 0);
    for refused in [
        &["--cfile", "x.pyc", "src/top.py", "src/script"][..],
        &["--cfile", "x.pyc", "src"],
        &["--dfile", "x", "src"],
        &["--cfile", "x.pyc", "-o", "0", "-o", "1", "src/top.py"],
        &["--cfile", "x.pyc", "-b", "src/top.py"],
        &["--dfile", "x", "-d", "y", "src/top.py"],
        &["--check", "--prune", "src"],
        &["--check", "-f", "src"],
        &["-x", "(", "src"],
        &["-o", "3", "src"],
        &["-j", "-1", "src"],
    ] {
        assert_eq!(code(&tree, refused), Some(2), "{refused:?}");
    }
    assert_eq!(tree.pycs().len(), 0);
}

#[test]
fn what_is_no_regular_file_is_not_replaced() {
    let tree = Tree::of_many_kinds();
    let target = tree.write("target.pyc", "precious");
    std::os::unix::fs::symlink(&target, tree.path().join("link.pyc")).expect("a link");
    fs::create_dir(tree.path().join("folder.pyc")).expect("a folder");
    for (cfile, reason) in
        [("link.pyc", "a symbolic link"), ("folder.pyc", "a folder"), ("/dev/null", "not a regular file")]
    {
        let output = run(&tree, &["--cfile", cfile, "src/top.py"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{cfile}");
        assert!(error.contains(&format!("{cfile} is {reason}")), "{error}");
    }
    assert_eq!(fs::read(target).expect("the file"), b"precious");
    assert!(fs::symlink_metadata(tree.path().join("link.pyc")).expect("the link").is_symlink());
}

#[test]
fn errors_and_warnings_have_their_places() {
    let tree = Tree::new();
    tree.write("src/bad.py", "x = 1\ny = = 2\n");
    tree.write("src/odd.py", "x = 1\nassert (x, 'always')\n");
    let report = json(&tree, &["-o", "0", "-o", "1", "-o", "2", "src"]);
    let [bad, odd] = report["files"].as_array().expect("files").as_slice() else { panic!("{report}") };
    assert_eq!(bad["status"], "failed");
    assert_eq!((&bad["error"]["kind"], &bad["error"]["line"]), (&"SyntaxError".into(), &2.into()));
    assert_eq!((&bad["error"]["column"], &bad["error"]["text"]), (&5.into(), &"y = = 2".into()));
    assert_eq!(odd["warnings"].as_array().expect("warnings").len(), 1);
    assert_eq!(
        (&odd["warnings"][0]["category"], &odd["warnings"][0]["line"]),
        (&"SyntaxWarning".into(), &2.into())
    );
    let output = run(&tree, &["-f", "src"]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(error.matches("src/odd.py:2: SyntaxWarning: ").count(), 1, "{error}");
    assert!(error.contains("\n  assert (x, 'always')\n"), "{error}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\n1 compiled, 1 failed in "));
    assert_eq!(output.status.code(), Some(1));
    let quiet = run(&tree, &["-f", "-qq", "src"]);
    assert_eq!((quiet.status.code(), quiet.stdout, quiet.stderr), (Some(1), vec![], vec![]));
}

#[test]
fn invalid_escapes_are_told_of_in_every_version() {
    for python in pythons() {
        let tree = Tree::new();
        tree.write("odd.py", "x = 1\ny = '\\d'\n");
        let interpreter = python.interpreter.path.to_str().expect("UTF-8");
        let output = run(&tree, &["--python", interpreter, "odd.py"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            told.starts_with("odd.py:2: ") && told.contains("escape sequence"),
            "{}: {told}",
            python.version
        );
    }
}

#[test]
fn a_prefix_for_bytecode_is_where_the_interpreter_looks_for_it() {
    for python in pythons().iter().filter(|python| python.version.has_pycache_prefix()) {
        let tree = Tree::of_many_kinds();
        let prefix = tree.path().join("cache/of/all");
        let mut command = pyrepro();
        command.env("PYTHONPYCACHEPREFIX", &prefix).current_dir(tree.path());
        command.args(["compile", "-q", "-o", "1", "src", "--python"]).arg(&python.interpreter.path);
        assert!(command.status().expect("a run").success());
        let script =
            "import importlib.util as u; print(u.cache_from_source('src/pkg/../top.py', optimization=1))";
        let mut ask = std::process::Command::new(&python.interpreter.path);
        ask.env("PYTHONPYCACHEPREFIX", &prefix).current_dir(tree.path()).args(["-c", script]);
        let there = String::from_utf8(ask.output().expect("a run").stdout).expect("UTF-8");
        assert!(Path::new(there.trim()).is_file(), "{}: {there}", python.version);
        assert!(!tree.path().join("src/__pycache__").exists());
    }
}

#[test]
fn what_is_not_there_is_an_error() {
    let tree = Tree::of_many_kinds();
    let output = run(&tree, &["nowhere", "src/top.py"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere: No such file"));
    assert_eq!(tree.pycs().len(), 1, "the others are compiled all the same");
    assert_eq!(code(&tree, &["-i", "nowhere"]), Some(2));
}
