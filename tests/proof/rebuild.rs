//! A published wheel is rebuilt from its source: what was tampered with is never accepted, what was not always is,
//! and a hostile build reaches nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::common::app::{members, run, stdout_of};
use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};
use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::record::{Record, Row};

/// A project that pyrepro itself builds, so that a rebuild takes milliseconds and no index.
fn project(tree: &Tree) -> PathBuf {
    tree.write(
        "plum/pyproject.toml",
        "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n\
         [project]\nname = 'plum'\nversion = '1.0'\ndescription = 'A plum'\ndependencies = ['idna']\n\
         license = 'MIT'\nlicense-files = ['LICENSE']\n[project.scripts]\nplum = 'plum.cli:main'\n",
    );
    tree.write("plum/LICENSE", "Do as you like.\n");
    tree.write("plum/tests/helper.py", "print('a helper of tests')\n");
    tree.write("plum/src/plum/__init__.py", "VERSION = '1.0'\n");
    tree.write("plum/src/plum/cli.py", "def main():\n    return check('password')\n");
    tree.write("plum/src/plum/check.py", "def check(word):\n    return word == 'secret'\n");
    tree.write("plum/src/plum/data.txt", "plums\n");
    tree.path().join("plum")
}

fn published(tree: &Tree, source: &Path) -> PathBuf {
    let out = tree.path().join("published");
    stdout_of(pyrepro().args(["build", "--wheel", "--no-manifest", "-q", "-o"]).arg(&out).arg(source));
    out.join("plum-1.0-py3-none-any.whl")
}

type Files = Vec<(String, Vec<u8>)>;

/// The same wheel after a change, with a RECORD that holds.
fn tampered(wheel: &Path, target: &Path, change: impl FnOnce(&mut Files)) {
    let mut files: Files =
        members(wheel).into_iter().filter_map(|(path, content, _)| Some((path, content?))).collect();
    let record = files.iter().position(|(path, _)| path.ends_with(".dist-info/RECORD")).expect("a RECORD");
    let place = files.remove(record).0;
    change(&mut files);
    let rows = files.iter().map(|(path, content)| Row::of(path.clone(), content));
    let text = Record { rows: rows.chain([Row::unhashed(place.clone())]).collect() }.to_string();
    files.push((place, text.into_bytes()));
    let entries = files.into_iter().map(|(path, content)| Entry::bytes(path, content).unwrap()).collect();
    let entries = Entries::new(entries, &Order::Path).unwrap();
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    zip::write(&entries, &zip::Options::default(), &mut fs::File::create(target).unwrap()).unwrap();
}

fn file<'a>(files: &'a mut Files, end: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(path, _)| path.ends_with(end)).expect("a member").1
}

fn replace(files: &mut Files, end: &str, from: &str, to: &str) {
    let content = file(files, end);
    let text = String::from_utf8(content.clone()).unwrap();
    assert!(text.contains(from), "{end} has no {from:?}: {text}");
    *content = text.replacen(from, to, 1).into_bytes();
}

fn add(files: &mut Files, path: &str, content: &str) {
    files.push((path.to_owned(), content.as_bytes().to_vec()));
}

