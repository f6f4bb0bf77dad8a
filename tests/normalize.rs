//! `pyrepro normalize`: files become canonical, whole or not at all, and nothing else about them changes.

#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime};

use common::{Python, pyrepro, pythons};
use pyrepro::normalize::{Files, Options, Outcome};
use pyrepro::pyc::Pyc;
use serde_json::Value;
use tempfile::TempDir;

/// Sets whose order depends on the hash seed, shared constants, nested functions.
const SOURCE: &str = r#"
"""A module."""
WORDS = frozenset({"spam", "eggs", "ham", "bacon", "sausage"})
def outer(a, b=(1, 2, (3, "four"))):
    def inner(x):
        return x in {"spam", "eggs", "ham"} or x == 1.5 or x == 10**20
    return [inner(w) for w in (a, b, "spam", ("eggs", None))]
RESULT = (outer("ham"), sorted(WORDS), __doc__)
"#;

/// Compiles a source as the import system does.
const COMPILE: &str = "
import py_compile, sys
source, target = sys.argv[1:]
py_compile.compile(source, cfile=target, dfile='module.py', doraise=True,
                   invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
";

/// Runs bytecode and shows what came of it.
const RUN: &str = "
import marshal, sys
space = {'__name__': 'module'}
exec(marshal.loads(open(sys.argv[1], 'rb').read()[16:]), space)
print(space['RESULT'])
";

/// Bytecode whose canonical form is longer: equal strings that are shorter than a reference.
const SHRUNK: &str = "
import importlib.util, marshal, sys
strings = tuple(''.join(['-', '+']) for _ in range(8000))
code = compile('0', 'module.py', 'exec').replace(co_consts=(None, strings))
with open(sys.argv[1], 'wb') as file:
    file.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code))
";

fn python(python: &Python, script: &str, arguments: &[&Path]) -> String {
    let output = python.command().args(["-c", script]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}: {}", python.version, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What the newest interpreter makes of the source.
fn newest() -> &'static [u8] {
    static STOCK: LazyLock<Vec<u8>> = LazyLock::new(|| stock(pythons().last().unwrap()));
    &STOCK
}

fn stock(of: &Python) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let (source, target) = (folder.path().join("module.py"), folder.path().join("module.pyc"));
    fs::write(&source, SOURCE).unwrap();
    python(of, COMPILE, &[&source, &target]);
    let stock = fs::read(target).unwrap();
    assert_ne!(stock, canonical(&stock), "{}: nothing to normalize", of.version);
    stock
}

fn canonical(pyc: &[u8]) -> Vec<u8> {
    Pyc::parse(pyc).unwrap().canonical().unwrap()
}

/// A folder of files.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Folder(folder)
    }

    /// With one stock pyc in it.
    fn with(name: &str) -> (Folder, PathBuf) {
        let folder = Folder::new();
        let file = folder.file(name, newest());
        (folder, file)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Another name for a file.
    fn link(&self, file: &Path, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::hard_link(file, &path).unwrap();
        path
    }

    /// Everything that lies directly in it, temporary files included.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn normalize(&self, arguments: &[&str]) -> Output {
        normalize(self.path(), arguments)
    }
}

fn normalize(path: &Path, arguments: &[&str]) -> Output {
    pyrepro().arg("normalize").args(arguments).arg(path).output().unwrap()
}

#[track_caller]
fn assert_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", stdout(output), stderr(output));
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All that a rewriting or an untouching shows in.
fn state(path: &Path) -> (Vec<u8>, [i64; 6]) {
    let m = fs::symlink_metadata(path).unwrap();
    let numbers = [m.ino() as i64, m.mode().into(), m.mtime(), m.mtime_nsec(), m.ctime(), m.ctime_nsec()];
    (fs::read(path).unwrap(), numbers)
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).unwrap().ino()
}

fn is_root() -> bool {
    Folder::new().path().metadata().unwrap().uid() == 0
}

fn set_time(path: &Path, seconds: u64, nanoseconds: u32) {
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    fs::File::open(path).unwrap().set_modified(time).unwrap();
}

