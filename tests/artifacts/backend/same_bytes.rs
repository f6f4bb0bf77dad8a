//! One project on two machines: one wheel, and one sdist.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::project::{HERE, THERE, Variation, backends, commit, copy};
use crate::common::app::{members, paths, run};
use crate::common::tools::Tools;
use crate::common::tree::Tree;
use crate::common::{clean, pyrepro};

/// What `pyrepro build` makes, by name.
fn built(
    project: &str,
    variation: &Variation,
    arguments: &[&str],
    tools: &Tools,
) -> BTreeMap<String, Vec<u8>> {
    let tree = Tree::new();
    let source = copy(project, &tree, variation);
    if project == "hatchling" {
        commit(&source, "v1.2");
    }
    let before = tree.files();
    let out = tempfile::tempdir().expect("a folder");
    let mut command = with_umask(variation.umask);
    command.arg("build").arg(&source).arg("-o").arg(out.path()).args(arguments);
    command.envs(variation.variables).env("SOURCE_DATE_EPOCH", "1700000000").env("PATH", path_with(tools));
    let output = run(&mut command);
    assert!(output.status.success(), "{project}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(tree.files(), before, "nothing is written among the sources");
    let check =
        run(pyrepro().args(["normalize", "--check", "--source-date-epoch", "1700000000"]).arg(out.path()));
    assert!(check.status.success(), "{project}: {}", String::from_utf8_lossy(&check.stdout));
    let files = fs::read_dir(out.path()).expect("a folder").map(|file| file.expect("a file").path());
    files.map(|file| (name_of(&file), fs::read(&file).expect("a file"))).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Where the tools are found that a build takes from the search path, such as uv.
fn path_with(tools: &Tools) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = tools.path("uv").parent().expect("a folder").to_owned();
    std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&path))).expect("paths")
}

#[cfg(unix)]
fn with_umask(umask: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_pyrepro")]);
    clean(&mut command);
    command
}

#[cfg(not(unix))]
fn with_umask(_: &str) -> Command {
    let mut command = pyrepro();
    clean(&mut command);
    command
}

/// Builds on two machines, and gives what comes out on both.
fn same(project: &str, arguments: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let Some(tools) = backends() else { return BTreeMap::new() };
    let here = built(project, &HERE, arguments, &tools);
    let there = built(project, &THERE, arguments, &tools);
    assert!(here == there, "{project}: {:?} and {:?} differ", here.keys(), there.keys());
    here
}

/// The same, with a backend that is installed.
fn same_wheel_and_sdist(project: &str, stem: &str) {
    let Some(tools) = backends() else { return };
    let python = tools.path("python");
    let python = python.to_str().expect("a path");
    let made = same(project, &["--wheel", "--sdist", "--no-isolation", "--python", python]);
    let artifacts = [format!("{stem}-py3-none-any.whl"), format!("{stem}.tar.gz")];
    let manifests = artifacts.clone().map(|name| format!(".{name}.manifest.json"));
    let wanted = [manifests, artifacts].concat();
    assert_eq!(made.into_keys().collect::<Vec<_>>(), wanted);
}

#[test]
fn setuptools_makes_the_same() {
    same_wheel_and_sdist("setuptools", "apple_setuptools-1.2");
}

#[test]
fn setup_py_makes_the_same() {
    same_wheel_and_sdist("setup-py", "apple_setup_py-1.2");
}

#[test]
fn hatchling_makes_the_same_with_the_version_of_a_tag() {
    same_wheel_and_sdist("hatchling", "apple_hatchling-1.2");
}

#[test]
fn poetry_core_makes_the_same() {
    same_wheel_and_sdist("poetry", "apple_poetry-1.2");
}

#[test]
fn pdm_backend_makes_the_same() {
    same_wheel_and_sdist("pdm", "apple_pdm-1.2");
}

#[test]
fn flit_core_makes_the_same() {
    same_wheel_and_sdist("flit", "apple-1.2");
}

#[test]
fn uv_build_makes_the_same() {
    same_wheel_and_sdist("uv", "apple-1.2");
}

#[test]
fn bytecode_is_put_in_with_the_tag_of_its_python() {
    let Some(tools) = backends() else { return };
    let tree = Tree::new();
    let source = copy("flit", &tree, &HERE);
    let mut command = pyrepro();
    command.arg("build").arg(source).arg("-o").arg(tree.path()).arg("--python").arg(tools.path("python"));
    let output = run(command.args(["-n", "--pyc", "checked-hash", "-q"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let is_wheel = |path: &std::path::PathBuf| name_of(path).ends_with(".whl");
    let wheel = tree.files().into_iter().find(is_wheel).expect("a wheel");
    let tag = name_of(&wheel)["apple-1.2-".len()..].split('-').next().expect("a tag").to_owned();
    assert!(tag.starts_with("cp3"), "{wheel:?}");
    let wheel = tree.path().join(wheel);
    let version = tag.trim_start_matches("cp");
    assert!(paths(&wheel).contains(&format!("apple/__pycache__/cli.cpython-{version}.pyc")));
    let of =
        |name: &str| members(&wheel).into_iter().find(|(path, ..)| path.ends_with(name)).expect("a member").1;
    let [text, record] = [".dist-info/WHEEL", ".dist-info/RECORD"].map(|name| of(name).expect("content"));
    assert!(String::from_utf8_lossy(&text).contains(&format!("\nTag: {tag}-none-any\n")));
    assert!(String::from_utf8_lossy(&record).contains(&format!("cli.cpython-{version}.pyc,sha256=")));
    let check = run(pyrepro().args(["normalize", "--check"]).arg(&wheel));
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

/// Machine code: what needs compilers, minutes and the index. The results are in docs/backends.md.
mod native {
    use super::{backends, same};

    fn same_native(project: &str) {
        if backends().is_none() {
            return;
        }
        let python = crate::common::newest_with_packages();
        let python = python.interpreter.path.to_str().expect("a path");
        let made = same(project, &["--python", python]);
        let wheel = made.into_iter().find(|(name, _)| name.ends_with(".whl")).expect("a wheel").1;
        assert!(!contains(&wheel, b"some/deeper place"), "{project}: the wheel tells where it was built");
    }

    fn contains(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    #[ignore = "needs a C compiler and the index"]
    fn setuptools_makes_the_same_extension() {
        same_native("setuptools-c");
    }

    #[test]
    #[ignore = "needs a C compiler and the index"]
    fn cython_makes_the_same_extension() {
        same_native("cython");
    }

    #[test]
    #[ignore = "needs a C compiler and the index"]
    fn meson_python_makes_the_same_extension() {
        same_native("meson");
    }

    #[test]
    #[ignore = "needs a C compiler and the index"]
    fn scikit_build_core_makes_the_same_extension() {
        same_native("scikit-build-core");
    }

    #[test]
    #[ignore = "needs Rust and the index"]
    fn maturin_makes_the_same_program() {
        same_native("maturin");
    }
}
