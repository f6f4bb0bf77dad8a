//! Versions that are in no pyproject.toml: from tags, as setuptools-scm and hatch-vcs give them, from sdists, from
//! archives of git, and from attributes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::common::tools::{Tools, tools};
use crate::common::tree::Tree;
use crate::common::{app, pyrepro};

const EPOCH: &str = "1773014400"; // 2026-03-09

/// What is not in an environment that is asked for versions.
fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-C"])
        .arg(folder)
        .args(arguments)
        .env("GIT_AUTHOR_DATE", "1000000000 +0200")
        .env("GIT_COMMITTER_DATE", "1577836800 -0500")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A project with these settings of the version, which other tools have their own defaults for.
fn project(settings: &str) -> Tree {
    let tree = Tree::new();
    tree.write(
        "orchard/pyproject.toml",
        format!(
            "[project]\nname = 'orchard'\ndynamic = ['version']\n[build-system]\nrequires = ['pyrepro']\n\
             build-backend = 'pyrepro'\n[tool.hatch.version]\nsource = 'vcs'\n[tool.pyrepro.version]\n{settings}"
        ),
    );
    tree.write("orchard/orchard.py", "x = 1\n");
    tree
}

fn commit(folder: &Path, message: &str) {
    fs::write(folder.join("log.txt"), message).unwrap();
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--no-verify", "--message", message]);
}

fn build(tree: &Tree, arguments: &[&str]) -> Output {
    let mut command = pyrepro();
    command.env("SOURCE_DATE_EPOCH", EPOCH).arg("build").args(arguments);
    app::run(command.current_dir(tree.path().join("orchard")))
}

