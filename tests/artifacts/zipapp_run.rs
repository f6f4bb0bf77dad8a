//! Archives run under every interpreter there is, from bytecode, with lines in tracebacks.

use crate::common::app::{application, members, run, stdout_of};
use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};

/// Makes `out.pyz` of `app`.
fn zipapp(python: &Python, tree: &Tree, options: &[&str]) {
    let mut command = pyrepro();
    command.args(["zipapp", "app", "-o", "out.pyz"]).args(options).current_dir(tree.path());
    stdout_of(command.env("PYREPRO_PYTHON", &python.interpreter.path));
}

/// Runs `out.pyz` with these statements as arguments.
fn app(python: &Python, tree: &Tree, flags: &[&str], statements: &[&str]) -> std::process::Output {
    let mut command = python.command();
    command.args(flags).arg("out.pyz").args(statements).current_dir(tree.path());
    run(&mut command)
}

fn printed(python: &Python, tree: &Tree, flags: &[&str], statements: &[&str]) -> String {
    let output = app(python, tree, flags, statements);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {flags:?} {statements:?}: {error}", python.version);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn archives_run_at_every_level() {
    for python in pythons() {
        let tree = application();
        for options in
            [&[][..], &["-c"], &["--no-compile"], &["--sourceless"], &["--invalidation-mode", "checked-hash"]]
        {
            zipapp(python, &tree, options);
            for flags in [&[][..], &["-O"], &["-OO"]] {
                assert_eq!(
                    printed(python, &tree, flags, &["1"]),
                    "ran 1\n",
                    "{} {options:?}",
                    python.version
                );
            }
        }
    }
}

/// The recorded name tells: code from our bytecode has ours, code that import has compiled has the
/// path of the archive.
#[test]
fn bytecode_is_taken_and_nothing_is_compiled() {
    let recorded = "print(main.__code__.co_filename)";
    for python in pythons() {
        let tree = application();
        for (options, taken) in [
            (&[][..], true),
            (&["--invalidation-mode", "checked-hash"], python.version.minor() > 7),
            (&["--no-compile"], false),
        ] {
            zipapp(python, &tree, options);
            for check in ["default", "never"] {
                let flags = ["--check-hash-based-pycs", check];
                let taken = taken || check == "never" && options.contains(&"checked-hash");
                let printed = printed(python, &tree, &flags, &[recorded]);
                let by_us = printed.starts_with("<zipapp>/pkg/cli.py");
                assert_eq!(by_us, taken, "{} {options:?} {check}: {printed}", python.version);
            }
        }
    }
}

/// From 3.8 on the function that zipimport compiles with can be taken away from it.
#[test]
fn an_import_that_cannot_compile_succeeds() {
    let script = "
import runpy, sys, zipimport
zipimport._compile_source = None
sys.argv = ['out.pyz']
runpy.run_path('out.pyz', run_name='__main__')
";
    for python in pythons().iter().filter(|python| python.version.minor() >= 8) {
        let tree = application();
        for (options, works) in
            [(&[][..], true), (&["--invalidation-mode", "checked-hash"], true), (&["--no-compile"], false)]
        {
            zipapp(python, &tree, options);
            let output = run(python.command().args(["-c", script]).current_dir(tree.path()));
            assert_eq!(output.stdout == b"ran 0\n", works, "{} {options:?}", python.version);
        }
    }
}

#[test]
fn namespace_packages_resources_and_sources_are_found() {
    let statements = [
        "import space.inner.mod; print(space.inner.mod.NAME)",
        "import pkgutil; print(pkgutil.get_data('pkg', 'data.txt'))",
        "import inspect; print(inspect.getsource(fail).count('raise'))",
        "import importlib.resources as r; print((r.files('pkg') / 'data.txt').read_text() if hasattr(r, 'files') else r.read_text('pkg', 'data.txt'))",
        "print(__loader__.get_source('pkg.cli').count('def main'))",
    ];
    let expected = "space.inner.mod\nb'some data\\n'\n1\nsome data\n\n1\nran 5\n";
    for python in pythons() {
        let tree = application();
        for options in [&[][..], &["--no-compile"]] {
            zipapp(python, &tree, options);
            assert_eq!(printed(python, &tree, &[], &statements), expected, "{} {options:?}", python.version);
        }
    }
}

#[test]
fn tracebacks_show_the_lines_of_the_archive_and_of_nothing_else() {
    let caught = "
import traceback
try:
    fail('word')
except ValueError:
    traceback.print_exc()
";
    for python in pythons() {
        let tree = application();
        zipapp(python, &tree, &[]);
        // What the current folder has under the same names is none of its business.
        tree.write("pkg/cli.py", "wrong\n".repeat(20));
        tree.write("<zipapp>", "");
        for flags in [&[][..], &["-O"], &["-OO"]] {
            let output = app(python, &tree, flags, &[caught]);
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(
                told.contains("File \"<zipapp>/pkg/cli.py\", line 6, in fail\n    raise ValueError(word)\n"),
                "{} {flags:?}: {told}",
                python.version
            );
        }
        let output = app(python, &tree, &[], &["fail('word')"]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("<zipapp>/pkg/cli.py\", line 6, in fail"), "{told}");
        assert!(!told.contains("wrong"), "{}: {told}", python.version);
        // Up to 3.12 what is not caught is printed by code that looks for files alone.
        assert_eq!(told.contains("raise ValueError(word)"), python.version.minor() >= 13, "{told}");
    }
}

