//! The Python package: its modules against those of the standard library, its hooks under the programs
//! that people build and install with.

#![cfg(unix)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;
use crate::common::{Python, app, clean, pythons};
use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::record::{Record, Row};

/// The interpreters that the package is for.
fn supported() -> impl Iterator<Item = &'static Python> {
    pythons().iter().filter(|python| python.version.minor() >= 8)
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An interpreter that has the package from the sources, with the program that is tested.
fn python(python: &Python) -> Command {
    let mut command = Command::new(&python.interpreter.path);
    clean(&mut command).args(["-B", "-S"]);
    command.env("PYTHONPATH", repository().join("python"));
    command.env("PYREPRO_BINARY", env!("CARGO_BIN_EXE_pyrepro"));
    command
}

fn oracle(name: &str) -> PathBuf {
    repository().join("tests/oracle").join(name)
}

#[test]
fn py_compile_and_compileall_do_what_the_standard_modules_do() {
    std::thread::scope(|scope| {
        for interpreter in supported() {
            scope.spawn(move || {
                let differences = app::stdout_of(python(interpreter).arg(oracle("standard_modules.py")));
                assert_eq!(differences, "", "Python {}", interpreter.version);
            });
        }
    });
}

/// A script in which the standard module of a name is ours, run by the tests of CPython.
const TESTS_OF_CPYTHON: &str = "
import importlib, sys, unittest
sys.modules['zipapp'] = importlib.import_module('pyrepro.zipapp')
try:
    from test import test_zipapp
except ImportError:
    print('no tests')
    sys.exit()
result = unittest.TextTestRunner(stream=sys.stdout).run(unittest.defaultTestLoader.loadTestsFromModule(test_zipapp))
sys.exit(not result.wasSuccessful())
";

#[test]
fn zipapp_passes_the_tests_that_cpython_has_for_its_own() {
    let mut count = 0;
    for interpreter in supported() {
        let told = app::stdout_of(python(interpreter).args(["-c", TESTS_OF_CPYTHON]));
        if told.contains("no tests") {
            continue;
        }
        assert!(told.contains("OK"), "Python {}: {told}", interpreter.version);
        count += 1;
    }
    if count == 0 {
        crate::common::skip("test suite of CPython", "its tests of zipapp are not run");
    }
}

#[test]
fn archives_with_bytecode_are_made_on_request_and_are_the_same_each_time() {
    let tree = Tree::new();
    tree.write("app/__main__.py", "import tool\n");
    tree.write("app/tool.py", "print('tool', {'a', 'b'} & {'a'})\n");
    tree.write("app/with [brackets]*.txt", "");
    let script = "
import io, zipfile
from pyrepro import zipapp
first, second = io.BytesIO(), io.BytesIO()
for target in (first, second):
    zipapp.create_archive('app', target, 'python3', bytecode=True, filter=lambda path: path.suffix != '.txt')
assert first.getvalue() == second.getvalue()
print(*sorted(name.split('.cpython')[0] for name in zipfile.ZipFile(first).namelist()))
";
    for interpreter in supported() {
        let told = app::stdout_of(python(interpreter).args(["-c", script]).current_dir(tree.path()));
        assert!(told.contains("__main__.py") && told.contains("tool.py"), "{told}");
        assert!(told.contains(".pyc") || told.contains("__pycache__/tool"), "{told}");
        assert!(!told.contains("brackets"), "{told}");
    }
}

#[test]
fn the_version_is_that_of_the_program() {
    let interpreter = supported().last().expect("an interpreter");
    let told = app::stdout_of(python(interpreter).args(["-c", "import pyrepro; print(pyrepro.__version__)"]));
    assert_eq!(told.trim(), env!("CARGO_PKG_VERSION"));
}

/// A program in place of ours that notes each start.
fn counting(tree: &Tree) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let log = tree.path().join("starts");
    let script = format!(
        "#!/bin/sh\necho x >> '{}'\nexec '{}' \"$@\"\n",
        log.display(),
        env!("CARGO_BIN_EXE_pyrepro")
    );
    tree.write("counting", script);
    let program = tree.path().join("counting");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
    program
}

const CALLS: &str = "
import os, sys
from pyrepro import py_compile
for i in range(20):
    with open(f'm{i}.py', 'w') as file:
        file.write(f'x = {i}')
paths = [py_compile.compile(f'm{i}.py', doraise=True) for i in range(20)]
assert all(os.path.getsize(path) > 16 for path in paths)
print(len(open('starts').read().split()))
try:
    py_compile.compile('nowhere.py', doraise=True)
except FileNotFoundError:
    pass
