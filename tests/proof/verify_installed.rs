//! What is installed is held against what was: nothing that was changed stays unseen, and nothing else is told.

use std::fs;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use serde_json::Value;

use crate::common::app::{run, stdout_of, wheel};
use crate::common::tree::Tree;
use crate::common::{Python, pyrepro, pythons};

/// An environment into which pip has installed a wheel.
struct Installed {
    tree: Tree,
    site: PathBuf,
    /// What compiles its sources again.
    python: PathBuf,
}

const SOURCE: &str = "def f(x):\n    return x + 1\n";

impl Installed {
    fn new(python: &Python) -> Installed {
        let tree = Tree::new();
        let files =
            [("dep/__init__.py", SOURCE), ("dep/more.py", "MORE = {'a', 'b'}\n"), ("dep/data.txt", "data\n")];
        let dep = wheel(&tree, "dep", "1.0", &files, "");
        let environment = tree.path().join("env");
        stdout_of(python.command().args(["-m", "venv", "--without-pip"]).arg(&environment));
        let site = stdout_of(std::process::Command::new(environment.join("bin/python")).args([
            "-I",
            "-c",
            "import sysconfig; print(sysconfig.get_path('purelib'))",
        ]));
        let site = PathBuf::from(site.trim());
        let mut zip =
            pyrepro::archive::zip::Reader::open(fs::File::open(dep).unwrap(), Default::default()).unwrap();
        for index in 0..zip.members().len() {
            let path = site.join(zip.members()[index].path.as_str());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, zip.bytes(index).unwrap()).unwrap();
        }
        let installed = Installed { tree, site, python: python.interpreter.path.clone() };
        installed.compile(python, "checked-hash");
        installed
    }

    fn compile(&self, python: &Python, mode: &str) {
        let mut command = pyrepro();
        command
            .args(["compile", "-f", "--invalidation-mode", mode, "--python"])
            .arg(&python.interpreter.path);
        stdout_of(command.arg(self.site.join("dep")));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.site.join(name)
    }

    fn pyc(&self, python: &Python, module: &str) -> PathBuf {
        self.path(&format!("dep/__pycache__/{module}.{}.pyc", python.version.cache_tag()))
    }

    /// What is found, as file names and problems, with the exit code.
    fn findings(&self, arguments: &[&str]) -> (Option<i32>, Vec<(String, String)>) {
        let mut command = pyrepro();
        command.args(["--format", "json", "verify", "--installed"]).arg(self.tree.path().join("env"));
        command.args(arguments);
        if arguments.contains(&"--code") {
            command.arg("--python").arg(&self.python);
        }
        let output = run(&mut command);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let finding = |finding: &Value| {
            let path = Path::new(finding["path"].as_str().unwrap());
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, finding["problem"].as_str().unwrap().to_owned())
        };
        (output.status.code(), report["findings"].as_array().unwrap().iter().map(finding).collect())
    }

    fn assert_found(&self, arguments: &[&str], name: &Path, problem: &str) {
        let name = name.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(self.findings(arguments), (Some(1), vec![(name, problem.to_owned())]));
    }
}

/// Changes a file's content, and leaves its time as it was.
fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let time = FileTime::from_last_modification_time(&fs::metadata(path).unwrap());
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
    filetime::set_file_mtime(path, time).unwrap();
}

fn newest() -> &'static Python {
    crate::common::newest_with_packages()
}

#[test]
fn what_nobody_has_touched_is_as_it_should_be() {
    for python in pythons().iter().filter(|python| python.version.minor() <= 13) {
        let installed = Installed::new(python);
        assert_eq!(installed.findings(&[]), (Some(0), vec![]), "{}", python.version);
        assert_eq!(installed.findings(&["--code"]), (Some(0), vec![]), "{}", python.version);
        installed.compile(python, "timestamp");
        assert_eq!(installed.findings(&["--code"]), (Some(0), vec![]), "{}", python.version);
    }
}