#[test]
fn pycs_of_every_interpreter_become_canonical_and_do_what_they_did() {
    let folder = Folder::new();
    let mut expected = BTreeMap::new();
    for python in pythons() {
        let stock = stock(python);
        let path = folder.file(&format!("{}/m.pyc", python.version), &stock);
        expected.insert(
            path,
            (python, canonical(&stock), self::python(python, RUN, &[&folder.file("m", &stock)])),
        );
    }
    let output = folder.normalize(&[]);
    assert_exit(&output, 0);
    let count = expected.len();
    assert!(stdout(&output).starts_with(&format!("{count} file")), "{}", stdout(&output));
    assert!(stdout(&output).contains(&format!(": {count} rewritten, 0 already canonical; ")));
    for (path, (python, content, result)) in expected {
        assert_eq!(fs::read(&path).unwrap(), content, "{}", python.version);
        assert_eq!(self::python(python, RUN, &[&path]), result, "{}", python.version);
    }
}

#[test]
fn what_is_canonical_is_not_touched() {
    let (folder, file) = Folder::with("m.pyc");
    assert_exit(&folder.normalize(&["-j2"]), 0);
    let before = state(&file);
    let output = folder.normalize(&["-v", "--source-date-epoch", "1"]);
    assert_exit(&output, 0);
    assert!(stdout(&output).starts_with("1 file: 0 rewritten, 1 already canonical; "), "{}", stdout(&output));
    assert_eq!(state(&file), before);
}

#[test]
fn mode_owner_and_time_are_kept_even_of_read_only_files() {
    for mode in [0o444, 0o600, 0o755, 0o640] {
        let (folder, file) = Folder::with("m.pyc");
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        set_time(&file, 1_000_000_000, 123_456_789);
        let owner = if is_root() {
            (1234, 4321)
        } else {
            (file.metadata().unwrap().uid(), file.metadata().unwrap().gid())
        };
        std::os::unix::fs::chown(&file, Some(owner.0), Some(owner.1)).unwrap();

        assert_exit(&folder.normalize(&[]), 0);
        let metadata = file.metadata().unwrap();
        assert_eq!(fs::read(&file).unwrap(), canonical(newest()));
        assert_eq!(metadata.mode() & 0o7777, mode);
        assert_eq!((metadata.uid(), metadata.gid()), owner);
        assert_eq!((metadata.mtime(), metadata.mtime_nsec()), (1_000_000_000, 123_456_789));
    }
}

#[test]
fn times_are_clamped_to_the_epoch_if_there_is_one() {
    let time_after = |variable: Option<&str>, arguments: &[&str]| {
        let (folder, file) = Folder::with("m.pyc");
        set_time(&file, 1_000_000_000, 5);
        let mut command = pyrepro();
        command.arg("normalize").args(arguments).arg(folder.path());
        if let Some(variable) = variable {
            command.env("SOURCE_DATE_EPOCH", variable);
        }
        assert_exit(&command.output().unwrap(), 0);
        (file.metadata().unwrap().mtime(), file.metadata().unwrap().mtime_nsec())
    };
    assert_eq!(time_after(None, &[]), (1_000_000_000, 5));
    assert_eq!(time_after(Some(""), &[]), (1_000_000_000, 5));
    assert_eq!(time_after(Some("2000000000"), &[]), (1_000_000_000, 5));
    assert_eq!(time_after(Some("900000000"), &[]), (900_000_000, 0));
    assert_eq!(time_after(Some("900000000"), &["--source-date-epoch", "800000000"]), (800_000_000, 0));

    let (folder, file) = Folder::with("m.pyc");
    let output =
        pyrepro().arg("normalize").arg(folder.path()).env("SOURCE_DATE_EPOCH", "junk").output().unwrap();
    assert_exit(&output, 2);
    assert_eq!(fs::read(file).unwrap(), newest());
}

