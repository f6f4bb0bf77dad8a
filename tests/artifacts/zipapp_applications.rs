//! Real applications as archives: they do what they do as `python -m zipapp` packs them, from bytecode alone.
//!
//!     cargo test --test artifacts zipapp_applications -- --ignored --nocapture
//!
//! Gets the newest wheels that each interpreter can have from the package index, which takes minutes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::app::run;
use crate::common::tree::Tree;
use crate::common::{Python, clean, pyrepro, pythons};

struct Application {
    name: &'static str,
    /// What pip is asked for.
    requirement: &'static str,
    /// `__main__.py`.
    main: &'static str,
    /// What is done with it, one after the other in one folder.
    runs: &'static [&'static [&'static str]],
}

const APPLICATIONS: &[Application] = &[
    Application {
        name: "rich",
        requirement: "rich",
        main: "import runpy, sys; sys.argv[0] = 'rich'; runpy.run_module('rich.markdown', run_name='__main__')",
        runs: &[&["text.md"], &["--help"]],
    },
    Application {
        name: "pip",
        requirement: "pip",
        main: "import sys\nfrom pip._internal.cli.main import main\nsys.exit(main())",
        runs: &[&["--version"], &["help", "install"], &["hash", "text.md"], &["install", "no/such/folder"]],
    },
    Application {
        name: "httpx",
        requirement: "httpx[cli]",
        main: "import sys, httpx\nsys.exit(httpx.main())",
        runs: &[&["--help"], &["http://127.0.0.1:1/"]],
    },
    Application {
        name: "django-admin",
        requirement: "django",
        main: "from django.core.management import execute_from_command_line as main\nmain()",
        runs: &[
            &["--version"],
            &["help"],
            &["check", "--settings", "settings", "--pythonpath", "."],
            &["diffsettings", "--settings", "settings", "--pythonpath", "."],
            &["migrate", "--settings", "settings", "--pythonpath", "."],
            &["startproject", "orchard"],
            &["no-such-command"],
        ],
    },
    Application {
        name: "jinja2",
        requirement: "jinja2",
        main: "import jinja2, page\nprint(page.text())\njinja2.Template('{{ 1 // 0 }}').render()",
        runs: &[&[]],
    },
];

const SETTINGS: &str = "\
SECRET_KEY = 'x'
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.auth']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
";

const PAGE: &str = "\
import jinja2
def text():
    environment = jinja2.Environment(loader=jinja2.PackageLoader('page'), autoescape=True)
    return environment.get_template('tree.html').render(trees=['apple', '<pear>'])
";

#[test]
#[ignore = "gets wheels from the package index for each interpreter"]
fn applications_do_from_bytecode_what_they_do_from_sources() {
    let mut tried = 0;
    for python in pythons() {
        let tree = Tree::new();
        for application in APPLICATIONS {
            match application.try_with(python, &tree) {
                Ok(version) => eprintln!("{:<5} {version}", python.version.to_string()),
                Err(reason) => {
                    eprintln!("LEFT OUT on {}: {}: {reason}", python.version, application.name);
                    continue;
                }
            }
            tried += 1;
        }
    }
    assert!(tried > 0, "no application could be had");
}

impl Application {
    /// Gives the name of the wheel, or why there is none.
    fn try_with(&self, python: &Python, tree: &Tree) -> Result<String, String> {
        let wheels = self.wheels(python, tree)?;
        tree.write("app/__main__.py", format!("{}\n", self.main));
        tree.write("app/page/__init__.py", PAGE);
        for folder in ["ours", "sources"] {
            fs::create_dir_all(tree.path().join(folder)).expect("a folder");
        }
        tree.write("app/page/templates/tree.html", "{% for tree in trees %}<li>{{ tree }}{% endfor %}\n");
        let name = python.interpreter.path.to_string_lossy().into_owned();
        let zipapp = |target: &str, options: &[&str]| {
            let mut command = pyrepro();
            command.args(["zipapp", "app", "-o", target, "-p", "", "--python", &name, "--exclude", "*.so"]);
            let output = run(command.args(options).arg("--wheel").args(&wheels).current_dir(tree.path()));
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{told}");
            assert!(!told.contains(" needs "), "{told}");
        };
        // Of one name, which some show, and fit their lines to.
        zipapp("ours/app.pyz", &[]);
        zipapp("sources/app.pyz", &["--no-compile"]);
        for flags in [&[][..], &["-OO"]] {
            for arguments in self.runs {
                let [ours, sources] = ["ours/app.pyz", "sources/app.pyz"].map(|archive| {
                    let there = Tree::new();
                    there.write("settings.py", SETTINGS);
                    there.write("text.md", "# Trees\n\n- *apple*\n- pear\n");
                    // The level is that of the archive, which has asserts and docstrings.
                    let flags = if archive == "ours/app.pyz" { flags } else { &[] };
                    let output = start(python, &tree.path().join(archive), flags, arguments, &there);
                    let mut files = there.files();
                    files.retain(|path| !path.to_string_lossy().contains("__pycache__"));
                    (output.status.code(), shown(&output, tree, &there), files)
                });
                assert!(
                    ours == sources,
                    "{} on {}, {flags:?} {arguments:?}: {ours:.2000?}\n{sources:.2000?}",
                    self.name,
                    python.version
                );
            }
        }
        let of_it = |path: &&PathBuf| {
            let name = self.requirement.split('[').next().unwrap_or_default();
            path.file_name()
                .is_some_and(|file| file.to_string_lossy().to_lowercase().starts_with(&format!("{name}-")))
        };
        let wheel = wheels.iter().find(of_it).and_then(|path| path.file_stem());
        Ok(wheel.unwrap_or_default().to_string_lossy().into_owned())
    }

