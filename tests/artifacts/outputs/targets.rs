//! Which files a run may write over, and which it must not: one rule for every verb.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use crate::common::app::{run, stdout_of, wheel};
use crate::common::package::project;
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};

/// Each way to name a file to write to. The name comes last.
const OUTPUTS: &[&[&str]] = &[
    &["compile", "m.py", "-q", "--manifest"],
    &["compile", "m.py", "-q", "--cfile"],
    &["diff", "a.whl", "a.whl", "--html"],
    &["manifest", "a.whl", "-o"],
    &["manifest", "a.whl", "--export", "sha256sum", "-o"],
    &["manifest", "a.whl", "--export", "in-toto", "-o"],
    &["normalize", "a.whl", "-o"],
    &["zipapp", "app", "--no-compile", "--no-manifest", "-o"],
    &["zipapp", "app", "--no-compile", "-o", "app.pyz", "--manifest"],
];

/// py_compile writes to nothing but files, and says so.
const FILES_ALONE: &str = "--cfile";

fn world() -> Tree {
    let tree = Tree::new();
    tree.write("m.py", "x = 1\n");
    tree.write("app/__main__.py", "print(1)\n");
    let made = wheel(&tree, "a", "1", &[("m.py", "x = 1\n")], "");
    fs::rename(made, tree.path().join("a.whl")).expect("a wheel");
    tree
}

fn written(tree: &Tree, arguments: &[&str], target: &str) -> Output {
    let python = &pythons()[pythons().len() - 1].interpreter.path;
    let mut command = pyrepro();
    command.args(arguments).arg(target).current_dir(tree.path()).env("PYREPRO_PYTHON", python);
    run(&mut command)
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_named_pipe_is_written_to_and_stays() {
    let tree = world();
    let pipe = tree.path().join("pipe");
    assert!(run(Command::new("mkfifo").arg(&pipe)).status.success());
    for arguments in OUTPUTS.iter().filter(|arguments| !arguments.contains(&FILES_ALONE)) {
        let place = pipe.clone();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            fs::File::open(place).and_then(|mut pipe| pipe.read_to_end(&mut bytes)).map(|_| bytes)
        });
        let output = written(&tree, arguments, "pipe");
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
        let piped = reader.join().expect("no panic").expect("bytes");
        assert!(fs::symlink_metadata(&pipe).expect("the pipe").file_type().is_fifo(), "{arguments:?}");
        let output = written(&tree, arguments, "file");
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
        let filed = fs::read(tree.path().join("file")).expect("a file");
        // The name is in some of them.
        assert_eq!(piped.len(), filed.len(), "{arguments:?}");
        fs::remove_file(tree.path().join("file")).expect("a file");
    }
}

#[test]
fn a_device_is_written_to_and_stays() {
    let tree = world();
    for arguments in OUTPUTS.iter().filter(|arguments| !arguments.contains(&FILES_ALONE)) {
        for device in ["/dev/null", "/dev/stdout"] {
            let output = written(&tree, arguments, device);
            assert!(output.status.success(), "{arguments:?} {device}: {}", words(&output));
        }
        assert!(fs::symlink_metadata("/dev/null").expect("a device").file_type().is_char_device());
        let full = written(&tree, arguments, "/dev/full");
        assert_eq!(full.status.code(), Some(2), "{arguments:?}");
        assert!(words(&full).contains("/dev/full: No space left on device"), "{}", words(&full));
    }
    let compiled = written(&tree, &["compile", "m.py", "-q", "--cfile"], "/dev/null");
    assert_eq!(compiled.status.code(), Some(2));
}

#[test]
fn files_of_another_kind_and_inputs_are_refused_with_the_way_out() {
    let tree = world();
    tree.write("pyproject.toml", "[project]\n");
    tree.write("module.py", "y = 1\n");
    tree.write("notes.txt", "notes\n");
    tree.write("__init__.py", "");
    for arguments in OUTPUTS {
        for target in ["pyproject.toml", "module.py", "notes.txt", "m.py", "app/__main__.py", "__init__.py"] {
            let before = fs::read(tree.path().join(target)).expect("a file");
            let output = written(&tree, arguments, target);
            assert_eq!(output.status.code(), Some(2), "{arguments:?} {target}: {}", words(&output));
            assert_eq!(fs::read(tree.path().join(target)).expect("a file"), before, "{arguments:?} {target}");
            let words = words(&output);
            assert!(words.contains(target) && words.contains("another file"), "{arguments:?}: {words}");
        }
    }
    for (arguments, target) in [
        (&["diff", "a.whl", "page.html", "--html"][..], "page.html"),
        (&["manifest", "--export", "in-toto", "a.manifest.json", "-o"], "a.manifest.json"),
        (&["zipapp", "--wheel", "a.whl", "-m", "m:x", "--no-compile", "-o"], "a.whl"),
        (&["zipapp", "app.pyz", "--no-compile", "--no-manifest", "-o"], "./app.pyz"),
        (&["normalize", "a.whl", "-o"], "a.whl"),
    ] {
        tree.write("page.html", "<html>");
        written(&tree, &["manifest", "a.whl", "-o"], "a.manifest.json");
        written(&tree, &["zipapp", "app", "--no-compile", "-o"], "app.pyz");
        let before = fs::read(tree.path().join(target)).expect("a file");
        let output = written(&tree, arguments, target);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {target}: {}", words(&output));
        assert_eq!(fs::read(tree.path().join(target)).expect("a file"), before, "{arguments:?} {target}");
    }
}

