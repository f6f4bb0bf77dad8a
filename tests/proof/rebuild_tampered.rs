//! A thousand wheels that were tampered with, each with a RECORD that holds: none is accepted.
//!
//! The whole: `cargo test --release --test proof tampered -- --ignored`. A sample of them is in every run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::backend::{self, Installer};
use pyrepro::python::Interpreters;
use pyrepro::rebuild::{Options, Subject, rebuild};
use pyrepro::record::{Record, Row};

use crate::common::app::{members, stdout_of};
use crate::common::tree::Tree;
use crate::common::{pyrepro, search_path};

pub type Files = Vec<(String, Vec<u8>)>;

/// Projects of three shapes that pyrepro itself builds, so that a rebuild takes milliseconds.
type Project = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
const PROJECTS: [Project; 3] = [
    (
        "plum",
        "dependencies = ['idna']\n[project.scripts]\nplum = 'plum.cli:main'\n",
        &[
            ("__init__.py", "VERSION = '1.0'\n"),
            ("cli.py", "from .check import check\n\ndef main():\n    return check('password')\n"),
            ("check.py", "def check(word):\n    return word == 'secret'\n"),
            ("data.txt", "plums\n"),
        ],
    ),
    (
        "pear",
        "readme = 'README.md'\n[project.optional-dependencies]\nall = ['six']\n[project.gui-scripts]\npear = 'pear:main'\n",
        &[
            ("__init__.py", "def main():\n    pass\n"),
            ("py.typed", ""),
            ("deep/__init__.py", "from .code import answer\n"),
            ("deep/code.py", "def answer():\n    return 42\n"),
            ("deep/table.json", "{\"a\": [1, 2, 3]}\n"),
            ("names/\u{e4}.txt", "\u{e4}\n"),
        ],
    ),
    (
        "fig",
        "keywords = ['a', 'b']\n[project.urls]\nHome = 'https://example.org'\n[project.entry-points.'fig.plugins']\none = 'fig.a:one'\n",
        &[
            ("__init__.py", "# A package\n"),
            ("a.py", "def one():\n    return 1\n"),
            ("b.py", "def two():\n    return 2\n"),
            ("c.py", "class Three:\n    value = 3\n"),
            ("d.py", "import os\n\nHOME = os.path.expanduser('~')\n"),
            ("e.py", "async def five():\n    return 5\n"),
        ],
    ),
];

fn build(tree: &Tree, (name, more, files): (&str, &str, &[(&str, &str)])) -> (PathBuf, PathBuf) {
    tree.write(
        format!("{name}/pyproject.toml"),
        format!(
            "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = '{name}'\nversion = '1.0'\n\
             description = 'A {name}'\nlicense = 'MIT'\nlicense-files = ['LICENSE']\n{more}"
        ),
    );
    tree.write(format!("{name}/LICENSE"), "Do as you like.\n");
    tree.write(format!("{name}/README.md"), "A fruit.\n");
    for (path, content) in files {
        tree.write(format!("{name}/src/{name}/{path}"), content);
    }
    let (source, out) = (tree.path().join(name), tree.path().join("published"));
    stdout_of(pyrepro().args(["build", "--wheel", "--no-manifest", "-q", "-o"]).arg(&out).arg(&source));
    (source, out.join(format!("{name}-1.0-py3-none-any.whl")))
}

pub type Content = fn(&[u8]) -> Vec<u8>;

/// What can be done to the content of a member.
pub const OF_CONTENT: [(&str, Content); 29] = [
    ("the first byte", |old| changed(old, 0)),
    ("a byte in the middle", |old| changed(old, old.len() / 2)),
    ("the last byte", |old| changed(old, old.len().saturating_sub(1))),
    ("one more line end", |old| [old, b"\n"].concat()),
    ("a space at the end", |old| [old, b" "].concat()),
    ("a NUL at the end", |old| [old, b"\0"].concat()),
    ("a comment", |old| [old, b"# x\n"].concat()),
    ("a line of code before", |old| [b"import os; os.abort()\n", old].concat()),
    ("a byte order mark", |old| [b"\xef\xbb\xbf", old].concat()),
    ("nothing", |_| Vec::new()),
    ("half", |old| old[..old.len() / 2].to_vec()),
    ("twice", |old| [old, old].concat()),
    ("CRLF", |old| replaced(old, "\n", "\r\n")),
    ("CR", |old| replaced(old, "\n", "\r")),
    ("tabs", |old| replaced(old, "    ", "\t")),
    ("a homoglyph", |old| replaced(old, "e", "\u{435}")),
    ("a zero-width space", |old| replaced(old, "a", "a\u{200b}")),
    ("a direction override", |old| replaced(old, "(", "(\u{202e}")),
    ("capitals", |old| old.to_ascii_uppercase()),
    ("a byte in the first half", |old| changed(old, old.len() / 4)),
    ("a byte in the second half", |old| changed(old, old.len() * 3 / 4)),
    ("a line end less", |old| replaced(old, "\n", "")),
    ("a form feed", |old| [old, b"\x0c"].concat()),
    ("backwards", |old| old.iter().rev().copied().collect()),
    ("a space before", |old| [b" ", old].concat()),
    ("another number", |old| replaced(old, "1", "2")),
    ("a carriage return at the end", |old| [old, b"\r"].concat()),
    ("a soft hyphen", |old| replaced(old, "o", "o\u{ad}")),
    ("a number more", |old| replaced(old, ".", ".0")),
];

fn changed(old: &[u8], at: usize) -> Vec<u8> {
    let mut new = old.to_vec();
    if let Some(byte) = new.get_mut(at) {
        *byte ^= 1;
    }
    new
}

