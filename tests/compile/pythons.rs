//! `pyrepro pythons`: every interpreter is found and told about truthfully, and nothing that goes by
//! the name of one does harm.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Python, newest, pyenv_root, pyrepro, pythons};
use assert_cmd::assert::OutputAssertExt;
use pyrepro::python::{Fault, Interpreters, SearchPath};
use serde_json::Value;
use tempfile::TempDir;

/// A folder with executables that are called like interpreters.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(TempDir::new().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Written by another process: if this one had the file open while another test starts a process,
    /// that would inherit it, and an executable that is open for writing cannot be run.
    fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.path().join(name);
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" > "$2" && chmod 755 "$2""#;
        Command::new("sh").args(["-c", write, "sh", body]).arg(&path).assert().success();
        path
    }

    fn link(&self, name: &str, target: impl AsRef<Path>) -> PathBuf {
        let path = self.path().join(name);
        symlink(target, &path).unwrap();
        path
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn search(&self) -> SearchPath {
        SearchPath { path: Some(self.path().into()), ..SearchPath::default() }
    }
}

/// The program where all the interpreters there are lie in one folder.
fn pyrepro_in(folder: &Folder) -> Command {
    let mut command = pyrepro();
    command.env("PATH", folder.path()).env("PYENV_ROOT", "/nowhere").arg("pythons");
    command
}