with open('bad.py', 'w') as file:
    file.write('x = = 1')
for _ in range(2):
    try:
        py_compile.compile('bad.py', doraise=True)
    except py_compile.PyCompileError as error:
        assert 'bad.py' in str(error)
pid = os.fork()
if pid == 0:
    py_compile.compile('m1.py', doraise=True)
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
os.mkdir('below')
os.chdir('below')
assert os.path.exists(py_compile.compile('../m2.py', doraise=True))
";

/// The program and the interpreter that compiles are started once, and end with Python.
#[test]
fn twenty_single_files_are_compiled_by_one_process() {
    for interpreter in supported() {
        let tree = Tree::new();
        let program = counting(&tree);
        let mut command = python(interpreter);
        command.env("PYREPRO_BINARY", &program).current_dir(tree.path()).args(["-W", "error", "-c", CALLS]);
        assert_eq!(app::stdout_of(&mut command).trim(), "1", "Python {}", interpreter.version);
    }
}

#[test]
fn the_command_line_of_py_compile_says_what_holds_and_offers_the_same_bytes() {
    let interpreter = supported().last().expect("an interpreter");
    let run = |tree: &Tree, arguments: &[&str]| {
        let mut command = python(interpreter);
        app::stdout_of(command.args(["-m", "pyrepro.py_compile"]).args(arguments).current_dir(tree.path()))
    };
    let tree = Tree::new();
    let help = run(&tree, &["-h"]);
    assert!(help.contains("--invalidation-mode") && help.contains("modification time"), "{help}");
    let pyc = |time: u64| {
        let tree = Tree::new();
        tree.write("m.py", "x = 1\n");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(time);
        File::open(tree.path().join("m.py")).and_then(|file| file.set_modified(time)).expect("a time");
        run(&tree, &["--invalidation-mode", "checked-hash", "m.py"]);
        let cache = fs::read_dir(tree.path().join("__pycache__")).expect("a folder").next();
        fs::read(cache.expect("a file").expect("a file").path()).expect("bytecode")
    };
    assert!(pyc(1_000_000_000) == pyc(1_600_000_000));
}

/// The wheel that the README's command makes, but for the name of the platform.
fn wheel(folder: &Path) {
    let program = fs::read(env!("CARGO_BIN_EXE_pyrepro")).expect("the program");
    let mut members = vec![
        ("pyrepro-0.1.0.data/scripts/pyrepro".to_owned(), program),
        ("pyrepro-0.1.0.dist-info/METADATA".to_owned(), METADATA.into()),
        ("pyrepro-0.1.0.dist-info/WHEEL".to_owned(), WHEEL.into()),
    ];
    for file in fs::read_dir(repository().join("python/pyrepro")).expect("the package") {
        let path = file.expect("an entry").path();
        if path.is_file() {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            members.push((format!("pyrepro/{name}"), fs::read(path).expect("a file")));
        }
    }
    let mut rows: Vec<Row> = members.iter().map(|(path, content)| Row::of(path, content)).collect();
    let record = "pyrepro-0.1.0.dist-info/RECORD";
    rows.push(Row::unhashed(record));
    members.push((record.to_owned(), Record { rows }.to_string().into()));
    let entry = |(path, content): (String, Vec<u8>)| {
        let is_program = path.contains("/scripts/");
        Entry::bytes(path, content).expect("a path").executable(is_program)
    };
    let entries = members.into_iter().map(entry).collect();
    let entries = Entries::new(entries, &Order::Path).expect("paths that go together");
    fs::create_dir_all(folder).expect("a folder");
    let mut file = File::create(folder.join("pyrepro-0.1.0-py3-none-any.whl")).expect("a file");
    zip::write(&entries, &zip::Options::default(), &mut file).expect("an archive");
}

const METADATA: &str = "Metadata-Version: 2.1\nName: pyrepro\nVersion: 0.1.0\n";
const WHEEL: &str = "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n";
const ORCHARD: &str = "apple: a tree, ripe in September\nspring, summer, autumn, winter\n";

/// A copy of the orchard, and a place from which the package is installed, without an index.
struct Workshop {
    tree: Tree,
    tools: Tools,
}

impl Workshop {
    fn new() -> Option<Workshop> {
        let tools = tools("frontends")?;
        let tree = Tree::new();
        wheel(&tree.path().join("wheels"));
        let copied =
            Command::new("cp").arg("-r").arg(repository().join("testdata/orchard")).arg(tree.path()).status();
        assert!(copied.expect("cp").success());
        Some(Workshop { tree, tools })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.tree.path().join(name)
    }