type Tampering = (&'static str, fn(&mut Files));

/// What somebody can do to a wheel who can also write its RECORD.
const TAMPERINGS: [Tampering; 36] = [
    ("other code", |files| replace(files, "check.py", "== 'secret'", "!= ''")),
    ("a comment", |files| file(files, "check.py").extend(b"# x\n")),
    ("one homoglyph", |files| replace(files, "check.py", "secret", "s\u{435}cret")),
    ("a space at a line's end", |files| replace(files, "check.py", ":\n", ": \n")),
    ("swapped modules", |files| {
        let (a, b) = (file(files, "plum/cli.py").clone(), file(files, "plum/check.py").clone());
        *file(files, "plum/cli.py") = b;
        *file(files, "plum/check.py") = a;
    }),
    ("a copy of a module", |files| {
        let copy = file(files, "plum/check.py").clone();
        files.push(("plum/copy.py".to_owned(), copy));
    }),
    ("a module that only tests have", |files| add(files, "plum/helper.py", "print('a helper of tests')\n")),
    ("a missing module", |files| files.retain(|(path, _)| path != "plum/check.py")),
    ("an empty package", |files| file(files, "plum/__init__.py").clear()),
    ("an older version", |files| replace(files, "plum/__init__.py", "1.0", "0.9")),
    ("CRLF", |files| replace(files, "check.py", "\n", "\r\n")),
    ("other data", |files| file(files, "data.txt").extend(b"more\n")),
    ("missing data", |files| files.retain(|(path, _)| path != "plum/data.txt")),
    ("a requirement", |files| replace(files, "/METADATA", "Requires-Dist: idna", "Requires-Dist: evil")),
    ("one more requirement", |files| {
        replace(files, "/METADATA", "Requires-Dist", "Requires-Dist: evil\nRequires-Dist")
    }),
    ("a metadata version", |files| replace(files, "/METADATA", "Metadata-Version: 2", "Metadata-Version: 1")),
    ("a summary", |files| replace(files, "/METADATA", "A plum", "Two plums")),
    ("a description", |files| file(files, "/METADATA").extend(b"\nevil\n")),
    ("a project's address", |files| {
        replace(files, "/METADATA", "Summary:", "Home-page: http://evil.example\nSummary:")
    }),
    ("an entry point", |files| replace(files, "entry_points.txt", "plum.cli:main", "os:abort")),
    ("one more entry point", |files| {
        replace(files, "entry_points.txt", "plum = ", "pip = plum.cli:main\nplum = ")
    }),
    ("no entry points", |files| files.retain(|(path, _)| !path.ends_with("entry_points.txt"))),
    ("Root-Is-Purelib", |files| replace(files, "/WHEEL", "Purelib: true", "Purelib: false")),
    ("a tag", |files| replace(files, "/WHEEL", "Tag: py3", "Tag: py2")),
    ("a generator", |files| replace(files, "/WHEEL", "Generator: ", "Generator: un")),
    ("a script", |files| add(files, "plum-1.0.data/scripts/pip", "#!python\nprint('evil')\n")),
    ("a file of data", |files| add(files, "plum-1.0.data/data/etc/evil.conf", "evil\n")),
    ("a header", |files| add(files, "plum-1.0.data/headers/evil.h", "evil\n")),
    ("a second .dist-info", |files| {
        add(files, "pip-99.dist-info/METADATA", "Metadata-Version: 2.1\nName: pip\n")
    }),
    (".pth", |files| add(files, "plum.pth", "import os; os.abort()\n")),
    ("sitecustomize", |files| add(files, "sitecustomize.py", "print('a helper of tests')\n")),
    ("a shadowing package", |files| add(files, "requests/__init__.py", "")),
    ("an SBOM", |files| add(files, "plum-1.0.dist-info/sboms/evil.cdx.json", "{}")),
    ("direct_url", |files| {
        add(files, "plum-1.0.dist-info/direct_url.json", "{\"url\": \"http://evil.example\"}")
    }),
    ("a licence that is a script", |files| {
        add(files, "plum-1.0.dist-info/licenses/LICENSE.py", "print('evil')\n")
    }),
    ("bytecode of other code", |files| add(files, "plum/__pycache__/check.cpython-313.pyc", "no bytecode")),
];

#[test]
fn a_tampered_wheel_is_never_accepted() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    for (number, (what, change)) in TAMPERINGS.into_iter().enumerate() {
        let target = tree.path().join(format!("tampered-{number}/plum-1.0-py3-none-any.whl"));
        tampered(&wheel, &target, change);
        for more in [&[][..], &["--trace"]] {
            let output = run(pyrepro().arg("verify").arg(&target).arg("--source").arg(&source).args(more));
            assert_ne!(output.status.code(), Some(0), "{what} is accepted with {more:?}");
        }
    }
}

#[test]
fn an_untouched_wheel_is_identical() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    let report = rebuilt(pyrepro(), &[wheel.as_os_str(), "--source".as_ref(), source.as_os_str()]);
    assert_eq!(report["results"][0]["grade"], "identical", "{report:#}");
    stdout_of(pyrepro().arg("verify").arg(&wheel).arg("--source").arg(&source));
    let sdists = tree.path().join("sdist");
    stdout_of(pyrepro().args(["build", "--sdist", "--no-manifest", "-q", "-o"]).arg(&sdists).arg(&source));
    stdout_of(pyrepro().arg("verify").arg(&wheel).arg("--source").arg(sdists.join("plum-1.0.tar.gz")));
}