#[test]
fn a_link_that_is_named_is_followed_and_stays() {
    let tree = world();
    for arguments in OUTPUTS.iter().filter(|arguments| !arguments.contains(&FILES_ALONE)) {
        let (link, file) = (tree.path().join("link"), tree.path().join("file"));
        fs::write(&file, "").expect("a file");
        symlink("file", &link).expect("a link");
        let output = written(&tree, arguments, "link");
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
        assert!(link.is_symlink() && fs::metadata(&file).expect("a file").len() > 0, "{arguments:?}");
        fs::remove_file(&file).expect("a file");
        let output = written(&tree, arguments, "link");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(words(&output).contains("symbolic link to nothing"), "{}", words(&output));
        fs::remove_file(&link).expect("a link");
    }
}

#[test]
fn a_link_where_a_project_names_the_file_is_refused() {
    let tree = project("orchard", "", &["src/orchard/__init__.py"]);
    let victim = tree.write("victim.whl", "PK\x03\x04 somebody's");
    fs::create_dir(tree.path().join("dist")).expect("a folder");
    let link = tree.path().join("dist/orchard-1.0-py3-none-any.whl");
    symlink(&victim, &link).expect("a link");
    let output = run(pyrepro().args(["build"]).current_dir(tree.path()));
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("is a symbolic link"), "{}", words(&output));
    assert_eq!(fs::read(victim).expect("a file"), b"PK\x03\x04 somebody's");
}

#[test]
fn a_folder_where_one_artifact_goes_leaves_no_other() {
    let tree = project("orchard", "", &["src/orchard/__init__.py"]);
    let wheel = tree.path().join("dist/orchard-1.0-py3-none-any.whl");
    for in_the_way in [wheel.clone(), tree.path().join("dist/.orchard-1.0.tar.gz.manifest.json")] {
        fs::create_dir_all(&in_the_way).expect("a folder");
        let output = run(pyrepro().args(["build", "--sdist", "--wheel"]).current_dir(tree.path()));
        assert_eq!(output.status.code(), Some(2));
        assert!(words(&output).contains("it is a folder"), "{}", words(&output));
        let left = fs::read_dir(tree.path().join("dist")).expect("a folder").count();
        assert_eq!(left, 1, "nothing but the folder in the way");
        fs::remove_dir_all(&in_the_way).expect("a folder");
    }
}

#[test]
fn an_sdist_is_not_built_over_itself() {
    let tree = project("orchard", "", &["src/orchard/__init__.py"]);
    stdout_of(pyrepro().args(["build", "--sdist"]).current_dir(tree.path()));
    let output =
        run(pyrepro().args(["build", "dist/orchard-1.0.tar.gz", "--sdist"]).current_dir(tree.path()));
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("this run reads it"), "{}", words(&output));
}

#[test]
fn two_inputs_do_not_become_each_other() {
    let tree = world();
    fs::create_dir(tree.path().join("out")).expect("a folder");
    fs::copy(tree.path().join("a.whl"), tree.path().join("out/a.whl")).expect("a copy");
    let output = written(&tree, &["normalize", "a.whl", "out/a.whl", "-o"], "out");
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
}

#[test]
fn metadata_are_replaced_whole_and_nothing_else_is() {
    let tree = project("orchard", "", &["src/orchard/__init__.py"]);
    let target = tree.path().join("meta/orchard-1.0.dist-info");
    let build = || run(pyrepro().args(["build", "--metadata", "meta"]).current_dir(tree.path()));
    assert!(build().status.success());
    fs::write(target.join("old"), "old").expect("a file");
    assert!(build().status.success());
    assert!(target.join("METADATA").is_file() && !target.join("old").exists());
    fs::remove_dir_all(&target).expect("a folder");
    let elsewhere = tree.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    symlink(&elsewhere, &target).expect("a link");
    assert_eq!(build().status.code(), Some(2));
    assert_eq!(fs::read_dir(&elsewhere).expect("a folder").count(), 0);
    assert_eq!(left_in(&tree.path().join("meta")), 1);
}

fn left_in(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

#[test]
fn the_permissions_of_what_was_there_have_no_say() {
    let tree = world();
    written(&tree, &["manifest", "a.whl", "-o"], "m.json");
    assert_eq!(fs::metadata(tree.path().join("m.json")).expect("a file").mode() & 0o777, 0o644);
}
