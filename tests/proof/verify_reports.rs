//! What `verify` tells of an artifact: first whether it is the same, then how it differs, then what was noticed.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::app::{run, stdout_of};
use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;
use crate::common::{newest, pyrepro};

/// A project of ours with bytecode in its wheel, built: wheel, sdist and zipapp.
fn project() -> Tree {
    let tree = Tree::new();
    tree.write(
        "grove/pyproject.toml",
        "[project]\nname = 'grove'\nversion = '1.0'\nscripts.grove = 'grove:main'\n\
         [build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n",
    );
    tree.write("grove/src/grove/__init__.py", "def main():\n    return 'a plant', 7.5\n");
    tree.write("grove/src/grove/data.txt", "one\n");
    let mut command = pyrepro();
    command.args(["build", "--wheel", "--sdist", "--zipapp", "--pyc", "checked-hash", "--python"]);
    stdout_of(command.arg(&newest().interpreter.path).current_dir(tree.path().join("grove")));
    tree
}

const SDIST: &str = "grove/dist/grove-1.0.tar.gz";
const ZIPAPP: &str = "grove/dist/grove-1.0.pyz";

fn wheel() -> String {
    format!("grove/dist/grove-1.0-cp3{}-none-any.whl", newest().version.minor())
}

/// Exit code and lines of the report.
fn told(tree: &Tree, artifact: &str, options: &[&str]) -> (Option<i32>, Vec<String>) {
    let mut command = pyrepro();
    command.args(["verify", artifact, "--source", "grove", "--python"]).arg(&newest().interpreter.path);
    let output = run(command.args(options).current_dir(tree.path()));
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    (output.status.code(), lines)
}

/// Has Python do something with archives in the tree.
fn python(tree: &Tree, script: &str) {
    let script = format!("import io, marshal, os, tarfile, time, types, zipfile\n{script}");
    stdout_of(newest().command().args(["-W", "ignore", "-c", &script]).current_dir(tree.path()));
}

/// Packs a zip file again. `each` sees every `info` and `data`, `end` the archive `out`.
fn repacked(tree: &Tree, path: &str, each: &str, end: &str) {
    python(
        tree,
        &format!(
            "data = open({path:?}, 'rb').read()\nold = zipfile.ZipFile(io.BytesIO(data))\n\
             out = zipfile.ZipFile({path:?}, 'w')\nfor info in old.infolist():\n    data = old.read(info)\n    \
             {each}\n    out.writestr(info, data)\n{end}\nout.close()\n"
        ),
    );
}

#[test]
fn a_change_is_told_by_member_and_aspect() {
    let tree = project();
    let wheel = wheel();
    let good = fs::read(tree.path().join(&wheel)).expect("a wheel");
    let other_code = "info.filename.endswith('__init__.py') or 'pyc' in info.filename and (data := data.replace(b'a plant', b'a plamt'))";
    for (each, end, wanted) in [
        ("pass", "out.comment = b'hello'", "archive: comment \"\" → \"hello\""),
        ("info.date_time = (2001, 2, 3, 4, 5, 6)", "", "time 1980-01-01 00:00:00 → 2001-02-03 04:05:06"),
        ("info.external_attr = 0o100600 << 16", "", "mode 0644"),
        (
            "info.compress_type = zipfile.ZIP_STORED if info.filename.endswith('METADATA') else info.compress_type",
            "",
            "METADATA: compression deflate (8) → stored (0)",
        ),
        ("info.extra = b'\\xfe\\xca\\x01\\x00x'", "", "extra"),
        ("info.comment = b'x'", "", "comment"),
        // From 3.14 on the constant is a string of its own, before it is in a tuple.
        (other_code, "", ".pyc: has other code: main: consts: "),
        ("data = data.replace(b'one', b'two')", "", "grove/data.txt: has another content: one → two"),
        ("pass", "out.writestr('evil.pth', 'import os')", "evil.pth: should not be there"),
    ] {
        fs::write(tree.path().join(&wheel), &good).expect("a wheel");
        repacked(&tree, &wheel, each, end);
        let (code, lines) = told(&tree, &wheel, &[]);
        assert_eq!(code, Some(1), "{lines:?}");
        assert!(
            lines[0].starts_with(&format!("{wheel}: ")) && !lines[0].contains("bit for bit"),
            "{lines:?}"
        );
        assert!(lines[1..].iter().any(|line| line.contains(wanted)), "no {wanted:?} in {lines:#?}");
        assert!(lines.len() < 18, "{lines:#?}");
    }
}