#[test]
fn files_that_are_not_what_record_says_are_found() {
    let installed = Installed::new(newest());
    rewrite(&installed.path("dep/data.txt"), |bytes| bytes[0] ^= 1);
    installed.assert_found(&[], Path::new("data.txt"), "changed");
    rewrite(&installed.path("dep/data.txt"), |bytes| bytes.push(b' '));
    installed.assert_found(&[], Path::new("data.txt"), "changed");
    fs::remove_file(installed.path("dep/data.txt")).unwrap();
    installed.assert_found(&[], Path::new("data.txt"), "missing");
    fs::write(installed.path("dep/data.txt"), "data\n").unwrap();
    assert_eq!(installed.findings(&[]), (Some(0), vec![]));

    fs::write(installed.path("zzz.pth"), "import evil\n").unwrap();
    installed.assert_found(&[], Path::new("zzz.pth"), "unrecorded");
    assert_eq!(installed.findings(&["--exclude", "*.pth"]), (Some(0), vec![]));
}

#[test]
fn bytecode_of_another_source_is_found() {
    let python = newest();
    let installed = Installed::new(python);
    let pyc = installed.pyc(python, "more");
    rewrite(&pyc, |bytes| bytes[9] ^= 1);
    installed.assert_found(&[], &pyc, "stale");
    installed.compile(python, "unchecked-hash");
    rewrite(&pyc, |bytes| bytes[9] ^= 1);
    installed.assert_found(&[], &pyc, "forged");
    installed.compile(python, "timestamp");
    rewrite(&pyc, |bytes| bytes[9] ^= 1);
    installed.assert_found(&[], &pyc, "stale");

    installed.compile(python, "checked-hash");
    fs::write(&pyc, "no bytecode").unwrap();
    installed.assert_found(&[], &pyc, "not-bytecode");
    fs::remove_file(&pyc).unwrap();
    fs::copy(installed.pyc(python, "__init__"), installed.pyc(python, "gone")).unwrap();
    installed.assert_found(&[], &installed.pyc(python, "gone"), "orphaned");
}

/// The attack: the header is right, so that imports take it, and the code is somebody else's.
#[test]
fn code_that_is_not_its_sources_is_found() {
    for python in pythons().iter().filter(|python| python.version.minor() <= 13) {
        let installed = Installed::new(python);
        let init = installed.path("dep/__init__.py");
        let pyc = installed.pyc(python, "__init__");
        let header = fs::read(&pyc).unwrap()[..16].to_vec();
        fs::write(&init, SOURCE.replace("+ 1", "+ 2")).unwrap();
        installed.compile(python, "checked-hash");
        fs::write(&init, SOURCE).unwrap();
        rewrite(&pyc, |bytes| bytes[..16].copy_from_slice(&header));
        assert_eq!(installed.findings(&[]), (Some(0), vec![]), "its header gives no cause for suspicion");
        installed.assert_found(&["--code"], &pyc, "other-code");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_found() {
    let installed = Installed::new(newest());
    let record = installed.path("dep-1.0.dist-info/RECORD");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, text.replace("dep/data.txt,sha256=", "dep/data.txt,md5=")).unwrap();
    installed.assert_found(&[], Path::new("data.txt"), "unhashed");
    fs::write(&record, format!("{text}../../../../../outside.txt,,\n")).unwrap();
    installed.assert_found(&[], Path::new("outside.txt"), "outside");
    fs::write(&record, "rubbish").unwrap();
    let (code, findings) = installed.findings(&[]);
    assert_eq!(code, Some(1));
    assert!(findings.contains(&("RECORD".to_owned(), "no-record".to_owned())), "{findings:?}");
}

#[test]
fn a_folder_where_nothing_is_installed_is_told() {
    let tree = Tree::new();
    let output = run(pyrepro().args(["verify", "--installed"]).arg(tree.path()));
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing is installed in"));
}
