//! Every system call that fails leaves files that are whole, an exit code that is true and an error that says why.
//!
//! `fault.c` is loaded before the C library and has one call fail, the first, the second and so on, of each kind
//! and with each error, in every verb that writes. A sample of it always runs. All of it, in some minutes:
//!
//! ```text
//! cargo test --test artifacts -- --ignored --nocapture every_call_that_fails
//! cargo test --test artifacts -- --ignored --nocapture a_thousand_ends_by_signals
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::app::{run, stdout_of, wheel};
use crate::common::package::OWN;
use crate::common::tree::Tree;
use crate::common::{pyrepro, pythons};

/// A run that writes something.
struct Case {
    arguments: &'static [&'static str],
    /// The exit code without faults.
    code: i32,
    /// Whether all that it writes appears, or nothing.
    together: bool,
}

const fn case(arguments: &'static [&'static str], code: i32, together: bool) -> Case {
    Case { arguments, code, together }
}

const CASES: &[Case] = &[
    case(&["build", "project", "-o", "dist", "--sdist", "--wheel"], 0, true),
    case(&["build", "project", "-o", "new", "--zipapp", "-m", "orchard:main"], 0, true),
    case(&["build", "project", "--metadata", "meta"], 0, true),
    case(&["compile", "sources", "-j", "2"], 0, false),
    case(
        &["compile", "sources", "--source-date-epoch", "1", "--hardlink-dupes", "-o", "0", "-o", "1"],
        0,
        false,
    ),
    case(&["compile", "--prune", "pruned"], 0, false),
    case(&["compile", "sources", "--manifest", "sources.json"], 0, false),
    case(&["diff", "--html", "page.html", "a.whl", "b.whl"], 1, true),
    case(&["init", "moved", "--write"], 0, true),
    case(&["init", "bare"], 0, true),
    case(&["man", "-o", "man1"], 0, true),
    case(&["manifest", "a.whl", "-o", "a.json"], 0, true),
    case(&["normalize", "odd.zip"], 0, true),
    case(&["normalize", "linked"], 0, true),
    case(&["normalize", "odd.zip", "-o", "normal.zip"], 0, true),
    case(&["verify", "app.pyz", "--source", "app"], 0, true),
    case(&["zipapp", "app", "-o", "app.pyz", "--no-compile", "-c"], 0, true),
    case(&["zipapp", "app", "-o", "app.pyz"], 0, true),
];

/// Which calls fail, and with what.
const FAULTS: &[(&str, &[i32])] = &[
    ("write", &[ENOSPC, EIO, EINTR, EDQUOT]),
    ("open", &[EMFILE, EACCES, EIO, EINTR, ENOSPC]),
    ("rename", &[EACCES, EIO, ENOSPC]),
    ("fsync", &[EIO, ENOSPC, EDQUOT, EINTR]),
    ("close", &[EIO, ENOSPC, EDQUOT, EINTR]),
    ("link", &[EACCES, EIO, ENOSPC]),
    ("unlink", &[EACCES, EIO]),
    ("chmod", &[EACCES, EIO]),
    ("utimens", &[EACCES, EIO]),
    ("read", &[EIO, EINTR]),
    ("readdir", &[EIO]),
    ("thread", &[EAGAIN]),
    ("pipe", &[EMFILE]),
    ("mkdir", &[EACCES, ENOSPC, EDQUOT]),
    ("dup", &[EMFILE]),
    ("spawn", &[EAGAIN]),
    ("seek", &[EIO]),
    ("truncate", &[EIO]),
];

const EINTR: i32 = 4;
const EIO: i32 = 5;
const EAGAIN: i32 = 11;
const EACCES: i32 = 13;
const EMFILE: i32 = 24;
const ENOSPC: i32 = 28;
const EDQUOT: i32 = 122;

/// How many calls of one kind are made to fail in one case, evenly spread over all that there are.
const MOST: usize = 60;

/// The library, built by the C compiler that Rust links with.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fault.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/artifacts/outputs/fault.c");
    stdout_of(Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&place).arg(source).arg("-ldl"));
    place
});