#[test]
fn the_level_of_optimisation_is_that_of_the_archive() {
    for python in pythons() {
        let tree = application();
        for (level, doc) in [("0", "Fails."), ("1", "Fails."), ("2", "None")] {
            zipapp(python, &tree, &["--optimize", level]);
            let printed = printed(python, &tree, &[], &["print(fail.__doc__)"]);
            assert!(printed.starts_with(doc), "{} {level}: {printed}", python.version);
        }
    }
}

#[test]
fn bytecode_alone_has_no_source_left() {
    for python in pythons() {
        let tree = application();
        zipapp(python, &tree, &["--sourceless"]);
        let members = members(&tree.path().join("out.pyz"));
        assert!(members.iter().all(|(path, ..)| !path.ends_with(".py")), "{}", python.version);
        assert!(members.iter().any(|(path, ..)| path == "__main__.pyc"));
    }
}

#[test]
fn bytecode_is_for_the_interpreter_of_the_first_line_where_it_is_here() {
    let (oldest, newest) = (&pythons()[0], crate::common::newest());
    let tree = application();
    let named = oldest.interpreter.path.to_string_lossy().into_owned();
    let magic = |tree: &Tree| {
        let members = members(&tree.path().join("out.pyz"));
        members
            .into_iter()
            .find(|(path, ..)| path == "__main__.pyc")
            .and_then(|(_, bytes, _)| bytes)
            .expect("bytecode")[..4]
            .to_vec()
    };
    zipapp(newest, &tree, &["-p", &named]);
    assert_eq!(magic(&tree), oldest.version.magic_bytes());
    zipapp(newest, &tree, &["-p", &format!("/usr/bin/env -S {named} -I")]);
    assert_eq!(magic(&tree), oldest.version.magic_bytes());
    zipapp(newest, &tree, &["-p", "/no/such/python"]);
    assert_eq!(magic(&tree), newest.version.magic_bytes());
    zipapp(newest, &tree, &["-p", "/no/such/python", "--python", &named]);
    assert_eq!(magic(&tree), oldest.version.magic_bytes());
    zipapp(newest, &tree, &["-p", "", "--python", &named]);
    assert_eq!(magic(&tree), oldest.version.magic_bytes());
}

#[test]
fn the_long_python_alone_is_the_first_line_as_in_zipapp_unless_no_line_could_have_it() {
    let (oldest, newest) = (&pythons()[0], crate::common::newest());
    let tree = application();
    let named = oldest.interpreter.path.to_string_lossy().into_owned();
    let made = |options: &[&str]| {
        zipapp(newest, &tree, options);
        let path = tree.path().join("out.pyz");
        let bytes = std::fs::read(&path).expect("an archive");
        let line = bytes.starts_with(b"#!").then(|| bytes.split(|byte| *byte == b'\n').next()).flatten();
        let line = line.map(|line| String::from_utf8_lossy(line).into_owned());
        let main = members(&path).into_iter().find(|(path, ..)| path == "__main__.pyc");
        (line, main.and_then(|(_, bytes, _)| bytes).expect("bytecode")[..4].to_vec())
    };
    let (old, new) = (oldest.version.magic_bytes().to_vec(), newest.version.magic_bytes().to_vec());
    assert_eq!(made(&["--python", &named]), (Some(format!("#!{named}")), old.clone()));
    assert_eq!(made(&["--python=/no/such/python"]), (Some("#!/no/such/python".to_owned()), new));
    assert_eq!(made(&["--python", &oldest.version.to_string()]), (None, old));
    zipapp(newest, &tree, &["--no-compile", "--python", &named]);
    let bytes = std::fs::read(tree.path().join("out.pyz")).expect("an archive");
    assert!(bytes.starts_with(format!("#!{named}\nPK").as_bytes()));
}

#[test]
fn a_source_that_does_not_compile_goes_in_as_source_unless_that_is_forbidden() {
    let tree = application();
    tree.write("app/pkg/broken.py", "def f(:\n");
    let python = &pythons()[0];
    let mut command = pyrepro();
    command.args(["zipapp", "app", "-o", "out.pyz"]).current_dir(tree.path());
    let output = run(command.env("PYREPRO_PYTHON", &python.interpreter.path));
    assert!(output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("pkg/broken.py:1: SyntaxError"), "{told}");
    let paths = crate::common::app::paths(&tree.path().join("out.pyz"));
    assert!(paths.contains(&"pkg/broken.py".to_owned()) && !paths.contains(&"pkg/broken.pyc".to_owned()));
    assert_eq!(printed(python, &tree, &[], &[]), "ran 0\n");

    std::fs::remove_file(tree.path().join("out.pyz")).expect("an archive");
    let output = run(command.arg("--strict"));
    assert_eq!(output.status.code(), Some(1));
    assert!(!tree.path().join("out.pyz").exists());
    let output = run(command.args(["--format", "json"]));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(report["size"].is_null(), "{report}");
    assert_eq!(report["bytecode"]["failed"][0]["line"], 1);
}
