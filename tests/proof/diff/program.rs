//! `pyrepro diff` as people and scripts run it.

use std::fs;
use std::process::Output;

use serde_json::Value;

use super::Two;
use super::zip_file::{Member, Zip};
use crate::common::pyrepro;

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let members = members.iter().map(|(name, content)| Member::new(name, content.as_bytes())).collect();
    Zip { members, ..Zip::default() }.write().bytes
}

fn run(two: &Two, name: &str, options: &[&str]) -> Output {
    let [a, b] = two.paths(name);
    pyrepro().arg("diff").args(options).arg(a).arg(b).output().expect("the program")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn the_exit_code_is_0_for_equal_1_for_different_and_2_for_trouble() {
    let code = |output: Output| output.status.code();
    let two = Two::new("x.zip", &zip(&[("a", "1")]), &zip(&[("a", "2")]));
    assert_eq!(code(run(&two, "x.zip", &[])), Some(1));
    assert_eq!(code(run(&two, "x.zip", &["--exclude", "a"])), Some(0));
    assert_eq!(code(run(&two, "missing", &[])), Some(2));
    assert_eq!(code(run(&two, "x.zip", &["--only", "["])), Some(2));
    assert_eq!(code(run(&two, "x.zip", &["--html", "/no such folder/page.html"])), Some(2));
    let [a, _] = two.paths("x.zip");
    assert_eq!(code(pyrepro().arg("diff").args([&a, &a]).output().unwrap()), Some(0));
    let cut = Two::new("x.whl", &zip(&[("a", "1")]), b"PK\x03\x04 no zip at all");
    assert_eq!(code(run(&cut, "x.whl", &[])), Some(1));
}

#[test]
fn text_names_the_member_and_shows_its_lines() {
    let two = Two::new(
        "x.zip",
        &zip(&[("a.txt", "one\ntwo\n"), ("b", "")]),
        &zip(&[("a.txt", "one\n2\n"), ("b", "")]),
    );
    let told = text(&run(&two, "x.zip", &[]));
    assert!(told.contains("differs: 1 with other content, 1 equal"), "{told}");
    assert!(told.contains("\na.txt  content differs, text, 8 → 6 bytes\n"), "{told}");
    assert!(told.contains("\n  -two\n  +2\n") && !told.contains('\x1b'), "{told}");
    let stat = text(&run(&two, "x.zip", &["--stat"]));
    assert!(stat.contains("a.txt") && !stat.contains("two"), "{stat}");
    let coloured = text(&run(&two, "x.zip", &["--color", "always"]));
    assert!(coloured.contains("\x1b[31m  -two\x1b[0m"), "{coloured}");
    assert_eq!(text(&run(&two, "x.zip", &["-q"])), "");
}

#[test]
fn bytecode_of_two_releases_is_told_apart_by_what_its_source_compiles_to() {
    let folder = tempfile::tempdir().unwrap();
    let trees = ["3.13.0", "3.13.18"].map(|release| {
        let tree = folder.path().join(release);
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join("m.py"), "squares = [n * n for n in range(9)]\n").unwrap();
        let compile = ["compile", "-q", "--compiler", "native", "-s", "", "--python", release, "m.py"];
        assert!(pyrepro().args(compile).current_dir(&tree).status().unwrap().success());
        tree
    });
    let pycs = trees.each_ref().map(|tree| tree.join("__pycache__/m.cpython-313.pyc"));
    let zips = trees.each_ref().map(|tree| {
        let member = |name: &str| Member::new(name, &fs::read(tree.join(name)).unwrap());
        let members = vec![member("__pycache__/m.cpython-313.pyc"), member("m.py")];
        let path = tree.join("m.zip");
        fs::write(&path, Zip { members, ..Zip::default() }.write().bytes).unwrap();
        path
    });
    for [a, b] in [&trees, &pycs, &zips] {
        let told = text(&pyrepro().arg("diff").args([a, b]).output().unwrap());
        assert!(told.contains("the source compiles to this with  3.13.0 → 3.13.1–3.13.3, "), "{told}");
    }
}