/// What there is before each run.
fn world() -> Tree {
    let tree = Tree::new();
    for (name, text) in [
        ("app/__main__.py", "import m\n"),
        ("app/m.py", "def f():\n    return 1\n"),
        ("app/data.bin", &"data".repeat(20_000)),
        ("bare/grove/__init__.py", "__version__ = '1'\n"),
        ("moved/pyproject.toml", MOVED),
        ("moved/moved.py", "'''Moved.'''\n"),
        ("project/src/orchard/__init__.py", "def main():\n    return 1\n"),
        ("pruned/m.py", "x = 1\n"),
        ("sources/a.py", "x = 1\n"),
        ("sources/b.py", "y = 2\n"),
        ("sources/pkg/c.py", "z = 3\n"),
        ("linked/one.zip", ""),
        ("man1/pyrepro-build.1", ".TH old\n"),
        ("page.html", "<!doctype html>old"),
        ("a.json", "{\"old\": true}"),
        ("sources.json", "{\"old\": true}"),
        ("normal.zip", "PK\x05\x06old"),
        ("tmp/.keep", ""),
    ] {
        tree.write(name, text);
    }
    let settings = format!("[project]\nname = 'orchard'\nversion = '1.0'\n{OWN}");
    tree.write("project/pyproject.toml", settings);
    for (name, text) in [("a", "x = 1\n"), ("b", "x = 2\n")] {
        let made = wheel(&tree, name, "1", &[("m.py", text)], "");
        fs::rename(made, tree.path().join(name).with_extension("whl")).expect("a wheel");
    }
    let zip = "from zipfile import *; ZipFile('odd.zip', 'w').writestr(ZipInfo('m.py', (2020, 1, 1, 0, 0, 0)), 'x = 1')";
    assert!(run(Command::new(python()).args(["-c", zip]).current_dir(tree.path())).status.success());
    fs::copy(tree.path().join("odd.zip"), tree.path().join("linked/one.zip")).expect("a copy");
    for arguments in [
        &["zipapp", "app", "-o", "app.pyz", "--no-compile"][..],
        &["build", "project", "-o", "dist", "--sdist", "--wheel", "--no-manifest"],
        &["build", "project", "--metadata", "meta"],
        &["compile", "-q", "pruned"],
        &["compile", "-q", "sources/a.py"],
    ] {
        let output = command(tree.path(), arguments).output().expect("a run");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    // Artifacts of before that are not what is made now.
    for old in ["dist/orchard-1.0-py3-none-any.whl", "dist/orchard-1.0.tar.gz"] {
        tree.write(old, "PK\x05\x06old");
    }
    tree.write("meta/orchard-1.0.dist-info/METADATA", "old");
    tree.write("sources/a.py", "x = 'changed'\n");
    fs::remove_file(tree.path().join("pruned/m.py")).expect("a source");
    tree
}

const MOVED: &str = "\
[build-system]
requires = ['flit_core']
build-backend = 'flit_core.buildapi'
[project]
name = 'moved'
version = '1'
description = 'Moved.'
";

fn python() -> &'static Path {
    &pythons()[pythons().len() - 1].interpreter.path
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = pyrepro();
    command.args(arguments).current_dir(folder).env("PYREPRO_PYTHON", python());
    command.env("TMPDIR", folder.join("tmp")).stdin(Stdio::null());
    command
}

/// What is below a folder: content and mode by path; folders have no content.
type Found = BTreeMap<PathBuf, (Option<Vec<u8>>, u32)>;

