//! The same project gives the same wheel and sdist, wherever, whenever and however it is built.

use std::fs;
use std::path::Path;
use std::process::Command;

use filetime::FileTime;

use crate::common::app::stdout_of;
use crate::common::package::{OWN, built, project};
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};

const NAMES: [&str; 2] = ["orchard_press-1.0-py3-none-any.whl", "orchard_press-1.0.tar.gz"];

const FILES: [(&str, &str); 11] = [
    ("src/orchard_press/__init__.py", "'''Juice.'''\n__version__ = '1.0'\n"),
    ("src/orchard_press/b/__init__.py", "KINDS = {'apple', 'pear', 'quince'}\n"),
    ("src/orchard_press/b-c.txt", "between b and b/\n"),
    ("src/orchard_press/b.py", "def f(x): return x in {'a', 'b', 'c'}\n"),
    ("src/orchard_press/été.txt", "summer\n"),
    ("README.md", "# Press\r\n\r\nJuice.\r\n"),
    ("LICENSE", "Take it.\n"),
    ("tests/test_press.py", "import orchard_press\n"),
    ("bin/press", "#!python\nprint(1)\n"),
    ("docs/index.md", "# Docs\n"),
    ("pyproject.toml", ""),
];

fn pyproject() -> String {
    format!(
        "[project]\nname = 'orchard-press'\ndynamic = ['version']\nreadme = 'README.md'\nlicense = 'MIT'\n\
         [project.scripts]\npress = 'orchard_press:main'\n[tool.pyrepro]\nsource-include = ['tests', 'docs']\n\
         data = {{ scripts = 'bin' }}\n{OWN}"
    )
}

/// The project in a folder, its files made in this order.
fn write(folder: &Path, files: impl Iterator<Item = &'static (&'static str, &'static str)>) {
    for (path, text) in files {
        let place = folder.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let text = if *path == "pyproject.toml" { pyproject() } else { (*text).to_owned() };
        fs::write(place, text).unwrap();
    }
}

fn orchard(tree: &Tree, folder: &str) {
    write(&tree.path().join(folder), FILES.iter());
}

/// Builds what is in a folder and gives the artifacts' bytes. `change` is what this run has other than others.
fn artifacts(tree: &Tree, folder: &str, options: &[&str], change: impl Fn(&mut Command)) -> Vec<Vec<u8>> {
    let mut command = pyrepro();
    let out = tree.path().join("out");
    command.args(["build", "--wheel", "--sdist", "-o"]).arg(&out);
    command.arg(folder).args(options).current_dir(tree.path());
    change(&mut command);
    stdout_of(&mut command);
    let mut names: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Manifests tell of the run.
    names.retain(|path| !path.to_string_lossy().ends_with(".manifest.json"));
    names.sort();
    let bytes = names.iter().map(|path| fs::read(path).unwrap()).collect();
    fs::remove_dir_all(out).unwrap();
    bytes
}

#[test]
fn nothing_around_the_run_gets_into_them() {
    let tree = Tree::new();
    orchard(&tree, "project");
    let python = newest().interpreter.path.to_string_lossy().into_owned();
    for options in [&[][..], &["--pyc", "checked-hash", "--python", &python]] {
        let expected = artifacts(&tree, "project", options, |_| {});
        assert_eq!(expected.len(), 2);
        for (name, value) in [
            ("PYTHONHASHSEED", "7"),
            ("TZ", "Asia/Kathmandu"),
            ("LC_ALL", "C"),
            ("LANG", "tr_TR.UTF-8"),
            ("HOME", "/nonexistent"),
            ("USER", "somebody"),
            ("SOURCE_DATE_EPOCH", ""),
            ("SOURCE_DATE_EPOCH", "315532800"),
        ] {
            let changed = artifacts(&tree, "project", options, |run| {
                run.env(name, value);
            });
            assert!(changed == expected, "{name}={value} {options:?}");
        }
        for jobs in ["1", "2", "9"] {
            let changed = artifacts(&tree, "project", options, |run| {
                run.args(["-j", jobs]);
            });
            assert!(changed == expected, "-j {jobs} {options:?}");
        }
        let absolute = tree.path().join("project");
        let elsewhere = std::env::temp_dir();
        let changed = artifacts(&tree, &absolute.to_string_lossy(), options, |run| {
            run.arg("--source-date-epoch=315532800").current_dir(&elsewhere);
        });
        assert!(changed == expected, "another folder {options:?}");
    }
}