#[test]
fn the_order_of_members_is_told() {
    let tree = project();
    let wheel = wheel();
    python(
        &tree,
        &format!(
            "old = zipfile.ZipFile(io.BytesIO(open({wheel:?}, 'rb').read()))\nout = zipfile.ZipFile({wheel:?}, 'w')\n\
             for info in old.infolist()[::-1]: out.writestr(info, old.read(info))\nout.close()"
        ),
    );
    let (code, lines) = told(&tree, &wheel, &[]);
    assert_eq!(code, Some(1));
    assert!(lines[0].ends_with("the same content in another container"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("place in the order")), "{lines:?}");
}

#[test]
fn sdists_and_zipapps_are_told_of_as_wheels_are() {
    let tree = project();
    python(
        &tree,
        &format!(
            "old = tarfile.open(fileobj=io.BytesIO(open({SDIST:?}, 'rb').read()))\n\
             out = tarfile.open({SDIST:?}, 'w:gz')\n\
             for info in old:\n    info.mtime = 5\n    info.uname = 'me'\n    out.addfile(info, old.extractfile(info))\nout.close()"
        ),
    );
    let (code, lines) = told(&tree, SDIST, &[]);
    assert_eq!(code, Some(1), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("time ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("user name") || line.contains("me")), "{lines:?}");

    repacked(&tree, ZIPAPP, "data = data.replace(b'one', b'two')", "");
    let (code, lines) = told(&tree, ZIPAPP, &[]);
    assert_eq!(code, Some(1));
    assert!(
        lines.iter().any(|line| line.contains("grove/data.txt: has another content: one → two")),
        "{lines:?}"
    );
}

#[test]
fn more_is_told_to_who_asks_for_it_and_the_rebuilt_artifact_can_be_kept() {
    let tree = project();
    let wheel = wheel();
    let good = fs::read(tree.path().join(&wheel)).expect("a wheel");
    repacked(&tree, &wheel, "data = data.replace(b'one', b'two')", "");
    let (_, brief) = told(&tree, &wheel, &[]);
    let (code, whole) = told(&tree, &wheel, &["-v", "--html", "page.html", "--keep", "kept"]);
    assert_eq!(code, Some(1));
    assert!(whole.len() > brief.len() && whole.iter().any(|line| line.trim() == "-one"), "{whole:#?}");
    let page = fs::read_to_string(tree.path().join("page.html")).expect("a page");
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{}", &page[..80]);
    let kept = tree.path().join("kept").join(Path::new(&wheel).file_name().expect("a name"));
    assert!(fs::read(&kept).expect("the rebuilt wheel") == good);
    let (code, lines) = told(&tree, &wheel, &["--keep", "grove/dist"]);
    assert_eq!((code, lines.len()), (Some(2), 0), "the artifact itself is not overwritten");
}

#[test]
fn a_duplicate_member_and_a_torn_archive_are_named_with_their_place() {
    let tree = project();
    let wheel = wheel();
    let good = fs::read(tree.path().join(&wheel)).expect("a wheel");
    repacked(&tree, &wheel, "pass", "out.writestr('grove/data.txt', 'evil')");
    let (code, lines) = told(&tree, &wheel, &[]);
    assert_eq!(code, Some(1));
    let said = lines.iter().filter(|line| line.contains("two members have this path")).collect::<Vec<_>>();
    assert!(said.len() == 1 && said[0].contains("\"grove/data.txt\" at offset "), "{lines:#?}");

    fs::write(tree.path().join(&wheel), &good[..good.len() / 2]).expect("a wheel");
    let (code, lines) = told(&tree, &wheel, &[]);
    assert_eq!(code, Some(1));
    assert!(lines.iter().any(|line| line.contains("no end of a central directory")), "{lines:#?}");
    let sdist = fs::read(tree.path().join(SDIST)).expect("an sdist");
    fs::write(tree.path().join(SDIST), &sdist[..sdist.len() / 2]).expect("an sdist");
    let (code, lines) = told(&tree, SDIST, &[]);
    assert_eq!(code, Some(1));
    assert!(lines.iter().any(|line| line.contains("offset") && line.contains("too early")), "{lines:#?}");
}

#[test]
fn the_same_artifact_is_the_same_wherever_the_tree_lies_and_whatever_lies_in_dist() {
    let tree = project();
    tree.write("grove/dist/notes.txt", "mine\n");
    for artifact in [wheel(), SDIST.to_owned(), ZIPAPP.to_owned()] {
        for source in ["grove", "elsewhere/deep"] {
            if source != "grove" {
                let copy = tree.path().join(source);
                stdout_of(Command::new("mkdir").arg("-p").arg(tree.path().join("elsewhere")));
                stdout_of(Command::new("cp").arg("-r").arg(tree.path().join("grove")).arg(&copy));
            }
            let mut command = pyrepro();
            command
                .args(["verify", &artifact, "--source", source, "--python"])
                .arg(&newest().interpreter.path);
            let told = stdout_of(command.current_dir(tree.path()));
            assert_eq!(told.lines().next(), Some(&*format!("{artifact}: bit for bit the same")), "{told}");
        }
        fs::remove_dir_all(tree.path().join("elsewhere")).expect("a copy");
    }
}

#[test]
fn a_tree_of_bytecode_is_compiled_again() {
    let tree = Tree::new();
    tree.write("lib/pkg/__init__.py", "def main():\n    return 'a plant'\n");
    tree.write("lib/pkg/more.py", "X = 1\n");
    let mut command = pyrepro();
    command.args([
        "compile",
        "lib",
        "--manifest",
        "lib.json",
        "--invalidation-mode",
        "checked-hash",
        "--python",
    ]);
    stdout_of(command.arg(&newest().interpreter.path).current_dir(tree.path()));
    let verify = || {
        let mut command = pyrepro();
        command.args(["verify", "lib", "--manifest", "lib.json", "--keep", "kept", "--python"]);
        let output = run(command.arg(&newest().interpreter.path).current_dir(tree.path()));
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, told) = verify();
    assert_eq!((code, told.lines().next()), (Some(0), Some("lib: bit for bit the same")), "{told}");
    let tag = newest().version.cache_tag();
    let pyc = tree.path().join(format!("lib/pkg/__pycache__/__init__.{tag}.pyc"));
    let good = fs::read(&pyc).expect("bytecode");
    assert!(
        fs::read(tree.path().join(format!("kept/rebuilt/pkg/__pycache__/__init__.{tag}.pyc")))
            .expect("bytecode")
            == good
    );
    let at = good.windows(7).position(|text| text == b"a plant").expect("a constant");
    let mut bad = good.clone();
    bad[at + 6] = b'm';
    fs::write(&pyc, bad).expect("bytecode");
    let (code, told) = verify();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("lib: differs\n"), "{told}");
    assert!(told.contains("has other code: main: consts: 'a plant' → 'a planm'"), "{told}");
    fs::remove_file(&pyc).expect("bytecode");
    let (code, told) = verify();
    assert!(
        code == Some(1) && told.contains(&format!("pkg/__pycache__/__init__.{tag}.pyc: is missing")),
        "{told}"
    );
}

/// pyrepro with uv on its way.
fn program(tools: &Tools, tree: &Tree) -> Command {
    let mut path = OsString::from(tools.path("uv").parent().expect("a folder"));
    path.push(if cfg!(windows) { ";" } else { ":" });
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = pyrepro();
    command.current_dir(tree.path()).env("PATH", path);
    command
}

#[test]
fn how_a_build_was_made_is_noticed_and_changes_no_verdict() {
    let Some(tools) = tools("backends") else { return };
    let tree = Tree::new();
    tree.write(
        "plum/pyproject.toml",
        "[build-system]\nrequires = ['flit_core>=3']\nbuild-backend = 'flit_core.buildapi'\n\
         [project]\nname = 'plum'\nversion = '1.0'\ndescription = 'A plum'\nrequires-python = '>=3.7'\n",
    );
    tree.write("plum/plum/__init__.py", "def main():\n    return {'a', 'b'} - {'b'}\n");
    tree.write("plum/notes.txt", "not in the wheel\n");
    let mut download = tools.python();
    download
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
        .arg(tree.path().join("wheels"));
    stdout_of(download.arg("flit_core==4.2.0"));
    let build = |out: &str, installer: &str| {
        let mut command = program(&tools, &tree);
        command.args([
            "build",
            "plum",
            "--sdist",
            "--wheel",
            "-f",
            "wheels",
            "--no-index",
            "--installer",
            installer,
        ]);
        stdout_of(command.args(["-o", out, "--python"]).arg(tools.path("python")));
        ["plum-1.0-py3-none-any.whl", "plum-1.0.tar.gz"].map(|name| {
            let manifest = tree.path().join(out).join(format!(".{name}.manifest.json"));
            fs::read_to_string(manifest).expect("a manifest")
        })
    };
    let manifests = build("with-pip", "pip");
    assert!(!manifests[0].contains("\"pip\""), "{}", manifests[0]);
    tree.write("plum/dist/old-1.0.tar.gz", "old\n");
    tree.write("plum/dist/junk", "junk\n");
    assert!(manifests == build("with-uv", "uv"), "the same build has the same manifest");

    let verify = |artifact: &str, source: &str| {
        let mut command = program(&tools, &tree);
        command.args([
            "verify",
            artifact,
            "--source",
            source,
            "--find-links",
            "wheels",
            "--no-index",
            "--python",
        ]);
        command.args([tools.path("python")]);
        let output = run(&mut command);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let copied = tree.path().join("copied");
    stdout_of(Command::new("cp").arg("-r").arg(tree.path().join("plum")).arg(&copied));
    for name in ["plum-1.0-py3-none-any.whl", "plum-1.0.tar.gz"] {
        for source in ["plum", "copied", "with-uv/plum-1.0.tar.gz"] {
            let artifact = format!("with-pip/{name}");
            let (code, told) = verify(&artifact, source);
            let first = told.lines().next().unwrap_or_default();
            assert_eq!(
                (code, first),
                (Some(0), &*format!("{artifact}: bit for bit the same")),
                "{source}: {told}"
            );
            let is_own_sdist = source.ends_with(".gz");
            assert_eq!(told.contains("noticed: source PKG-INFO is new"), is_own_sdist, "{told}");
        }
    }

    // An older pyrepro wrote who installed, and a file that is not in the wheel may change.
    let place = tree.path().join("with-pip/.plum-1.0-py3-none-any.whl.manifest.json");
    let mut manifest: pyrepro::manifest::Manifest = serde_json::from_str(&manifests[0]).expect("a manifest");
    let pip = pyrepro::manifest::Requirement { name: "pip".into(), version: "24.0".into() };
    manifest.backend.as_mut().expect("a backend").requirements.push(pip);
    fs::write(&place, manifest.to_json()).expect("a manifest");
    tree.write("plum/notes.txt", "changed\n");
    let (code, told) = verify("with-pip/plum-1.0-py3-none-any.whl", "plum");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("noticed: source notes.txt was changed\n"), "{told}");
    assert!(told.contains("noticed: pip 24.0 was installed for the recorded build only\n"), "{told}");
    tree.write("plum/plum/__init__.py", "def main():\n    return 2\n");
    let (code, told) = verify("with-pip/plum-1.0-py3-none-any.whl", "plum");
    assert!(code == Some(1) && told.lines().next().is_some_and(|line| line.ends_with(": differs")), "{told}");
}

#[test]
fn one_schema_describes_the_documents_of_verify_diff_and_traces() {
    let Some(tools) = tools("manifest") else { return };
    let tree = project();
    let wheel = wheel();
    let good = fs::read(tree.path().join(&wheel)).expect("a wheel");
    let document = |words: &[&str]| {
        let mut command = pyrepro();
        command.args(words).args(["--format", "json"]).current_dir(tree.path());
        String::from_utf8(run(command.env("PYREPRO_PYTHON", &newest().interpreter.path)).stdout)
            .expect("JSON")
    };
    let verify = ["verify", &wheel, "--source", "grove"];
    let same = document(&verify);
    repacked(&tree, &wheel, "data = data.replace(b'one', b'two')", "");
    let all = [
        same,
        document(&verify),
        document(&["verify", &wheel]),
        document(&["verify", "--trace", &wheel, "--source", "grove", "--manifest", "none"]),
        document(&["diff", &wheel, SDIST]),
        document(&["diff", &wheel, &wheel]),
    ];
    fs::write(tree.path().join(&wheel), &good[..900]).expect("a wheel");
    let torn = document(&verify);
    fs::remove_file(tree.path().join(format!("grove/dist/.{}.manifest.json", &wheel["grove/dist/".len()..])))
        .expect("a manifest");
    fs::write(tree.path().join(&wheel), &good).expect("a wheel");
    let traced = document(&["verify", "--trace", &wheel, "--source", "grove"]);
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json");
    let script = "import json, jsonschema, sys\nschema = json.load(open(sys.argv[1]))\n\
                  jsonschema.Draft202012Validator.check_schema(schema)\n\
                  kind = schema['$defs']\n\
                  for text in sys.argv[2:]:\n    document = json.loads(text)\n    \
                  jsonschema.validate(document, {**kind[document['report']], '$defs': kind})\n    \
                  jsonschema.validate(document['verdict'], kind['verdict'])\n    print(document['report'], document['verdict'])\n";
    let mut validate = tools.python();
    validate
        .args(["-c", script])
        .arg(schema)
        .args(all.iter().filter(|text| !text.is_empty()))
        .args([&torn, &traced]);
    let told = stdout_of(&mut validate);
    for wanted in ["verify identical", "verify differs", "diff identical", "diff differs", "trace "] {
        assert!(told.contains(wanted), "no {wanted} in {told}");
    }
}
