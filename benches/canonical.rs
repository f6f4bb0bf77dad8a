//! Read, canonicalise and write bytecode files in memory, on one core.
//!
//!     cargo bench --bench canonical -- FOLDER
//!
//! FOLDER holds bytecode files. Without one, the standard library of `python3` is compiled by
//! CPython itself and taken. Prints megabytes a second for each step and for all together.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use pyrepro::pyc::{Header, Pyc};

const ROUNDS: usize = 7;

fn main() {
    let folder = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let made = tempfile::tempdir().expect("a folder for temporary files");
    let folder = folder.map_or_else(|| standard_library(made.path()), PathBuf::from);
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!("{} files, {:.1} MB", files.len(), bytes as f64 / 1e6);

    let read = best(&files, |file| {
        black_box(Pyc::parse(file).expect("a pyc"));
    });
    let all = best(&files, |file| {
        black_box(Pyc::parse(file).and_then(|pyc| pyc.canonical()).expect("a pyc"));
    });
    for (step, time) in [("read", read), ("read, canonicalise, write", all)] {
        println!("{step}: {:.0} MB/s", bytes as f64 / 1e6 / time.as_secs_f64());
    }
}

/// The best of some rounds over all files.
fn best(files: &[Vec<u8>], work: impl Fn(&[u8])) -> Duration {
    let round = || {
        let start = Instant::now();
        files.iter().for_each(|file| work(file));
        start.elapsed()
    };
    (0..ROUNDS).map(|_| round()).min().expect("at least one round")
}

fn collect(folder: &Path, files: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder of bytecode files").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "pyc") {
            files.extend(fs::read(&path).ok().filter(|file| Header::parse(file).is_ok()));
        }
    }
}

/// Compiles the standard library of `python3` below a folder.
fn standard_library(folder: &Path) -> PathBuf {
    let script = "import compileall, os; compileall.compile_dir(os.path.dirname(os.__file__), quiet=2)";
    let _ = Command::new("python3").args(["-c", script]).env("PYTHONPYCACHEPREFIX", folder).status();
    folder.to_owned()
}
