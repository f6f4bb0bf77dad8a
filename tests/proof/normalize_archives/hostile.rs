//! Archives that are damaged or made to deceive: an error, in bounded time and memory, the file as it
//! was, and nothing beside it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pyrepro::archive::Entry;

use crate::common::app::{wheel_bytes, zip_of};
use crate::common::{newest, pyrepro};
use crate::normalize::folder::{Folder, assert_exit, normalize, state, stderr, stdout};
use crate::normalize_archives::{made, text};

/// Makes one bad zip file after the other.
const BAD: &str = include_str!("bad_zips.py");

#[track_caller]
fn assert_refused(folder: &Folder, file: &Path, reason: &str) {
    let (before, names) = (state(file), folder.names());
    let start = Instant::now();
    let output = normalize(file, &[]);
    assert_exit(&output, 2);
    assert!(stderr(&output).contains(reason), "{}: {reason}\n{}", file.display(), stderr(&output));
    assert!(!stderr(&output).contains("bug"), "{}", stderr(&output));
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(state(file), before);
    assert_eq!(folder.names(), names);
}

#[test]
fn bad_zip_files_are_refused_for_what_is_wrong_with_them() {
    let folder = Folder::new();
    let output = newest().command().args(["-c", BAD, text(folder.path())]).output().unwrap();
    assert_exit(&output, 0);
    let reasons = stdout(&output);
    assert!(reasons.lines().count() >= 14, "{reasons}");
    for line in reasons.lines() {
        let (name, reason) = line.split_once('\t').unwrap();
        assert_refused(&folder, &folder.path().join(name), reason);
    }
}

#[test]
fn an_archive_cut_anywhere_is_refused_or_the_same() {
    let folder = Folder::new();
    for (kind, name) in
        [(&["jar"][..], "a.jar"), (&["tar"], "a.tar.gz"), (&["wheel"], "a-1-py3-none-any.whl")]
    {
        let whole = fs::read(made(&folder, kind, name)).unwrap();
        fs::remove_file(folder.path().join(name)).unwrap();
        // Every place near both ends, and some between.
        let step = whole.len() / 40 + 1;
        let near = |length: &usize| *length < 40 || whole.len() - length < 80 || length.is_multiple_of(step);
        for length in (0..whole.len()).filter(near) {
            folder.file(&format!("{length:08}-{name}"), &whole[..length]);
        }
        let before = folder.names();
        let output = folder.normalize(&["-qq", "--format", "json"]);
        assert_exit(&output, 2);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["summary"]["failed"], before.len(), "{}", document["summary"]);
        assert_eq!(folder.names(), before);
        for file in &before {
            let length: usize = file[..8].parse().unwrap();
            assert!(fs::read(folder.path().join(file)).unwrap() == whole[..length], "{file}");
            fs::remove_file(folder.path().join(file)).unwrap();
        }
    }
}

#[test]
fn bytes_changed_anywhere_never_make_other_content() {
    let folder = Folder::new();
    let whole = wheel_bytes("m", "1", &[("m.py", "x = 1\n"), ("n.py", &"y = 2\n".repeat(50))], "");
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        folder.file(&format!("{at:06}/m-1-py3-none-any.whl"), bytes);
    }
    let output = folder.normalize(&["-qq", "--format", "json"]);
    assert_exit(&output, 2);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["summary"]["failed"].as_u64().unwrap() > whole.len() as u64 / 2);
    // Those that were made normal differ in what says nothing: they have the content of the whole.
    let whole = folder.file("whole.whl", &whole);
    assert_exit(&normalize(&whole, &[]), 0);
    let expected = crate::normalize_archives::contents(&whole);
    for file in
        document["files"].as_array().unwrap().iter().filter(|file| file["outcome"] == "normalized").take(12)
    {
        assert_eq!(
            crate::normalize_archives::contents(Path::new(file["path"].as_str().unwrap())),
            expected,
            "{file}"
        );
    }
}

