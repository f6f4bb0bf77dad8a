//! What is in members: texts, fields, bytes, archives, bytecode.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use pyrepro::Verdict;
use pyrepro::diff::{self, Body, Lines, Options, Report, Section, Status};
use pyrepro::tree::Globs;

use super::zip_file::{Member, Zip};
use super::{compare, compare_by, member, names};

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let members = members.iter().map(|(name, content)| Member::new(name, content)).collect();
    Zip { members, ..Zip::default() }.write().bytes
}

/// What differs between two members of a name.
fn sections(name: &str, a: &str, b: &str) -> Vec<Section> {
    let report = compare("x.zip", &zip(&[(name, a.as_bytes())]), &zip(&[(name, b.as_bytes())]));
    assert_eq!(member(&report, name).status, Status::Content);
    member(&report, name).sections.clone()
}

fn fields(sections: &[Section], title: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let body = sections.iter().find(|section| section.title == title).map(|section| &section.body);
    let Some(Body::Fields(facts)) = body else { panic!("no fields {title} in {sections:#?}") };
    facts.iter().map(|fact| (fact.name.clone(), fact.a.clone(), fact.b.clone())).collect()
}

fn lines(sections: &[Section]) -> &Lines {
    let lines = sections.iter().find_map(|section| match &section.body {
        Body::Lines(lines) => Some(lines),
        _ => None,
    });
    lines.unwrap_or_else(|| panic!("no lines in {sections:#?}"))
}

fn notes(sections: &[Section]) -> String {
    let of = |section: &Section| match &section.body {
        Body::Notes(notes) => notes.join("\n"),
        _ => String::new(),
    };
    sections.iter().map(of).collect::<Vec<_>>().join("\n")
}

fn row(name: &str, a: &str, b: &str) -> (String, Option<String>, Option<String>) {
    let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (name.into(), value(a), value(b))
}

#[test]
fn texts_are_told_line_by_line_with_those_around() {
    let text = |middle: &str| format!("1\n2\n3\n4\n5\n{middle}\n7\n8\n9\n10\n");
    let sections = sections("a.txt", &text("six"), &text("6"));
    let [hunk] = &lines(&sections).hunks[..] else { panic!("{sections:?}") };
    assert_eq!((hunk.header(), hunk.a, hunk.b), ("@@ -3,7 +3,7 @@".into(), 3, 3));
    let signs: String = hunk.lines.iter().map(|(sign, _)| *sign).collect();
    assert_eq!(signs, "   -+   ");
}

#[test]
fn a_unified_diff_can_be_applied() {
    let a: String = (0..300).map(|i| format!("{}\n", i * i % 37)).collect();
    let b: String = (0..290).map(|i| format!("{}\n", i * i % 41)).collect();
    let report = compare("a.txt", a.as_bytes(), b.as_bytes());
    let mut patched: Vec<&str> = Vec::new();
    let old: Vec<&str> = a.lines().collect();
    let mut at = 0;
    for hunk in &lines(&report.members[0].sections).hunks {
        patched.extend(&old[at..hunk.a - 1]);
        at = hunk.a - 1;
        for (sign, line) in &hunk.lines {
            match sign {
                '+' => patched.push(line),
                '-' => at += 1,
                _ => {
                    assert_eq!(line, old[at]);
                    patched.push(line);
                    at += 1;
                }
            }
        }
    }
    patched.extend(&old[at..]);
    assert_eq!(patched, b.lines().collect::<Vec<_>>());
}