#[test]
fn neither_the_place_nor_the_order_nor_the_times_of_files_get_into_them() {
    let tree = Tree::new();
    orchard(&tree, "project");
    let expected = artifacts(&tree, "project", &[], |_| {});
    let far = "a folder with spaces/é/and a long name that is not the project's";
    write(&tree.path().join(far), FILES.iter().rev());
    for path in tree.files() {
        let time = FileTime::from_unix_time(2_000_000_000, 0);
        filetime::set_file_mtime(tree.path().join(path), time).unwrap();
    }
    assert!(artifacts(&tree, far, &[], |_| {}) == expected);
    // What others leave in a checkout does not, either.
    for litter in
        ["src/orchard_press/__pycache__/b.cpython-313.pyc", ".git/config", "build/lib/x.py", ".venv/x.py"]
    {
        tree.write(Path::new("project").join(litter), "litter\n");
    }
    assert!(artifacts(&tree, "project", &[], |_| {}) == expected);
}

#[cfg(unix)]
#[test]
fn no_umask_gets_into_them() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new();
    orchard(&tree, "project");
    let mode = |path: &str, mode| {
        fs::set_permissions(tree.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("project/bin/press", 0o755);
    let expected = artifacts(&tree, "project", &[], |_| {});
    let files = tree.files();
    for path in files.iter().filter_map(|path| path.to_str()) {
        mode(path, if path.ends_with("press") { 0o700 } else { 0o600 });
    }
    for umask in ["000", "022", "077"] {
        let mut shell = Command::new("sh");
        let script = format!("umask {umask}; exec \"$0\" build --wheel --sdist -o out project");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_pyrepro")]).current_dir(tree.path());
        stdout_of(crate::common::clean(&mut shell));
        for (name, bytes) in NAMES.iter().zip(&expected) {
            let path = tree.path().join("out").join(name);
            assert!(fs::read(&path).unwrap() == *bytes, "{umask} {name}");
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o644, "{umask} {name}");
        }
        fs::remove_dir_all(tree.path().join("out")).unwrap();
    }
}

#[test]
fn a_wheel_from_an_sdist_is_the_wheel_from_the_tree_and_so_is_the_next_sdist() {
    let tree = Tree::new();
    orchard(&tree, "project");
    for epoch in ["", "1000000000"] {
        let from_tree = artifacts(&tree, "project", &[], |run| {
            run.env("SOURCE_DATE_EPOCH", epoch);
        });
        fs::write(tree.path().join(NAMES[1]), &from_tree[1]).unwrap();
        let from_sdist = artifacts(&tree, NAMES[1], &[], |run| {
            run.env("SOURCE_DATE_EPOCH", epoch);
        });
        assert!(from_sdist == from_tree);
        // Unpacked by somebody else, too.
        stdout_of(Command::new("tar").args(["-xzf", NAMES[1]]).current_dir(tree.path()));
        let unpacked = artifacts(&tree, "orchard_press-1.0", &[], |run| {
            run.env("SOURCE_DATE_EPOCH", epoch);
        });
        assert!(unpacked == from_tree);
        fs::remove_dir_all(tree.path().join("orchard_press-1.0")).unwrap();
    }
}

/// Settings under which an sdist might lack something that the tree has.
#[test]
fn so_it_is_for_projects_of_all_kinds() {
    for (name, settings, files) in [
        ("a", "", &["a.py", "a.txt"][..]),
        ("a", "", &["src/a.py", "a.txt", "src/b.py"]),
        ("a", "license-files = ['**/LICENSE*']", &["a/__init__.py", "a/LICENSE", "x/LICENSE.md", "PKG-INFO"]),
        ("a", "license-files = ['**']", &["a/__init__.py", "x/y", "PKG-INFO", "z/PKG-INFO"]),
        (
            "a",
            "[tool.pyrepro]\nsource-exclude = ['LICENSE', 'x']",
            &["a/__init__.py", "LICENSE", "a/x/y", "NOTICE"],
        ),
        (
            "a",
            "[tool.pyrepro]\nsource-include = ['**']",
            &["a/__init__.py", "x/y", "dist/z", ".git/HEAD", "b/dist/z"],
        ),
        (
            "a",
            "[tool.pyrepro]\nwheel-exclude = ['y']\nmodule-name = ['a', 'b']",
            &["a/__init__.py", "a/y", "b.py"],
        ),
        ("a", "[tool.pyrepro]\nnamespace = true\nmodule-name = 'n'", &["src/n/x/__init__.py", "src/n/y.py"]),
        ("a-stubs", "", &["a-stubs/__init__.pyi", "a-stubs/b/c.pyi"]),
        (
            "a",
            "[tool.pyrepro]\nmodule-root = 'x'\ndata = { data = 'x/a' }",
            &["x/a/__init__.py", "x/a/b.txt"],
        ),
        (
            "a",
            "[tool.pyrepro]\ndefault-excludes = false",
            &["a/__init__.py", "a/__pycache__/x.pyc", "a/.env"],
        ),
    ] {
        let tree = project(name, settings, files);
        let from_tree = built(tree.path(), &["--wheel", "--sdist", "-o", "one"]);
        let path = |index: usize| from_tree["artifacts"][index]["path"].as_str().unwrap().to_owned();
        let from_sdist = built(tree.path(), &["--wheel", "--sdist", "-o", "two", &path(0)]);
        for index in [0, 1] {
            let sums = [&from_tree, &from_sdist].map(|report| report["artifacts"][index]["sha256"].clone());
            assert_eq!(sums[0], sums[1], "{} of {settings} {files:?}", path(index));
        }
    }
}

