//! Trees and settings that somebody made to do harm, or that are broken: a right outcome for each, and
//! nothing half written.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::common::package::{OWN, built, in_wheel, members, project, refused};
use crate::common::tree::Tree;
use crate::common::{clean, pyrepro};

#[cfg(unix)]
#[test]
fn links_that_leave_the_project_are_refused_with_a_way_out() {
    use std::os::unix::fs::symlink;
    let outside = Tree::new();
    outside.write("secret.py", "x\n");
    for (settings, link, target) in [
        ("", "src/a/far.py", outside.path().join("secret.py")),
        ("", "src/a/far", outside.path().to_owned()),
        ("", "LICENSE", outside.path().join("secret.py")),
        ("readme = 'README.md'", "README.md", outside.path().join("secret.py")),
        ("[tool.pyrepro]\ndata = { scripts = 'bin' }", "bin", outside.path().to_owned()),
        ("[tool.pyrepro]\nsource-include = ['docs']", "docs", outside.path().to_owned()),
    ] {
        let tree = project("a", settings, &["src/a/__init__.py"]);
        symlink(&target, tree.path().join(link)).unwrap();
        let message = refused(tree.path(), &["--wheel", "--sdist"]);
        let told = message.contains("outside of the tree") && message.contains("put a copy in its place");
        assert!(told && message.contains(link), "{link}: {message}");
    }
    // The module itself.
    let tree = project("a", "", &[]);
    outside.write("__init__.py", "");
    symlink(outside.path(), tree.path().join("a")).unwrap();
    assert!(refused(tree.path(), &[]).contains("outside of the tree"));
    // And what is excluded or never looked at does no harm.
    let tree = project("a", "[tool.pyrepro]\nsource-exclude = ['far.py']", &["src/a/__init__.py"]);
    symlink(outside.path().join("secret.py"), tree.path().join("src/a/far.py")).unwrap();
    symlink(outside.path(), tree.path().join("elsewhere")).unwrap();
    assert_eq!(in_wheel(tree.path()), ["a/__init__.py"]);
}

#[cfg(unix)]
#[test]
fn links_within_the_project_are_followed_and_loops_refused() {
    use std::os::unix::fs::symlink;
    let tree = project("a", "", &["src/a/__init__.py", "grove/b.py"]);
    symlink("../../grove", tree.path().join("src/a/grove")).unwrap();
    symlink("__init__.py", tree.path().join("src/a/c.py")).unwrap();
    assert_eq!(in_wheel(tree.path()), ["a/__init__.py", "a/c.py", "a/grove/b.py"]);
    symlink("..", tree.path().join("src/a/around")).unwrap();
    assert!(refused(tree.path(), &[]).contains("no end to follow it"));
    fs::remove_file(tree.path().join("src/a/around")).unwrap();
    symlink("nowhere", tree.path().join("src/a/broken.py")).unwrap();
    assert!(refused(tree.path(), &[]).contains("points at nowhere"));
}

