//! The interpreters to test on, and the sources to give them.

use pyrepro_compiler::edition::{Edition, Release};
use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::thread::{self, JoinHandle};

/// An interpreter, and the edition that shall do as it does.
#[derive(Debug)]
pub struct Python {
    pub path: PathBuf,
    pub version: String,
    pub release: Release,
    /// Its standard library.
    pub library: PathBuf,
}

/// One interpreter for each release that there is an edition for.
pub fn pythons() -> &'static [Python] {
    static PYTHONS: LazyLock<Vec<Python>> = LazyLock::new(|| {
        let mut found = BTreeMap::new();
        for path in candidates() {
            let Some((version, library)) = identity(&path) else { continue };
            let Ok(release) = Edition::of(&version) else { continue };
            found.entry(version.clone()).or_insert(Python { path, version, release, library });
        }
        found.into_values().collect()
    });
    &PYTHONS
}

/// A run of a script of this folder by an interpreter.
pub fn script(python: &Path, script: &str) -> Command {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracle");
    let mut command = Command::new(python);
    command.args(["-I", "-S", "-B", "-W", "ignore"]).arg(folder.join(script)).stdin(Stdio::piped());
    command.env_clear().env("PYTHONHASHSEED", "0").stdout(Stdio::piped());
    command
}

/// What may be an interpreter.
pub fn candidates() -> Vec<PathBuf> {
    let listed = env::var_os("PYREPRO_TEST_PYTHONS").unwrap_or_default();
    let mut candidates: Vec<PathBuf> = env::split_paths(&listed).collect();
    for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()) {
        candidates.extend((11..=15).map(|minor| folder.join(format!("python3.{minor}"))));
    }
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    if let Some(root) = env::var_os("PYENV_ROOT").map(PathBuf::from).or(home)
        && let Ok(versions) = root.join("versions").read_dir()
    {
        candidates.extend(versions.flatten().map(|version| version.path().join("bin/python")));
    }
    candidates.retain(|path| path.is_file());
    candidates
}

/// The version of an interpreter, and where its standard library is.
pub fn identity(path: &Path) -> Option<(String, PathBuf)> {
    let script =
        "import sys, os; print('%d.%d.%d' % sys.version_info[:3]); print(os.path.dirname(os.__file__))";
    let output = Command::new(path).args(["-I", "-S", "-c", script]).output().ok()?;
    let output = String::from_utf8(output.stdout).ok()?;
    let (version, library) = output.trim().split_once('\n')?;
    Some((version.into(), library.trim().into()))
}

/// The sources to compile: those that `PYREPRO_TEST_SOURCES` lists, else every `nth` of the library.
pub fn sources(library: &Path, nth: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    match env::var_os("PYREPRO_TEST_SOURCES") {
        Some(listed) => {
            for path in env::split_paths(&listed) {
                if path.is_dir() { walk(&path, &mut files) } else { files.push(path) }
            }
            files
        }
        None => {
            walk(library, &mut files);
            files.into_iter().step_by(nth).collect()
        }
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = folder.read_dir() else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            if entry.file_name().is_none_or(|name| name != "site-packages" && name != "__pycache__") {
                walk(&entry, files);
            }
        } else if entry.extension().is_some_and(|extension| extension == "py") {
            files.push(entry);
        }
    }
}

/// A script that tells what an interpreter makes of files, line by line.
pub struct Oracle {
    process: Child,
    writer: JoinHandle<()>,
    lines: Lines<BufReader<ChildStdout>>,
    /// The file that the last line is about.
    pub file: String,
}

impl Oracle {
    /// Starts the script and hands it the names of the files.
    pub fn start(python: &Python, name: &str, files: &[PathBuf]) -> Self {
        let mut process = script(&python.path, name).spawn().expect("the interpreter starts");
        let mut input = process.stdin.take().expect("its input is a pipe");
        let names: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
        // An oracle that ends early is told by its status.
        let writer = thread::spawn(move || input.write_all(names.as_bytes()).unwrap_or_default());
        let lines = BufReader::new(process.stdout.take().expect("its output is a pipe")).lines();
        Self { process, writer, lines, file: String::new() }
    }

    /// The next line that is no name of a file.
    pub fn line(&mut self) -> Option<String> {
        loop {
            let line = self.lines.next()?.expect("text");
            match line.strip_prefix("# ") {
                Some(name) => self.file = name.to_owned(),
                None => return Some(line),
            }
        }
    }

    /// Waits for its end.
    pub fn end(mut self) {
        self.writer.join().expect("the thread ends");
        assert!(self.process.wait().expect("it ends").success(), "the oracle fails behind {}", self.file);
    }
}