fn look(root: &Path) -> Found {
    let mut found = Found::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let (path, metadata) = (entry.path(), entry.metadata().expect("metadata"));
            let content = metadata.is_file().then(|| fs::read(&path).expect("a file"));
            let below = path.strip_prefix(root).expect("below").to_owned();
            found.insert(below, (content, metadata.permissions().mode()));
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// A world of its own for one run.
struct Copy(tempfile::TempDir);

impl Copy {
    fn of(world: &Path) -> Copy {
        let copy = tempfile::tempdir().expect("a folder");
        stdout_of(Command::new("cp").arg("-a").arg(format!("{}/.", world.display())).arg(copy.path()));
        // Names that belong together, which stay together.
        let one = copy.path().join("linked/one.zip");
        fs::hard_link(&one, copy.path().join("linked/two.zip")).expect("a link");
        Copy(copy)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A case with the files before and after it, and how often it calls what.
struct Known<'a> {
    case: &'a Case,
    before: Found,
    after: Found,
    counts: BTreeMap<String, usize>,
}

impl<'a> Known<'a> {
    fn of(case: &'a Case, world: &Path) -> Known<'a> {
        let copy = Copy::of(world);
        let before = look(copy.path());
        let counts = tempfile::NamedTempFile::new().expect("a file");
        let mut command = command(copy.path(), case.arguments);
        command.env("LD_PRELOAD", &*LIBRARY).env("FAULT_COUNTS", counts.path());
        let output = command.output().expect("a run");
        assert_eq!(output.status.code(), Some(case.code), "{:?}: {output:?}", case.arguments);
        let count = |line: &str| {
            let (name, count) = line.split_once(' ').expect("a count");
            (name.to_owned(), count.parse().expect("a number"))
        };
        let counts = fs::read_to_string(counts.path()).expect("counts").lines().map(count).collect();
        Known { case, before, after: look(copy.path()), counts }
    }

    /// Runs it with a fault, and says what is wrong afterwards.
    fn attempt(&self, world: &Path, fault: &Fault) -> Vec<String> {
        let copy = Copy::of(world);
        let mut command = command(copy.path(), self.case.arguments);
        command.env("LD_PRELOAD", &*LIBRARY).env("FAULT_CALL", fault.call);
        command.env("FAULT_WHEN", fault.when.to_string()).env("FAULT_ERRNO", fault.errno.to_string());
        if fault.sticks {
            command.env("FAULT_STICKS", "1");
        }
        let output = command.output().expect("a run");
        let mut wrong = self.judge(&look(copy.path()), &output, fault);
        for words in &mut wrong {
            let told = String::from_utf8_lossy(&output.stderr);
            *words = format!(
                "{:?} with {fault:?}: {words}\n  exit {:?}: {told}",
                self.case.arguments, output.status
            );
        }
        wrong
    }

    fn judge(&self, found: &Found, output: &Output, fault: &Fault) -> Vec<String> {
        let mut wrong = self.files(found, fault);
        // A verdict is told on standard output, with its reason.
        let told = String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned();
        let code = output.status.code();
        let is_new = self.changed().all(|path| found.get(path) == self.after.get(path));
        let is_old = self.changed().all(|path| found.get(path) == self.before.get(path));
        if code != Some(self.case.code) && code != Some(2) {
            wrong.push("the exit code is another".to_owned());
        }
        if code == Some(self.case.code) && !is_new {
            wrong.push("it says that it is done, and not all is written".to_owned());
        }
        // A folder or disk that takes nothing back can keep what was written first.
        if self.case.together && !is_new && !is_old && !fault.sticks {
            wrong.push("a part of what belongs together is there".to_owned());
        }
        if told.contains("bug in pyrepro") {
            wrong.push("it is taken for a bug".to_owned());
        }
        let cause = std::io::Error::from_raw_os_error(fault.errno).to_string();
        let cause = cause.split(" (os error").next().unwrap_or_default();
        // What an interpreter says that is cut off can be told of the interpreter alone.
        let of_interpreter = fault.call == "read" && told.contains(&*python().to_string_lossy());
        if code == Some(2) && !told.contains(cause) && !of_interpreter {
            wrong.push(format!("the error does not say {cause:?}"));
        }
        wrong
    }

    /// Each file is the old or the new one, and there is no other.
    fn files(&self, found: &Found, fault: &Fault) -> Vec<String> {
        let mut wrong = Vec::new();
        for (path, file) in found {
            let known = [self.before.get(path), self.after.get(path)];
            if known.contains(&Some(file)) {
                continue;
            }
            let is_empty_folder =
                file.0.is_none() && !found.keys().any(|other| other.starts_with(path) && other != path);
            match known {
                // What cannot be removed or looked for stays.
                [None, None] if matches!(fault.call, "unlink" | "readdir") || fault.sticks => {}
                [None, None] if is_empty_folder && !path.starts_with("tmp") => {}
                [None, None] => wrong.push(format!("{} is left over", path.display())),
                // A folder gets its mode after it is made.
                _ if file.0.is_none() => {}
                _ => wrong.push(format!("{} is neither the old nor the new file", path.display())),
            }
        }
        let lost =
            self.before.keys().filter(|path| self.after.contains_key(*path) && !found.contains_key(*path));
        wrong.extend(lost.map(|path| format!("{} is lost", path.display())));
        wrong
    }

    fn changed(&self) -> impl Iterator<Item = &PathBuf> {
        let all = self.before.keys().chain(self.after.keys());
        all.filter(|path| self.before.get(*path) != self.after.get(*path))
    }
}

#[derive(Debug, Clone, Copy)]
struct Fault {
    call: &'static str,
    errno: i32,
    when: usize,
    sticks: bool,
}

/// All faults of a case, of which each kind is met at most so often.
fn faults(known: &Known<'_>, most: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (call, numbers) in FAULTS {
        let count = known.counts[*call];
        let step = count.div_ceil(most).max(1);
        for &errno in *numbers {
            let one = |when| Fault { call, errno, when, sticks: false };
            faults.extend((1..=count).step_by(step).map(one));
            if errno == ENOSPC || errno == EDQUOT {
                // A disk that is full stays full.
                let all = |when| Fault { call, errno, when, sticks: true };
                faults.extend((1..=count).step_by(step * 4).map(all));
            }
        }
    }
    faults
}

/// Has faults come up in all cases, and gives how many runs that were and what was wrong.
fn inject(most: usize, share: usize) -> (usize, Vec<String>) {
    let world = world();
    let known: Vec<Known<'_>> = CASES.iter().map(|case| Known::of(case, world.path())).collect();
    let runs: Vec<(&Known<'_>, Fault)> = known
        .iter()
        .flat_map(|known| faults(known, most).into_iter().map(move |fault| (known, fault)))
        .collect();
    let runs: Vec<_> = runs.into_iter().step_by(share).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some((known, fault)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.extend(known.attempt(world.path(), fault));
        }
        wrong
    };
    // A run waits more than it works.
    let threads = 4 * thread::available_parallelism().map_or(1, usize::from);
    let wrong = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    (runs.len(), wrong)
}

fn expect_none(runs: usize, wrong: &[String]) {
    println!("{runs} runs with faults, {} findings", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_call_that_fails_leaves_whole_files_and_a_true_answer() {
    let (runs, wrong) = inject(8, 67);
    expect_none(runs, &wrong);
}

#[test]
#[ignore = "takes minutes: the head of this file has the command"]
fn every_call_that_fails_leaves_whole_files_and_a_true_answer() {
    let (runs, wrong) = inject(MOST, 1);
    expect_none(runs, &wrong);
    assert!(runs >= 10_000, "{runs} runs are too few");
}

/// Ends runs by a signal after a while. All files are whole, and the next run leaves nothing over.
fn end_by_signals(rounds: usize) -> Vec<String> {
    let world = world();
    let known: Vec<Known<'_>> = CASES.iter().map(|case| Known::of(case, world.path())).collect();
    let no_fault = Fault { call: "unlink", errno: 0, when: 0, sticks: true };
    let mut wrong = Vec::new();
    for round in 0..rounds {
        let known = &known[round % known.len()];
        let signal = ["-KILL", "-TERM", "-INT", "-HUP", "-KILL"][round / CASES.len() % 5];
        let copy = Copy::of(world.path());
        let mut command = command(copy.path(), known.case.arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a run");
        // Spread over what such a run takes, in an order that has no period.
        thread::sleep(Duration::from_micros((round as u64).wrapping_mul(7_919) % 60_000));
        let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
        let output = child.wait_with_output().expect("an end");
        let fault = Fault { sticks: signal == "-KILL" || known.case.arguments[0] == "init", ..no_fault };
        let mut found = known.files(&look(copy.path()), &fault);
        let left = look(copy.path()).into_keys().filter(|path| is_temporary(path)).count();
        if signal != "-KILL" && output.status.signal().is_none() && left > 0 {
            found.push(format!("{left} temporary files are left"));
        }
        wrong.extend(
            found.into_iter().map(|words| format!("{:?} and {signal}: {words}", known.case.arguments)),
        );
    }
    wrong
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.contains("pyrepro-") && name.ends_with(".tmp")
    })
}

#[test]
#[ignore = "takes minutes: the head of this file has the command"]
fn a_thousand_ends_by_signals_leave_whole_files() {
    let wrong = end_by_signals(1_500);
    assert!(wrong.is_empty(), "{} findings\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn names_that_were_linked_stay_linked_or_are_whole() {
    let world = world();
    let copy = Copy::of(world.path());
    stdout_of(&mut command(copy.path(), &["normalize", "linked"]));
    let inode = |name: &str| fs::metadata(copy.path().join(name)).expect("a file").ino();
    assert_eq!(inode("linked/one.zip"), inode("linked/two.zip"));
}