#[test]
fn lines_and_context_are_as_many_as_asked_for() {
    let lines = |start: u32| (start..start + 100).map(|i| format!("{i}\n")).collect::<String>();
    let two = Two::new("a.txt", lines(0).as_bytes(), lines(1000).as_bytes());
    let told = text(&run(&two, "a.txt", &["--max-lines", "5"]));
    assert!(told.contains("  195 more lines are left out"), "{told}");
    assert!(!text(&run(&two, "a.txt", &["--max-lines", "0"])).contains("left out"));
    let two = Two::new("a.txt", b"1\n2\n3\n4\n5\n", b"1\n2\nx\n4\n5\n");
    assert!(text(&run(&two, "a.txt", &["-U", "0"])).contains("@@ -3,1 +3,1 @@\n  -3\n  +x\n"));
}

#[test]
fn hostile_names_and_contents_cannot_steer_the_terminal() {
    let two =
        Two::new("x.zip", &zip(&[("e\x1b[2Jvil", "a\x1b]0;x\n")]), &zip(&[("e\x1b[2Jvil", "b\u{202e}\n")]));
    let told = text(&run(&two, "x.zip", &[]));
    assert!(told.contains("e\\u{1b}[2Jvil") && told.contains("b\\u{202e}"), "{told}");
    assert!(!told.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{told:?}");
}

#[test]
fn json_is_one_document_that_says_it_all() {
    let two = Two::new("x.zip", &zip(&[("a.txt", "1\n"), ("b", "")]), &zip(&[("a.txt", "2\n"), ("b", "")]));
    let output = run(&two, "x.zip", &["--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!(document["equal"], false);
    assert_eq!(document["verdict"], "differs");
    assert_eq!((&document["summary"]["content"], &document["summary"]["equal"]), (&1.into(), &1.into()));
    let member = &document["members"][0];
    assert_eq!((&member["path"], &member["status"]), (&"a.txt".into(), &"content".into()));
    assert_eq!(member["sections"][0]["body"]["hunks"][0]["lines"][0][1], "1");
    assert_eq!(document["a"]["sha256"].as_str().map(str::len), Some(64));
    assert!(output.stderr.is_empty());
}

#[test]
fn what_is_written_is_the_same_each_time() {
    let two = Two::new("x.zip", &zip(&[("a.txt", "1\n"), ("c", "x")]), &zip(&[("a.txt", "2\n"), ("d", "x")]));
    let [a, b] = two.paths("x.zip");
    let page = a.with_file_name("page.html");
    let mut seen = Vec::new();
    for zone in ["UTC", "Asia/Tokyo"] {
        let mut command = pyrepro();
        command.env("TZ", zone).args(["diff", "--format", "json", "--html"]).arg(&page).args([&a, &b]);
        seen.push((command.output().expect("the program").stdout, fs::read(&page).expect("a page")));
    }
    assert!(seen[0] == seen[1]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_comes_out_of_a_pipe_is_compared_too() {
    let two = Two::new("a.txt", b"1\n", b"2\n");
    let [a, b] = two.paths("a.txt");
    let script = r#""$0" diff <(cat "$1") "$2""#;
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script, env!("CARGO_BIN_EXE_pyrepro")]).args([a, b]);
    let told = text(&command.output().expect("bash"));
    assert!(told.contains("\n  -1\n  +2\n"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    use std::process::Stdio;
    let lines = |start: u32| (start..start + 100_000).map(|i| format!("{i}\n")).collect::<String>();
    let two = Two::new("a.txt", lines(0).as_bytes(), lines(500_000).as_bytes());
    let [a, b] = two.paths("a.txt");
    let mut command = pyrepro();
    command.args(["diff", "--max-lines", "0"]).args([a, b]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program");
    assert!(output.stderr.is_empty(), "{output:?}");
}