fn replaced(old: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(old).replacen(from, to, 1).into_bytes()
}

pub type Whole = fn(&mut Files, usize);

/// What can be done to a member as a whole, or beside it.
pub const OF_MEMBERS: [(&str, Whole); 12] = [
    ("missing", |files, at| drop(files.remove(at))),
    ("under another name", |files, at| files[at].0.push('x')),
    ("in capitals", |files, at| files[at].0 = files[at].0.to_ascii_uppercase()),
    ("a copy beside it", |files, at| files.push((format!("{}.py", files[at].0), files[at].1.clone()))),
    ("a copy at the top", |files, at| files.push((format!("copy{at}.py"), files[at].1.clone()))),
    ("a copy as sitecustomize", |files, at| files.push(("sitecustomize.py".into(), files[at].1.clone()))),
    ("a copy as .pth", |files, at| files.push((format!("copy{at}.pth"), files[at].1.clone()))),
    ("a copy in data", |files, at| {
        let folder = files[0].0.split('/').next().unwrap_or_default().to_owned();
        files.push((format!("{folder}-1.0.data/scripts/copy{at}"), files[at].1.clone()));
    }),
    ("a shadow of another project", |files, at| files.push(("pip/__init__.py".into(), files[at].1.clone()))),
    ("bytecode of it", |files, at| files.push((format!("{}c", files[at].0), b"\xcb\r\r\n\0\0\0\0".to_vec()))),
    ("swapped with the next", |files, at| {
        let next = (at + 1) % files.len();
        let content = std::mem::take(&mut files[at].1);
        files[at].1 = std::mem::replace(&mut files[next].1, content);
    }),
    ("the next one's content", |files, at| files[at].1 = files[(at + 1) % files.len()].1.clone()),
];

/// Every wheel that these make of one, by its number.
fn variants(original: &Files) -> Vec<(String, Files)> {
    let mut variants = Vec::new();
    let mut add = |what: String, files: Files| {
        // Swapping equal members changes nothing.
        if files != *original {
            variants.push((what, files));
        }
    };
    for (at, (path, content)) in original.iter().enumerate() {
        for (what, change) in OF_CONTENT {
            let mut files = original.clone();
            files[at].1 = change(content);
            add(format!("{path}: {what}"), files);
        }
        for (what, change) in OF_MEMBERS {
            let mut files = original.clone();
            change(&mut files, at);
            add(format!("{path}: {what}"), files);
        }
    }
    variants
}

fn files_of(wheel: &Path) -> Files {
    // The order is that of RECORD, so that a RECORD of the same files is the same.
    let files = members(wheel).into_iter().filter_map(|(path, content, _)| Some((path, content?)));
    files.filter(|(path, _)| !path.ends_with(".dist-info/RECORD")).collect()
}

/// A wheel with a RECORD that holds; none where no archive can have these members.
fn pack(name: &str, files: &Files, target: &Path) -> bool {
    let place = format!("{name}-1.0.dist-info/RECORD");
    let rows = files.iter().map(|(path, content)| Row::of(path.clone(), content));
    let text = Record { rows: rows.chain([Row::unhashed(place.clone())]).collect() }.to_string();
    let all = files.iter().cloned().chain([(place, text.into_bytes())]);
    let entries: Result<Vec<Entry>, _> = all.map(|(path, content)| Entry::bytes(path, content)).collect();
    let Some(entries) = entries.ok().and_then(|entries| Entries::new(entries, &Order::Path).ok()) else {
        return false;
    };
    zip::write(&entries, &zip::Options::default(), &mut fs::File::create(target).unwrap()).is_ok()
}

fn options(tree: &Tree, source: &Path) -> Options {
    let found = Interpreters::new(search_path()).all();
    Options {
        installer: Installer::Pip,
        pythons: found.into_iter().flatten().filter(|python| python.target.is_ok()).collect(),
        source: Some(source.to_owned()),
        repository: false,
        strategy: None,
        python: None,
        cache: tree.path().join("cache"),
        keep: None,
        root: backend::default_root(),
        explain: false,
        attempts: 16,
        time_limit: Duration::from_secs(600),
        sandbox: true,
        variables: std::env::vars_os().collect(),
    }
}

/// Judges every so manieth of all variants, and gives how many those were.
fn judge(step: usize) -> usize {
    let (mut judged, mut number) = (0, 0);
    for project in PROJECTS {
        let tree = Tree::new();
        let (source, wheel) = build(&tree, project);
        let options = options(&tree, &source);
        let grade = |path: &Path| {
            let subject = Subject::Wheel(path.to_owned());
            rebuild(&subject, &options, &AtomicBool::new(false), &|_| ()).grade
        };
        let original = files_of(&wheel);
        let folder = tree.path().join("tampered");
        fs::create_dir(&folder).unwrap();
        let target = folder.join(wheel.file_name().unwrap());
        assert!(pack(project.0, &original, &target) && grade(&target).is_proof(), "{} untouched", project.0);
        for (what, files) in variants(&original) {
            number += 1;
            if number % step == 0 && pack(project.0, &files, &target) {
                assert!(!grade(&target).is_proof(), "{}: {what} is accepted", project.0);
                judged += 1;
            }
        }
    }
    judged
}

#[test]
fn none_of_a_sample_of_tampered_wheels_is_accepted() {
    assert!(judge(37) >= 20);
}

#[test]
#[ignore = "it takes minutes; the sample is in every run"]
fn none_of_a_thousand_tampered_wheels_is_accepted() {
    let judged = judge(1);
    eprintln!("{judged} tampered wheels, 0 accepted");
    assert!(judged >= 1000, "{judged}");
}
