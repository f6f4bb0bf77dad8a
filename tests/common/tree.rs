//! Trees of sources to compile.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use tempfile::TempDir;

/// A folder that goes when the test does.
pub struct Tree(TempDir);

impl Tree {
    pub fn new() -> Tree {
        Tree(tempfile::tempdir().expect("a temporary folder"))
    }

    /// A tree with what compilers meet: packages, sets, docstrings, asserts, cookies, line ends, links.
    pub fn of_many_kinds() -> Tree {
        let tree = Tree::new();
        for (name, text) in MANY_KINDS {
            tree.write(Path::new("src").join(name), text);
        }
        let cookies: [(&str, &[u8]); 4] = [
            ("latin.py", b"# coding: latin-1\nname = '\xe9t\xe9'\n"),
            ("signed.py", b"\xef\xbb\xbfname = '\xc3\xa9'\n"),
            ("crlf.py", b"def f():\r\n    '''a\r\nb'''\r\n"),
            ("empty.py", b""),
        ];
        for (name, bytes) in cookies {
            tree.write(Path::new("src/odd").join(name), bytes);
        }
        tree.write("outside/far.py", "far = True\n");
        #[cfg(unix)]
        for (target, link) in [
            ("../outside/far.py", "src/linked_out.py"),
            ("pkg/one.py", "src/linked_in.py"),
            ("..", "src/loop"),
        ] {
            std::os::unix::fs::symlink(target, tree.path().join(link)).expect("a link");
        }
        tree
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, as it was a long time ago.
    pub fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file in the folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        filetime::set_file_mtime(&path, FileTime::from_unix_time(1_600_000_000, 0)).expect("a time");
        path
    }

    /// The bytecode files below, by their path from here, in order.
    pub fn pycs(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = self.files().into_iter();
        let pycs = files.filter(|path| path.extension() == Some(OsStr::new("pyc")));
        pycs.map(|path| (path.clone(), fs::read(self.path().join(path)).expect("a file"))).collect()
    }

    /// All files below, by their path from here, in order. Links to folders are not followed.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let entry = entry.expect("an entry");
                match entry.file_type().expect("a type").is_dir() {
                    true => folders.push(entry.path()),
                    false => files.push(entry.path().strip_prefix(self.path()).expect("below").to_owned()),
                }
            }
        }
        files.sort();
        files
    }
}

const MANY_KINDS: [(&str, &str); 9] = [
    ("top.py", "import os\n\nANSWER = 42\n"),
    ("pkg/__init__.py", "'''A package.'''\nfrom . import one\n"),
    ("pkg/one.py", "def f(x):\n    '''Doc.'''\n    assert x, 'no x'\n    return x in {'a', 'b', 'c', 'd'}\n"),
    ("pkg/sub/__init__.py", ""),
    (
        "pkg/sub/deep/two.py",
        "class C:\n    x: int = 1\n    def m(self, *, k=1.5): return lambda: (self, k)\n",
    ),
    ("pkg/sub/deep/er/three.py", "SET = frozenset(('x', 'y'))\nwhile 0: pass\n"),
    ("namespace/only.py", "try:\n    import x\nexcept ImportError:\n    x = None\n"),
    ("data.txt", "no source\n"),
    ("script", "print('no ending')\n"),
];
