//! Folders with pycs in them, and the program at work on them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use pyrepro::pyc::Pyc;
use tempfile::TempDir;

use crate::common::{Python, pyrepro};

/// Sets whose order depends on the hash seed, shared constants, nested functions.
pub const SOURCE: &str = r#"
"""A module."""
WORDS = frozenset({"spam", "eggs", "ham", "bacon", "sausage"})
def outer(a, b=(1, 2, (3, "four"))):
    def inner(x):
        return x in {"spam", "eggs", "ham"} or x == 1.5 or x == 10**20
    return [inner(w) for w in (a, b, "spam", ("eggs", None))]
RESULT = (outer("ham"), sorted(WORDS), __doc__)
"#;

/// Compiles a source as the import system does.
pub const COMPILE: &str = "
import py_compile, sys
source, target = sys.argv[1:]
py_compile.compile(source, cfile=target, dfile='module.py', doraise=True,
                   invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
";

/// Runs bytecode and shows what came of it.
pub const RUN: &str = "
import marshal, sys
space = {'__name__': 'module'}
exec(marshal.loads(open(sys.argv[1], 'rb').read()[16:]), space)
print(space['RESULT'])
";

pub fn python(python: &Python, script: &str, arguments: &[&Path]) -> String {
    let output = python.command().args(["-c", script]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}: {}", python.version, String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What the newest interpreter makes of the source.
pub fn newest() -> &'static [u8] {
    static STOCK: LazyLock<Vec<u8>> = LazyLock::new(|| stock(crate::common::newest()));
    &STOCK
}

pub fn stock(of: &Python) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let (source, target) = (folder.path().join("module.py"), folder.path().join("module.pyc"));
    fs::write(&source, SOURCE).unwrap();
    python(of, COMPILE, &[&source, &target]);
    let stock = fs::read(target).unwrap();
    assert_ne!(stock, canonical(&stock), "{}: nothing to normalize", of.version);
    stock
}

pub fn canonical(pyc: &[u8]) -> Vec<u8> {
    Pyc::parse(pyc).unwrap().canonical().unwrap()
}

/// A folder of files.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        Folder(folder)
    }

    /// With one stock pyc in it.
    pub fn with(name: &str) -> (Folder, PathBuf) {
        let folder = Folder::new();
        let file = folder.file(name, newest());
        (folder, file)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Another name for a file.
    pub fn link(&self, file: &Path, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::hard_link(file, &path).unwrap();
        path
    }

    /// Everything that lies directly in it, temporary files included.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn normalize(&self, arguments: &[&str]) -> Output {
        normalize(self.path(), arguments)
    }
}

pub fn normalize(path: &Path, arguments: &[&str]) -> Output {
    pyrepro().arg("normalize").args(arguments).arg(path).output().unwrap()
}

#[track_caller]
pub fn assert_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", stdout(output), stderr(output));
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn is_root() -> bool {
    Folder::new().path().metadata().unwrap().uid() == 0
}

/// All that a rewriting or an untouching shows in.
pub fn state(path: &Path) -> (Vec<u8>, [i64; 6]) {
    let m = fs::symlink_metadata(path).unwrap();
    let numbers = [m.ino() as i64, m.mode().into(), m.mtime(), m.mtime_nsec(), m.ctime(), m.ctime_nsec()];
    (fs::read(path).unwrap(), numbers)
}

pub fn set_time(path: &Path, seconds: u64, nanoseconds: u32) {
    let time = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    fs::File::open(path).unwrap().set_modified(time).unwrap();
}
