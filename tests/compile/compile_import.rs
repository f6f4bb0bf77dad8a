//! What import makes of the bytecode that `pyrepro compile` writes.

use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};

/// Imports all there is and prints what had to be compiled for it.
const IMPORT: &str = "
import sys, os, importlib, _frozen_importlib_external as external
compiled = []
original = external.SourceLoader.source_to_code
def spy(self, data, path, *rest, **named):
    compiled.append(path)
    return original(self, data, path, *rest, **named)
external.SourceLoader.source_to_code = spy
sys.path.insert(0, 'src')
for name in 'top', 'pkg', 'pkg.one', 'pkg.sub.deep.two', 'pkg.sub.deep.er.three', 'namespace.only', 'odd.latin', 'odd.signed', 'odd.crlf', 'odd.empty':
    module = importlib.import_module(name)
    assert module.__cached__.endswith('.pyc') if hasattr(module, '__cached__') else True
print([path for path in compiled if 'src' in path])
";

fn compile(python: &Python, tree: &Tree, arguments: &[&str]) {
    let mut command = pyrepro();
    command.args(["compile", "-q", "--python"]).arg(&python.interpreter.path);
    let status = command.args(arguments).arg("src").current_dir(tree.path()).status().expect("a run");
    assert!(status.success(), "{} {arguments:?}", python.version);
}

fn compiled_by_import(python: &Python, tree: &Tree, flags: &[&str]) -> String {
    let mut command = python.command();
    let output = command.args(flags).args(["-c", IMPORT]).current_dir(tree.path()).output().expect("a run");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {flags:?}: {error}", python.version);
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn import_takes_every_bytecode_file_and_compiles_nothing() {
    for python in pythons() {
        for mode in ["checked-hash", "unchecked-hash", "timestamp"] {
            let tree = Tree::of_many_kinds();
            compile(python, &tree, &["--invalidation-mode", mode, "-o", "0", "-o", "1", "-o", "2"]);
            for level in [&[][..], &["-O"], &["-OO"]] {
                for check in ["default", "always", "never"] {
                    let flags = [level, &["--check-hash-based-pycs", check]].concat();
                    let compiled = compiled_by_import(python, &tree, &flags);
                    assert_eq!(compiled, "[]", "{} {mode} {flags:?}", python.version);
                }
            }
        }
    }
}

#[test]
fn import_sees_that_a_source_has_changed_where_it_is_to_look() {
    for python in pythons() {
        for (mode, check, seen) in [
            ("checked-hash", "default", true),
            ("unchecked-hash", "default", false),
            ("unchecked-hash", "always", true),
            ("timestamp", "default", true),
        ] {
            let tree = Tree::of_many_kinds();
            compile(python, &tree, &["--invalidation-mode", mode]);
            tree.write("src/top.py", "ANSWER = 'changed'\n");
            let compiled = compiled_by_import(python, &tree, &["--check-hash-based-pycs", check]);
            assert_eq!(compiled.contains("top.py"), seen, "{} {mode} {check}: {compiled}", python.version);
        }
    }
}

#[test]
fn bytecode_beside_the_source_works_alone() {
    for python in pythons() {
        let tree = Tree::of_many_kinds();
        compile(python, &tree, &["-b"]);
        for path in tree.files().iter().filter(|path| path.extension().is_some_and(|end| end == "py")) {
            std::fs::remove_file(tree.path().join(path)).expect("a source");
        }
        assert_eq!(compiled_by_import(python, &tree, &[]), "[]", "{}", python.version);
    }
}

#[test]
fn tracebacks_show_the_recorded_name() {
    for python in pythons() {
        let tree = Tree::of_many_kinds();
        compile(python, &tree, &["-s", "src", "-p", "/usr/lib/app"]);
        let script =
            "import sys; sys.path.insert(0, 'src'); import pkg.one; print(pkg.one.f.__code__.co_filename)";
        let output = python.command().args(["-c", script]).current_dir(tree.path()).output().expect("a run");
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        // Import corrects it to where it finds the source.
        assert!(name.ends_with("src/pkg/one.py"), "{}: {name}", python.version);
        let script =
            "import sys, marshal; print(marshal.loads(open(sys.argv[1], 'rb').read()[16:]).co_filename)";
        let (path, _) = tree
            .pycs()
            .into_iter()
            .find(|(path, _)| path.ends_with("one.pyc") || path.to_string_lossy().contains("/one."))
            .expect("a pyc");
        let output =
            python.command().args(["-c", script]).arg(path).current_dir(tree.path()).output().expect("a run");
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert_eq!(name, "/usr/lib/app/pkg/one.py", "{}", python.version);
    }
}