#[test]
fn hard_links_that_are_given_stay_links_to_one_file() {
    let (folder, file) = Folder::with("a/m.cpython-313.pyc");
    let other = folder.link(&file, "b/m.cpython-313.opt-1.pyc");
    let old = inode(&file);
    let output = folder.normalize(&["--format", "json"]);
    assert_exit(&output, 0);
    assert_eq!(fs::read(&file).unwrap(), canonical(newest()));
    assert_eq!(inode(&file), inode(&other));
    assert_ne!(inode(&file), old, "a file with known names is replaced");
    assert_eq!(file.metadata().unwrap().nlink(), 2);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["files"].as_array().unwrap().len(), 1);
    assert_eq!(document["files"][0]["links"][0], other.to_str().unwrap());
}

#[test]
fn hard_links_beside_a_file_are_found() {
    let (folder, file) = Folder::with("m.pyc");
    let other = folder.link(&file, "unnamed");
    let old = inode(&file);
    assert_exit(&normalize(&file, &[]), 0);
    assert_eq!(fs::read(&other).unwrap(), canonical(newest()));
    assert_eq!(inode(&file), inode(&other));
    assert_ne!(inode(&file), old, "a file with known names is replaced");
    assert_eq!(folder.names(), ["m.pyc", "unnamed"]);

    // Found beside the file however the path to it is spelled.
    fs::write(&file, newest()).unwrap();
    let output = pyrepro().args(["normalize", "m.pyc"]).current_dir(folder.path()).output().unwrap();
    assert_exit(&output, 0);
    assert_eq!(inode(&file), inode(&other));
    assert_eq!(folder.names(), ["m.pyc", "unnamed"]);
}

#[test]
fn hard_links_elsewhere_are_kept_by_writing_in_place() {
    let (folder, file) = Folder::with("m.pyc");
    let (elsewhere, _) = Folder::with("other.pyc");
    let other = elsewhere.link(&file, "m.pyc");
    set_time(&file, 1_000_000_000, 7);
    let old = inode(&file);
    assert_exit(&folder.normalize(&[]), 0);
    assert_eq!(fs::read(&other).unwrap(), canonical(newest()));
    assert_eq!((inode(&file), inode(&other)), (old, old));
    assert_eq!((file.metadata().unwrap().mtime(), file.metadata().unwrap().mtime_nsec()), (1_000_000_000, 7));
}

#[test]
fn a_file_that_is_named_twice_is_one_file() {
    let (folder, file) = Folder::with("a/m.pyc");
    let roundabout = folder.path().join("a/../a/m.pyc");
    let output = pyrepro().arg("normalize").arg(&file).arg(roundabout).arg(folder.path()).output().unwrap();
    assert_exit(&output, 0);
    assert!(stdout(&output).starts_with("1 file: 1 rewritten"), "{}", stdout(&output));
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
}

#[test]
fn broken_files_are_named_with_the_place_and_left_and_the_run_goes_on() {
    let (folder, good) = Folder::with("good.pyc");
    let bomb: Vec<u8> = newest()[..16].iter().copied().chain([b')', 1].repeat(500_000)).collect();
    let broken = [
        folder.file("bomb.pyc", bomb),
        folder.file("cut.pyc", &newest()[..newest().len() - 10]),
        folder.file("empty.pyc", b""),
        folder.file("trailing.pyc", [newest(), b"N"].concat()),
    ];
    let before = broken.each_ref().map(|path| state(path));
    let output = folder.normalize(&[]);
    assert_exit(&output, 2);
    assert_eq!(broken.each_ref().map(|path| state(path)), before);
    assert_eq!(fs::read(good).unwrap(), canonical(newest()));
    let messages = stderr(&output);
    for path in broken {
        let message = messages.lines().find(|line| line.contains(path.to_str().unwrap()));
        assert!(message.is_some_and(|line| line.contains(": offset ")), "{messages}");
    }
    assert!(stdout(&output).starts_with("5 files: 1 rewritten, 0 already canonical, 4 failed; "));
}

#[test]
fn bytecode_of_other_pythons_is_left_alone_in_folders_and_refused_by_name() {
    let folder = Folder::new();
    let foreign = folder.file("old.pyc", b"\x03\xf3\r\n0123456789abcdef");
    let text = folder.file("text.pyc", "no bytecode at all");
    let output = folder.normalize(&["--check"]);
    assert_exit(&output, 0);
    assert!(stdout(&output).starts_with("2 files: 0 would change, 0 already canonical, 2 left alone; "));
    assert!(stderr(&output).contains("old.pyc: left alone: offset 0: magic number 62211 of Python 2"));
    for file in [foreign, text] {
        assert_exit(&normalize(&file, &[]), 2);
    }
}