#[test]
fn the_same_members_in_another_container_are_packed_as_published() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    let target = tree.path().join("packed/plum-1.0-py3-none-any.whl");
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    let python = &pythons().last().expect("a Python").interpreter.path;
    // zipfile is what most backends write with; the times are those of the clock.
    let script = "import sys, zipfile\n\
        source, target = map(zipfile.ZipFile, sys.argv[1:], 'rw')\n\
        [target.writestr(zipfile.ZipInfo(i.filename, (2024, 5, n + 1, 3, 4, 6)), source.read(i), 8) \
        for n, i in enumerate(source.infolist())]\n\
        target.close()\n";
    stdout_of(Command::new(python).args(["-c", script]).arg(&wheel).arg(&target));
    let report = rebuilt(pyrepro(), &[target.as_os_str(), "--source".as_ref(), source.as_os_str()]);
    // The executable bit is in neither, since zipfile gives 0600.
    assert_eq!(report["results"][0]["grade"], "container", "{report:#}");
}

#[test]
fn what_lies_outside_of_members_is_not_accepted() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    let target = tree.path().join("launcher/plum-1.0-py3-none-any.whl");
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    let mut content = b"#!/bin/sh\nevil\nexit\n".to_vec();
    content.extend(fs::read(&wheel).unwrap());
    fs::write(&target, content).unwrap();
    let output = run(pyrepro().arg("verify").arg(&target).arg("--source").arg(&source));
    assert_ne!(output.status.code(), Some(0));
}

#[test]
fn a_wheel_without_source_and_manifest_is_not_judged() {
    let tree = Tree::new();
    let wheel = published(&tree, &project(&tree));
    let output = run(pyrepro().arg("verify").arg(&wheel));
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--source"), "{output:?}");
}

#[test]
fn a_statement_says_what_was_rebuilt_and_is_signed() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    let key = tree.write(
        "key.pem",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n",
    );
    let statement = tree.path().join("statement.jsonl");
    let mut command = pyrepro();
    command.arg("rebuild").arg(&wheel).arg("--source").arg(&source).arg("--statement").arg(&statement);
    stdout_of(command.arg("--key").arg(&key));
    let lines = fs::read_to_string(&statement).unwrap();
    let envelopes: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(envelopes.len(), 2, "one that it was rebuilt, one that it is equal");
    for (envelope, (build_type, subject)) in envelopes.iter().zip([
        ("https://docs.oss-rebuild.dev/builds/ArtifactEquivalence@v0.1", "plum-1.0-py3-none-any.whl"),
        ("https://docs.oss-rebuild.dev/builds/Rebuild@v0.1", "rebuild/plum-1.0-py3-none-any.whl"),
    ]) {
        assert_eq!(envelope["payloadType"], "application/vnd.in-toto+json");
        assert_eq!(envelope["signatures"].as_array().map(Vec::len), Some(1));
        let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["predicate"]["buildDefinition"]["buildType"], build_type);
        assert_eq!(payload["subject"][0]["name"], subject);
    }

    let public = tree.write(
        "public.pem",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n",
    );
    let check = |wheel: &Path, more: &[&std::ffi::OsStr]| {
        run(pyrepro().arg("verify").arg(wheel).arg("--statement").arg(&statement).args(more)).status.code()
    };
    let key = ["--public-key".as_ref(), public.as_os_str()];
    assert_eq!(check(&wheel, &key), Some(0));
    assert_eq!(check(&wheel, &["--rebuild".as_ref(), "--source".as_ref(), source.as_os_str()]), Some(0));
    assert_eq!(check(&wheel, &[]), Some(2), "nobody vouches for it");
    let other = tree.path().join("other/plum-1.0-py3-none-any.whl");
    tampered(&wheel, &other, |files| add(files, "evil.py", ""));
    assert_eq!(check(&other, &key), Some(1));
    let text = fs::read_to_string(&statement).unwrap();
    fs::write(&statement, text.replacen("\"sig\":\"", "\"sig\":\"AAAA", 1)).unwrap();
    assert_eq!(check(&wheel, &key), Some(1), "a signature of somebody else");
}

