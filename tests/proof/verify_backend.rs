//! What other backends built is built again by them, with the versions that are recorded.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::app::{members, run, stdout_of};
use crate::common::pyrepro;
use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;
use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::manifest::Manifest;

/// pyrepro with uv and the tools' Python on its way.
fn program(tools: &Tools, tree: &Tree) -> Command {
    let mut path = OsString::from(tools.path("uv").parent().expect("a folder"));
    path.push(if cfg!(windows) { ";" } else { ":" });
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = pyrepro();
    command.current_dir(tree.path()).env("PATH", path);
    command
}

/// A project of flit's, and a folder with the wheel of flit_core.
fn project(tools: &Tools) -> Tree {
    let tree = Tree::new();
    tree.write(
        "project/pyproject.toml",
        "[build-system]\nrequires = ['flit_core>=3']\nbuild-backend = 'flit_core.buildapi'\n\
         [project]\nname = 'plum'\nversion = '1.0'\ndescription = 'A plum'\n",
    );
    tree.write("project/plum/__init__.py", "def main():\n    return {'a', 'b'} - {'b'}\n");
    tree.write("none/README", "");
    let mut download = tools.python();
    download
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
        .arg(tree.path().join("wheels"));
    stdout_of(download.arg("flit_core==4.2.0"));
    tree
}

/// Builds with these options, and gives the artifacts.
fn build(tools: &Tools, tree: &Tree, options: &[&str]) -> Vec<PathBuf> {
    let mut command = program(tools, tree);
    command.args(["build", "project", "-o", "dist", "--python"]).arg(tools.path("python"));
    stdout_of(command.args(options));
    let dist = fs::read_dir(tree.path().join("dist")).expect("artifacts").flatten().map(|entry| entry.path());
    dist.filter(|path| path.extension().is_some_and(|ending| ending != "json")).collect()
}

/// Verifies an artifact: exit code and report.
fn verify(tools: &Tools, tree: &Tree, artifact: &Path, options: &[&str]) -> (Option<i32>, Value) {
    let mut command = program(tools, tree);
    command.args(["verify", "--format", "json", "--source", "project", "--python"]).arg(tools.path("python"));
    let output = run(command.arg(artifact).args(options));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::String(told)))
}

const OFFLINE: [&str; 3] = ["--find-links", "wheels", "--no-index"];

#[test]
fn what_another_backend_built_is_built_again_by_it() {
    let Some(tools) = tools("backends") else { return };
    let tree = project(&tools);
    let options = [&OFFLINE[..], &["--sdist", "--wheel", "--pyc", "checked-hash"]].concat();
    let artifacts = build(&tools, &tree, &options);
    assert_eq!(artifacts.len(), 2);
    for artifact in &artifacts {
        let (code, report) = verify(&tools, &tree, artifact, &OFFLINE);
        assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("identical")), "{report}");
        let backend = &report["rebuilt"]["backend"];
        assert_eq!(backend["name"], "flit_core.buildapi");
        assert_eq!(backend["requirements"][0]["version"], "4.2.0", "{backend}");
    }

    let wheel = artifacts.iter().find(|path| path.extension().is_some_and(|e| e == "whl")).expect("a wheel");
    let good = fs::read(wheel).expect("a wheel");
    forge(wheel);
    let (code, report) = verify(&tools, &tree, wheel, &OFFLINE);
    assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("differs")), "{report}");
    let members = report["members"].as_array().expect("evidence");
    let changed: Vec<_> = members.iter().filter(|member| member["finding"] != "same").collect();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(
        (&changed[0]["path"], &changed[0]["finding"]),
        (&"plum/__init__.py".into(), &"other-content".into())
    );
    fs::write(wheel, good).expect("a wheel");

    tree.write("project/plum/__init__.py", "def main():\n    return 1\n");
    for artifact in &artifacts {
        let (code, report) = verify(&tools, &tree, artifact, &OFFLINE);
        assert_eq!((code, report["verdict"].as_str()), (Some(1), Some("differs")), "{report}");
        assert_eq!(report["inputs"][0]["path"], "plum/__init__.py");
    }
}

/// Puts another source in the place of one.
fn forge(wheel: &Path) {
    let entry = |(path, bytes, _): crate::common::app::Member| {
        let bytes = if path == "plum/__init__.py" { Some(b"evil()\n".to_vec()) } else { bytes };
        Entry::bytes(path, bytes.expect("a file")).expect("a path")
    };
    let entries = members(wheel).into_iter().map(entry).collect();
    let order = Order::Wheel { dist_info: "plum-1.0.dist-info".to_owned() };
    let entries = Entries::new(entries, &order).expect("paths that go together");
    let mut file = std::io::Cursor::new(Vec::new());
    zip::write(&entries, &zip::Options::default(), &mut file).expect("memory");
    fs::write(wheel, file.into_inner()).expect("a wheel");
}

