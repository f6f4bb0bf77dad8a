//! Whatever text comes from outside, in names, contents, metadata, programs and arguments, nothing of it
//! steers the terminal of who reads what a verb says, or passes for a line of ours.
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::app::{run, stdout_of, zip_of};
use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};
use crate::surroundings::py3compile;
use pyrepro::archive::Entry;

/// A title, a colour that is none of ours, an 8-bit sequence, another direction of reading, a line that
/// looks like one of ours, and a return to its start.
const EVIL: &str = "a\x1b]0;t\x07\x1b[35m\u{9b}2J\u{202e}\u{2066}\nFORGED\rFORGED\u{200b}";

/// The same without control characters, for places where those are refused.
const SLY: &str = "a\u{202e}\u{2066}b\u{200b}\u{feff}";

fn python() -> &'static Python {
    &pythons()[pythons().len() - 1]
}

/// What in a text steers a terminal, besides our colours and line ends.
fn offence(text: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(text) else { return Some("bytes that are no UTF-8".to_owned()) };
    let mut plain = text.to_owned();
    for sequence in ["0", "1", "2", "4", "31", "32", "33", "36"] {
        plain = plain.replace(&format!("\x1b[{sequence}m"), "");
    }
    let steers = |c: &char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let line = plain.lines().find(|line| line.starts_with("FORGED"));
    let line = line.map(|line| format!("the line {line:?}"));
    line.or_else(|| plain.chars().find(steers).map(|character| format!("{character:?}")))
}

/// Runs a verb for people and for programs, and holds both outputs against [`offence`].
fn harmless(tree: &Tree, arguments: &[&OsStr], more: impl Fn(&mut Command)) -> Vec<Output> {
    let formats = ["text", "json"].into_iter();
    let outputs = formats.map(|format| {
        let mut command = pyrepro();
        command
            .args(["--color", "always", "-v", "--format", format])
            .args(arguments)
            .current_dir(tree.path());
        more(&mut command);
        let mut output = run(&mut command);
        // Manifests are the same bytes wherever they go, but on a terminal.
        if arguments[0] == "manifest" {
            output.stdout.clear();
        }
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if let Some(offence) = offence(bytes) {
                panic!("{arguments:?} writes {offence} to {name}: {}", String::from_utf8_lossy(bytes));
            }
        }
        assert!(output.status.code().is_some_and(|code| code < 3), "{arguments:?}: {output:?}");
        output
    });
    outputs.collect()
}

