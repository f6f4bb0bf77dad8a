//! What goes into an archive, what is left out, and what is refused with nothing written.

use std::fs;
use std::process::Output;

use crate::common::app::{application, members, paths, run, stdout_of, wheel, wheel_bytes, zip_of};
use crate::common::pyrepro;
use crate::common::tree::Tree;
use pyrepro::archive::Entry;

fn zipapp(tree: &Tree, arguments: &[&str]) -> Output {
    run(pyrepro().args(["zipapp", "--no-compile", "-o", "out.pyz"]).args(arguments).current_dir(tree.path()))
}

/// Runs what must end with this exit code and write nothing, and gives what it says.
fn refused(tree: &Tree, arguments: &[&str]) -> String {
    let before = tree.files();
    let output = zipapp(tree, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(!told.contains("panicked"), "{told}");
    assert_eq!(tree.files(), before, "{arguments:?}");
    told
}

fn accepted(tree: &Tree, arguments: &[&str]) -> (Vec<String>, String) {
    let output = zipapp(tree, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    (paths(&tree.path().join("out.pyz")), told)
}

#[test]
fn members_are_in_order_with_every_folder_and_two_modes() {
    let tree = application();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let script = tree.path().join("app/run.sh");
        fs::set_permissions(script, PermissionsExt::from_mode(0o700)).expect("a mode");
    }
    accepted(&tree, &["app"]);
    let found: Vec<_> =
        members(&tree.path().join("out.pyz")).into_iter().map(|(path, _, mode)| (path, mode)).collect();
    let (file, script, folder) = (Some(0o100_644), Some(0o100_755), Some(0o040_755));
    let expected = [
        ("__main__.py", file),
        ("pkg", folder),
        ("pkg/__init__.py", file),
        ("pkg/cli.py", file),
        ("pkg/data.txt", file),
        ("run.sh", if cfg!(unix) { script } else { file }),
        ("space", folder),
        ("space/inner", folder),
        ("space/inner/mod.py", file),
        ("été.py", file),
    ];
    assert_eq!(found, expected.map(|(path, mode)| (path.to_owned(), mode)));
}

#[test]
fn caches_version_control_and_what_is_excluded_stay_out() {
    let tree = application();
    for path in [
        "pkg/__pycache__/cli.cpython-313.pyc",
        "pkg/cli.pyc",
        ".git/config",
        "pkg/.hg/x",
        "only.pyc",
        "tests/a.py",
    ] {
        tree.write(format!("app/{path}"), "x");
    }
    let (found, _) = accepted(&tree, &["app", "--exclude", "tests/", "--exclude", "*.txt"]);
    for path in ["pkg/__pycache__", "pkg/cli.pyc", ".git", "pkg/.hg", "tests", "pkg/data.txt"] {
        assert!(!found.iter().any(|there| there == path), "{path}: {found:?}");
    }
    assert!(found.contains(&"only.pyc".to_owned()), "bytecode without source is all there is of a module");
}

/// Archives made to deceive, by what is done to one of a single member.
fn hostile(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let swap = |from: &[u8], to: &[u8]| {
        let mut bytes = good.to_vec();
        for start in 0..bytes.len() - from.len() {
            if bytes[start..].starts_with(from) {
                bytes[start..start + from.len()].copy_from_slice(to);
            }
        }
        bytes
    };
    let central = good.windows(4).rposition(|four| four == b"PK\x01\x02").expect("a directory");
    let patch = |at: usize, to: &[u8]| {
        let mut bytes = good.to_vec();
        bytes[central + at..central + at + to.len()].copy_from_slice(to);
        bytes
    };
    let attributes = |mode: u32| patch(38, &(mode << 16).to_le_bytes());
    vec![
        ("escape", swap(b"__main__.py", b"../../m.py\0")),
        ("upward", swap(b"__main__.py", b"../../../ma")),
        ("absolute", swap(b"__main__.py", b"/etc/passwd")),
        ("drive", swap(b"__main__.py", b"C:/passwd.x")),
        ("backslash", swap(b"__main__.py", b"..\\main.py ")),
        ("checksum", swap(b"pass\n", b"fail\n")),
        ("link", attributes(0o120_777)),
        ("device", attributes(0o060_644)),
        ("encrypted", patch(8, &[1, 0])),
        ("method", patch(10, &[99, 0])),
        ("bomb", patch(24, &u32::MAX.to_le_bytes()[..3])),
        ("far", patch(42, &[0xff, 0xff, 0xff, 0x7f])),
        ("cut", good[..good.len() - 1].to_vec()),
        ("more", [good, b"more"].concat()),
        ("text", b"no archive".to_vec()),
        ("nothing", Vec::new()),
    ]
}

#[test]
fn hostile_archives_are_refused_as_source_and_as_wheels() {
    let good = zip_of(vec![Entry::bytes("__main__.py", "pass\n").expect("a path")]);
    for (name, bytes) in hostile(&good) {
        let tree = Tree::new();
        let wheel = format!("{name}-1-py3-none-any.whl");
        tree.write(name, &bytes);
        tree.write(&wheel, &bytes);
        let told = refused(&tree, &[name]);
        assert!(told.contains(name), "{told}");
        let told = refused(&tree, &["--wheel", &wheel, "-m", "a:b"]);
        assert!(told.contains(name), "{told}");
    }
}

const METADATA: &str = "Requires-Dist: other (>=1)\nRequires-Dist: extra ; extra == 'x'\n";
const SCRIPTS: (&str, &str) =
    ("dep-1.0.dist-info/entry_points.txt", "[console_scripts]\nrun-dep = dep.cli:main\n");

#[test]
fn wheels_are_unpacked_where_an_installer_puts_them() {
    let tree = Tree::new();
    let files = [
        ("dep/__init__.py", ""),
        ("dep/cli.py", "def main():\n    print('dep')\n    return 3\n"),
        ("dep-1.0.data/purelib/pure.py", ""),
        ("dep-1.0.data/platlib/plat.py", ""),
        ("dep-1.0.data/data/share/doc.txt", ""),
        ("dep-1.0.data/scripts/run", "#!python\n"),
        ("dep-1.0.data/headers/dep.h", ""),
        SCRIPTS,
    ];
    wheel(&tree, "dep", "1.0", &files, METADATA);
    let (found, told) = accepted(&tree, &["--wheel", "wheels/dep-1.0-py3-none-any.whl", "-m", "run-dep"]);
    for path in [
        "__main__.py",
        "dep/cli.py",
        "pure.py",
        "plat.py",
        "share/doc.txt",
        "bin/run",
        "dep-1.0.dist-info/METADATA",
    ] {
        assert!(found.iter().any(|there| there == path), "{path}: {found:?}");
    }
    assert!(!found.iter().any(|path| path.contains(".data") || path.ends_with(".h")), "{found:?}");
    assert!(told.contains("dep needs other") && !told.contains("extra"), "{told}");
    for python in crate::common::pythons() {
        let output = run(python.command().arg(tree.path().join("out.pyz")));
        assert_eq!((output.stdout, output.status.code()), (b"dep\n".to_vec(), Some(3)));
    }
}

#[test]
fn what_wheels_need_is_decided_for_the_interpreter_of_the_archive() {
    let tree = Tree::new();
    let metadata = "\
Requires-Dist: old; python_version < '3'
Requires-Dist: here>=2; os_name == 'nt' or os_name == 'posix'
Requires-Dist: gone[x]>=1; implementation_name == 'cpython'
Requires-Dist: for-extra; extra == 'more'
Requires-Dist: other[nice]
";
    wheel(&tree, "dep", "1.0", &[("dep.py", "def f(): pass\n")], metadata);
    wheel(&tree, "here", "1.0", &[("here.py", "")], "");
    wheel(&tree, "other", "1.0", &[("other.py", "")], "Requires-Dist: paint; extra == 'nice'\n");
    let python = crate::common::pythons()[0].interpreter.path.to_string_lossy().into_owned();
    let wheels = ["dep", "here", "other"].map(|name| format!("wheels/{name}-1.0-py3-none-any.whl"));
    let all = ["-m", "dep:f", "--wheel", &wheels[0], &wheels[1], &wheels[2]];
    let (_, told) = accepted(&tree, &[&all[..], &["--python", &python]].concat());
    let expected = "\
warning: dep needs here>=2, and 1.0 is in the archive
warning: dep needs gone[x]>=1, which is not in the archive
warning: other needs paint, which is not in the archive
";
    assert_eq!(told, expected);
    // For sources alone nobody knows, so the condition is told.
    let (_, told) = accepted(&tree, &all);
    assert!(told.contains("dep needs old; python_version < \"3\", which is not"), "{told}");
    tree.write("list.txt", "dep[more]\nold; python_version < '3'\n");
    let list = ["--requirements", "list.txt", "--find-links", "wheels", "-m", "dep:f"];
    let (_, told) = accepted(&tree, &[&list[..], &["--python", &python]].concat());
    assert!(told.contains("dep needs for-extra, which"), "{told}");
    fs::remove_file(tree.path().join("out.pyz")).expect("an archive");
    let told = refused(&tree, &list);
    assert!(told.contains("has a condition") && told.contains("--python"), "{told}");
}

#[test]
fn wheels_for_other_interpreters_are_refused() {
    let tree = Tree::new();
    let python = crate::common::pythons()[0].interpreter.path.to_string_lossy().into_owned();
    wheel(&tree, "dep", "1.0", &[("dep.py", "def f(): pass\n")], "Requires-Python: >=3.99\n");
    let good = wheel(
        &tree,
        "two",
        "1.0",
        &[("two.py", "def f(): pass\n")],
        "Requires-Python: >=3.7, not a version\n",
    );
    fs::copy(&good, tree.path().join("wheels/two-1.0-cp399-cp399-any.whl")).expect("a copy");
    for (name, expected) in [
        ("dep-1.0-py3-none-any.whl", "its Requires-Python is >=3.99, and the archive is for Python 3."),
        ("two-1.0-cp399-cp399-any.whl", "is for cp399-cp399-any, which CPython 3."),
    ] {
        let path = format!("wheels/{name}");
        let main = format!("{}:f", &name[..3]);
        let told = refused(&tree, &["--wheel", &path, "-m", &main, "--python", &python]);
        assert!(told.contains(expected) && told.contains("or make the archive for another Python"), "{told}");
        accepted(&tree, &["--wheel", &path, "-m", &main]);
        fs::remove_file(tree.path().join("out.pyz")).expect("an archive");
    }
    tree.write("list.txt", "two\n");
    let list = ["--requirements", "list.txt", "--find-links", "wheels", "-m", "two:f", "--python", &python];
    accepted(&tree, &list);
    fs::remove_file(tree.path().join("out.pyz")).expect("an archive");
    fs::remove_file(good).expect("a wheel");
    let told = refused(&tree, &list);
    assert!(told.contains("none of the wheels for \"two\"") && told.contains("cp399-cp399-any"), "{told}");
}

#[test]
fn wheels_that_are_not_what_their_record_says_are_refused() {
    let good = wheel_bytes("dep", "1.0", &[("dep.py", "x = 1\n")], "");
    // Make the changed members again, so that the checksums of the archive are right.
    let changed = |change: fn(&mut Vec<(String, Vec<u8>)>)| {
        let tree = Tree::new();
        let mut files: Vec<_> = members(&tree.write("good.whl", &good))
            .into_iter()
            .filter_map(|(path, content, _)| Some((path, content?)))
            .collect();
        change(&mut files);
        zip_of(files.into_iter().map(|(path, bytes)| Entry::bytes(path, bytes).expect("a path")).collect())
    };
    type Change = (&'static str, fn(&mut Vec<(String, Vec<u8>)>));
    let changes: [Change; 6] = [
        ("\"dep.py\" is not what the RECORD says", |files| {
            files.iter_mut().filter(|(path, _)| path == "dep.py").for_each(|(_, bytes)| bytes[0] = b'y')
        }),
        ("no row for \"more.py\"", |files| files.push(("more.py".to_owned(), vec![]))),
        ("which is not there", |files| files.retain(|(path, _)| path != "dep.py")),
        ("has no dep-1.0.dist-info/RECORD", |files| files.retain(|(path, _)| !path.ends_with("RECORD"))),
        ("no SHA-2 hash", |files| {
            files.iter_mut().filter(|(path, _)| path.ends_with("RECORD")).for_each(|(_, bytes)| {
                *bytes = String::from_utf8_lossy(bytes).replace("sha256=", "md5=").into_bytes()
            })
        }),
        ("0 top-level .dist-info", |files| {
            files.iter_mut().for_each(|(path, _)| *path = path.replace("dist-info", "egg-info"))
        }),
    ];
    for (expected, change) in changes {
        let tree = Tree::new();
        tree.write("dep-1.0-py3-none-any.whl", changed(change));
        let told = refused(&tree, &["--wheel", "dep-1.0-py3-none-any.whl", "-m", "dep:f"]);
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn extension_modules_in_wheels_are_refused_unless_they_are_excluded() {
    let tree = Tree::new();
    wheel(
        &tree,
        "dep",
        "1.0",
        &[("dep/__init__.py", ""), ("dep/_fast.cpython-313-x86_64-linux-gnu.so", "ELF")],
        "",
    );
    let arguments = ["--wheel", "wheels/dep-1.0-py3-none-any.whl", "-m", "dep:f"];
    let told = refused(&tree, &arguments);
    assert!(told.contains("_fast") && told.contains("--exclude '*.so'"), "{told}");
    let (found, _) = accepted(&tree, &[&arguments[..], &["--exclude", "*.so"]].concat());
    assert!(!found.iter().any(|path| path.ends_with(".so")));
}

#[test]
fn one_file_in_two_wheels_is_taken_once_if_it_is_the_same() {
    let tree = Tree::new();
    wheel(&tree, "one", "1", &[("space/__init__.py", ""), ("space/one.py", "")], "");
    wheel(&tree, "two", "1", &[("space/__init__.py", ""), ("space/two.py", "")], "");
    wheel(&tree, "bad", "1", &[("space/__init__.py", "x = 1\n")], "");
    let [one, two, bad] = ["one", "two", "bad"].map(|name| format!("wheels/{name}-1-py3-none-any.whl"));
    let (found, _) = accepted(&tree, &["-m", "space:f", "--wheel", &one, &two]);
    assert!(found.contains(&"space/two.py".to_owned()));
    fs::remove_file(tree.path().join("out.pyz")).expect("an archive");
    let told = refused(&tree, &["-m", "space:f", "--wheel", &one, "--wheel", &bad]);
    assert!(told.contains("space/__init__.py is in wheels/one") && told.contains("bad"), "{told}");
}

#[test]
fn requirements_are_found_in_a_folder_of_wheels() {
    let tree = application();
    wheel(&tree, "dep_one", "1.0", &[("one.py", "VERSION = 1\n")], "");
    let two = wheel(&tree, "dep_one", "2.0", &[("one.py", "VERSION = 2\n")], "");
    wheel(&tree, "other", "3.1", &[("other.py", "")], "");
    let hash = pyrepro::archive::Digest::of(&fs::read(two).expect("a wheel"));
    let version = |list: &str| {
        tree.write("list.txt", list);
        accepted(&tree, &["app", "--requirements", "list.txt", "--find-links", "wheels"]);
        let all = members(&tree.path().join("out.pyz"));
        all.into_iter().find(|(path, ..)| path == "one.py").and_then(|(_, bytes, _)| bytes)
    };
    assert_eq!(version("# the first\nDep.One==1.0 # old\nother>=3\n"), Some(b"VERSION = 1\n".to_vec()));
    assert_eq!(version("dep-one\n"), Some(b"VERSION = 2\n".to_vec()));
    assert_eq!(
        version(&format!("dep-one==2.0 \\\n    --hash=sha256:{hash}\n")),
        Some(b"VERSION = 2\n".to_vec())
    );
    assert_eq!(version("other\n"), None);
    fs::remove_file(tree.path().join("out.pyz")).expect("an archive");
    for (list, expected) in [
        (format!("dep-one==2.0 --hash=sha256:{}\n", "0".repeat(64)), "not among the hashes listed"),
        ("\nmissing==1\n".to_owned(), "list.txt, line 2: there is no wheel for \"missing==1\""),
        ("-r other.txt\n".to_owned(), "is no name with versions"),
        ("other==9\n".to_owned(), "there is no wheel"),
    ] {
        tree.write("list.txt", list);
        let told = refused(&tree, &["app", "--requirements", "list.txt", "--find-links", "wheels"]);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn the_report_is_one_json_document() {
    let tree = application();
    let python = &crate::common::pythons()[0];
    tree.write("app/broken.py", "(\n");
    let mut command = pyrepro();
    command.args(["zipapp", "app", "--format", "json", "-p", "python9"]).current_dir(tree.path());
    let printed = stdout_of(command.env("PYREPRO_PYTHON", &python.interpreter.path));
    let report: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(report["target"], "app.pyz");
    assert_eq!(report["interpreter"], "python9");
    assert_eq!(report["source_date_epoch"], 315_532_800);
    assert_eq!(report["bytecode"]["version"], python.version.to_string());
    assert_eq!(report["bytecode"]["failed"][0]["path"], "broken.py");
    let quiet = stdout_of(pyrepro().args(["zipapp", "-q", "--no-compile", "app"]).current_dir(tree.path()));
    assert_eq!(quiet, "");
}

#[test]
fn what_makes_no_sense_together_is_a_usage_error() {
    let tree = application();
    for arguments in [
        &["app", "--sourceless"][..],
        &["app", "--requirements", "list.txt"],
        &["app", "-p", "a\nb"],
        &["app", "--source-date-epoch", "junk"],
        &["app", "--exclude", "[a"],
    ] {
        refused(&tree, arguments);
    }
}