#[test]
fn a_bomb_costs_neither_memory_nor_disk() {
    let folder = Folder::new();
    // One member, many that are not large for themselves, and a stream.
    let zeros = folder.path().join("zeros");
    fs::File::create(&zeros).unwrap().set_len(300 << 20).unwrap();
    let one = Entry::file("zeros", &zeros, 300 << 20).unwrap();
    let one = folder.file("one.zip", zip_of(vec![one]));
    // None of them is large for itself.
    let small = folder.path().join("small");
    fs::File::create(&small).unwrap().set_len(8 << 20).unwrap();
    let small = (0..40).map(|n| Entry::file(format!("s{n}"), &small, 8 << 20).unwrap());
    let many = folder.file("many.zip", zip_of(small.collect()));
    let gz = folder.path().join("bomb.tar.gz");
    let script = "import gzip, sys; g = gzip.open(sys.argv[1], 'wb'); [g.write(bytes(1 << 20)) for _ in range(300)]; g.close()";
    assert_exit(&newest().command().args(["-c", script, text(&gz)]).output().unwrap(), 0);
    for file in [one, many, gz] {
        assert_refused(&folder, &file, "times as large as in the archive");
    }
}

#[test]
fn a_full_disk_leaves_archives_as_they_were_and_nothing_beside_them() {
    // A file system of its own, in a mount namespace of its own, so that nothing of it remains.
    let script = r#"
        set -e
        mount -t tmpfs -o size=2m tmpfs "$1"
        export TMPDIR="$1"
        cp "$2" "$1/a.whl"; cp "$2" "$1/b.whl"; mkdir "$1/far"; ln "$1/b.whl" "$1/far/other"
        cp "$2" "$1/c.whl"
        cat /dev/zero > "$1/rest" 2> /dev/null || true
        "$3" normalize "$1" && exit 9 || test $? = 2
        for name in a b c; do cmp "$2" "$1/$name.whl"; done; ls -A "$1"
    "#;
    let folder = Folder::new();
    let wheel = made(&folder, &["wheel"], "orchard-1.0-py3-none-any.whl");
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", script, "sh"]);
        command.args([&disk, &wheel]).arg(env!("CARGO_BIN_EXE_pyrepro")).output()
    };
    if !namespace(r#"mount -t tmpfs tmpfs "$1""#).is_ok_and(|output| output.status.success()) {
        return crate::common::skip("mount", "no small file system, so no full disk");
    }
    let output = namespace(script).unwrap();
    assert_exit(&output, 0);
    assert!(stderr(&output).contains("No space left on device"), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("a.whl\nb.whl\nc.whl\nfar\nrest\n"), "{}", stdout(&output));
}

#[test]
fn ctrl_c_in_the_middle_of_an_archive_leaves_it_and_nothing_else() {
    let folder = Folder::new();
    let noise = folder.path().join("noise");
    let mut state_of_noise = 1_u32;
    let mut file = std::io::BufWriter::new(fs::File::create(&noise).unwrap());
    for _ in 0..20_000_000 {
        state_of_noise = state_of_noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        file.write_all(&state_of_noise.to_le_bytes()[2..]).unwrap();
    }
    drop(file);
    let entry = Entry::file("noise", &noise, 40_000_000).unwrap();
    let archive = folder.file("a.zip", zip_of(vec![entry]));
    fs::remove_file(noise).unwrap();
    let before = fs::read(&archive).unwrap();
    for signal in ["-INT", "-TERM"] {
        // How long it takes to begin and to end depends on what else the machine does.
        let interrupted = (1..30).any(|attempt| {
            let mut command = pyrepro();
            command.args(["normalize", "-j1", "--source-date-epoch", "1577836800"]).arg(&archive);
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(40 * attempt));
            Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!(folder.names(), ["a.zip"]);
            if output.status.success() {
                fs::write(&archive, &before).unwrap();
                return false;
            }
            assert!(fs::read(&archive).unwrap() == before);
            stderr(&output).contains("interrupted; ")
        });
        assert!(interrupted, "{signal} always came too early or too late");
    }
}
