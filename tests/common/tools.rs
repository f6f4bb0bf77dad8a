//! Programs of others that tests hold ours against: lists in `tests/tools`, installed at first need.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A virtual environment with the programs of a list.
pub struct Tools(PathBuf);

impl Tools {
    /// The environment's Python.
    pub fn python(&self) -> Command {
        self.program("python")
    }

    /// A program that came with the packages.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.path(name));
        super::clean(&mut command).env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        command
    }

    pub fn path(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.0.join(folder).join(name)
    }
}

/// The programs of `tests/tools/LIST.txt`, or nothing, told aloud, where `PYREPRO_TEST_OFFLINE` says that
/// there is no package index. They stay below the target folder until the list changes.
pub fn tools(list: &str) -> Option<Tools> {
    if std::env::var_os("PYREPRO_TEST_OFFLINE").is_some_and(|value| !value.is_empty()) {
        super::skip("index", &format!("the programs of tests/tools/{list}.txt cannot be installed"));
        return None;
    }
    let requirements =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(list).with_extension("txt");
    let text = fs::read_to_string(&requirements).expect("a list of packages");
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools");
    fs::create_dir_all(&folder).expect("a folder for tools");

    // Tests are many programs at once: one installs, the others wait for it.
    let lock = File::create(folder.join(format!("{list}.lock"))).expect("a lock");
    lock.lock().expect("a lock");
    let environment = folder.join(format!("{list}-{:016x}", hash.finish()));
    if !environment.join("complete").exists() {
        install(&environment, &requirements);
        fs::write(environment.join("complete"), "").expect("a mark");
    }
    Some(Tools(environment))
}

fn install(environment: &Path, requirements: &Path) {
    let python = &super::newest_with_packages().interpreter.path;
    let _ = fs::remove_dir_all(environment);
    finish(super::clean(Command::new(python).args(["-m", "venv"]).arg(environment)));
    let tools = Tools(environment.to_owned());
    let quiet = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r"];
    finish(tools.python().args(quiet).arg(requirements));
}

fn finish(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {errors}\nwithout a package index, set PYREPRO_TEST_OFFLINE=1 to skip what needs it"
    );
}