/// The version of the wheel.
fn ours(tree: &Tree) -> String {
    let folder = tree.path().join("dist");
    let _ = fs::remove_dir_all(&folder);
    let built = build(tree, &["-o", "../dist", "--wheel"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let wheel = names.into_iter().find(|name| name.ends_with(".whl")).expect("a wheel");
    wheel.split('-').nth(1).unwrap().to_owned()
}

/// What setuptools-scm and hatchling with hatch-vcs say.
fn theirs(tools: &Tools, tree: &Tree) -> [String; 2] {
    let folder = tree.path().join("orchard");
    let said = |arguments: &[&str]| {
        let mut command = tools.python();
        command.env("SOURCE_DATE_EPOCH", EPOCH).args(arguments).current_dir(&folder);
        app::stdout_of(&mut command).trim().to_owned()
    };
    [
        said(&["-c", "from setuptools_scm import get_version; print(get_version('.'))"]),
        said(&["-m", "hatchling", "version"]),
    ]
}

#[test]
fn versions_from_tags_are_those_of_setuptools_scm_and_hatch_vcs() {
    let Some(tools) = tools("versions") else { return };
    let tree = project("source = 'git'\n");
    let folder = tree.path().join("orchard");
    let same = |state: &str| {
        let ours = ours(&tree);
        for theirs in theirs(&tools, &tree) {
            assert_eq!(ours, theirs, "{state}");
        }
        ours
    };
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    commit(&folder, "one");
    assert!(same("no tag").starts_with("0.1.dev"));
    git(&folder, &["tag", "v1.2"]);
    assert_eq!(same("a tag"), "1.2");
    fs::write(folder.join("untracked.txt"), "").unwrap();
    assert_eq!(same("a file that is not tracked"), "1.2");
    fs::write(folder.join("log.txt"), "changed").unwrap();
    assert!(same("a change").ends_with(".d20260309"));
    commit(&folder, "two");
    assert!(same("a commit after the tag").starts_with("1.3.dev1+g"));
    fs::write(folder.join("log.txt"), "again").unwrap();
    assert!(same("a commit and a change").ends_with(".d20260309"));
    commit(&folder, "three");
    for tag in ["orchard-2.0rc1", "3.0.post2", "4.0.dev0", "5.0+build.7", "2026.03.01"] {
        git(&folder, &["tag", "--force", tag]);
        same(tag);
        commit(&folder, tag);
        same(&format!("after {tag}"));
    }
}

#[test]
fn an_sdist_keeps_the_version_and_makes_the_same_wheel() {
    let tree = project("source = 'git'\nversion-file = 'src/orchard/_version.py'\n");
    let folder = tree.path().join("orchard");
    fs::remove_file(folder.join("orchard.py")).unwrap();
    tree.write("orchard/src/orchard/__init__.py", "from ._version import version\n");
    tree.write("orchard/.gitignore", "_version.py\n");
    git(&folder, &["init", "--quiet"]);
    commit(&folder, "one");
    git(&folder, &["tag", "1.0"]);
    commit(&folder, "two");
    // What lies there is of yesterday.
    tree.write("orchard/src/orchard/_version.py", "version = 'old'\n");
    let built = build(&tree, &["-o", "../dist", "--wheel", "--sdist"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let find = |folder: &str, ending: &str| {
        let mut files = fs::read_dir(tree.path().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.to_str().unwrap().ends_with(ending)).expect("an artifact")
    };
    let (wheel, sdist) = (find("dist", ".whl"), find("dist", ".tar.gz"));
    let sdist = sdist.to_str().unwrap();
    let again = build(&tree, &["-o", "../again", "--wheel", sdist]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(fs::read(&wheel).unwrap(), fs::read(find("again", ".whl")).unwrap());
    assert!(app::paths(&wheel).contains(&"orchard/_version.py".to_owned()));
    let version = wheel.file_name().unwrap().to_str().unwrap().split('-').nth(1).unwrap().to_owned();
    let text = app::stdout_of(Command::new("unzip").args(["-p"]).arg(&wheel).arg("orchard/_version.py"));
    assert!(text.contains(&format!("version = '{version}'")), "{text}");
}

#[test]
fn an_archive_of_git_has_the_version_of_its_tag() {
    let tree = project("source = 'git'\n");
    let file = "orchard/.git_archival.txt";
    for (text, expected) in [
        ("node: abc\nnode-date: 2026-03-01\ndescribe-name: v1.4-0-g0123456789abcdef\n", "1.4"),
        ("describe-name: v1.4-2-g0123456789abcdef\n", "1.5.dev2+g012345678"),
        ("describe-name: v1.6\n", "1.6"),
        ("describe-name: %(describe:tags=true)\nref-names: HEAD -> main, tag: v1.7\n", "1.7"),
    ] {
        tree.write(file, text);
        assert_eq!(ours(&tree), expected, "{text}");
    }
    // The placeholders of a file that git has not filled in.
    tree.write(file, "describe-name: $Format:%(describe:tags=true)$\nref-names: $Format:%D$\n");
    let refused = build(&tree, &["-o", "../dist"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        said.contains("tool.pyrepro.version.source: found no PKG-INFO") && said.contains("`fallback`"),
        "{said}"
    );
}

#[test]
fn a_version_is_an_attribute_that_nobody_runs() {
    let tree = project("path = 'orchard.py'\nattribute = 'VERSION'\n");
    tree.write("orchard/orchard.py", "VERSION = (2, 5, '0rc1')  # a tuple\nraise SystemExit\n");
    assert_eq!(ours(&tree), "2.5.0rc1");
}

#[test]
fn description_and_import_names_can_be_left_to_the_modules() {
    let tree = Tree::new();
    tree.write(
        "orchard/pyproject.toml",
        "[project]\nname = 'orchard'\nversion = '1'\ndynamic = ['description', 'import-names', 'import-namespaces']\n\
         [build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n\
         [tool.pyrepro]\nmodule-name = ['fruit.apple', 'fruit.pear']\n",
    );
    let init = "orchard/src/fruit/apple/__init__.py";
    tree.write(init, "# Trees.\n\n'''\nApples, and when they are ripe.\n\nMore.'''\n");
    tree.write("orchard/src/fruit/pear.py", "");
    let built = build(&tree, &["-o", "../dist"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let wheel = tree.path().join("dist/orchard-1-py3-none-any.whl");
    let metadata = "orchard-1.dist-info/METADATA";
    let text = app::stdout_of(Command::new("unzip").arg("-p").arg(wheel).arg(metadata));
    let expected = "Metadata-Version: 2.5\nName: orchard\nVersion: 1\nSummary: Apples, and when they are ripe.\n\
                    Import-Name: fruit.apple\nImport-Name: fruit.pear\nImport-Namespace: fruit\n";
    assert_eq!(text, expected);
    tree.write(init, "import this\n");
    let refused = build(&tree, &["-o", "../dist"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has no docstring"), "{refused:?}");
}

#[test]
fn a_hostile_repository_has_no_program_run() {
    let tree = project("source = 'git'\n");
    let folder = tree.path().join("orchard");
    git(&folder, &["init", "--quiet"]);
    commit(&folder, "one");
    git(&folder, &["tag", "1.0"]);
    let ran = tree.path().join("ran");
    tree.write("orchard/.gitattributes", "* filter=evil\n");
    let evil = format!("echo x >> '{}'; cat", ran.display());
    for key in ["filter.evil.clean", "filter.evil.process", "core.fsmonitor"] {
        git(&folder, &["config", key, &evil]);
    }
    // git looks into a file whose time has changed.
    fs::write(folder.join("log.txt"), "one").unwrap();
    ours(&tree);
    assert!(!ran.exists(), "a program of the repository ran");
}
