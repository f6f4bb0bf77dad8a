//! `pyrepro build` against the backends uv_build, flit_core and hatchling, on one package and a small project.
//!
//!     cargo bench --bench build -- PACKAGE PEERS
//!
//! PACKAGE is the folder of a package, such as django's `django`; PEERS is a virtual environment with
//! `tests/tools/peers.txt` installed. Each makes a wheel of the same files; uv_build's binary is run
//! directly, without the Python that frontends run it from, and the others from a bare Python, as
//! frontends do. Prints the seconds of the best of interleaved runs and the ratio to uv_build's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

const PYREPRO: &str = env!("CARGO_BIN_EXE_pyrepro");
const RUNS: usize = 7;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let [package, peers] = &arguments[..] else {
        println!("usage: cargo bench --bench build -- PACKAGE PEERS");
        return;
    };
    let (package, peers) = (Path::new(package), Path::new(peers));
    let scratch = tempfile::tempdir().expect("a folder for temporary files");
    let large = scratch.path().join("large");
    copy(package, &large.join("rival"));
    compare("the package", &large, peers);
    let small = scratch.path().join("small");
    for index in 0..9 {
        let text = "def f(x):\n    '''Doc.'''\n    return x\n\n\n".repeat(40);
        write(&small.join(format!("rival/module{index}.py")), &text);
    }
    write(&small.join("rival/__init__.py"), "'''Small.'''\n");
    compare("ten files", &small, peers);
}

/// What builds a wheel of the project in the current folder into a folder `out`.
fn builders(peers: &Path) -> Vec<(&'static str, &'static str, Vec<PathBuf>)> {
    let bin = |name: &str| peers.join("bin").join(name);
    let hook = |module: &str| {
        let script = format!("import {module} as backend; backend.build_wheel('out')");
        vec![bin("python"), "-c".into(), script.into()]
    };
    let ours = [PYREPRO, "-q", "build", "-o", "out"].map(PathBuf::from).to_vec();
    vec![
        ("pyrepro", "pyrepro", ours),
        ("uv_build", "uv_build", vec![bin("uv-build"), "build-wheel".into(), "out".into()]),
        ("flit_core", "flit_core.buildapi", hook("flit_core.buildapi")),
        ("hatchling", "hatchling.build", hook("hatchling.build")),
    ]
}

fn compare(what: &str, project: &Path, peers: &Path) {
    let mut best: BTreeMap<&str, f64> = BTreeMap::new();
    let builders = builders(peers);
    for _ in 0..RUNS {
        for (name, backend, command) in &builders {
            let pyproject = format!(
                "[project]\nname = 'rival'\nversion = '1.0'\ndescription = 'x'\n[build-system]\nrequires = []\n\
                 build-backend = '{backend}'\n[tool.uv.build-backend]\nmodule-root = ''\n"
            );
            write(&project.join("pyproject.toml"), &pyproject);
            let _ = fs::remove_dir_all(project.join("out"));
            fs::create_dir(project.join("out")).expect("a folder");
            let mut run = Command::new(&command[0]);
            run.args(&command[1..]).current_dir(project).stdout(Stdio::null());
            let started = Instant::now();
            let status = run.stderr(Stdio::null()).status().expect("a program");
            let seconds = started.elapsed().as_secs_f64();
            assert!(status.success(), "{name} fails");
            let least = best.entry(name).or_insert(f64::INFINITY);
            *least = least.min(seconds);
        }
    }
    println!("{what}:");
    for (name, ..) in builders {
        println!("  {name:<10} {:>7.3} s  {:.2} of uv_build's", best[name], best[name] / best["uv_build"]);
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true if entry.file_name() == "__pycache__" => {}
            true => copy(&path, &to),
            false => drop(fs::copy(&path, &to).expect("a copy")),
        }
    }
}