#[test]
fn other_line_endings_are_one_line_and_not_one_for_each() {
    let lines: String = (0..200).map(|line| format!("line {line}\n")).collect();
    let found = sections("a.txt", &lines, &lines.replace('\n', "\r\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(notes(&found).contains("line endings: LF → CRLF"));
    // What differs beside them is found nevertheless, and nothing else.
    let found = sections("a.txt", &lines, &lines.replace("line 100\n", "other\n").replace('\n', "\r\n"));
    let hunk = &self::lines(&found).hunks[0];
    let changed: Vec<_> = hunk.lines.iter().filter(|(sign, _)| *sign != ' ').collect();
    assert_eq!(changed, [&('-', "line 100".to_owned()), &('+', "other".to_owned())]);
}

#[test]
fn line_ends_encodings_and_missing_ends_are_told() {
    assert!(notes(&sections("a.txt", "a\nb\n", "a\r\nb\r\n")).contains("line endings: LF → CRLF"));
    assert!(notes(&sections("a.txt", "a\n", "\u{feff}a\n")).contains("encoding: UTF-8 → UTF-8 with a mark"));
    let without = sections("a.txt", "a\n", "a");
    assert!(lines(&without).hunks[0].lines.contains(&('\\', "no newline at the end".into())));
    let latin = compare("a.txt", b"gr\xfcn\n", "grün\n".as_bytes());
    assert!(notes(&latin.members[0].sections).contains("not UTF-8, shown as Latin-1 → UTF-8"));
}

#[test]
fn metadata_is_told_field_by_field() {
    let metadata = |version: &str, more: &str| {
        format!(
            "Metadata-Version: 2.1\nName: x\nVersion: {version}\n{more}Classifier: A\n\nWords\nof {version}\n"
        )
    };
    for name in ["x-1.dist-info/METADATA", "x-1.dist-info/WHEEL", "PKG-INFO"] {
        let found = sections(
            name,
            &metadata("1", "Requires-Dist: a\n"),
            &metadata("2", "Requires-Dist: a\nRequires-Dist: b\n"),
        );
        assert_eq!(fields(&found, "fields"), [row("Version", "1", "2"), row("Requires-Dist", "", "b")]);
        assert!(found.iter().any(|section| section.title == "description"));
    }
    let folded = sections("PKG-INFO", "A: x\n  y\nB: 1\n", "A: x y\nB: 1\n");
    assert_eq!(fields(&folded, "fields"), [row("A", "x\ny", "x y")]);
    let turned = sections("PKG-INFO", "A: x\nB: 1\n", "B: 1\nA: x\n");
    assert_eq!(fields(&turned, "fields"), [row("order of fields", "A, B", "B, A")]);
}

#[test]
fn records_entry_points_and_manifests_are_told_value_by_value() {
    let record = "x-1.dist-info/RECORD";
    let found = sections(
        record,
        "a.py,sha256=A,1\n\"b,c.py\",sha256=B,2\nr,,\n",
        "a.py,sha256=C,1\n\"b,c.py\",sha256=B,2\nn.py,sha256=N,3\nr,,\n",
    );
    let expected =
        [row("a.py", "sha256=A, 1 bytes", "sha256=C, 1 bytes"), row("n.py", "", "sha256=N, 3 bytes")];
    assert_eq!(fields(&found, "rows"), expected);
    let turned = sections(record, "a,h,1\nb,h,1\n", "b,h,1\na,h,1\n");
    assert_eq!(fields(&turned, "rows")[0].0, "order of rows");

    let points = "x-1.dist-info/entry_points.txt";
    let found =
        sections(points, "[console_scripts]\na = m:f\n", "[console_scripts]\na = m:g\n[other]\nb=n\n");
    assert_eq!(
        fields(&found, "entry points"),
        [row("console_scripts: a", "m:f", "m:g"), row("other: b", "", "n")]
    );

    let manifest = |members: &str| {
        format!(r#"{{"schema": 1, "members": [{members}{{"path": "z.py", "mode": "0644"}}]}}"#)
    };
    let found = sections("x.json", &manifest(""), &manifest(r#"{"path": "a.py", "mode": "0755"},"#));
    let expected = [row("members[a.py].mode", "", "\"0755\""), row("members[a.py].path", "", "\"a.py\"")];
    assert_eq!(fields(&found, "values"), expected);
    assert!(
        notes(&sections("x.json", "{\"a\": 1}", "{ \"a\": 1 }"))
            .contains("the same values, written otherwise")
    );
}

#[test]
fn a_json_document_deeper_than_any_real_one_is_compared_as_text() {
    let deep = |end: &str| format!("{}{end}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let report = compare("x.json", deep("1").as_bytes(), deep("2").as_bytes());
    assert_eq!(report.members[0].sections[0].title, "lines");
}

#[test]
fn bytes_are_told_in_a_window_around_the_first_difference() {
    let mut bytes = vec![0; 5000];
    bytes[4000] = 1;
    let report = compare("a.bin", &vec![0; 5000], &bytes);
    let sections = &report.members[0].sections;
    assert!(notes(sections).contains("the first difference is at byte 4000 of 5000 and 5000"));
    let changed: Vec<&String> = lines(sections).hunks[0]
        .lines
        .iter()
        .filter(|(sign, _)| *sign == '+')
        .map(|(_, line)| line)
        .collect();
    assert_eq!(changed, ["00000fa0  01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|"]);
}

#[test]
fn what_is_too_much_is_cut_and_said_to_be() {
    let a: String = (0..5000).map(|i| format!("{i}\n")).collect();
    let b: String = (0..5000).map(|i| format!("x{i}\n")).collect();
    let options = Options { max_lines: 10, ..Options::default() };
    let report = compare_by("a.txt", a.as_bytes(), b.as_bytes(), &options);
    let lines = lines(&report.members[0].sections);
    assert_eq!((lines.hunks[0].lines.len(), lines.left_out), (10, 9990));

    let long = |end: char| format!("{}{end}{}\n", "x".repeat(100_000), "y".repeat(100_000));
    let report = compare("a.js", long('1').as_bytes(), long('2').as_bytes());
    for (_, line) in &super::contents::lines(&report.members[0].sections).hunks[0].lines {
        assert!(line.len() < 1000 && (line.contains("x1y") || line.contains("x2y")), "{line}");
    }
}

#[test]
fn lines_that_repeat_without_end_take_no_time() {
    let text = |seed: u64| -> String {
        (0..100_000u64).map(|i| if (i * seed) % 7 < 3 { "a\n" } else { "b\n" }).collect()
    };
    let start = std::time::Instant::now();
    assert!(!compare("a.txt", text(3).as_bytes(), text(5).as_bytes()).equal);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn archives_in_archives_are_looked_into() {
    let inner = |text: &[u8]| zip(&[("same", b"same"), ("m.py", text)]);
    let outer = |text: &[u8]| zip(&[("w.whl", &inner(text)), ("z", b"z")]);
    let report = compare("x.zip", &outer(b"x = 1\n"), &outer(b"x = 2\n"));
    assert_eq!(member(&report, "w.whl").status, Status::Content);
    assert_eq!(member(&report, "w.whl!/m.py").status, Status::Content);
    assert_eq!(member(&report, "w.whl!/same").status, Status::Equal);
    let flat = Options { depth: 0, ..Options::default() };
    let report = compare_by("x.zip", &outer(b"x = 1\n"), &outer(b"x = 2\n"), &flat);
    assert_eq!(report.members.len(), 2);
}

#[test]
fn an_archive_in_an_archive_that_only_is_packed_otherwise_counts_as_container() {
    let inner = |time| {
        let mut member = Member::new("m.py", b"x = 1\n");
        member.time = time;
        Zip { members: vec![member], ..Zip::default() }.write().bytes
    };
    let report = compare("x.zip", &zip(&[("w.whl", &inner(0))]), &zip(&[("w.whl", &inner(1))]));
    assert_eq!(report.verdict, Verdict::Container);
    assert_eq!(names(&member(&report, "w.whl!/m.py").facts), ["time"]);
}

#[test]
fn members_that_moved_are_found_by_their_content() {
    let a = zip(&[("old/m.py", b"content"), ("gone", b"other!!"), ("stays", b"")]);
    let b = zip(&[("new/m.py", b"content"), ("here", b"another"), ("stays", b"")]);
    let report = compare("x.zip", &a, &b);
    let moved = member(&report, "old/m.py");
    assert_eq!((moved.status, moved.path_b.as_deref()), (Status::Renamed, Some("new/m.py")));
    assert_eq!((report.summary.only_a, report.summary.only_b, report.summary.equal), (1, 1, 1));
}

#[test]
fn folders_with_a_version_in_their_name_belong_together() {
    let a = zip(&[("m.py", b"1"), ("x-1.dist-info/WHEEL", b"Tag: a\n")]);
    let b = zip(&[("m.py", b"1"), ("x-2.dist-info/WHEEL", b"Tag: b\n")]);
    let report = compare("x.whl", &a, &b);
    let wheel = member(&report, "x-1.dist-info/WHEEL");
    assert_eq!((wheel.status, wheel.path_b.as_deref()), (Status::Content, Some("x-2.dist-info/WHEEL")));

    let report = compare(
        "x.zip",
        &zip(&[("x-1/a", b"1"), ("x-1/b", b"2")]),
        &zip(&[("x-2/a", b"1"), ("x-2/b", b"2")]),
    );
    assert_eq!((report.verdict, report.summary.equal), (Verdict::Differs, 2));
    assert_eq!(names(&report.facts), ["folder"]);
}

#[test]
fn a_name_twice_is_two_members() {
    let a = zip(&[("m", b"1"), ("m", b"2")]);
    let b = zip(&[("m", b"1"), ("m", b"3")]);
    let report = compare("x.zip", &a, &b);
    assert_eq!((report.summary.equal, report.summary.content), (1, 1));
}

#[test]
fn members_are_chosen_by_patterns() {
    let a = zip(&[("a.py", b"1"), ("b.txt", b"1"), ("sub/c.py", b"1")]);
    let b = zip(&[("a.py", b"2"), ("b.txt", b"2"), ("sub/c.py", b"2")]);
    let by = |only: &[&str], exclude: &[&str]| {
        let options = Options {
            only: Globs::new(only).unwrap(),
            exclude: Globs::new(exclude).unwrap(),
            ..Options::default()
        };
        let report = compare_by("x.zip", &a, &b, &options);
        report.members.into_iter().map(|member| member.path).collect::<Vec<_>>()
    };
    assert_eq!(by(&["*.py"], &[]), ["a.py", "sub/c.py"]);
    assert_eq!(by(&["*.py"], &["sub"]), ["a.py"]);
    assert_eq!(by(&["sub"], &[]), ["sub/c.py"]);
    let none = Options { only: Globs::new(["nothing"]).unwrap(), ..Options::default() };
    assert!(compare_by("x.zip", &a, &b, &none).equal);
}

fn golden(kind: &str, version: &str) -> Vec<u8> {
    let name = format!("testdata/golden/{kind}/sample.cpython-{version}.pyc");
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn bytecode_is_told_by_code_object_and_form() {
    let (stock, canonical) = (golden("stock", "313"), golden("canonical", "313"));
    let report = compare("x.zip", &zip(&[("m.pyc", &stock)]), &zip(&[("m.pyc", &canonical)]));
    assert_eq!(report.verdict, Verdict::Meaning);
    assert!(notes(&member(&report, "m.pyc").sections).contains("canonical: equal"));

    let report = compare("m.pyc", &stock, &golden("stock", "312"));
    assert_eq!(report.verdict, Verdict::Differs);
    assert!(fields(&report.members[0].sections, "header").iter().any(|(name, ..)| name == "python"));

    let mut broken = stock.clone();
    broken.truncate(100);
    assert_eq!(compare("m.pyc", &stock, &broken).members[0].status, Status::Content);
}

#[test]
fn bytecode_and_a_source_are_told_whether_they_belong_together() {
    let folder = tempfile::tempdir().unwrap();
    let (pyc, source) = (folder.path().join("m.pyc"), folder.path().join("m.py"));
    let version = pyrepro::python::Version::new(3, 13).unwrap();
    let header =
        pyrepro::pyc::Header::of_source(version, pyrepro::pyc::InvalidationMode::CheckedHash, b"x = 1\n", 0);
    fs::write(&pyc, [&header.to_bytes()[..], &golden("stock", "313")[16..]].concat()).unwrap();
    let told = |text: &str| {
        fs::write(&source, text).unwrap();
        notes(&diff::diff(&pyc, &source, &Options::default()).unwrap().members[0].sections)
    };
    assert!(told("x = 1\n").contains("is that of this source"));
    assert!(told("x = 2\n").contains("is not that of this source"));
}

#[test]
fn folders_and_archives_of_the_same_files_have_the_same_content() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("tree/pkg")).unwrap();
    for name in ["tree/pkg/m.py", "tree/b"] {
        fs::write(folder.path().join(name), name).unwrap();
        #[cfg(unix)]
        fs::set_permissions(folder.path().join(name), std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .unwrap();
    }
    let archive = folder.path().join("x.zip");
    fs::write(&archive, zip(&[("pkg/m.py", b"tree/pkg/m.py"), ("b", b"tree/b")])).unwrap();
    let report = diff::diff(&folder.path().join("tree"), &archive, &Options::default()).unwrap();
    assert_eq!((report.verdict, report.summary.equal), (Verdict::Container, 2), "{report:#?}");
    assert_eq!(names(&report.facts), ["format"]);
}

#[cfg(unix)]
#[test]
fn links_are_compared_by_where_they_lead_and_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    for (side, target) in [("a", "/etc/passwd"), ("b", "/etc/group")] {
        fs::create_dir(folder.path().join(side)).unwrap();
        std::os::unix::fs::symlink(target, folder.path().join(side).join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join(side).join("broken")).unwrap();
    }
    let report = diff::diff(&folder.path().join("a"), &folder.path().join("b"), &Options::default()).unwrap();
    assert_eq!(member(&report, "broken").status, Status::Equal);
    let told = lines(&member(&report, "link").sections);
    assert_eq!(told.hunks[0].lines[0], ('-', "/etc/passwd".into()));
}

/// Some small archive.
fn archive() -> impl Strategy<Value = Zip> {
    let member = (
        "[a-c]{1,2}(/[a-c]{1,2}){0,2}(\\.py|\\.pyc|\\.json|/METADATA|/RECORD|\\.zip)?",
        any::<Vec<u8>>(),
        any::<u16>(),
        any::<bool>(),
    );
    proptest::collection::vec(member, 0..6).prop_map(|members| {
        let members = members.into_iter().map(|(name, content, time, packs)| {
            let mut member = Member::new(&name, &content);
            member.time = time;
            member.method = if packs { 8 } else { 0 };
            member
        });
        Zip { members: members.collect(), ..Zip::default() }
    })
}

fn ways(a: &[u8], b: &[u8]) -> [Report; 2] {
    [compare("x.zip", a, b), compare("x.zip", b, a)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_the_same_is_equal(zip in archive()) {
        let bytes = zip.write().bytes;
        let report = compare("x.zip", &bytes, &bytes);
        prop_assert!(report.equal && report.facts.is_empty() && report.members.is_empty());
    }

    #[test]
    fn what_differs_is_told_in_both_directions(a in archive(), b in archive()) {
        let (a, b) = (a.write().bytes, b.write().bytes);
        let [there, back] = ways(&a, &b);
        prop_assert_eq!(there.equal, a == b);
        prop_assert_eq!(there.verdict, back.verdict);
        prop_assert_eq!(there.summary.only_a, back.summary.only_b);
        prop_assert_eq!(there.summary.content, back.summary.content);
        prop_assert_eq!(there.summary.equal, back.summary.equal);
    }
}