    /// A run in the project, where nothing is to be had but our wheel.
    fn run(&self, mut command: Command) -> Output {
        let wheels = self.path("wheels");
        for (name, value) in [("PIP_FIND_LINKS", wheels.clone()), ("UV_FIND_LINKS", wheels)] {
            command.env(name, value);
        }
        for name in ["PIP_NO_INDEX", "PIP_DISABLE_PIP_VERSION_CHECK", "UV_NO_INDEX", "UV_OFFLINE"] {
            command.env(name, "1");
        }
        command.env("UV_CACHE_DIR", self.path("uv")).env("UV_PYTHON_DOWNLOADS", "never");
        command.env_remove("PYREPRO_BINARY").current_dir(self.path("orchard"));
        app::run(&mut command)
    }

    fn succeeds(&self, command: Command) -> String {
        let told = format!("{command:?}");
        let output = self.run(command);
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(output.status.success(), "{told}: {}{}", text[0], text[1]);
        text.concat()
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = self.tools.program(name);
        command.args(arguments);
        command
    }

    /// A new virtual environment's program.
    fn environment(&self, name: &str) -> impl Fn(&str, &[&str]) -> Command + use<> {
        let folder = self.path(name);
        self.succeeds(self.tool("python", &["-m", "venv", folder.to_str().expect("a path in UTF-8")]));
        move |program, arguments| {
            let mut command = Command::new(folder.join("bin").join(program));
            clean(&mut command).args(arguments).env("VIRTUAL_ENV", &folder);
            command
        }
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

#[test]
fn every_frontend_makes_the_same_artifacts() {
    let Some(shop) = Workshop::new() else { return };
    shop.succeeds(shop.tool("python", &["-m", "build", "-o", "../build"]));
    shop.succeeds(shop.tool("uv", &["build", "-o", "../uv-build"]));
    shop.succeeds(shop.tool("pip", &["wheel", "-w", "../pip", "."]));
    let mut own = crate::common::pyrepro();
    own.args(["build", "--wheel", "--sdist", "-o", "../own"]);
    shop.succeeds(own);
    let wheel = "orchard-1.2.0-py3-none-any.whl";
    for folder in ["build", "uv-build", "pip"] {
        assert_eq!(shop.read(&format!("{folder}/{wheel}")), shop.read(&format!("own/{wheel}")), "{folder}");
    }
    let made: Vec<_> = fs::read_dir(shop.path("build")).expect("a folder").flatten().collect();
    assert_eq!(made.len(), 2, "{made:?}");
    for folder in ["build", "uv-build"] {
        let sdist = "orchard-1.2.0.tar.gz";
        assert_eq!(shop.read(&format!("{folder}/{sdist}")), shop.read(&format!("own/{sdist}")), "{folder}");
    }
}

#[test]
fn pip_and_uv_install_projects_and_links_to_their_sources() {
    let Some(shop) = Workshop::new() else { return };
    let uv = |arguments: &[&str]| shop.tool("uv", arguments);
    let inside = shop.environment("inside");
    let python = shop.path("inside/bin/python");
    let python = python.to_str().expect("a path in UTF-8");
    let runs = || assert_eq!(shop.succeeds(inside("orchard", &[])), ORCHARD);
    for (editable, arguments) in [(false, &["."][..]), (true, &["-e", "."])] {
        shop.succeeds(inside("pip", &[&["install", "--force-reinstall"], arguments].concat()));
        runs();
        assert_eq!(is_linked(&shop), editable, "pip {arguments:?}");
        let reinstall = ["pip", "install", "--reinstall", "--python", python];
        shop.succeeds(uv(&[&reinstall[..], arguments].concat()));
        runs();
        assert_eq!(is_linked(&shop), editable, "uv {arguments:?}");
    }
    shop.succeeds(inside("pip", &["install", "pyrepro"]));
    for arguments in [&["."][..], &["-e", "."]] {
        let isolated = ["install", "--force-reinstall", "--no-build-isolation"];
        shop.succeeds(inside("pip", &[&isolated[..], arguments].concat()));
        runs();
    }
}

/// Whether a change of the sources is one of what is installed.
fn is_linked(shop: &Workshop) -> bool {
    let installed = shop.path("inside/lib");
    let mut folders = vec![installed];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.file_name().to_str() {
                Some("orchard") => return false,
                _ if entry.path().is_dir() => folders.push(entry.path()),
                _ => {}
            }
        }
    }
    true
}