#[test]
fn a_statement_of_a_stranger_installs_and_runs_nothing_that_the_source_does_not_name() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    let statement = tree.path().join("statement.jsonl");
    let mut command = pyrepro();
    command.arg("rebuild").arg(&wheel).arg("--source").arg(&source).arg("--statement").arg(&statement);
    stdout_of(&mut command);
    let honest = fs::read_to_string(&statement).unwrap();
    for (field, value) in [
        ("backend", serde_json::json!("trojan")),
        ("with", serde_json::json!(["trojan"])),
        ("settings", serde_json::json!([["--build-option", "x"]])),
        ("variables", serde_json::json!([["LD_PRELOAD", "x"]])),
        ("python", serde_json::json!("./python")),
        ("pins", serde_json::json!(["-r/etc/passwd"])),
        ("requirements", serde_json::json!(["trojan @ http://example.org/"])),
    ] {
        let mut stated: Value = serde_json::from_str(honest.lines().next().unwrap()).unwrap();
        stated["predicate"]["buildDefinition"]["internalParameters"]["strategy"][field] = value;
        fs::write(&statement, stated.to_string()).unwrap();
        let mut command = pyrepro();
        command.arg("verify").arg(&wheel).arg("--statement").arg(&statement);
        let output = run(command.args(["--rebuild", "--source"]).arg(&source));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{field}: {told}");
        assert!(told.contains("strategy has"), "{field}: {told}");
    }
}

#[test]
fn the_name_of_a_wheel_reaches_no_command() {
    let tree = Tree::new();
    let source = project(&tree);
    let wheel = published(&tree, &source);
    for name in
        ["plum;ls-1.0-py3-none-any.whl", "plum-1.0$(ls)-py3-none-any.whl", "plum\nx-1.0-py3-none-any.whl"]
    {
        let hostile = tree.path().join(name);
        fs::copy(&wheel, &hostile).unwrap();
        let statement = tree.path().join("statement.jsonl");
        let mut command = pyrepro();
        command.arg("rebuild").arg(&hostile).arg("--source").arg(&source).arg("--statement").arg(&statement);
        let output = run(&mut command);
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        assert_eq!(fs::read_to_string(&statement).unwrap_or_default(), "", "{name}");
    }
}