#[test]
fn only_pycs_are_taken_from_folders_and_any_name_if_given() {
    let folder = Folder::new();
    let others = ["m.pyo", "m", "m.pyc.bak"].map(|name| folder.file(name, newest()));
    assert!(stdout(&folder.normalize(&[])).starts_with("0 files"));
    for file in &others {
        assert_eq!(fs::read(file).unwrap(), newest());
        assert_exit(&normalize(file, &[]), 0);
        assert_eq!(fs::read(file).unwrap(), canonical(newest()));
    }
    let source = folder.file("m.py", SOURCE);
    assert_exit(&normalize(&source, &[]), 2);
    assert_exit(&normalize(&folder.path().join("missing.pyc"), &[]), 2);
}

#[test]
fn check_tells_what_would_change_and_changes_nothing() {
    let (folder, file) = Folder::with("m.pyc");
    let before = state(&file);
    let output = folder.normalize(&["--check"]);
    assert_exit(&output, 1);
    assert!(stdout(&output).starts_with(&format!("would change {}", file.display())), "{}", stdout(&output));
    assert_eq!(state(&file), before);
    assert_exit(&folder.normalize(&[]), 0);
    assert_exit(&folder.normalize(&["--check"]), 0);
}

#[test]
fn symlinks_are_followed_only_if_wanted_and_stay_links() {
    let (folder, file) = Folder::with("real/m.pyc");
    let inside = folder.path().join("links");
    fs::create_dir(&inside).unwrap();
    let link = inside.join("link.pyc");
    symlink(&file, &link).unwrap();

    assert!(stdout(&normalize(&inside, &[])).starts_with("0 files"));
    let named = normalize(&link, &[]);
    assert_exit(&named, 2);
    assert!(stderr(&named).contains("symbolic link"));
    assert_eq!(fs::read(&file).unwrap(), newest());

    assert_exit(&normalize(&inside, &["--follow-symlinks"]), 0);
    assert_eq!(fs::read(&file).unwrap(), canonical(newest()));
    assert!(link.is_symlink());
    // What is of no interest may be broken.
    symlink("nowhere", inside.join("broken.so")).unwrap();
    // The same file by its name and by the link to it is one file.
    fs::write(&file, newest()).unwrap();
    let output = folder.normalize(&["--follow-symlinks"]);
    assert!(stdout(&output).starts_with("1 file: 1 rewritten"), "{}", stdout(&output));
    assert!(link.is_symlink() && !file.is_symlink());
}