/// The rule for SOURCE_DATE_EPOCH, which docs/wheel.md has as a table.
#[test]
fn every_epoch_has_its_outcome() {
    let tree = project("a", "", &["a.py"]);
    for (epoch, outcome) in [
        (None, Some(("1980-01-01", "1980-01-01", 0))),
        (Some(""), Some(("1980-01-01", "1980-01-01", 0))),
        (Some("0"), Some(("1980-01-01", "1970-01-01", 1))),
        (Some("315532799"), Some(("1980-01-01", "1979-12-31", 1))),
        (Some("1000000000"), Some(("2001-09-09", "2001-09-09", 0))),
        (Some("4354819200"), Some(("2107-12-31", "2108-01-01", 1))),
        (Some("18446744073709551615"), Some(("2107-12-31", "2242-03-16", 2))),
        (Some("99999999999999999999999"), Some(("2107-12-31", "2242-03-16", 2))),
        (Some("-1"), None),
        (Some(" 1"), None),
        (Some("junk"), None),
    ] {
        let mut command = pyrepro();
        command.args(["build", "--wheel", "--sdist", "-o", "out"]).current_dir(tree.path());
        if let Some(epoch) = epoch {
            command.env("SOURCE_DATE_EPOCH", epoch);
        }
        let output = command.output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let Some((zip, tar, warnings)) = outcome else {
            assert_eq!(output.status.code(), Some(2), "{epoch:?}");
            assert!(message.contains("SOURCE_DATE_EPOCH is"), "{message}");
            assert!(!tree.path().join("out").exists());
            continue;
        };
        assert!(output.status.success(), "{epoch:?}: {message}");
        assert_eq!(message.matches("has no place in a").count(), warnings, "{epoch:?}: {message}");
        let out = tree.path().join("out");
        assert_eq!(dates(&out.join("a-1.0-py3-none-any.whl")), zip, "{epoch:?}");
        assert_eq!(dates(&out.join("a-1.0.tar.gz")), tar, "{epoch:?}");
        fs::remove_dir_all(out).unwrap();
    }
}

/// The date that all members have.
fn dates(path: &Path) -> String {
    let script = "import sys, tarfile, time, zipfile\npath = sys.argv[1]\n\
        if path.endswith('.whl'):\n    times = {'%d-%02d-%02d' % i.date_time[:3] for i in zipfile.ZipFile(path).infolist()}\n\
        else:\n    times = {time.strftime('%Y-%m-%d', time.gmtime(m.mtime)) for m in tarfile.open(path)}\n\
        print(*times)";
    let python = &newest().interpreter.path;
    stdout_of(crate::common::clean(Command::new(python).args(["-c", script]).arg(path))).trim().to_owned()
}

/// A shallow clone has the files of a tarball, and times of its own.
#[test]
fn a_clone_gives_what_a_tarball_gives() {
    let tree = Tree::new();
    orchard(&tree, "project");
    let git = |folder: &str, arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"]);
        git.args(arguments).current_dir(tree.path().join(folder));
        git.env("GIT_COMMITTER_DATE", "1577836800 -0500").output()
    };
    if git(".", &["--version"]).is_err() {
        return crate::common::skip("git", "there is nothing to clone with");
    }
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "x"]] {
        assert!(git("project", arguments).unwrap().status.success());
    }
    let url = format!("file://{}", tree.path().join("project").display());
    assert!(git(".", &["clone", "-q", "--depth", "1", &url, "clone"]).unwrap().status.success());
    let expected = artifacts(&tree, "project", &["--source-date-epoch", "git"], |_| {});
    assert!(artifacts(&tree, "clone", &["--source-date-epoch", "git"], |_| {}) == expected);
    fs::remove_dir_all(tree.path().join("project/.git")).unwrap();
    assert!(artifacts(&tree, "project", &["--source-date-epoch", "1577836800"], |_| {}) == expected);
}