fn rebuilt(mut command: Command, arguments: &[&std::ffi::OsStr]) -> Value {
    let output = run(command.args(["--format", "json", "rebuild"]).args(arguments));
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A project with a setup.py that does what it should not, and then builds.
fn hostile(tree: &Tree, deed: &str) -> PathBuf {
    let setup = format!(
        "import os, socket, subprocess, sys, time\nfrom setuptools import setup\n\
         if 'bdist_wheel' in sys.argv:\n    {}\nsetup(name='plum', version='1.0', py_modules=['plum'])\n",
        deed.replace('\n', "\n    ")
    );
    tree.write("hostile/setup.py", &setup);
    tree.write("hostile/plum.py", "");
    tree.path().join("hostile")
}

/// The last words of a build that was asked to do something.
fn attempt(tools: &Tools, deed: &str, more: &[&str]) -> (Value, Tree) {
    let tree = Tree::new();
    let source = hostile(&tree, deed);
    let home = tree.path().join("home");
    tree.write("home/.ssh/id_ed25519", "the key");
    let wheel = published(&tree, &project(&tree));
    let mut command = pyrepro();
    let path = std::env::join_paths(
        std::iter::once(tools.path("uv").parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    command
        .env("PATH", path.unwrap())
        .env("HOME", &home)
        .env("SECRET_TOKEN", "the token")
        .args(["--format", "json"]);
    command.arg("rebuild").arg(&wheel).arg("--source").arg(&source).args(["--attempts", "1"]).args(more);
    let output = run(&mut command);
    assert_ne!(output.status.code(), Some(0));
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, tree)
}

#[cfg(target_os = "linux")]
#[test]
fn a_hostile_build_reaches_nothing_and_ends() {
    let Some(tools) = tools("backends") else { return };
    let key = "open(os.path.join(os.environ['OLD_HOME'], '.ssh/id_ed25519')).read()";
    let deeds = [
        ("the token", "assert 'the token' in os.environ.values(), 'no token'".to_owned(), "no token"),
        ("the network", "socket.create_connection(('127.0.0.1', 22), 3)".to_owned(), "Error"),
        ("a write outside", "open('/var/tmp/pyrepro-was-here', 'w')".to_owned(), "Error"),
        ("memory that all share", "open('/dev/shm/pyrepro-was-here', 'w')".to_owned(), "Error"),
        ("processes of others", "os.kill(os.getppid() and 1, 0) or os.listdir('/root')".to_owned(), "Error"),
    ];
    for (what, deed, wanted) in deeds {
        let (report, _) = attempt(&tools, &deed, &[]);
        let reason = report["results"][0]["reason"].as_str().unwrap_or_default().to_owned();
        assert_eq!(report["results"][0]["stage"], "build", "{what}: {report:#}");
        assert!(reason.contains(wanted), "{what}: {reason}");
    }
    assert!(!Path::new("/var/tmp/pyrepro-was-here").exists());
    assert!(!Path::new("/dev/shm/pyrepro-was-here").exists());
    // The key lies in a folder that is named to nobody but this test.
    let tree = Tree::new();
    let secret = tree.write("secret/key", "the key");
    let deed = key.replace(
        "os.path.join(os.environ['OLD_HOME'], '.ssh/id_ed25519')",
        &format!("{:?}", secret.to_str().unwrap()),
    );
    let (report, _) = attempt(&tools, &deed, &[]);
    assert!(report["results"][0]["reason"].as_str().unwrap_or_default().contains("Error"), "{report:#}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_build_that_hangs_or_leaves_something_behind_is_ended_whole() {
    let Some(tools) = tools("backends") else { return };
    let (report, _) = attempt(&tools, "time.sleep(1000)", &["--timeout", "20"]);
    assert!(report["results"][0]["reason"].as_str().unwrap_or_default().contains("20 s"), "{report:#}");
    let mark = format!("pyrepro-stays-{}", std::process::id());
    let deed = format!(
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)', '{mark}'], start_new_session=True)\nraise SystemExit(3)"
    );
    attempt(&tools, &deed, &[]);
    std::thread::sleep(std::time::Duration::from_millis(300));
    let running = fs::read_dir("/proc").unwrap().flatten().any(|process| {
        fs::read(process.path().join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&mark))
    });
    assert!(!running, "what the build has started outlives it");
}

/// The same with a backend that is part of the project, which needs no package index.
#[cfg(target_os = "linux")]
fn attempt_without_index(deed: &str) -> Value {
    let tree = Tree::new();
    tree.write(
        "hostile/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
    );
    let backend = format!("import os, time\n\ndef build_wheel(*_):\n    {}\n", deed.replace('\n', "\n    "));
    tree.write("hostile/backend.py", backend);
    let wheel = published(&tree, &project(&tree));
    let mut command = pyrepro();
    command.args(["--format", "json", "rebuild", "--attempts", "1"]).arg(&wheel);
    let output = run(command.arg("--source").arg(tree.path().join("hostile")));
    assert_eq!(output.status.code(), Some(2));
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[cfg(target_os = "linux")]
#[test]
fn a_build_that_forks_without_end_is_ended_whole() {
    let mark = format!("PYREPRO_FORKS_{}", std::process::id());
    // Each sleeps, so that the machine is not brought down should this fail.
    let report = attempt_without_index(&format!(
        "os.environ['{mark}'] = '1'\nfor _ in range(20000):\n    if os.fork() == 0:\n        \
         os.execv('/bin/sleep', ['sleep', '1000', '{mark}'])\ntime.sleep(60)"
    ));
    let reason = report["results"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("processes") || reason.contains("BlockingIOError"), "{report:#}");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let left = fs::read_dir("/proc").unwrap().flatten().filter(|process| {
        fs::read(process.path().join("cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&mark))
    });
    assert_eq!(left.count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_build_that_fills_the_disk_is_ended_and_leaves_nothing() {
    let report = attempt_without_index(
        "for n in range(12):\n    file = os.open('fill%d' % n, os.O_CREAT | os.O_RDWR)\n    \
         os.posix_fallocate(file, 0, 1 << 30)\n    time.sleep(1)\ntime.sleep(60)",
    );
    let reason = report["results"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("disk space") || reason.contains("No space left"), "{report:#}");
    let fills = |folder: &Path| folder.join("source/fill0").exists();
    let left = fs::read_dir("/tmp").into_iter().flatten().flatten().any(|entry| fills(&entry.path()));
    assert!(!left, "what it has written is left");
}