#[test]
fn json_tells_of_every_file_in_order() {
    let folder = Folder::new();
    folder.file("c.pyc", canonical(newest()));
    folder.file("a.pyc", newest());
    folder.file("b.pyc", b"\xf3\x0d\x0d\x0a");
    let output = folder.normalize(&["--format", "json", "--check"]);
    assert_exit(&output, 2);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let files = document["files"].as_array().unwrap();
    let outcomes: Vec<_> = files.iter().map(|file| file["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["would-change", "failed", "unchanged"]);
    assert_eq!(files[0]["size"], newest().len());
    assert_eq!(files[0]["canonical_size"], canonical(newest()).len());
    assert!(files[1]["reason"].as_str().unwrap().starts_with("offset 4: "));
    assert_eq!(document["summary"]["files"], 3);
}

#[test]
fn a_filter_reads_standard_input_and_writes_standard_output() {
    let filter = |arguments: &[&str], input: &[u8]| {
        let mut command = pyrepro();
        command.arg("normalize").args(arguments).arg("-");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = filter(&[], newest());
    assert_exit(&output, 0);
    assert_eq!(output.stdout, canonical(newest()));
    assert_exit(&filter(&["--check"], newest()), 1);
    assert_exit(&filter(&["--check"], &canonical(newest())), 0);
    let broken = filter(&[], &newest()[..100]);
    assert_exit(&broken, 2);
    assert!(broken.stdout.is_empty());
}

#[test]
fn a_file_that_vanishes_fails_alone() {
    let (folder, gone) = Folder::with("a.pyc");
    let stays = folder.file("b.pyc", newest());
    let files = Files::find(&[folder.path().to_owned()], false);
    fs::remove_file(&gone).unwrap();
    let records = files.normalize(&Options::default(), &AtomicBool::new(false), || ());
    assert!(matches!(records[0].outcome, Outcome::Failed(_)));
    assert!(matches!(records[1].outcome, Outcome::Normalized));
    assert_eq!(fs::read(stays).unwrap(), canonical(newest()));
}

#[test]
fn a_folder_that_cannot_be_written_to_keeps_its_files() {
    let (folder, file) = Folder::with("m.pyc");
    let program = folder.path().join("pyrepro");
    // By another process: a process that another test starts would inherit the file while it is open
    // for writing here, and it could not be run.
    Command::new("cp").arg(env!("CARGO_BIN_EXE_pyrepro")).arg(&program).status().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    let output = command.arg("normalize").arg(folder.path()).output();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let Ok(output) = output else {
        return eprintln!("SKIPPED: root without setpriv cannot show what a read-only folder does");
    };
    assert_exit(&output, 2);
    assert!(stderr(&output).contains("no new file can be written in"), "{}", stderr(&output));
    assert_eq!(fs::read(file).unwrap(), newest());
    assert_eq!(folder.names(), ["m.pyc", "pyrepro"]);
}

#[test]
fn a_full_disk_leaves_files_as_they_were_and_nothing_beside_them() {
    // A file system of its own, in a mount namespace of its own, so that nothing of it remains.
    let script = r#"
        set -e
        mount -t tmpfs -o size=256k,nr_inodes=100 tmpfs "$1"
        cp "$2" "$1/m.pyc"; cp "$2" "$1/linked.pyc"; mkdir "$1/far"; ln "$1/linked.pyc" "$1/far/m.other"
        dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null || true
        "$3" normalize "$1" && exit 9 || test $? = 2
        cmp "$2" "$1/m.pyc"; cmp "$2" "$1/linked.pyc"; ls -A "$1"
    "#;
    let folder = Folder::new();
    let long = folder.file("long.pyc", b"");
    self::python(pythons().last().unwrap(), SHRUNK, &[&long]);
    assert!(canonical(&fs::read(&long).unwrap()).len() as u64 > long.metadata().unwrap().len() + 4096);
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", script, "sh"]);
        command.args([&disk, &long]).arg(env!("CARGO_BIN_EXE_pyrepro")).output()
    };
    if !namespace(r#"mount -t tmpfs tmpfs "$1""#).is_ok_and(|output| output.status.success()) {
        return eprintln!("SKIPPED: a small file system cannot be mounted here, so no full disk was tried");
    }
    let output = namespace(script).unwrap();
    assert_exit(&output, 0);
    let messages = stderr(&output);
    assert!(messages.contains("m.pyc: no new file can be written in"), "{messages}");
    assert!(messages.contains("linked.pyc: has hard links elsewhere"), "{messages}");
    assert!(stdout(&output).ends_with("ballast\nfar\nlinked.pyc\nm.pyc\n"), "{}", stdout(&output));
}

#[test]
fn ctrl_c_leaves_whole_files_only() {
    let folder = Folder::new();
    let files: Vec<_> = (0..3000).map(|n| folder.file(&format!("{n:04}.pyc"), newest())).collect();
    let mut command = pyrepro();
    command.args(["normalize", "-j1"]).arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let old = newest().to_vec();
    let start = Instant::now();
    while fs::read(&files[0]).unwrap() == old && start.elapsed() < Duration::from_secs(60) {}
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();

    assert_exit(&output, 2);
    assert!(stderr(&output).contains("interrupted; "), "{}", stderr(&output));
    assert_eq!(folder.names().len(), files.len(), "no temporary file is left");
    let new = canonical(newest());
    let contents: Vec<_> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(contents.iter().all(|content| *content == old || *content == new));
    assert!(contents.contains(&old) && contents.contains(&new));
}