#[test]
fn where_the_recorded_versions_cannot_be_had_it_says_which_they_are() {
    let Some(tools) = tools("backends") else { return };
    let tree = project(&tools);
    let [wheel] = &build(&tools, &tree, &OFFLINE)[..] else { panic!("one wheel") };
    let (code, report) = verify(&tools, &tree, wheel, &["--find-links", "none", "--no-index"]);
    assert_eq!((code, report["verdict"].as_str()), (Some(2), Some("not-rebuilt")), "{report}");
    let reason = report["reason"].as_str().expect("a reason");
    assert!(reason.contains("it was built with flit-core 4.2.0"), "{reason}");

    let place = Manifest::beside(wheel);
    let good = fs::read_to_string(&place).expect("a manifest");
    let forged = |name: &str, version: &str| {
        let text = good.replace("\"flit-core\"", &format!("{name:?}"));
        let text = text.replace("\"4.2.0\"", &format!("{version:?}"));
        let manifest: Manifest = serde_json::from_str(&text).expect("a manifest");
        fs::write(&place, manifest.to_json()).expect("a manifest");
        let (code, report) = verify(&tools, &tree, wheel, &OFFLINE);
        assert_eq!((code, report["verdict"].as_str()), (Some(2), Some("not-rebuilt")), "{report}");
        report["reason"].as_str().expect("a reason").to_owned()
    };
    let reason = forged("flit-core", "4.1.0");
    assert!(reason.contains("it was built with flit-core 4.1.0"), "{reason}");
    let reason = forged("plum-core", "1.0");
    assert!(reason.contains("plum-core 1.0, which is not here"), "{reason}");
    let reason = forged("x\n--index-url=y\nz", "1.0");
    assert!(reason.contains("which nothing can be installed by"), "{reason}");
}

#[test]
fn without_isolation_the_installed_backend_has_to_be_the_recorded_one() {
    let Some(tools) = tools("backends") else { return };
    let tree = project(&tools);
    let [wheel] = &build(&tools, &tree, &["--no-isolation"])[..] else { panic!("one wheel") };
    let (code, report) = verify(&tools, &tree, wheel, &[]);
    assert_eq!((code, report["verdict"].as_str()), (Some(0), Some("identical")), "{report}");

    let place = Manifest::beside(wheel);
    let text = fs::read_to_string(&place).expect("a manifest").replace("\"4.2.0\"", "\"4.1.0\"");
    let manifest: Manifest = serde_json::from_str(&text).expect("a manifest");
    fs::write(&place, manifest.to_json()).expect("a manifest");
    let (code, report) = verify(&tools, &tree, wheel, &[]);
    assert_eq!((code, report["verdict"].as_str()), (Some(2), Some("not-rebuilt")), "{report}");
    let reason = report["reason"].as_str().expect("a reason");
    assert!(reason.contains("flit-core 4.1.0, and here is 4.2.0"), "{reason}");
}

/// A wheel of ours in a folder of its own, whose manifest says that a backend built it, and a uv that
/// only tells that it was run.
#[cfg(unix)]
fn forged(backend: &str, settings: &[&str]) -> Tree {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new();
    tree.write(
        "project/pyproject.toml",
        "[build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n[project]\nname = 'plum'\nversion = '1.0'\n",
    );
    tree.write("project/plum.py", "x = 1\n");
    let mut command = pyrepro();
    stdout_of(command.args(["build", "project", "-o", "dist"]).current_dir(tree.path()));
    let place = tree.path().join("dist/.plum-1.0-py3-none-any.whl.manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&place).expect("a manifest")).expect("JSON");
    manifest["backend"] = serde_json::json!({"name": backend, "requirements": []});
    let values = serde_json::json!({"artifact": "wheel", "config_settings": settings, "isolation": true, "compile": false});
    manifest["options"] = serde_json::json!({"verb": "build", "values": values});
    let manifest: Manifest = serde_json::from_value(manifest).expect("a manifest");
    fs::write(&place, manifest.to_json()).expect("a manifest");
    let uv = tree.write("bin/uv", "#!/bin/sh\necho ran >> \"$0.ran\"\nexit 1\n");
    fs::set_permissions(&uv, fs::Permissions::from_mode(0o755)).expect("permissions");
    tree
}

/// What comes of verifying it: exit code, reason, what was said before, and whether something ran.
#[cfg(unix)]
fn attempt(tree: &Tree, options: &[&str]) -> (Option<i32>, String, String, bool) {
    let mut command = pyrepro();
    let path = format!("{}:{}", tree.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
    command.args(["verify", "dist/plum-1.0-py3-none-any.whl", "--source", "project", "--format", "json"]);
    let output = run(command.args(options).current_dir(tree.path()).env("PATH", path));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let reason = report["reason"].as_str().unwrap_or_default().to_owned();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), reason, told, tree.path().join("bin/uv.ran").exists())
}

#[cfg(unix)]
#[test]
fn a_manifest_alone_has_no_backend_run() {
    for backend in ["pyrepro", "evil_backend"] {
        let tree = forged(backend, &[]);
        let (code, reason, told, ran) = attempt(&tree, &[]);
        assert!(!ran, "{backend} was installed: {reason}");
        assert_eq!((code, told.as_str()), (Some(2), ""), "{reason}");
        assert!(reason.contains("nothing was run"), "{reason}");
    }
}

#[cfg(unix)]
#[test]
fn a_backend_that_the_source_declares_is_told_of_before_it_runs_and_can_be_refused() {
    let tree = forged("plum_build", &["cc=/tmp/cc"]);
    let project = "[build-system]\nrequires = ['plum-build>1']\nbuild-backend = 'plum_build'\n";
    tree.write("project/pyproject.toml", project);
    let (code, reason, _, ran) = attempt(&tree, &[]);
    assert_eq!((code, ran), (Some(2), false), "{reason}");
    assert!(reason.contains("cc=/tmp/cc") && reason.contains("give it with --config-setting"), "{reason}");

    let (code, reason, told, ran) = attempt(&tree, &["-C", "cc=/tmp/cc", "--no-backend"]);
    assert_eq!((code, told.as_str(), ran), (Some(2), "", false), "{reason}");
    assert!(reason.contains("leave out --no-backend"), "{reason}");

    let (code, reason, told, ran) = attempt(&tree, &["-C", "cc=/tmp/cc"]);
    assert_eq!((code, ran), (Some(2), true), "{reason}");
    let said = "runs the build backend plum_build, which project declares; installs plum-build>1; setting cc=/tmp/cc";
    assert!(told.contains(said), "{told}");
}