/// The same for arguments that are text, with what was written, all in one.
fn told(tree: &Tree, arguments: &[&str]) -> String {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let outputs = harmless(tree, &arguments, |_| ());
    let all = outputs.iter().flat_map(|output| [&output.stdout, &output.stderr]);
    all.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

/// That the text was there at all: in a terminal's escapes, or in JSON's.
fn shows(told: &str) -> bool {
    ["\\u{1b}", "\\u001b", "\\x1b", "\\u{202e}", "\\u202e"].iter().any(|escaped| told.contains(escaped))
}

fn script(tree: &Tree, name: &str, text: &str) -> PathBuf {
    let path = tree.write(name, text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    path
}

#[test]
fn names_of_files_steer_nothing_in_any_verb() {
    let tree = Tree::new();
    let sources = [OsString::from(EVIL), OsStr::from_bytes(b"\xff\x1b[35m\xfe").to_owned()];
    for name in &sources {
        let folder = Path::new("src").join(name);
        tree.write(folder.join("m.py"), "x = 1\n");
        let mut file = name.clone();
        file.push(".py");
        tree.write(Path::new("src").join(&file), "x = '\\d'\n");
        file.push(".py");
        tree.write(Path::new("src").join(&file), "x = = 1\n");
        for ending in [".pyc", ".whl", ".zip", ".tar.gz", ".pyz", ".manifest.json"] {
            let mut file = name.clone();
            file.push(ending);
            tree.write(Path::new("bad").join(file), "none");
        }
    }
    let python = python().interpreter.path.to_str().expect("UTF-8");
    let mut seen = String::new();
    for arguments in [
        &["compile", "--python", python, "src"][..],
        &["compile", "--check", "--python", python, "src"],
        &["compile", "-f", "-qq", "--python", python, "src"],
        &["normalize", "--check", "src", "bad"],
        &["normalize", "bad"],
        &["diff", "src", "bad"],
        &["manifest", "src"],
        &["zipapp", "src", "-o", "out.pyz", "--python", python],
        &["prove", "src"],
        &["init", "src"],
        &["build", "src"],
        &["build", "--list", "src"],
        &["verify", "--installed", "src"],
    ] {
        seen += &told(&tree, arguments);
    }
    assert!(shows(&seen), "{seen}");
    // Each as an argument of each verb, where it is not what the verb takes, too.
    let mut verbs = verbs();
    verbs.push("none".to_owned());
    let bad = fs::read_dir(tree.path().join("bad")).expect("a folder").flatten().map(|entry| entry.path());
    let mut named: Vec<PathBuf> = bad.collect();
    named.extend(sources.iter().map(PathBuf::from));
    named.push(PathBuf::from(format!("--{EVIL}")));
    for verb in verbs {
        for path in &named {
            harmless(&tree, &[OsStr::new(&verb), path.as_os_str()], |_| ());
        }
    }
    for name in &sources {
        let mut file = Path::new("src").join(name).into_os_string();
        file.push(".py.py");
        let words = [OsStr::new("worker"), OsStr::new("--src"), &file, OsStr::new("--src_name"), name];
        let words = [&words[..], &[OsStr::new("--pyc"), name]].concat();
        harmless(&tree, &words, |_| ());
    }
}

#[test]
fn what_distributions_and_builders_compile_steers_nothing() {
    let tree = Tree::new();
    tree.write(format!("src/{EVIL}.py"), format!("x = '{SLY}' = 1 # \x1b[35m\n"));
    tree.write("src/b.py", "x = '\\d' # \x1b[35m\u{202e}\n");
    let told = run(py3compile(&tree).args(["--color", "always", "-v", "src"]));
    for bytes in [&told.stdout, &told.stderr] {
        assert_eq!(offence(bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
    assert!(shows(&String::from_utf8_lossy(&[told.stdout, told.stderr].concat())));
    let python = python().interpreter.path.to_str().expect("UTF-8");
    let source = format!("src/{EVIL}.py");
    for source in [&source, "src/b.py", EVIL] {
        let words =
            ["worker", "--python_version", python, "--src", source, "--src_name", EVIL, "--pyc", "b.pyc"];
        harmless(&tree, &words.map(OsStr::new), |_| ());
    }
    harmless(&tree, &["worker", "--python_version", EVIL, "--src", "src/b.py"].map(OsStr::new), |_| ());
    harmless(&tree, &["worker", "--persistent_worker"].map(OsStr::new), |command| {
        command.stdin(std::process::Stdio::null());
    });
}

/// All verbs, as the help lists them.
pub fn verbs() -> Vec<String> {
    let help = stdout_of(pyrepro().arg("--help"));
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    assert!(names.len() > 10, "{names:?}");
    names
}

#[test]
fn names_in_archives_and_what_is_in_them_steer_nothing() {
    let tree = Tree::new();
    let zip = |name: &str, paths: &[&str], content: &str| {
        let entries = paths.iter().map(|path| Entry::bytes(*path, content.to_owned()).expect("a path"));
        tree.write(name, zip_of(entries.collect()));
    };
    let name = format!("{SLY}.py");
    zip("a.zip", &[&name, "b.txt"], EVIL);
    zip("b.zip", &[&name, "b.txt"], &EVIL.replace("35", "36"));
    let metadata =
        format!("Metadata-Version: 2.1\nName: {SLY}\x1b[35m\nVersion: {SLY}\nSummary: {SLY}\x1b[35m\n");
    zip(
        "a-1-py3-none-any.whl",
        &["a-1.dist-info/METADATA", "a-1.dist-info/WHEEL", "a-1.dist-info/RECORD"],
        &metadata,
    );
    let more = metadata.replace("Summary", "Keywords");
    zip(
        "b-1-py3-none-any.whl",
        &["a-1.dist-info/METADATA", "a-1.dist-info/WHEEL", "a-1.dist-info/RECORD"],
        &more,
    );
    // What no path is allowed to be, in a zip and in a tar.
    let raw = fs::read(tree.path().join("a.zip")).expect("a zip");
    let position = |bytes: &[u8]| raw.windows(5).rposition(|window| window == bytes).expect("a name");
    let at = position(b"b.txt");
    let mut bad = raw.clone();
    bad[at..at + 5].copy_from_slice(b"\x1b[35m");
    tree.write("c.zip", &bad);
    let make = format!(
        "import tarfile, io\nt = tarfile.open('d.tar', 'w')\nfor n in {EVIL:?}, {SLY:?}:\n i = tarfile.TarInfo(n); i.uname = {EVIL:?}\n \
         t.addfile(i)\nt.close()\nimport zipfile\nz = zipfile.ZipFile('e.zip', 'w'); z.writestr({EVIL:?}, 'x'); z.comment = {EVIL:?}.encode(); z.close()\n"
    );
    let make = make.replace("\\u{", "\\U{").replace("\\U{", "\\u{");
    let make = unescape_for_python(&make);
    stdout_of(python().command().args(["-c", &make]).current_dir(tree.path()));
    let mut seen = String::new();
    for file in ["a.zip", "a-1-py3-none-any.whl", "c.zip", "d.tar", "e.zip"] {
        for verb in ["inspect", "manifest", "verify", "normalize"] {
            seen += &told(&tree, &[verb, file]);
        }
        seen += &told(&tree, &["diff", file, "b.zip"]);
        seen += &told(&tree, &["diff", file, "b-1-py3-none-any.whl"]);
        seen += &told(&tree, &["zipapp", file, "-o", "out.pyz"]);
        seen += &told(&tree, &["zipapp", "--info", file]);
        seen += &told(&tree, &["build", file]);
    }
    assert!(shows(&seen), "{seen}");
}

/// Rust's escapes of characters as Python has them.
fn unescape_for_python(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\u{") {
        let end = at + rest[at..].find('}').expect("an escape");
        out += &rest[..at];
        let code = u32::from_str_radix(&rest[at + 3..end], 16).expect("digits");
        out += &format!("\\U{code:08x}");
        rest = &rest[end + 1..];
    }
    out + rest
}

#[test]
fn documents_of_projects_steer_nothing() {
    let quoted = serde_json::to_string(EVIL).expect("JSON");
    let sly = serde_json::to_string(SLY).expect("JSON");
    let mut seen = String::new();
    for toml in [
        format!("[build-system]\nrequires = []\nbuild-backend = {quoted}\n"),
        format!("[build-system]\nrequires = [{quoted}]\nbuild-backend = 'pyrepro'\n"),
        format!("[build-system]\nrequires = []\nbuild-backend = {sly}\n"),
        format!("[build-system]\nrequires = []\nbuild-backend = 'a'\nbackend-path = [{quoted}]\n"),
        format!("[build-system]\nbuild-backend = 'pyrepro'\n[project]\nname = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = '1'\n{quoted} = 1\n"),
        format!("[project]\nname = 'a'\nversion = '1'\nlicense = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = '1'\nreadme = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = '1'\ndescription = {quoted}\nclassifiers = [{quoted}]\n"),
        format!("[project]\nname = 'a'\nversion = '1'\ndependencies = [{quoted}]\n"),
        format!("[project]\nname = 'a'\nversion = '1'\n[project.scripts]\n{quoted} = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = '1'\n[project.urls]\n{quoted} = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = '1'\n[tool.pyrepro]\n{quoted} = 1\n"),
        format!("[project]\nname = 'a'\nversion = '1'\n[tool.pyrepro]\nmodule-name = {quoted}\n"),
        format!("[project]\nname = 'a'\nversion = '1'\n[tool.pyrepro]\nsource-include = [{quoted}]\n"),
        format!(
            "[project]\nname = 'a'\nversion = '1'\n[tool.setuptools]\n{quoted} = 1\npackages = [{quoted}]\n"
        ),
        format!("[tool.poetry]\nname = 'a'\nversion = '1'\ndescription = {quoted}\n{quoted} = 2\n"),
        format!("x = {EVIL}\n"),
    ] {
        for own in ["", "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n"] {
            let tree = Tree::new();
            tree.write(
                "a/pyproject.toml",
                if toml.contains("[build-system]") { toml.clone() } else { format!("{toml}{own}") },
            );
            tree.write("a/a.py", "");
            tree.write(
                "a/setup.cfg",
                format!("[metadata]\nname = {SLY}\nversion = attr: {SLY}\n{SLY} = 1\n"),
            );
            script(&tree, "bin/uv", &format!("#!/bin/sh\nprintf '%b' '{}'\nexit 1\n", EVIL.escape_default()));
            for arguments in
                [&["build", "a"][..], &["build", "--list", "a"], &["init", "a"], &["init", "--write", "a"]]
            {
                let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
                let path = format!(
                    "{}:{}",
                    tree.path().join("bin").display(),
                    std::env::var("PATH").unwrap_or_default()
                );
                let outputs = harmless(&tree, &arguments, |command| {
                    command.env("PATH", &path);
                });
                for output in outputs {
                    seen += &String::from_utf8_lossy(&output.stderr);
                }
            }
        }
    }
    assert!(shows(&seen), "{seen}");
}

#[test]
fn manifests_and_lists_steer_nothing() {
    let tree = Tree::new();
    tree.write("app/__main__.py", "x = 1\n");
    let python = python().interpreter.path.to_str().expect("UTF-8");
    stdout_of(
        pyrepro().args(["zipapp", "app", "-o", "out.pyz", "--python", python]).current_dir(tree.path()),
    );
    let place = tree.path().join(".out.pyz.manifest.json");
    let good = fs::read_to_string(&place).expect("a manifest");
    let quoted = serde_json::to_string(EVIL).expect("JSON");
    let mut seen = String::new();
    // In place of each key and each value.
    for (at, _) in good.match_indices('"').step_by(2) {
        let end = at + 1 + good[at + 1..].find('"').expect("an end") + 1;
        fs::write(&place, format!("{}{quoted}{}", &good[..at], &good[end..])).expect("a manifest");
        seen += &told(&tree, &["verify", "out.pyz", "--source", "app"]);
        seen += &told(&tree, &["manifest", "--check", ".out.pyz.manifest.json"]);
    }
    assert!(shows(&seen), "{seen}");

    tree.write("list.txt", format!("{EVIL}\n--{EVIL}\n{SLY}==1\n"));
    let seen =
        told(&tree, &["zipapp", "app", "-o", "b.pyz", "--requirements", "list.txt", "--find-links", "."]);
    let seen = seen + &told(&tree, &["zipapp", "app", "-o", "b.pyz", "-m", EVIL]);
    assert!(shows(&seen), "{seen}");
    for line in [EVIL.replace('\n', ""), SLY.to_owned()] {
        let mut archive = format!("#!{line}\n").into_bytes();
        archive.extend(zip_of(vec![Entry::bytes("__main__.py", "x = 1\n").expect("a path")]));
        tree.write("c.pyz", archive);
        let seen = told(&tree, &["zipapp", "--info", "c.pyz"]) + &told(&tree, &["inspect", "c.pyz"]);
        assert!(shows(&seen), "{seen}");
        told(&tree, &["zipapp", "c.pyz", "-o", "d.pyz"]);
        told(&tree, &["verify", "c.pyz"]);
        told(&tree, &["diff", "c.pyz", "out.pyz"]);
    }
    tree.write("site/a-1.dist-info/METADATA", format!("Name: {EVIL}\nVersion: {EVIL}\n"));
    tree.write("site/a-1.dist-info/RECORD", format!("{SLY}.py,sha256={SLY},1\n\"{EVIL}\",,\n"));
    told(&tree, &["verify", "--installed", "site"]);
}

#[test]
fn what_is_in_sources_and_bytecode_steers_nothing() {
    let tree = Tree::new();
    let literal = unescape_for_python(&format!("{EVIL:?}"));
    let text = SLY;
    tree.write(
        "src/a.py",
        format!("x = {literal}\ny = '{text}'\ndef f(): return {literal}\nif x is 1: pass\n"),
    );
    tree.write("src/b.py", format!("x = '{text}' = 1 # \x1b[35m\n"));
    tree.write("src/c.py", format!("{text}\n"));
    tree.write("src/d.py", "x = 1 \x1b[35m\n");
    tree.write("src/e.py", "x = '\\d' # \x1b[35m\u{202e}\n");
    let python = python().interpreter.path.to_str().expect("UTF-8");
    let mut seen = told(&tree, &["compile", "-f", "--python", python, "src"]);
    seen += &told(&tree, &["compile", "-f", "-q", "--python", python, "src"]);
    seen += &told(&tree, &["zipapp", "src", "-m", "a:f", "-o", "out.pyz", "--python", python]);
    for pyc in tree.pycs() {
        let path = pyc.0.to_str().expect("UTF-8").to_owned();
        seen += &told(&tree, &["inspect", "--dis", &path]);
        seen += &told(&tree, &["inspect", "-v", &path]);
        tree.write("other.pyc", &pyc.1[..pyc.1.len() - 3]);
        seen += &told(&tree, &["diff", &path, "other.pyc"]);
        seen += &told(&tree, &["inspect", "other.pyc"]);
    }
    tree.write("other/a.py", format!("x = {literal}\nz = '{text}\x1b[35m'\n"));
    seen += &told(&tree, &["diff", "src/a.py", "other/a.py"]);
    seen += &told(&tree, &["diff", "src", "other"]);
    assert!(shows(&seen), "{seen}");
}

#[test]
fn what_programs_say_steers_nothing() {
    let tree = Tree::new();
    tree.write("src/a.py", "x = 1\n");
    let bytes: String = EVIL.bytes().map(|byte| format!("\\{byte:03o}")).collect();
    let words = format!("printf '{bytes}' >&2; printf '{bytes}'");
    let release = python().interpreter.release;
    let real = python().interpreter.path.display();
    let answer = format!(
        "pyrepro-python {} {} {} final 0 {SLY} - {SLY} - -",
        release.major, release.minor, release.micro
    );
    for (name, body) in [
        ("python3", format!("{words}; exit 1")),
        ("python3.9", words.clone()),
        ("python3.10", format!("echo '{answer}'")),
        // It says the right thing when it is asked, and dies when it is to work.
        ("python3.11", format!("case \"$*\" in *utf8*) {words}; exit 3;; *) exec '{real}' \"$@\";; esac")),
        ("git", format!("{words}; exit 1")),
        ("uv", format!("{words}; exit 1")),
    ] {
        script(&tree, &format!("bin/{name}"), &format!("#!/bin/sh\n{body}\n"));
    }
    tree.write("project/pyproject.toml", "[build-system]\nrequires = ['x']\nbuild-backend = 'x'\n");
    let path = format!("{}:/usr/bin:/bin", tree.path().join("bin").display());
    let mut seen = String::new();
    for arguments in [
        &["pythons"][..],
        &["pythons", "python3"],
        &["compile", "src"],
        &["compile", "--python", "python3.10", "src"],
        &["compile", "--python", "python3.11", "src"],
        &["zipapp", "src", "-m", "a:f", "-o", "out.pyz", "--python", "python3.11"],
        &["build", "project", "--python", "python3.11"],
        &["build", "project", "--source-date-epoch", "git"],
        &["compile", "--source-date-epoch", "git", "src"],
        &["prove", "src"],
    ] {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        for output in harmless(&tree, &arguments, |command| {
            command.env("PATH", &path).env("PYENV_ROOT", "/nowhere").env("HOME", "/nowhere");
        }) {
            seen += &String::from_utf8_lossy(&output.stdout);
            seen += &String::from_utf8_lossy(&output.stderr);
        }
    }
    assert!(shows(&seen), "{seen}");
}

/// A wheel of a project that pyrepro builds, and the statement of its rebuild.
fn stated(tree: &Tree) -> String {
    tree.write(
        "plum/pyproject.toml",
        "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'plum'\nversion = '1'\n",
    );
    tree.write("plum/plum.py", "x = 1\n");
    for arguments in [
        &["build", "plum", "--no-manifest", "-o", "."][..],
        &["rebuild", "plum-1-py3-none-any.whl", "--source", "plum", "--statement", "good.json", "-q"],
    ] {
        stdout_of(pyrepro().args(arguments).current_dir(tree.path()));
    }
    fs::read_to_string(tree.path().join("good.json")).expect("a statement")
}

#[test]
fn statements_and_recipes_steer_nothing() {
    let tree = Tree::new();
    let good = stated(&tree);
    let quoted = serde_json::to_string(EVIL).expect("JSON");
    let wheel = "plum-1-py3-none-any.whl";
    let mut seen = String::new();
    // In place of each key and each value.
    for (at, _) in good.match_indices('"').step_by(2) {
        let end = at + 1 + good[at + 1..].find('"').expect("an end") + 1;
        tree.write("bad.json", format!("{}{quoted}{}", &good[..at], &good[end..]));
        told(&tree, &["verify", wheel, "--statement", "bad.json"]);
        if at % 7 == 0 {
            seen +=
                &told(&tree, &["verify", wheel, "--statement", "bad.json", "--rebuild", "--source", "plum"]);
        }
    }

    let envelope =
        format!("{{\"payloadType\": {quoted}, \"payload\": {quoted}, \"signatures\": [{quoted}]}}");
    for text in [envelope, quoted.clone(), EVIL.to_owned(), format!("{{\"python\": {quoted}, {quoted}: 1}}")]
    {
        tree.write("bad.json", &text);
        told(&tree, &["verify", wheel, "--statement", "bad.json"]);
        told(&tree, &["verify", wheel, "--statement", "bad.json", "--public-key", "bad.json"]);
        told(&tree, &["verify", wheel, "--statement", "good.json", "--public-key", "bad.json"]);
        told(&tree, &["rebuild", wheel, "--source", "plum", "--recipe", "bad.json"]);
        told(&tree, &["rebuild", wheel, "--source", "plum", "--strategy", &text]);
        told(&tree, &["rebuild", wheel, "--source", "plum", "--statement", "s.json", "--key", "bad.json"]);
        told(&tree, &["rebuild", "-r", "bad.json"]);
    }
    seen += &told(&tree, &["rebuild", EVIL]);
    seen += &told(&tree, &["rebuild", &format!("{EVIL}==1")]);
    assert!(shows(&seen), "{seen}");
}

#[test]
fn published_wheels_steer_neither_the_terminal_nor_the_page() {
    let tree = Tree::new();
    stated(&tree);
    let mut seen = String::new();
    let script = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
    for text in [EVIL.replace(['\n', '\r'], ""), SLY.to_owned(), script.to_owned()] {
        let info = "plum-1.dist-info";
        let file = text.replace('/', "");
        let members = [
            (format!("{info}/WHEEL"), format!("Wheel-Version: 1.0\nGenerator: {text}\nTag: {text}\n")),
            (
                format!("{info}/METADATA"),
                format!("Metadata-Version: 2.1\nName: plum\nVersion: 1\nSummary: {text}\n{text}: 1\n"),
            ),
            (format!("{info}/RECORD"), format!("{text},,\n")),
            ("plum.py".to_owned(), format!("{text}\n")),
            (format!("{file}.py"), text.clone()),
        ];
        let entries = members.into_iter().map(|(path, content)| Entry::bytes(path, content));
        let Ok(entries) = entries.collect::<Result<Vec<_>, _>>() else { continue };
        tree.write("published/plum-1-py3-none-any.whl", zip_of(entries));
        seen += &told(
            &tree,
            &["rebuild", "published/plum-1-py3-none-any.whl", "--source", "plum", "--html", "page.html"],
        );
        seen += &told(&tree, &["verify", "published/plum-1-py3-none-any.whl", "--source", "plum"]);
        seen += &told(&tree, &["verify", "published/plum-1-py3-none-any.whl", "--source", "plum", "--trace"]);
        let page = fs::read_to_string(tree.path().join("page.html")).unwrap_or_default();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        assert!(!page.contains('\x1b') && !page.contains('\u{202e}'), "{page}");
    }
    assert!(shows(&seen), "{seen}");
}
