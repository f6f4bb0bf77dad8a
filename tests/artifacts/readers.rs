//! Archives that pyrepro writes, read by programs and libraries that are not pyrepro's. All find the same
//! members, contents, modes and times.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::app::stdout_of;
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro, skip};

const ORCHARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/orchard");

/// A member of an archive: its path, its permissions and its content.
type Member = (String, u32, Vec<u8>);

/// The archives of a project with a script, a name that is not ASCII, an empty file and a large one.
struct Archives {
    tree: Tree,
}

impl Archives {
    fn new() -> Archives {
        let tree = Tree::new();
        let status = Command::new("cp").arg("-r").arg(ORCHARD).arg(tree.path().join("orchard")).status();
        assert!(status.expect("cp").success());
        let package = |name: &str| Path::new("orchard/src/orchard").join(name);
        tree.write(package("empty.txt"), "");
        tree.write(package("größe.txt"), "sizes\n".repeat(100_000));
        tree.write(package(&format!("{}/long.txt", "deep".repeat(40))), "a path for a pax header\n");
        let out = tree.path().join("out");
        let build = ["build", "--wheel", "--sdist", "--zipapp", "--no-manifest", "-o"];
        stdout_of(pyrepro().args(build).arg(out).arg(tree.path().join("orchard")));
        Archives { tree }
    }

    fn path(&self, ending: &str) -> PathBuf {
        let files = fs::read_dir(self.tree.path().join("out")).expect("a folder");
        let mut paths = files.map(|entry| entry.expect("an entry").path());
        paths.find(|path| path.to_string_lossy().ends_with(ending)).expect("an archive")
    }

    fn zips(&self) -> [PathBuf; 2] {
        [self.path(".whl"), self.path(".pyz")]
    }
}

fn zip_crate(path: &Path) -> Vec<Member> {
    let mut archive = zip::ZipArchive::new(File::open(path).expect("a file")).expect("a zip file");
    let members = (0..archive.len()).map(|index| {
        let mut member = archive.by_index(index).expect("a member");
        let mut content = Vec::new();
        member.read_to_end(&mut content).expect("content with the right CRC");
        let time = member.last_modified().expect("a time").to_string();
        assert!(time.starts_with("1980-01-01"), "{time}");
        (member.name().expect("UTF-8").into_owned(), member.unix_mode().expect("a mode") & 0o7777, content)
    });
    members.collect()
}

fn tar_crate(path: &Path) -> Vec<Member> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(path).expect("a file")));
    let members = archive.entries().expect("a tar file").map(|member| {
        let mut member = member.expect("a member");
        let mut content = Vec::new();
        member.read_to_end(&mut content).expect("content");
        let header = member.header();
        assert_eq!(header.mtime().expect("a time"), 315_532_800);
        assert_eq!((header.uid().expect("a user"), header.gid().expect("a group")), (0, 0));
        let mode = header.mode().expect("a mode");
        (member.path().expect("a path").to_str().expect("UTF-8").to_owned(), mode, content)
    });
    members.collect()
}

/// What Python's zipfile or tarfile finds, written into files so that any content gets here.
fn python(path: &Path) -> Vec<Member> {
    const SCRIPT: &str = r"
import base64, json, sys, tarfile, zipfile
if zipfile.is_zipfile(sys.argv[1]):
    with zipfile.ZipFile(sys.argv[1]) as file:
        assert file.testzip() is None
        members = [(m.filename, m.external_attr >> 16 & 0o7777, file.read(m)) for m in file.infolist()]
else:
    with tarfile.open(sys.argv[1], 'r:gz') as file:
        members = [(m.name, m.mode, file.extractfile(m).read()) for m in file if m.isfile()]
print(json.dumps([(name, mode, base64.b16encode(content).decode()) for name, mode, content in members]))
";
    let printed = stdout_of(newest().command().args(["-c", SCRIPT]).arg(path));
    let members: Vec<(String, u32, String)> = serde_json::from_str(&printed).expect("a list");
    let bytes = |text: &str| {
        let pairs = text.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).expect("ASCII"));
        pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).collect()
    };
    members.into_iter().map(|(path, mode, content)| (path, mode, bytes(&content))).collect()
}

/// What a program unpacks into a folder, by path: programs unpack in an order of their own.
fn unpacked(mut command: Command, archive: &Path) -> Vec<Member> {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new();
    let output = command.arg(archive).current_dir(tree.path()).output().expect("it ran before");
    // Info-ZIP warns of the line before a zipapp's archive with status 1.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let member = |path: PathBuf| {
        let place = tree.path().join(&path);
        let mode = place.metadata().expect("a file").permissions().mode() & 0o7777;
        (path.to_str().expect("UTF-8").to_owned(), mode, fs::read(place).expect("a file"))
    };
    tree.files().into_iter().map(member).collect()
}

/// The files, by path. Folders, which zipapps list for zipimport, are left out.
fn sorted(mut members: Vec<Member>) -> Vec<Member> {
    members.retain(|(path, ..)| !path.ends_with('/'));
    members.sort();
    members
}

#[track_caller]
fn assert_same(path: &Path, expected: &[Member], found: &[Member]) {
    let heads = |members: &[Member]| -> Vec<(String, u32, usize)> {
        members.iter().map(|(path, mode, content)| (path.clone(), *mode, content.len())).collect()
    };
    assert_eq!(heads(found), heads(expected), "{}", path.display());
    assert!(found == expected, "{}: other content", path.display());
}

#[test]
fn the_crates_zip_and_tar_and_python_read_the_same_members_in_the_same_order() {
    let archives = Archives::new();
    for path in archives.zips() {
        assert_same(&path, &zip_crate(&path), &python(&path));
    }
    let sdist = archives.path(".tar.gz");
    assert_same(&sdist, &tar_crate(&sdist), &python(&sdist));
    assert!(tar_crate(&sdist).iter().any(|(path, ..)| path.len() > 100), "no path that needs a pax header");
}

#[test]
fn info_zip_finds_no_fault_and_unpacks_the_same_files() {
    if Command::new("unzip").arg("-v").output().is_err() {
        return skip("unzip", "Info-ZIP reads none of our archives");
    }
    let archives = Archives::new();
    for path in archives.zips() {
        let mut command = Command::new("unzip");
        command.args(["-q"]).env("LC_ALL", "C.UTF-8");
        assert_same(&path, &sorted(zip_crate(&path)), &sorted(unpacked(command, &path)));
    }
}

#[test]
fn gnu_tar_and_bsdtar_unpack_the_same_files() {
    let archives = Archives::new();
    let sdist = archives.path(".tar.gz");
    for program in ["tar", "bsdtar"] {
        if Command::new(program).arg("--version").output().is_err() {
            skip(program, "it reads none of our archives");
            continue;
        }
        let mut command = Command::new(program);
        command.args(["--no-same-owner", "-xpf"]).env("LC_ALL", "C.UTF-8");
        assert_same(&sdist, &sorted(tar_crate(&sdist)), &sorted(unpacked(command, &sdist)));
    }
    for path in archives.zips() {
        if Command::new("bsdtar").arg("--version").output().is_ok() {
            let mut command = Command::new("bsdtar");
            command.args(["--no-same-owner", "-xpf"]).env("LC_ALL", "C.UTF-8");
            assert_same(&path, &sorted(zip_crate(&path)), &sorted(unpacked(command, &path)));
        }
    }
}
