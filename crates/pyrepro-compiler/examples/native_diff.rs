//! Compares this compiler with an interpreter.
//!
//! ```text
//! cargo run --release -p pyrepro-compiler --example native_diff -- PYTHON [-v] [-l LEVELS] FILE|DIR ...
//! ```
//!
//! One file: the first differing field of each code object, and its instructions side by side. Many files:
//! how many agree, and the kinds of differences with examples. `-v` shows every file's differences.

use pyrepro_compiler::edition::Edition;
use pyrepro_compiler::error::Failure;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};

const USAGE: &str = "native_diff PYTHON [-v] [-l LEVELS] FILE|DIR ...";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let Some(python) = arguments.next() else { return usage() };
    let (mut verbose, mut levels, mut files) = (false, String::from("0"), Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-v" => verbose = true,
            "-l" => match arguments.next() {
                Some(value) => levels = value,
                None => return usage(),
            },
            path => walk(Path::new(path), &mut files),
        }
    }
    let levels: Vec<u8> = levels.bytes().map(|digit| digit - b'0').collect();
    let verbose = verbose || files.len() == 1;
    match compare(&python, &files, &levels, verbose) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("native_diff: {error}");
            ExitCode::from(2)
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        return files.push(path.into());
    }
    let Ok(entries) = path.read_dir() else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() || entry.extension().is_some_and(|extension| extension == "py") {
            walk(&entry, files);
        }
    }
}

fn compare(python: &str, files: &[PathBuf], levels: &[u8], verbose: bool) -> io::Result<bool> {
    let version = Command::new(python)
        .args(["-I", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"])
        .output()?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    let release = Edition::of(&version).map_err(io::Error::other)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracle/diff.py");
    let mut differ = Command::new(python)
        .args(["-I", "-B", "-X", "utf8"])
        .arg(script)
        .args(verbose.then_some("-v"))
        .stdin(Stdio::piped())
        .spawn()?;
    let mut input = io::BufWriter::new(differ.stdin.take().expect("its input is a pipe"));
    for file in files {
        let source = fs::read(file)?;
        let name = file.to_string_lossy();
        match pyrepro_compiler::compile(&source, name.as_bytes(), release.edition, levels) {
            Ok(compiled) => {
                for (level, code) in levels.iter().zip(&compiled.code) {
                    record(&mut input, &name, *level, b'C', code)?;
                }
            }
            Err(Failure::Syntax(error)) => {
                let text = format!("{}: {}", error.kind.name(), error.message);
                record(&mut input, &name, levels[0], b'E', text.as_bytes())?;
            }
            Err(Failure::Handover(handover)) => {
                record(&mut input, &name, levels[0], b'H', format!("{handover:?}").as_bytes())?;
            }
        }
    }
    drop(input);
    Ok(differ.wait()?.success())
}

fn record(out: &mut impl Write, name: &str, level: u8, kind: u8, data: &[u8]) -> io::Result<()> {
    out.write_all(&(name.len() as u32).to_le_bytes())?;
    out.write_all(name.as_bytes())?;
    out.write_all(&[level, kind])?;
    out.write_all(&(data.len() as u32).to_le_bytes())?;
    out.write_all(data)
}
