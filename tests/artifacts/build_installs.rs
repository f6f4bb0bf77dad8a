//! Every installer takes our wheels, and every checker has nothing to say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::app::stdout_of;
use crate::common::package::{OWN, built, project};
use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;
use serde_json::Value;

/// Projects of all kinds, each with something that it prints when it runs.
fn projects() -> Vec<Tree> {
    let plain = Tree::new();
    plain.write(
        "pyproject.toml",
        format!(
            "[project]\nname = 'My.Plain'\nversion = '1.0+local.2'\ndescription = 'Plain – and simple'\n\
             readme = 'README.md'\nrequires-python = '>=3.8'\nlicense = 'MIT'\nkeywords = ['a', 'b']\n\
             authors = [{{ name = 'É. Ü.', email = 'e@example.org' }}]\nclassifiers = ['Topic :: Utilities']\n\
             [project.urls]\nHomepage = 'https://example.org'\n[project.scripts]\nplain = 'my_plain.cli:main'\n\
             [project.optional-dependencies]\nfast = ['packaging>=1; python_version > \"3\"']\n\
             [tool.pyrepro]\ndata = {{ scripts = 'bin', data = 'prefix', headers = 'include', platlib = 'lib' }}\n{OWN}"
        ),
    );
    for (path, text) in [
        ("LICENSE", "Take it.\n"),
        ("README.md", "# Plain\n\nText.\n"),
        ("src/my_plain/__init__.py", "'''Plain.'''\n"),
        ("src/my_plain/cli.py", "def main():\n    import my_extra\n    print('plain runs', my_extra.WORD)\n"),
        ("src/my_plain/data, with \"quotes\".txt", "data\n"),
        ("src/my_plain/été.py", "x = 1\n"),
        ("bin/plain-shell", "#!python\nprint('from a script')\n"),
        ("prefix/share/plain/notes.txt", "notes\n"),
        ("include/plain.h", "int plain;\n"),
        ("lib/my_extra.py", "WORD = 'with extra'\n"),
    ] {
        plain.write(path, text);
    }
    // Without a description, twine is never content.
    let described = "description = 'It runs'\nreadme = { text = 'It runs.', content-type = 'text/plain' }\n";
    let single = project("single", &format!("{described}[project.scripts]\nsingle = 'single:main'"), &[]);
    single.write("single.py", "def main():\n    print('single runs')\n");
    let space = project(
        "space-ship",
        &format!(
            "{described}[project.scripts]\nship = 'space.ship:main'\n[tool.pyrepro]\nmodule-name = 'space.ship'"
        ),
        &["src/space/ship/__init__.py"],
    );
    space.write("src/space/ship/__init__.py", "def main():\n    print('ship runs')\n");
    vec![plain, single, space]
}

/// The wheels that options make of all projects.
fn wheels(projects: &[Tree], options: &[&str]) -> Vec<PathBuf> {
    let wheel = |tree: &Tree| {
        let report = built(tree.path(), options);
        tree.path().join(report["artifacts"][0]["path"].as_str().expect("a path"))
    };
    projects.iter().map(wheel).collect()
}

#[test]
fn independent_readers_find_nothing_wrong() {
    let Some(tools) = tools("installers") else { return };
    let projects = projects();
    let python = tools.python().arg("--version").output().unwrap();
    let version = String::from_utf8_lossy(&python.stdout).trim().replace("Python ", "");
    let minor = version.rsplit_once('.').unwrap().0;
    for options in [
        vec!["-o", "plain"],
        vec!["-o", "checked", "--pyc", "checked-hash", "--python", minor],
        vec!["-o", "sourceless", "--pyc", "unchecked-hash", "--sourceless", "--python", minor],
        vec!["-o", "editable", "--editable"],
    ] {
        let wheels = wheels(&projects, &options);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/wheel.py");
        let read: Value = serde_json::from_str(&stdout_of(tools.python().arg(script).args(&wheels))).unwrap();
        assert_eq!(read[0]["name"], "My.Plain", "{options:?}");
        stdout_of(tools.program("twine").args(["check", "--strict"]).args(&wheels));
        if options[1] == "plain" {
            // W009 is for projects with several modules, which ours have on purpose; W005 and W004 for names.
            stdout_of(tools.program("check-wheel-contents").args(&wheels[1..]));
            stdout_of(tools.program("check-wheel-contents").args(["--ignore", "W004,W009"]).arg(&wheels[0]));
        }
    }
    for tree in &projects {
        let report = built(tree.path(), &["--sdist"]);
        let sdist = tree.path().join(report["artifacts"][0]["path"].as_str().unwrap());
        stdout_of(tools.program("twine").args(["check", "--strict"]).arg(sdist));
    }
}