#[cfg(unix)]
#[test]
fn what_is_neither_file_nor_folder_is_refused_and_never_waited_for() {
    use std::process::Command;
    for (settings, path, part) in [
        ("", "src/a/pipe", "named pipe"),
        ("", "LICENSE", "named pipe"),
        ("readme = 'README.md'", "README.md", "named pipe"),
        ("[tool.pyrepro]\nsource-include = ['notes']", "notes", "named pipe"),
    ] {
        let tree = project("a", settings, &["src/a/__init__.py"]);
        assert!(Command::new("mkfifo").arg(tree.path().join(path)).status().unwrap().success());
        let message = refused(tree.path(), &["--wheel", "--sdist"]);
        assert!(message.contains(part) && message.contains(path), "{message}");
    }
    let tree = project("a", "", &["src/a/__init__.py"]);
    fs::remove_file(tree.path().join("pyproject.toml")).unwrap();
    assert!(Command::new("mkfifo").arg(tree.path().join("pyproject.toml")).status().unwrap().success());
    assert!(refused(tree.path(), &[]).contains("not a file"));
    let socket = project("a", "", &["src/a/__init__.py"]);
    let _socket = std::os::unix::net::UnixListener::bind(socket.path().join("src/a/s")).unwrap();
    assert!(refused(socket.path(), &[]).contains("socket"));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_one_elsewhere_are_told_and_names_that_archives_lack_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let tree =
        project("a", "", &["a/__init__.py", "a/B.py", "a/b.py", "a/\u{e9}.py", "a/e\u{301}.py", "a/aux.py"]);
    let report = built(tree.path(), &[]);
    let warnings: Vec<&str> =
        report["warnings"].as_array().unwrap().iter().map(|warning| warning.as_str().unwrap()).collect();
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert!(warnings[0].contains("cannot be unpacked on Windows"));
    assert!(warnings[1].starts_with(r#""a/B.py" and "a/b.py" are the same name"#));
    assert!(warnings[2].contains("are the same name"));
    for name in [&b"a\xff.py"[..], b"a\nb.py", b"a\\b.py", b"tab\t.py"] {
        let tree = project("a", "", &["a/__init__.py"]);
        fs::write(tree.path().join("a").join(OsStr::from_bytes(name)), "").unwrap();
        let message = refused(tree.path(), &["--wheel", "--sdist"]);
        assert!(message.contains("rename it, or leave it out with source-exclude"), "{message}");
    }
}

#[test]
fn names_that_rows_must_quote_are_in_record_as_they_are() {
    let tree = project("a", "", &["a/__init__.py", "a/x,y.txt"]);
    #[cfg(unix)]
    tree.write("a/say \"hi\".txt", "hi\n");
    built(tree.path(), &[]);
    let wheel = members(&tree.path().join("dist/a-1.0-py3-none-any.whl"));
    let record = pyrepro::record::Record::parse(&wheel["a-1.0.dist-info/RECORD"].0).unwrap();
    let paths: Vec<&String> = record.rows.iter().map(|row| &row.path).collect();
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!(sorted, wheel.keys().collect::<Vec<_>>());
}

#[test]
fn a_pyproject_that_is_huge_or_deep_is_refused_at_once() {
    let tree = project("a", "", &["a.py"]);
    let deep = format!("x = {}{}\n{OWN}", "[".repeat(100_000), "]".repeat(100_000));
    for (text, part) in [
        ("#".repeat(50 << 20), "the file has 52428800 bytes; allowed: up to 1048576"),
        (deep, "this is not TOML"),
        (format!("{OWN}\n[project"), "this is not TOML"),
        (OWN.to_owned(), "project: is missing"),
        (format!("[project]\nname='a'\n{OWN}"), "project.version: is missing"),
    ] {
        fs::write(tree.path().join("pyproject.toml"), text).unwrap();
        let message = refused(tree.path(), &[]);
        assert!(message.contains(part), "{message}");
    }
    fs::write(tree.path().join("pyproject.toml"), b"\xff\xfe").unwrap();
    assert!(refused(tree.path(), &[]).contains("not UTF-8"));
}

#[test]
fn an_sdist_that_is_none_is_refused() {
    let tree = Tree::new();
    tree.write("text.tar.gz", "no archive");
    tree.write("empty.tar.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0");
    for (name, part) in
        [("text.tar.gz", "text.tar.gz is not a source distribution"), ("empty.tar.gz", "empty.tar.gz: ")]
    {
        let message = refused(tree.path(), &[name]);
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_an_error_that_names_it() {
    let tree = project("a", "", &["a.py"]);
    tree.write("dist", "a file\n");
    let output = crate::common::package::build(tree.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("dist"));
    assert_eq!(fs::read_to_string(tree.path().join("dist")).unwrap(), "a file\n");
}

/// The program as a user who owns this tree and may not read everything, as root may.
#[cfg(unix)]
fn without_privileges(tree: &Tree) -> Option<Command> {
    use std::os::unix::fs::{MetadataExt, chown};
    if tree.path().metadata().unwrap().uid() != 0 {
        return Some(pyrepro());
    }
    let folders = ["", "a", "dist"].map(PathBuf::from);
    for path in tree.files().into_iter().chain(folders) {
        chown(tree.path().join(path), Some(65534), Some(65534)).unwrap();
    }
    // Whoever cannot enter the folder of the tests can run a copy.
    let copy = tree.path().join("program");
    Command::new("cp").arg(env!("CARGO_BIN_EXE_pyrepro")).arg(&copy).status().unwrap();
    Command::new("setpriv").arg("--version").output().ok()?;
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy);
    clean(&mut command);
    Some(command)
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt;
    let tree = project("a", "", &["a/__init__.py", "a/x.py"]);
    built(tree.path(), &["--wheel", "--sdist"]);
    let before: Vec<_> = ["a-1.0.tar.gz", "a-1.0-py3-none-any.whl"]
        .iter()
        .map(|name| fs::read(tree.path().join("dist").join(name)).unwrap())
        .collect();
    let path = tree.path().join("a/x.py");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let Some(mut command) = without_privileges(&tree) else {
        return crate::common::skip("setpriv", "root can read any file");
    };
    let output = command.args(["build", "--wheel", "--sdist"]).current_dir(tree.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(tree.path().join("dist/a-1.0.tar.gz")).unwrap(), before[0]);
    assert_eq!(fs::read_dir(tree.path().join("dist")).unwrap().count(), 4, "two artifacts, two manifests");
}

/// Builds while another thread writes to the tree, and checks that each wheel is of one piece.
#[test]
fn files_that_change_meanwhile_never_make_a_wheel_with_a_wrong_record() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let tree = project("a", "", &["a/__init__.py"]);
    let (small, large) = (tree.path().join("a/small.bin"), tree.path().join("a/large.bin"));
    fs::write(&small, vec![0; 100_000]).unwrap();
    fs::write(&large, vec![0; 4 << 20]).unwrap();
    let stop = AtomicBool::new(false);
    let (mut whole, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        // A failed assertion has to end the other thread, too.
        let _end = OnEnd(|| stop.store(true, Ordering::Relaxed));
        scope.spawn(|| {
            let mut round = 0_u8;
            while !stop.load(Ordering::Relaxed) {
                round = round.wrapping_add(1);
                fs::write(&small, vec![round; 100_000 + usize::from(round)]).unwrap();
                let mut file = fs::File::options().write(true).open(&large).unwrap();
                std::io::Write::write_all(&mut file, &vec![round; 1 << 20]).unwrap();
                let _ = fs::remove_file(tree.path().join("a/gone.py"));
                fs::write(tree.path().join("a/gone.py"), "").unwrap();
            }
        });
        for _ in 0..25 {
            let _ = fs::remove_dir_all(tree.path().join("dist"));
            let output = crate::common::package::build(tree.path(), &[]);
            let left = fs::read_dir(tree.path().join("dist")).map_or(0, |entries| entries.count());
            if output.status.success() {
                check_record(&tree.path().join("dist/a-1.0-py3-none-any.whl"));
                // Its manifest is beside it, and tells of what is in it.
                assert_eq!(left, 2);
                check_inputs(&tree.path().join("dist/.a-1.0-py3-none-any.whl.manifest.json"));
                whole += 1;
            } else {
                let message = String::from_utf8_lossy(&output.stderr);
                assert_eq!((output.status.code(), left), (Some(2), 0), "{message}");
                assert!(message.contains("/a/"), "{message}");
                refused += 1;
            }
        }
    });
    eprintln!("{whole} whole, {refused} refused");
}

/// Does something at its end, even if that is a panic.
struct OnEnd<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn check_inputs(path: &std::path::Path) {
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let digest = |list: &serde_json::Value, name: &str| {
        let mut rows = list.as_array().unwrap().iter().filter(|row| row["path"] == name);
        rows.next().expect("a row")["sha256"].clone()
    };
    for name in ["a/small.bin", "a/large.bin"] {
        assert_eq!(digest(&manifest["inputs"]["files"], name), digest(&manifest["members"], name), "{name}");
    }
}

fn check_record(path: &std::path::Path) {
    let wheel = members(path);
    let record = pyrepro::record::Record::parse(&wheel["a-1.0.dist-info/RECORD"].0).unwrap();
    for row in record.rows.iter().filter(|row| row.hash.is_some()) {
        assert_eq!(*row, pyrepro::record::Row::of(&row.path, &wheel[&row.path].0), "{}", row.path);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let tree = project("a", "", &["a/__init__.py"]);
    // Data that takes long to compress.
    let noise: Vec<u8> =
        (0..8_u64 << 20).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    for index in 0..12 {
        fs::write(tree.path().join(format!("a/{index}.bin")), &noise).unwrap();
    }
    let mut command = crate::common::pyrepro();
    command.args(["build", "--wheel", "--sdist", "-j", "1"]).current_dir(tree.path());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    let dist = tree.path().join("dist");
    while fs::read_dir(&dist).map_or(0, |entries| entries.count()) == 0 {
        assert!(started.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("interrupted; nothing is written"), "{message}");
    assert!(!dist.exists());
}