#[test]
fn tox_installs_wheels_and_links() {
    let Some(shop) = Workshop::new() else { return };
    let settings = "[tox]\nenvlist = wheel, editable\n[testenv]\ncommands = orchard\n\
                    [testenv:wheel]\npackage = wheel\n[testenv:editable]\npackage = editable\n";
    shop.tree.write("orchard/tox.ini", settings);
    let told =
        shop.succeeds(shop.tool("tox", &["run-parallel", "--workdir", "../tox", "--parallel-no-spinner"]));
    assert!(told.contains("wheel: OK") && told.contains("editable: OK"), "{told}");
}

#[test]
fn config_settings_are_options_and_mistakes_are_told_once() {
    let Some(shop) = Workshop::new() else { return };
    let inside = shop.environment("inside");
    shop.succeeds(inside("pip", &["install", "pyrepro"]));
    let wheel = |settings: &[&str]| {
        let mut command = inside("pip", &["wheel", "--no-build-isolation", "-w", "../made", "."]);
        command.args(settings.iter().flat_map(|setting| ["--config-settings", setting]));
        command
    };
    shop.succeeds(wheel(&[
        "pyc=unchecked-hash",
        "sourceless=true",
        "jobs=1",
        "source_date_epoch=1500000000",
    ]));
    let made: Vec<_> = fs::read_dir(shop.path("made")).expect("a folder").flatten().collect();
    let [made] = made.as_slice() else { panic!("{made:?}") };
    let paths = app::paths(&made.path());
    assert!(made.file_name().to_string_lossy().ends_with("-none-any.whl"));
    assert!(paths.contains(&"orchard/cli.pyc".to_owned()) && !paths.contains(&"orchard/cli.py".to_owned()));
    for (settings, expected) in [
        (&["pyyc=checked-hash"][..], "there is no config setting 'pyyc'; did you mean 'pyc'?"),
        (
            &["colour=red"],
            "there is no config setting 'colour'; there are compiler, jobs, optimize, pyc, python",
        ),
        (&["pyc=later"], "invalid value 'later' for '--pyc"),
        (&["pyc=checked-hash", "pyc=unchecked-hash"], "the config setting 'pyc' is given more than once"),
        (&["pyc="], "the config setting 'pyc' needs a value"),
        (&["pyc=checked-hash", "sourceless=perhaps"], "the config setting 'sourceless' is 'perhaps'"),
    ] {
        let output = shop.run(wheel(settings));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{settings:?}");
        assert_eq!(told.matches(expected).count(), 1, "{settings:?}: {told}");
        assert!(!told.contains("Traceback"), "{settings:?}: {told}");
    }
}

#[test]
fn the_program_is_found_wherever_installers_put_it() {
    let Some(shop) = Workshop::new() else { return };
    let inside = shop.environment("inside");
    let place = |name: &str| shop.path(name).to_str().expect("a path in UTF-8").to_owned();
    let site = "import sysconfig; print(sysconfig.get_path('purelib', vars={'base': '', 'platbase': ''}))";
    let site = shop.succeeds(inside("python", &["-c", site]));
    let prefixed = format!("{}{}", place("prefix"), site.trim());
    shop.succeeds(inside("pip", &["install", "--target", &place("target"), "pyrepro"]));
    shop.succeeds(inside("pip", &["install", "--prefix", &place("prefix"), "pyrepro"]));
    let where_is = ["-c", "import pyrepro; print(pyrepro.find_program())"];
    for (packages, expected) in [
        (place("target"), "target/bin/pyrepro"),
        (prefixed, "prefix/bin/pyrepro"),
        (place("nothing"), "inside/bin/pyrepro"),
    ] {
        if expected.starts_with("inside") {
            shop.succeeds(inside("pip", &["install", "pyrepro"]));
        }
        let mut command = inside("python", &where_is);
        command.env("PYTHONPATH", packages).env("PATH", "");
        assert_eq!(shop.succeeds(command).trim(), place(expected));
    }
    let mut elsewhere = inside("python", &["-m", "pyrepro", "--version"]);
    elsewhere.env("PYREPRO_BINARY", "/nowhere");
    // What run() takes away is what is to be tested here.
    let output = app::run(elsewhere.current_dir(shop.tree.path()));
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told, "error: PYREPRO_BINARY is '/nowhere', which is no program\n");
    let version = shop.succeeds(inside("python", &["-m", "pyrepro", "--version"]));
    assert!(version.starts_with("pyrepro 0.1.0"), "{version}");
}

#[test]
fn the_package_is_typed() {
    let Some(shop) = Workshop::new() else { return };
    let package = repository().join("python/pyrepro");
    let mut mypy = shop.tool("mypy", &["--strict", "--cache-dir", "../mypy"]);
    mypy.arg(package);
    shop.succeeds(mypy);
}