fn json(mut command: Command) -> Value {
    let output = command.args(["--format", "json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn row(document: &Value, path: impl AsRef<Path>) -> &Value {
    let rows = document["pythons"].as_array().unwrap();
    let row = rows.iter().find(|row| row["path"] == path.as_ref().to_str().unwrap());
    row.unwrap_or_else(|| panic!("{} is not in {document:#}", path.as_ref().display()))
}

fn stdout(mut command: Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn stderr(mut command: Command) -> String {
    String::from_utf8(command.output().unwrap().stderr).unwrap()
}

#[test]
fn every_version_of_pyenv_is_listed_as_what_it_is() {
    let Some(root) = pyenv_root() else { return eprintln!("skipped: no pyenv") };
    let mut command = pyrepro();
    command.env("PATH", "/nowhere").env("PYENV_ROOT", &root).arg("pythons");
    let document = json(command);
    for entry in fs::read_dir(root.join("versions")).unwrap() {
        let prefix = entry.unwrap().path();
        let name = prefix.file_name().unwrap().to_str().unwrap();
        if name.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()) {
            let row = row(&document, prefix.join("bin/python"));
            assert_eq!(row["version"], name);
            assert_eq!(row["implementation"], "cpython");
        }
    }
}

#[test]
fn interpreters_before_3_7_are_listed_with_the_reason_why_they_are_no_targets() {
    let old = Interpreters::new(crate::common::search_path());
    for request in ["2.7", "3.6"] {
        let Ok(python) = old.find(request) else {
            eprintln!("skipped: no Python {request}");
            continue;
        };
        let mut command = pyrepro();
        command.args(["pythons", "--format", "json"]).arg(&python.path);
        let output = command.assert().code(1).get_output().stdout.clone();
        let document: Value = serde_json::from_slice(&output).unwrap();
        let row = row(&document, &python.path);
        assert!(row["target"].is_null());
        assert!(row["reason"].as_str().unwrap().contains("too old"), "{row}");
        assert!(row["magic"].is_u64());
    }
}

#[test]
fn what_is_told_of_an_interpreter_is_what_it_says_itself() {
    for python in pythons() {
        let script = "import sys, importlib.util as u\n\
            print('%d.%d.%d' % sys.version_info[:3], int.from_bytes(u.MAGIC_NUMBER[:2], 'little'), \
            sys.implementation.cache_tag)";
        let truth =
            String::from_utf8(python.command().args(["-c", script]).output().unwrap().stdout).unwrap();
        let mut command = pyrepro();
        command.arg("pythons").arg(&python.interpreter.path);
        let document = json(command);
        let row = row(&document, &python.interpreter.path);
        let told = [&row["version"], &row["magic"], &row["cache_tag"]].map(|field| match field {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        assert_eq!(told.join(" "), truth.trim_end());
        assert_eq!(row["target"], python.version.to_string());
        assert_eq!(row["reason"], Value::Null);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_path_that_is_no_text_is_kept_to_the_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new();
    let odd = folder.path().join(OsStr::from_bytes(b"\xff \n\xe9"));
    fs::create_dir(&odd).unwrap();
    for python in pythons() {
        let path = odd.join(format!("python{}", python.version));
        symlink(&python.interpreter.path, &path).unwrap();
        let found = Interpreters::new(SearchPath::default()).find(&path).unwrap();
        assert_eq!((&found.path, &found.executable), (&path, &path));
        assert_eq!(found.resolved, python.interpreter.resolved);
    }
}

#[test]
fn one_interpreter_of_several_names_is_listed_once() {
    let folder = Folder::new();
    let path = folder.link("python", &newest().interpreter.path);
    folder.link("python3", "python");
    folder.link(&format!("python{}", newest().version), &path);
    let document = json(pyrepro_in(&folder));
    assert_eq!(document["pythons"].as_array().unwrap().len(), 1, "{document:#}");
    assert_eq!(row(&document, &path)["default"], true);
}

#[test]
fn executables_that_do_not_work_are_listed_with_the_reason() {
    let folder = Folder::new();
    let good = folder.link("python3.10", &newest().interpreter.path);
    folder.link("python3.9", "nothing");
    folder.script("python3.8", "echo 3.8.1");
    folder.script("python3.7", "echo no more of this >&2; exit 3");
    folder.script("python3.6", "while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done");
    let binary = folder.script("python2.7", "");
    Command::new("sh").args(["-c", r#"printf '\177ELF\n' > "$1""#, "sh"]).arg(&binary).assert().success();
    folder.file("python2", "not executable");

    let document = json(pyrepro_in(&folder));
    assert_eq!(document["pythons"].as_array().unwrap().len(), 6, "{document:#}");
    assert_eq!(row(&document, good)["target"], newest().version.to_string());
    for (name, reason) in [
        ("python3.9", "symbolic link to nothing"),
        ("python3.8", "does not answer as Python does, but with \"3.8.1\\n\""),
        ("python3.7", "(exit status: 3): no more of this"),
        ("python3.6", "does not answer as Python does, but with \"aaaaaaaa"),
        ("python2.7", "does not start: Exec format error"),
    ] {
        let row = row(&document, folder.path().join(name));
        assert!(row["reason"].as_str().unwrap().contains(reason), "{row}");
        assert_eq!(row["target"], Value::Null);
    }
    let table = stdout(pyrepro_in(&folder));
    assert!(
        table.contains("python3.8   -               -        -      -            no: it does not answer"),
        "{table}"
    );
}

#[test]
fn an_executable_that_hangs_costs_its_time_limit_and_no_more() {
    let folder = Folder::new();
    let limit = Duration::from_millis(700);
    for name in ["python3.7", "python3.8", "python3.9"] {
        folder.script(name, "sleep 60");
    }
    folder.script("python3.11", "exec >&-; exec sleep 60");
    folder.script("python3.12", "sleep 60 & exit 4");
    let start = Instant::now();
    let outcomes = Interpreters::new(folder.search()).with_time_limit(limit).all();
    assert!(start.elapsed() < 3 * limit, "{:?}", start.elapsed());
    assert_eq!(outcomes.len(), 5);
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err().reason, Fault::Hangs(limit));
    }
}

#[test]
fn nothing_of_the_users_is_run_or_imported() {
    let folder = Folder::new();
    let witness = folder.path().join("witness");
    let hostile = format!("open({:?}, 'a').close()\n", witness.to_str().unwrap());
    for module in ["sitecustomize", "usercustomize", "imp", "os", "codecs", "_frozen_importlib_external"] {
        folder.file(&format!("{module}.py"), &hostile);
    }
    let startup = folder.file("startup.py", &hostile);
    let mut command = pyrepro();
    command.arg("pythons").env("PYTHONPATH", folder.path()).env("PYTHONSTARTUP", startup);
    command.env("PYTHONINSPECT", "1").env("PYTHONHOME", folder.path()).current_dir(folder.path());
    command.arg(&newest().interpreter.path).args(pythons().iter().map(|python| &python.interpreter.path));
    let old = Interpreters::new(crate::common::search_path());
    command
        .args(["2.7", "3.6"].iter().filter_map(|old_one| old.find(old_one).ok()).map(|python| python.path));
    command.assert().success();
    assert!(!witness.exists());

    let python = &newest().interpreter.path;
    Command::new(python).args(["-c", "0"]).env("PYTHONPATH", folder.path()).output().unwrap();
    assert!(witness.exists(), "the trap does not work");
}

#[test]
fn an_interpreter_can_be_asked_for_by_path_command_version_and_environment() {
    let Python { version, interpreter } = newest();
    let folder = Folder::new();
    let command = format!("python{version}");
    let path = folder.link(&command, &interpreter.path);
    let environment = folder.path().join("environment");
    fs::create_dir_all(environment.join("bin")).unwrap();
    symlink(&interpreter.path, environment.join("bin/python")).unwrap();

    let find = |request: &str| {
        let mut run = pyrepro_in(&folder);
        run.current_dir(folder.path()).arg(request);
        json(run)
    };
    let release = interpreter.release.to_string();
    for request in [&command, &version.to_string(), &release, path.to_str().unwrap(), &format!("./{command}")]
    {
        let document = find(request);
        assert_eq!(row(&document, &path)["version"], release, "{request}");
    }
    for request in ["./environment", "environment/", "environment/bin/python"] {
        row(&find(request), environment.join("bin/python"));
    }
}

#[test]
fn a_bare_name_is_never_what_lies_in_the_current_folder() {
    let folder = Folder::new();
    let ran = folder.path().join("ran");
    let program = folder.script("evil", &format!("touch {}\n", ran.display()));
    let commands = Folder::new();
    for name in ["python3", ".venv", "python3.13"] {
        fs::create_dir_all(folder.path().join(name).join("bin")).unwrap();
        symlink(&program, folder.path().join(name).join("bin/python")).unwrap();
        let mut run = pyrepro_in(&commands);
        run.current_dir(folder.path()).arg(name).assert().code(2).stdout("");
        assert!(stderr(run).contains(&format!("write ./{name}; ")));
    }
    let mut default = crate::common::pyrepro();
    default.env("PATH", commands.path()).env("PYENV_ROOT", "/nowhere").current_dir(folder.path());
    default.args(["zipapp", "evil"]).assert().code(2);
    assert!(!ran.exists(), "a folder of the user's was run");
}

#[test]
fn a_version_means_the_highest_patch_level_that_can_be_a_target() {
    let folder = Folder::new();
    let fake = |name: &str, micro, level, implementation| {
        let answer = format!("pyrepro-python 3 13 {micro} {level} 0 {implementation} 3571 cpython-313 - -");
        folder.script(name, &format!("echo {answer}"))
    };
    fake("python3.7", 4, "final", "cpython");
    let highest = fake("python3.8", 5, "final", "cpython");
    fake("python3.9", 5, "final", "cpython");
    fake("python3.10", 6, "candidate", "cpython");
    fake("python3.11", 7, "final", "pypy");
    let interpreters = Interpreters::new(folder.search());
    // By path, `python3.10` is before `python3.8`.
    assert_eq!(interpreters.find("3.13").unwrap().path, highest);
    assert_eq!(interpreters.find("3.13.4").unwrap().path, folder.path().join("python3.7"));
    assert!(interpreters.find("3.13.6").unwrap().target.is_err());

    let on_path = fake("python3.13", 0, "final", "cpython");
    let interpreters = Interpreters::new(folder.search());
    assert_eq!(interpreters.find("3.13").unwrap().path, on_path);
    assert_eq!(interpreters.find("3.13.5").unwrap().path, highest);
}

#[test]
fn the_default_is_the_preferred_one_then_the_active_environment_then_python3() {
    let folder = Folder::new();
    let python3 = folder.link("python3", &newest().interpreter.path);
    let oldest = &pythons()[0].interpreter.path;
    let environment = folder.path().join("environment");
    fs::create_dir_all(environment.join("bin")).unwrap();
    let active = environment.join("bin/python");
    symlink(oldest, &active).unwrap();

    let default = |variables: &[(&str, &Path)]| {
        let mut command = pyrepro_in(&folder);
        json({
            command.envs(variables.iter().copied());
            command
        })["default"]
            .clone()
    };
    assert_eq!(default(&[]), python3.to_str().unwrap());
    assert_eq!(
        default(&[("PYREPRO_PYTHON", Path::new("")), ("VIRTUAL_ENV", Path::new(""))]),
        python3.to_str().unwrap()
    );
    assert_eq!(default(&[("VIRTUAL_ENV", &environment)]), active.to_str().unwrap());
    let preferred = Path::new("python3");
    assert_eq!(
        default(&[("VIRTUAL_ENV", &environment), ("PYREPRO_PYTHON", preferred)]),
        python3.to_str().unwrap()
    );
}

#[test]
fn a_shim_is_not_listed_but_leads_to_what_it_stands_for() {
    let folder = Folder::new();
    let shims = folder.path().join("shims");
    fs::create_dir(&shims).unwrap();
    let real = newest().interpreter.path.to_str().unwrap();
    folder.script("shims/python3", &format!("exec '{real}' \"$@\""));
    folder.script("shims/python2", "echo python2: command not found >&2; exit 127");

    let mut search = folder.search();
    search.path = Some(shims.into());
    search.pyenv_root = Some(folder.path().to_owned());
    let interpreters = Interpreters::new(search);
    assert!(interpreters.all().is_empty());
    let python = interpreters.find("python3").unwrap();
    assert_eq!(python.path, python.executable);
    assert_eq!(python.resolved, newest().interpreter.resolved);
    assert!(
        interpreters.find("python2").unwrap_err().to_string().starts_with("there is no Python interpreter")
    );
}

#[test]
fn one_that_is_not_there_is_trouble_and_those_that_are_there_are_named() {
    let folder = Folder::new();
    let there = folder.link("python3", &newest().interpreter.path);
    for request in ["3.99", "python9", "", "3.7.99.1"] {
        let mut command = pyrepro_in(&folder);
        command.arg(request).assert().code(2).stdout("");
        assert!(stderr(command).contains(there.to_str().unwrap()), "{request}");
    }
    let mut command = pyrepro_in(&folder);
    command.arg("./nothing").assert().code(2).stdout("");
    assert!(stderr(command).contains("nothing does not work as a Python interpreter: it does not start"));
}

#[test]
fn no_interpreter_at_all_is_a_negative_answer() {
    let folder = Folder::new();
    pyrepro_in(&folder).assert().code(1).stderr("");
    let document = json(pyrepro_in(&folder));
    assert_eq!(
        (&document["default"], &document["pythons"]),
        (&serde_json::json!(null), &serde_json::json!([]))
    );
    // Compilers are there all the same.
    assert_eq!(document["built_in"][0]["releases"], "3.11.1–3.11.3");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for format in ["text", "json"] {
        let mut command = pyrepro();
        command.args(["pythons", "--format", format]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        child.wait_with_output().unwrap().assert().code(0).stderr("");
    }
}

#[test]
fn the_table_has_a_line_for_each_and_marks_the_default() {
    let folder = Folder::new();
    let path = folder.link("python3", &newest().interpreter.path);
    let table = stdout(pyrepro_in(&folder));
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].trim_start().starts_with("Path"), "{table}");
    assert!(lines[1].starts_with(&format!("* {}", path.display())) && lines[1].ends_with("yes"), "{table}");
    assert_eq!(lines[2..5], ["* the default", "", "Built-in compilers, which need no interpreter"]);
    assert!(table.contains("\n  3.13.0  compared with 3.13.0\n"), "{table}");
    assert!(!table.contains('\u{1b}'));
}

/// What `pyrepro compile` takes an interpreter for, as its manifest says.
fn release_compiled_for(python: &Path, folder: &Path) -> String {
    let mut command = pyrepro();
    // cargo sets it for tests, and then nothing is remembered.
    command
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("SOURCE_DATE_EPOCH")
        .env("PYREPRO_CACHE_DIR", folder.join("cache"))
        .current_dir(folder);
    command.args(["compile", "-q", "-f", "--manifest", "m.json", "--python"]).arg(python).arg("m.py");
    command.assert().success();
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("m.json")).unwrap()).unwrap();
    manifest["targets"][0]["version"].as_str().unwrap_or_else(|| panic!("{manifest:#}")).to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn an_interpreter_is_asked_once_which_release_it_is() {
    use std::os::unix::fs::PermissionsExt;

    let python = &newest().interpreter;
    let folder = Folder::new();
    folder.file("m.py", "x = 1\n");
    let release = python.release.to_string();
    assert_eq!(release_compiled_for(&python.path, folder.path()), release);
    let answers: Vec<_> = fs::read_dir(folder.path().join("cache/interpreters")).unwrap().collect();
    let [Ok(answer)] = answers.as_slice() else { panic!("{answers:?}") };
    // Another release in the answer shows whether it is taken.
    let text = fs::read_to_string(answer.path()).unwrap();
    let said = |micro| format!(" {} {} {micro} final ", python.release.major, python.release.minor);
    let changed = text.replace(&said(python.release.micro), &said(98));
    assert_ne!(changed, text);
    fs::write(answer.path(), changed).unwrap();
    assert!(release_compiled_for(&python.path, folder.path()).ends_with(".98"));
    // Whoever can write to it could choose what is compiled for.
    fs::set_permissions(answer.path(), fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(release_compiled_for(&python.path, folder.path()), release);
}