    fn wheels(&self, python: &Python, tree: &Tree) -> Result<Vec<PathBuf>, String> {
        let download =
            ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
        let folder = tree.path().join(self.name);
        let mut own = Command::new(&python.interpreter.path);
        let output = run(clean(&mut own).args(download).arg("-d").arg(&folder).arg(self.requirement));
        if !output.status.success() {
            // The newest have no pip of their own.
            let other = crate::common::newest_with_packages();
            let mut command = Command::new(&other.interpreter.path);
            clean(&mut command).args(download).arg("-d").arg(&folder).arg(self.requirement);
            let output = run(command.args(["--python-version", &python.version.to_string()]));
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
            }
        }
        Ok(fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect())
    }
}

/// Runs an archive. From 3.8 on nothing in ours may be compiled: what zipimport compiles with is taken away.
fn start(python: &Python, archive: &Path, flags: &[&str], arguments: &[&str], there: &Tree) -> Output {
    let is_ours = archive.ends_with("ours/app.pyz");
    let take_away = if is_ours && python.version.minor() >= 8 {
        "import zipimport; zipimport._compile_source = None"
    } else {
        ""
    };
    let script = format!(
        "import runpy, sys\n{take_away}\nsys.argv = sys.argv[1:]\nsys.path.insert(0, '')\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    );
    let mut command = python.command();
    command.args(flags).args(["-c", &script]).arg(archive).args(arguments).current_dir(there.path());
    run(command.env("COLUMNS", "80").env("HOME", there.path()))
}

/// What it writes, without what names this run, and tracebacks without the frames, which name files.
fn shown(output: &Output, tree: &Tree, there: &Tree) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    let mut text = String::from_utf8_lossy(&text).into_owned();
    for path in [tree.path(), there.path()] {
        text = text.replace(&*path.to_string_lossy(), "");
    }
    let text = text.replace("ours/app.pyz", "").replace("sources/app.pyz", "");
    let is_frame = |line: &&str| line.starts_with("  ") && text.contains("Traceback (most recent call last)");
    text.lines().filter(|line| !is_frame(line)).collect::<Vec<_>>().join("\n")
}