/// Runs what a wheel has installed into a virtual environment.
fn check_runs(environment: &Path, how: &str) {
    let program = |name: &str| Command::new(environment.join("bin").join(name));
    let run = |name: &str| {
        let output = program(name)
            .env_remove("PYTHONPATH")
            .output()
            .unwrap_or_else(|error| panic!("{how}: {name}: {error}"));
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{how}: {name}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run("plain"), "plain runs with extra\n", "{how}");
    assert_eq!(run("plain-shell"), "from a script\n", "{how}");
    assert_eq!(run("single"), "single runs\n", "{how}");
    assert_eq!(run("ship"), "ship runs\n", "{how}");
    assert_eq!(fs::read_to_string(environment.join("share/plain/notes.txt")).unwrap(), "notes\n", "{how}");
}

/// A virtual environment, and how an installer puts wheels into it.
fn install(tools: &Tools, before: &Tools, how: &str, folder: &Path, wheels: &[PathBuf]) -> PathBuf {
    let environment = folder.join(how.replace(' ', "-"));
    stdout_of(
        tools.program("uv").args(["venv", "--quiet", "--python"]).arg(tools.path("python")).arg(&environment),
    );
    let python = environment.join("bin/python");
    let pip = |options: &[&str]| {
        let mut pip = tools.python();
        pip.args(["-m", "pip", "--python"]).arg(&python).args(["install", "--no-index", "--no-deps", "-q"]);
        stdout_of(pip.args(options).args(wheels));
    };
    let installer = |tools: &Tools| {
        // It installs for the interpreter that it runs in, so it is lent to that of the environment.
        for wheel in wheels {
            let mut run = Command::new(&python);
            let site = stdout_of(
                tools.python().args(["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]),
            );
            run.args(["-c", LEND, site.trim(), "installer"]).arg(wheel);
            stdout_of(&mut run);
        }
    };
    match how {
        "pip" => pip(&[]),
        "pip no compile" => pip(&["--no-compile"]),
        "uv" => {
            let mut uv = tools.program("uv");
            uv.args(["pip", "install", "-q", "--offline", "--no-index", "--no-deps", "--python"])
                .arg(&python);
            stdout_of(uv.args(wheels));
        }
        "installer" => installer(tools),
        _ => installer(before),
    }
    environment
}

const LEND: &str = "import sys, runpy; sys.path.append(sys.argv[1]); sys.argv = sys.argv[2:]; \
    runpy.run_module('installer', run_name='__main__', alter_sys=True)";

#[cfg(unix)]
#[test]
fn every_installer_takes_them_and_what_is_installed_runs() {
    let (Some(tools), Some(before)) = (tools("installers"), tools("installer_before")) else { return };
    let projects = projects();
    let python = tools.path("python").to_string_lossy().into_owned();
    let scratch = Tree::new();
    let checked = ["-o", "checked", "--pyc", "checked-hash", "--python", &python];
    let sourceless = ["-o", "sourceless", "--pyc", "unchecked-hash", "--sourceless", "--python", &python];
    for (options, installers) in [
        (&["-o", "plain"][..], &["pip", "pip no compile", "uv", "installer", "installer before"][..]),
        (&checked, &["pip", "uv"]),
        (&sourceless, &["pip", "uv", "installer"]),
        (&["-o", "editable", "--editable"], &["pip", "uv"]),
    ] {
        let wheels = wheels(&projects, options);
        let folder = scratch.path().join(options[1]);
        for how in installers {
            let environment = install(&tools, &before, how, &folder, &wheels);
            check_runs(&environment, &format!("{how} {options:?}"));
        }
    }
}

/// What the documentation says of bytecode in wheels.
#[cfg(unix)]
#[test]
fn installers_do_with_bytecode_what_the_warning_says() {
    let (Some(tools), Some(before)) = (tools("installers"), tools("installer_before")) else { return };
    let tree = project("a", "", &[]);
    tree.write("a.py", "x = 1\n");
    let python = tools.path("python").to_string_lossy().into_owned();
    let projects = [tree];
    let wheels = wheels(&projects, &["--pyc", "unchecked-hash", "--python", &python]);
    let scratch = Tree::new();
    for (how, expected) in [
        ("pip", Some(0)),
        ("pip no compile", Some(1)),
        ("uv", Some(1)),
        // What it writes after it has dropped ours is a matter of its options.
        ("installer", Some(0)),
        ("installer before", Some(0)),
    ] {
        let environment = install(&tools, &before, how, scratch.path(), &wheels);
        let flags = bytecode_flags(&environment);
        assert_eq!(flags, expected, "{how}");
    }
}

/// The flags in the header of the bytecode of `a.py`; 0 is for a timestamp.
fn bytecode_flags(environment: &Path) -> Option<u32> {
    let lib = fs::read_dir(environment.join("lib")).ok()?.next()?.ok()?.path();
    let cache = lib.join("site-packages/__pycache__");
    let mut pycs = fs::read_dir(cache).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let pyc =
        pycs.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("a.")))?;
    let header = fs::read(pyc).ok()?;
    Some(u32::from_le_bytes(header[4..8].try_into().ok()?))
}
