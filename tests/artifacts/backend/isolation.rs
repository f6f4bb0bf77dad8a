//! Where backends come from.

use std::sync::atomic::AtomicBool;

use pyrepro::archive::Digest;
use pyrepro::backend::{Artifact, Error, Installer, Isolation, Locked, Request, Session};

use super::project::{HERE, backends, build, copy, request};
use crate::common::tools::Tools;
use crate::common::tree::Tree;

/// A folder with wheels of all that building with setuptools takes.
fn wheelhouse(tools: &Tools, tree: &Tree) -> std::path::PathBuf {
    let folder = tree.path().join("wheels");
    let mut download = tools.python();
    download.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"]).arg(&folder);
    let output = download.args(["setuptools==84.2.1", "packaging==26.3"]).output().expect("pip");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

fn with(request: Request, installer: Installer, wheels: &std::path::Path) -> Request {
    let isolation = Isolation::Fresh {
        installer,
        constraints: Vec::new(),
        find_links: vec![wheels.to_owned()],
        no_index: true,
    };
    Request { isolation, ..request }
}

#[test]
fn a_folder_of_wheels_is_all_that_uv_and_pip_need_and_both_make_the_same() {
    let Some(tools) = backends() else { return };
    let tree = Tree::new();
    let source = copy("setuptools", &tree, &HERE);
    let wheels = wheelhouse(&tools, &tree);
    let mut made = Vec::new();
    for installer in [Installer::Uv(tools.path("uv")), Installer::Pip] {
        let request = with(request(&source, &tools, &HERE), installer.clone(), &wheels);
        let stop = AtomicBool::new(false);
        let mut session = Session::start(&request, &stop, &|_| ()).unwrap_or_else(|error| panic!("{error}"));
        let built = session.build(Artifact::Wheel, &|_| ()).unwrap_or_else(|error| panic!("{error}"));
        made.push(std::fs::read(&built.path).expect("a wheel"));
        let installed: Vec<_> =
            session.installed().iter().map(|one| format!("{}=={}", one.name, one.version)).collect();
        assert!(installed.contains(&"setuptools==84.2.1".to_owned()), "{installed:?}");
        assert_eq!(installed.iter().filter(|one| !one.starts_with("pip==")).count(), 1, "{installed:?}");
    }
    assert!(made[0] == made[1]);
}

#[test]
fn a_lock_that_names_a_source_runs_none_of_its_code() {
    let Some(tools) = backends() else { return };
    let tree = Tree::new();
    let source = copy("setuptools", &tree, &HERE);
    let wheels = wheelhouse(&tools, &tree);
    let (sdist, mark) = (wheels.join("evil-1.tar.gz"), tree.path().join("was-here"));
    let setup = tree.write(
        "evil-1/setup.py",
        format!("open({mark:?}, 'w')\nimport setuptools\nsetuptools.setup(name='evil', version='1')\n"),
    );
    let packed = std::process::Command::new("tar")
        .arg("-czf")
        .arg(&sdist)
        .arg("-C")
        .arg(tree.path())
        .arg("evil-1")
        .status();
    assert!(setup.exists() && packed.expect("tar").success());
    let (digest, _) = Digest::of_reader(std::fs::File::open(&sdist).expect("an sdist")).expect("its digest");
    for installer in [Installer::Uv(tools.path("uv")), Installer::Pip] {
        let locked = vec![format!("evil==1 --hash=sha256:{digest}").parse::<Locked>().expect("a lock")];
        let request = with(request(&source, &tools, &HERE), installer.clone(), &wheels);
        let request = Request { locked, wheels_only: true, ..request };
        let error = build(&request, Artifact::Wheel).expect_err("there is no wheel of it").to_string();
        assert!(error.contains("evil"), "{error}");
        assert!(!mark.exists(), "{installer:?} ran setup.py");
    }
}

#[test]
fn constraints_hold_and_what_cannot_be_had_is_told() {
    let Some(tools) = backends() else { return };
    let tree = Tree::new();
    let source = copy("setuptools", &tree, &HERE);
    let wheels = wheelhouse(&tools, &tree);
    let constraints = tree.write("constraints.txt", "setuptools==80.0.0\n");
    let mut request = with(request(&source, &tools, &HERE), Installer::Uv(tools.path("uv")), &wheels);
    if let Isolation::Fresh { constraints: files, .. } = &mut request.isolation {
        files.push(constraints);
    }
    let error = build(&request, Artifact::Wheel).expect_err("no such version").to_string();
    assert!(error.starts_with("installing setuptools>=77 failed: it ended with exit code"), "{error}");
    assert!(error.contains("80.0.0"), "{error}");
}

#[test]
fn without_isolation_what_is_missing_or_too_old_is_named() {
    let Some(tools) = backends() else { return };
    let tree = Tree::new();
    let source = copy("setuptools", &tree, &HERE);
    let toml = "[build-system]\nrequires = ['setuptools>=900', 'no.such_thing[x]', 'wheel; python_version < \"3\"']\n";
    std::fs::write(source.join("pyproject.toml"), toml).expect("a file");
    let error = build(&request(&source, &tools, &HERE), Artifact::Wheel).expect_err("unmet");
    let Error::Unmet(unmet) = &error else { panic!("{error}") };
    assert_eq!(unmet[0], "setuptools>=900: version 84.2.1 is installed");
    assert_eq!(unmet[1], "no.such_thing[x]: it is not installed");
    assert_eq!(unmet.len(), 2);
}

#[test]
fn without_isolation_all_that_is_used_is_told() {
    let Some(tools) = backends() else { return };
    let tree = Tree::new();
    let source = copy("hatchling", &tree, &HERE);
    let mut request = request(&source, &tools, &HERE);
    request.keep = vec!["SETUPTOOLS_SCM_PRETEND_VERSION".to_owned()];
    request.variables.push(("SETUPTOOLS_SCM_PRETEND_VERSION".into(), "3.4".into()));
    let stop = AtomicBool::new(false);
    let mut session = Session::start(&request, &stop, &|_| ()).unwrap_or_else(|error| panic!("{error}"));
    let built = session.build(Artifact::Wheel, &|_| ()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((built.name.as_str(), built.version.as_str()), ("apple-hatchling", "3.4"));
    let names: Vec<&str> = session.installed().iter().map(|one| one.name.as_str()).collect();
    for name in ["hatchling", "hatch-vcs", "pluggy", "setuptools-scm"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(!names.contains(&"flit-core"), "{names:?}");
    assert_eq!(session.inherited(), [("SETUPTOOLS_SCM_PRETEND_VERSION".to_owned(), "3.4".to_owned())]);
}

#[test]
fn an_environment_is_told_how_to_be_made_where_it_cannot_be() {
    let tree = Tree::new();
    tree.write("project/setup.py", "");
    let request = Request {
        root: tree.path().to_owned(),
        isolation: Isolation::Fresh {
            installer: Installer::Uv("/no/such/uv".into()),
            constraints: Vec::new(),
            find_links: Vec::new(),
            no_index: false,
        },
        ..Request::new(tree.path().join("project"), "python3".into())
    };
    let error = build(&request, Artifact::Wheel).expect_err("no uv").to_string();
    assert!(error.starts_with("/no/such/uv does not start: "), "{error}");
}
