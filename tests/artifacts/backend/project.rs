//! Projects to build, put on disk in one way or another, and builds of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use filetime::FileTime;
use pyrepro::backend::{Artifact, Error, Isolation, Request, Session};

use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;

/// What differs between two machines.
#[derive(Clone, Copy)]
pub struct Variation {
    pub folder: &'static str,
    pub modified: i64,
    pub mode: u32,
    pub umask: &'static str,
    pub backwards: bool,
    pub variables: [(&'static str, &'static str); 5],
}

pub const HERE: Variation = Variation {
    folder: "a",
    modified: 1_600_000_000,
    mode: 0o644,
    umask: "022",
    backwards: false,
    variables: [
        ("PYTHONHASHSEED", "1"),
        ("TZ", "UTC"),
        ("LC_ALL", "C"),
        ("SOURCE_DATE_EPOCH", "7"),
        ("USER", "a"),
    ],
};

pub const THERE: Variation = Variation {
    folder: "some/deeper place",
    modified: 1_700_000_001,
    mode: 0o600,
    umask: "077",
    backwards: true,
    variables: [
        ("PYTHONHASHSEED", "77"),
        ("TZ", "Pacific/Chatham"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("SOURCE_DATE_EPOCH", "1700000000"),
        ("USER", "b"),
    ],
};

/// The tools that all tests here share, unless there is no index to get them from.
pub fn backends() -> Option<Tools> {
    tools("backends")
}

/// A copy of a project of `testdata/backends`, as it lies about on some machine.
pub fn copy(project: &str, tree: &Tree, variation: &Variation) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/backends").join(project);
    let to = tree.path().join(variation.folder);
    let mut files = files(&from);
    if variation.backwards {
        files.reverse();
    }
    for file in files {
        let (from, to) = (from.join(&file), to.join(&file));
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(&from, &to).expect("a file");
        set_mode(&from, &to, variation.mode);
        filetime::set_file_mtime(&to, FileTime::from_unix_time(variation.modified, 0)).expect("a time");
    }
    to
}

#[cfg(unix)]
fn set_mode(from: &Path, to: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let executable = from.metadata().expect("a file").permissions().mode() & 0o100;
    fs::set_permissions(to, fs::Permissions::from_mode(mode | executable)).expect("a mode");
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: &Path, _: u32) {}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path.strip_prefix(root).expect("below").to_owned()),
            }
        }
    }
    files.sort();
    files
}

/// Makes a repository of a project, with one commit that has a tag.
pub fn commit(folder: &Path, tag: &str) {
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &["commit", "--quiet", "--no-verify", "--message=x"],
        &["tag", tag],
    ] {
        let mut git = Command::new("git");
        git.arg("-C").arg(folder).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
        git.args(["-c", "commit.gpgsign=false"]).args(arguments).env_remove("GIT_DIR");
        git.env("GIT_AUTHOR_DATE", "1577836800 +0000").env("GIT_COMMITTER_DATE", "1577836800 +0000");
        let output = git.output().expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A request that takes the backend from the tools.
pub fn request(source: &Path, tools: &Tools, variation: &Variation) -> Request {
    let user = ["PATH", "HOME"].into_iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?)));
    let varied = variation.variables.iter().map(|(name, value)| (name.into(), value.into()));
    Request {
        isolation: Isolation::Installed,
        variables: user.chain(varied).collect(),
        root: std::env::temp_dir(),
        ..Request::new(source.to_owned(), tools.path("python"))
    }
}

/// The file name and the content of an artifact.
pub fn build(request: &Request, artifact: Artifact) -> Result<(String, Vec<u8>), Error> {
    let stop = AtomicBool::new(false);
    let mut session = Session::start(request, &stop, &|_| ())?;
    let built = session.build(artifact, &|_| ())?;
    Ok((built.file_name, fs::read(built.path).expect("an artifact")))
}
