//! Bombs and hostile names: a table of inputs, and for each verb how long it may take and how much memory.
#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::app::wheel_bytes;
use crate::common::tree::Tree;
use crate::common::{Python, clean, pythons};
use crate::hostile_text::verbs;
use crate::surroundings::debian;

/// A program without optimisation takes so many times as long.
const SLOWER: u32 = if cfg!(debug_assertions) { 8 } else { 1 };

fn python() -> &'static Python {
    &pythons()[pythons().len() - 1]
}

/// Runs a verb, which has so many seconds and so many MiB of address space.
fn bounded(tree: &Tree, seconds: u32, mebibytes: u64, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {}; exec \"$@\"", mebibytes * 1024);
    clean(&mut command).args(["-c", &script, "sh", env!("CARGO_BIN_EXE_pyrepro")]).args(arguments);
    command.current_dir(tree.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if arguments[0] == "py3compile" {
        debian(tree, &mut command);
    }
    let limit = Duration::from_secs(u64::from(seconds * SLOWER));
    let start = Instant::now();
    let child = command.spawn().expect("a shell");
    let id = child.id().to_string();
    let output = std::thread::scope(|scope| {
        let waiting = scope.spawn(move || child.wait_with_output().expect("an end"));
        while !waiting.is_finished() {
            if start.elapsed() > limit {
                let _ = Command::new("kill").args(["-9", &id]).status();
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        waiting.join().expect("an end")
    });
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(start.elapsed() <= limit, "{arguments:?} takes longer than {limit:?}: {told}");
    assert!(output.status.code().is_some_and(|code| code < 3), "{arguments:?}: {:?}: {told}", output.status);
    assert!(!told.contains("a bug in pyrepro"), "{arguments:?}: {told}");
    output
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// A file that is long and takes no room.
fn sparse(tree: &Tree, name: &str) {
    let path = tree.write(name, "");
    File::options().write(true).open(path).and_then(|file| file.set_len(3 << 30)).expect("a sparse file");
}

/// A zip file with many members of zeros, or of another byte, in a zip file.
const NESTED: &str = r#"
import struct, zlib
def bomb(byte, count, size):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(byte * size) + packer.flush()
    crc = zlib.crc32(byte * size)
    out, central = b"", b""
    for index in range(count):
        name = b"%d.bin" % index
        facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(data), size, len(name), 0)
        central += b"PK\x01\x02\x14\x00" + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name
        out += b"PK\x03\x04" + facts + name + data
    return out + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(out), 0)
import zipfile
for name, byte in ("a.zip", b"\0"), ("b.zip", b"\1"):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as outer:
        for index in range(4):
            outer.writestr("%d.zip" % index, bomb(byte, 100, 60 << 20))
"#;

#[test]
fn members_that_only_one_side_has_are_unpacked_within_the_budget_too() {
    let tree = Tree::new();
    let script = NESTED.replace("%d.bin\" % index", "%d%d.bin\" % (byte[0], index)");
    let made = python().command().args(["-c", &script]).current_dir(tree.path()).status().expect("a Python");
    assert!(made.success());
    let output = bounded(&tree, 30, 2048, &["diff", "a.zip", "b.zip"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn archives_in_archives_have_one_budget() {
    let tree = Tree::new();
    let made = python().command().args(["-c", NESTED]).current_dir(tree.path()).status().expect("a Python");
    assert!(made.success());
    let output = bounded(&tree, 30, 2048, &["diff", "a.zip", "b.zip"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told(&output).contains("not unpacked: all together hold too much for their size"),
        "{}",
        told(&output)
    );
    for verb in ["inspect", "manifest", "verify", "normalize"] {
        bounded(&tree, 10, 1024, &[verb, "a.zip"]);
    }
}

/// A wheel, a zip file and sdists of which a few megabytes are gigabytes of zeros.
const PACKED: &str = r#"
import gzip, io, struct, tarfile, zipfile, zlib
size = 64 << 20
block = gzip.compress(bytes(size), 9)
def header(name, length):
    member = tarfile.TarInfo(name)
    member.size = length
    return member.tobuf(tarfile.GNU_FORMAT)
head = b"".join(
    header(name, len(text)) + text + bytes(-len(text) % 512)
    for name, text in (("z-1/PKG-INFO", b"Metadata-Version: 2.1\nName: z\nVersion: 1\n"), ("z-1/pyproject.toml", b""))
)
for name, copies in (("z-1.tar.gz", 40), ("y-1.tar.gz", 40)):
    with open(name, "wb") as file:
        file.write(gzip.compress((head + header("z-1/big", size * copies)) if name[0] == "z" else b"", 9))
        for _ in range(copies):
            file.write(block)
packer = zlib.compressobj(9, zlib.DEFLATED, -15)
data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 10)) + packer.flush()
crc = 0
for _ in range(1 << 10):
    crc = zlib.crc32(bytes(1 << 20), crc)
def bomb(path, more):
    out, central = b"", b""
    members = [(name, 0, zlib.crc32(text), text, len(text)) for name, text in more] + [("z.bin", 8, crc, data, 1 << 30)]
    for name, method, check, packed, length in members:
        facts = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 33, check, len(packed), length, len(name), 0)
        central += b"PK\x01\x02\x14\x00" + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name.encode()
        out += b"PK\x03\x04" + facts + name.encode() + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(central), len(out), 0)
    with open(path, "wb") as file:
        file.write(out + central + b"PK\x05\x06" + end)
info = "z-1.dist-info/"
bomb("z-1-py3-none-any.whl", [
    (info + "METADATA", b"Metadata-Version: 2.1\nName: z\nVersion: 1\n"),
    (info + "WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    (info + "RECORD", b"z.bin,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,1073741824\n"),
])
bomb("z.zip", [])
bomb("z.pyz", [("__main__.py", b"")])
"#;

#[test]
fn what_is_packed_too_well_is_unpacked_by_no_verb() {
    let tree = Tree::new();
    let made = python().command().args(["-c", PACKED]).current_dir(tree.path()).status().expect("a Python");
    assert!(made.success());
    tree.write("p/pyproject.toml", "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'z'\nversion = '1'\n");
    tree.write("p/z.py", "");
    tree.write("list.txt", "z==1\n");
    let made = bounded(&tree, 10, 1024, &["build", "p", "-o", "good"]);
    assert_eq!(made.status.code(), Some(0), "{}", told(&made));
    for (arguments, code) in [
        (&["inspect", "z-1-py3-none-any.whl", "z.zip", "z-1.tar.gz", "z.pyz"][..], None),
        (&["normalize", "z-1-py3-none-any.whl"], Some(2)),
        (&["normalize", "z.zip", "-o", "out.zip"], Some(2)),
        (&["normalize", "z-1.tar.gz"], Some(2)),
        (&["normalize", "y-1.tar.gz"], Some(2)),
        (&["normalize", "--check", "."], None),
        (&["manifest", "z-1-py3-none-any.whl"], Some(2)),
        (&["manifest", "z-1.tar.gz"], Some(2)),
        (&["diff", "z.zip", "good/z-1-py3-none-any.whl"], Some(1)),
        (&["zipapp", "--wheel", "z-1-py3-none-any.whl", "-m", "z:f", "-o", "out.pyz"], Some(2)),
        (
            &["zipapp", "--requirements", "list.txt", "--find-links", ".", "-m", "z:f", "-o", "out.pyz"],
            Some(2),
        ),
        (&["zipapp", "z.pyz", "--no-compile", "-o", "out.pyz"], Some(2)),
        (&["zipapp", "--info", "z.pyz"], Some(0)),
        (&["build", "z-1.tar.gz"], Some(2)),
        (&["build", "--list", "y-1.tar.gz"], Some(2)),
        (&["prove", "z-1.tar.gz"], Some(2)),
        (&["verify", "z-1-py3-none-any.whl", "--source", "p"], None),
        (&["verify", "z-1-py3-none-any.whl", "--source", "p", "--trace"], None),
        (&["verify", "good/z-1-py3-none-any.whl", "--source", "z-1.tar.gz"], Some(2)),
        (&["rebuild", "z-1-py3-none-any.whl", "--source", "p"], None),
        (&["rebuild", "good/z-1-py3-none-any.whl", "--source", "z-1.tar.gz"], Some(2)),
    ] {
        let output = bounded(&tree, 30, 2048, arguments);
        let right = match code {
            Some(code) => output.status.code() == Some(code),
            None => output.status.code() != Some(0) || arguments[0] == "inspect",
        };
        assert!(right, "{arguments:?}: {:?}: {}", output.status, told(&output));
        for name in ["out.zip", "out.pyz", "dist"] {
            assert!(!tree.path().join(name).exists(), "{arguments:?} wrote {name}");
        }
    }
}

#[test]
fn streams_of_one_gzip_file_have_one_limit() {
    let tree = Tree::new();
    let script = "import gzip\nfor name, byte in (('a.gz', b'a'), ('b.gz', b'b')):\n\
                  \x20   stream = gzip.compress(byte * (60 << 20), 9, mtime=0)\n\
                  \x20   open(name, 'wb').write(stream * 40)\n";
    let made = python().command().args(["-c", script]).current_dir(tree.path()).status().expect("a Python");
    assert!(made.success());
    let output = bounded(&tree, 15, 1024, &["diff", "a.gz", "b.gz"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("more than 200 times as large"), "{}", told(&output));
}

/// What is neither read nor run with a file.
const READ_NOTHING: [&str; 3] = ["completions", "help", "man"];

#[test]
fn every_verb_meets_a_bomb() {
    let table = include_str!("bombs.rs");
    for verb in verbs().iter().filter(|verb| !READ_NOTHING.contains(&verb.as_str())) {
        assert!(table.contains(&format!("&[\"{verb}\",")), "{verb} is in no list of this file");
    }
}

#[test]
fn fields_of_metadata_are_compared_in_linear_time() {
    let tree = Tree::new();
    for name in ["a", "b"] {
        let lines: String = (0..80_000).map(|index| format!("Classifier: {name}{index}\n")).collect();
        tree.write(format!("{name}/x-1.dist-info/METADATA"), format!("Name: x\nVersion: 1\n{lines}"));
    }
    let output = bounded(&tree, 4, 1024, &["diff", "a", "b"]);
    assert_eq!(output.status.code(), Some(1));
}

/// Files of all kinds that are larger than memory.
fn larger_than_memory() -> Tree {
    let tree = Tree::new();
    for name in [
        "x.pyc",
        "x.zip",
        "x.whl",
        "x-1.tar.gz",
        "x.tar",
        "x.pyz",
        "x.bin",
        "x-1-py3-none-any.whl",
        "x.manifest.json",
        "list.txt",
        "p/pyproject.toml",
        "s/a.py",
        "site/x-1.dist-info/RECORD",
        "site/x-1.dist-info/METADATA",
        "q/setup.cfg",
        "q/setup.py",
        "r/a.py",
    ] {
        sparse(&tree, name);
    }
    tree.write("site/x.py", "");
    tree.write("y.pyz", "x");
    tree.write("z-1-py3-none-any.whl", wheel_bytes("z", "1", &[("z.py", "x = 1\n")], ""));
    tree.write("r/pyproject.toml", "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'a'\ndynamic = ['version']\n");
    tree
}

#[test]
fn a_file_that_is_larger_than_memory_is_not_read_into_it() {
    let tree = larger_than_memory();
    let python = python().interpreter.path.to_str().expect("UTF-8");
    for arguments in [
        &["inspect", "x.pyc"][..],
        &["inspect", "x.bin"],
        &["inspect", "x.zip"],
        &["normalize", "x.pyc"],
        &["normalize", "x.whl"],
        &["manifest", "y.pyz", "--check", "x.manifest.json"],
        &["zipapp", "--info", "x.pyz"],
        &["zipapp", "x.pyz", "-o", "z.pyz"],
        &["zipapp", "site", "-o", "z.pyz", "--requirements", "list.txt", "--find-links", "."],
        &["build", "p"],
        &["build", "--list", "r"],
        &["build", "x-1.tar.gz"],
        &["init", "p"],
        &["init", "q"],
        &["init", "r"],
        &["compile", "--python", python, "s"],
        &["compile", "--python", python, "-i", "list.txt"],
        &["pythons", "./x.bin"],
        &["py3compile", "s"],
        &["worker", "--python_version", python, "--src", "s/a.py", "--src_name", "a.py", "--pyc", "a.pyc"],
        &["worker", "@list.txt"],
    ] {
        bounded(&tree, 20, 2048, arguments);
    }
}

#[test]
fn what_checks_an_artifact_reads_no_file_that_is_larger_than_memory() {
    let tree = larger_than_memory();
    for arguments in [
        &["verify", "x.whl"][..],
        &["verify", "--installed", "site"],
        &["verify", "y.pyz", "--manifest", "x.manifest.json"],
        &["verify", "x.whl", "--source", "p"],
        &["verify", "x.whl", "--source", "p", "--trace"],
        &["verify", "y.pyz", "--statement", "x.manifest.json"],
        &["verify", "y.pyz", "--statement", "x.manifest.json", "--public-key", "x.bin"],
        &["rebuild", "x-1-py3-none-any.whl", "--source", "p"],
        &["rebuild", "z-1-py3-none-any.whl", "--source", "x-1.tar.gz"],
        &["rebuild", "z-1-py3-none-any.whl", "--source", "p"],
        &["rebuild", "z-1-py3-none-any.whl", "--source", "r", "--recipe", "x.bin"],
        &["rebuild", "z-1-py3-none-any.whl", "--source", "r", "--statement", "s.json", "--key", "x.bin"],
        &["rebuild", "-r", "list.txt"],
        &["prove", "p"],
        &["prove", "x-1.tar.gz"],
    ] {
        bounded(&tree, 20, 2048, arguments);
    }
}

#[test]
fn a_pattern_that_looks_around_comes_to_an_end() {
    let tree = Tree::new();
    let build = "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'a'\ndynamic = ['version']\n";
    for pattern in
        [r"(?<=x)(?P<version>1)(?=[\\s\\S]*y)", r"(?=[\\s\\S]*z)(?P<version>\\d)", r"^((a|a)+)+$(?!b)"]
    {
        tree.write(
            "p/pyproject.toml",
            format!("{build}[tool.pyrepro.version]\npath = 'a.py'\npattern = \"{pattern}\"\n"),
        );
        tree.write("p/a.py", "x1".repeat(50_000) + &"a".repeat(100_000));
        let output = bounded(&tree, 15, 1024, &["build", "--list", "p"]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    }
}

#[test]
fn a_pattern_of_what_to_leave_out_that_takes_too_long_is_an_error_and_leaves_nothing_in() {
    let tree = Tree::new();
    tree.write(format!("src/{}b.py", "a".repeat(200)), "x = 1\n");
    tree.write("src/c.py", "x = 1\n");
    let python = python().interpreter.path.to_str().expect("UTF-8");
    let output = bounded(&tree, 20, 4096, &["compile", "--python", python, "-x", r"src/(a|a\1?)+$", "src"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("takes too long to tell whether it is left out"), "{}", told(&output));
    assert_eq!(tree.pycs().len(), 1, "only the other one");
}

#[cfg(target_os = "linux")]
#[test]
fn a_source_that_takes_all_memory_costs_itself_alone() {
    let tree = Tree::new();
    tree.write("src/a.py", "x = 1\n");
    tree.write("src/b.py", "a\n".repeat(3_000_000));
    tree.write("src/c.py", "x = 1\n");
    let python = python().interpreter.path.to_str().expect("UTF-8");
    let arguments = [
        "compile",
        "--compiler",
        "interpreter",
        "--python",
        python,
        "-j",
        "1",
        "--memory-limit",
        "300",
        "src",
    ];
    let output = bounded(&tree, 60, 16384, &arguments);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("takes more than the 300 MiB of memory"), "{}", told(&output));
    assert_eq!(tree.pycs().len(), 2, "{}", told(&output));
}

#[test]
fn devices_and_pipes_that_a_document_names_are_not_read() {
    let tree = Tree::new();
    let fifo = |name: &str| {
        fs::create_dir_all(tree.path().join(name).parent().expect("a folder")).expect("a folder");
        let made = Command::new("mkfifo").arg(tree.path().join(name)).status().expect("mkfifo");
        assert!(made.success());
    };
    let python = python().interpreter.path.to_str().expect("UTF-8");
    let zeros = |path: &Path| {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        symlink("/dev/zero", path).expect("a link");
    };
    tree.write("site/x-1.dist-info/METADATA", "Name: x\nVersion: 1\n");
    let hash = "sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,1";
    let up = "../".repeat(30);
    tree.write(
        "site/x-1.dist-info/RECORD",
        format!("pipe.py,{hash}\nzero.py,{hash}\n{up}dev/zero,{hash}\n/dev/zero,{hash}\nm.py,{hash}\n"),
    );
    fifo("site/pipe.py");
    zeros(&tree.path().join("site/zero.py"));
    tree.write("site/m.py", "");
    let output = bounded(&tree, 5, 1024, &["verify", "--installed", "site"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));

    let build = "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'a'\nversion = '1'\n";
    for (index, what) in ["readme = 'long.md'", "license-files = ['long.md']", "license = {file = 'long.md'}"]
        .iter()
        .enumerate()
    {
        for kind in ["pipe", "zero"] {
            let root = format!("{kind}{index}");
            tree.write(format!("{root}/pyproject.toml"), format!("{build}{what}\n"));
            tree.write(format!("{root}/a.py"), "");
            match kind {
                "pipe" => fifo(&format!("{root}/long.md")),
                _ => zeros(&tree.path().join(&root).join("long.md")),
            }
            bounded(&tree, 5, 1024, &["build", "--list", &root]);
            bounded(&tree, 5, 1024, &["init", &root]);
        }
    }
    for kind in ["pipe", "zero"] {
        for name in ["pyproject.toml", "setup.cfg", "setup.py", "a.py", "__pycache__/a.cpython-313.pyc"] {
            let root = format!("{kind}-{}", name.replace('/', "-"));
            tree.write(format!("{root}/b.py"), "");
            match kind {
                "pipe" => fifo(&format!("{root}/{name}")),
                _ => zeros(&tree.path().join(&root).join(name)),
            }
            for arguments in [
                &["init", &root][..],
                &["build", "--list", &root],
                &["manifest", &root],
                &["zipapp", &root, "-o", "z.pyz", "-m", "b:f"],
                &["normalize", "--check", &root],
                &["compile", "--python", python, &root],
                &["diff", &root, "site"],
            ] {
                bounded(&tree, 5, 2048, arguments);
            }
        }
    }
}

/// An interpreter that tells the limits of its memory before it compiles: the limit is set from outside, so
/// a moment after the start.
#[cfg(target_os = "linux")]
fn that_tells_its_limits(tree: &Tree) -> String {
    use std::os::unix::fs::PermissionsExt;
    let limits = tree.path().join("limits.txt");
    let real = python().interpreter.path.display();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *'-X utf8'*) sleep 0.5; grep 'Max address space' /proc/$$/limits >> '{}';; esac\nexec '{real}' \"$@\"\n",
        limits.display()
    );
    let path = tree.write("bin/python3", script);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    path.to_str().expect("UTF-8").to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn every_verb_that_compiles_limits_the_memory_of_its_interpreters() {
    let tree = Tree::new();
    let python = that_tells_its_limits(&tree);
    tree.write("app/__main__.py", "import m\n");
    tree.write("app/m.py", "x = 1\n");
    tree.write("p/pyproject.toml", "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'z'\nversion = '1'\n");
    tree.write("p/z.py", "");
    for arguments in [
        &["compile", "--compiler", "interpreter", "--python", &python, "app"][..],
        &["zipapp", "app", "--compiler", "interpreter", "--python", &python, "-o", "app.pyz"],
        &["verify", "app.pyz", "--compiler", "interpreter", "--python", &python, "--source", "app"],
        &["build", "p", "--compiler", "interpreter", "--python", &python, "--pyc", "checked-hash"],
    ] {
        let output = bounded(&tree, 20, 16384, arguments);
        let limits = fs::read_to_string(tree.path().join("limits.txt")).unwrap_or_default();
        assert!(!limits.is_empty(), "{arguments:?} started no interpreter: {}", told(&output));
        let is_limited = |line: &str| line.contains(&(4_u64 << 30).to_string());
        assert!(limits.lines().all(is_limited), "{arguments:?}: {limits}");
        fs::remove_file(tree.path().join("limits.txt")).expect("limits");
        // What was compiled once need not be again.
        let _ = fs::remove_dir_all(tree.path().join("app/__pycache__"));
    }
}
