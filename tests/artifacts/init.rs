//! `pyrepro init`: projects of other backends come over with their wheels as they are, or what is in the
//! way is named.

use std::fs;
use std::process::Output;

use crate::common::tree::Tree;
use crate::common::{app, pyrepro};
use serde_json::Value;

const PROJECT: &str = "[project]\nname = \"orchard\"\nversion = \"1.2\" # now\n";

/// A project with these files in a folder `orchard`.
fn project(pyproject: &str, files: &[&str]) -> Tree {
    let tree = Tree::new();
    for file in files {
        let text = if file.ends_with(".py") {
            "\"\"\"What grows.\n\nMore.\"\"\"\n__version__ = \"3.4\"\n"
        } else {
            ""
        };
        tree.write(format!("orchard/{file}"), text);
    }
    if !pyproject.is_empty() {
        tree.write("orchard/pyproject.toml", pyproject);
    }
    tree
}

fn init(tree: &Tree, arguments: &[&str]) -> Output {
    app::run(pyrepro().arg("init").args(arguments).current_dir(tree.path().join("orchard")))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The pyproject.toml that there is when all is done, and what is in the wheel then.
fn moved(tree: &Tree) -> (String, Vec<String>) {
    let before = pyproject(tree);
    let shown = init(tree, &[]);
    assert_eq!(shown.status.code(), Some(0), "{}{}", before.unwrap_or_default(), text(&shown.stderr));
    let written = init(tree, &["--write"]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    let wheel = app::run(pyrepro().args(["build", "-o", "../dist"]).current_dir(tree.path().join("orchard")));
    assert!(wheel.status.success(), "{}", text(&wheel.stderr));
    let paths = packed(tree);
    let after = pyproject(tree).expect("a pyproject.toml");
    assert_eq!(text(&init(tree, &[]).stdout), "pyrepro builds this project already\n");
    (after, paths)
}

/// What is in the wheel that was built, besides metadata.
fn packed(tree: &Tree) -> Vec<String> {
    let made = fs::read_dir(tree.path().join("dist")).expect("a folder").flatten();
    let wheel = made.map(|file| file.path()).find(|path| path.extension().is_some_and(|e| e == "whl"));
    let mut paths = app::paths(&wheel.expect("a wheel"));
    paths.retain(|path| !path.contains(".dist-info/"));
    paths
}

fn pyproject(tree: &Tree) -> Option<String> {
    fs::read_to_string(tree.path().join("orchard/pyproject.toml")).ok()
}

/// What is in the way, each with its line.
fn refused(tree: &Tree) -> Vec<String> {
    let before = pyproject(tree);
    for arguments in [&[][..], &["--write"]] {
        let output = init(tree, arguments);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        assert_eq!(pyproject(tree), before, "nothing is changed");
    }
    let report: Value = serde_json::from_slice(&init(tree, &["--format", "json"]).stdout).expect("JSON");
    assert_eq!(report["status"], "refused");
    let way_out = text(&init(tree, &[]).stderr).contains("`pyrepro build` works with");
    assert_eq!(way_out, report["backend"].is_string(), "whoever has a backend is told that it can stay");
    let one = |reason: &Value| {
        let [key, file, reason_text] =
            ["key", "file", "reason"].map(|name| reason[name].as_str().unwrap_or_default());
        let place = reason["line"].as_u64().map_or(String::new(), |line| format!(":{line}"));
        format!("{file}{place} {key}: {reason_text}")
    };
    report["refused"].as_array().expect("a list").iter().map(one).collect()
}

fn backend(name: &str, requires: &str, rest: &str) -> String {
    format!("{PROJECT}\n[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"{name}\"\n{rest}")
}

const OWN: &str = "[build-system]\nrequires = [\"pyrepro>=0.1.0,<0.2\"]\nbuild-backend = \"pyrepro\"\n";

#[test]
fn a_folder_without_pyproject_gets_one_that_builds() {
    let tree = project("", &["src/orchard/__init__.py", "README.md"]);
    let (after, paths) = moved_new(&tree);
    assert_eq!(
        after,
        format!(
            "[project]\nname = \"orchard\"\ndynamic = [\"version\"]\nreadme = \"README.md\"\n\
             requires-python = \">=3.10\"\n\n{OWN}"
        )
    );
    assert_eq!(paths, ["orchard/__init__.py"]);
    let tree = project("", &["grove/data.txt"]);
    tree.write("orchard/grove/__init__.py", "");
    let (after, paths) = moved_new(&tree);
    assert!(
        after.contains("version = \"0.1.0\"\n")
            && after.ends_with("[tool.pyrepro]\nmodule-name = \"grove\"\n")
    );
    assert_eq!(paths, ["grove/__init__.py", "grove/data.txt"]);
}

fn moved_new(tree: &Tree) -> (String, Vec<String>) {
    let written = init(tree, &[]);
    assert_eq!(written.status.code(), Some(0), "{}", text(&written.stderr));
    let after = pyproject(tree).expect("a pyproject.toml");
    let wheel = app::run(pyrepro().args(["build", "-o", "../dist"]).current_dir(tree.path().join("orchard")));
    assert!(wheel.status.success(), "{}", text(&wheel.stderr));
    let paths = packed(tree);
    (after, paths)
}

#[test]
fn a_folder_with_no_module_or_with_a_setup_py_gets_none() {
    let tree = project("", &["README.md"]);
    assert!(refused(&tree)[0].contains("there is no module \"orchard\""));
    let tree = project("", &["orchard.py", "setup.py"]);
    assert!(refused(&tree)[0].starts_with("setup.py : does not call setup()"));
}

#[test]
fn a_change_is_shown_before_it_is_made_and_leaves_the_rest_as_it_is() {
    let rest = "\n# Lint\n[tool.ruff]   # keep\nline-length = 100\n";
    let tree = project(&backend("hatchling.build", "hatchling", rest), &["src/orchard/__init__.py"]);
    let shown = init(&tree, &[]);
    let expected = "--- a/pyproject.toml\n+++ b/pyproject.toml\n@@ -3,8 +3,8 @@\n version = \"1.2\" # now\n \n [build-system]\n\
                    -requires = [\"hatchling\"]\n-build-backend = \"hatchling.build\"\n\
                    +requires = [\"pyrepro>=0.1.0,<0.2\"]\n+build-backend = \"pyrepro\"\n \n # Lint\n [tool.ruff]   # keep\n";
    assert_eq!(text(&shown.stdout), expected);
    assert!(text(&shown.stderr).ends_with("note: nothing is changed yet; --write does it\n"));
    assert_eq!(moved(&tree).0, format!("{PROJECT}\n{OWN}{rest}"));
}

#[test]
fn line_ends_and_the_mark_in_front_stay() {
    let windows = backend("flit_core.buildapi", "flit_core", "").replace('\n', "\r\n");
    let tree = project(&format!("\u{feff}{windows}"), &["orchard.py"]);
    let after = moved(&tree).0;
    assert_eq!(after, format!("\u{feff}{}", format!("{PROJECT}\n{OWN}").replace('\n', "\r\n")));
}

#[cfg(unix)]
#[test]
fn a_link_to_the_file_and_its_mode_stay() {
    use std::os::unix::fs::PermissionsExt;
    let tree = project("", &["orchard.py"]);
    let place = tree.write("orchard/shared.toml", backend("flit_core.buildapi", "flit_core", ""));
    fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).expect("a mode");
    let link = tree.path().join("orchard/pyproject.toml");
    std::os::unix::fs::symlink("shared.toml", &link).expect("a link");
    moved(&tree);
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(fs::metadata(&place).expect("a file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn flit_comes_over() {
    let settings = "\n[tool.flit.module]\nname = \"grove\"\n\n[tool.flit.sdist]\ninclude = [\"doc/\", \"tox.ini\"]\n\
                    exclude = [\"doc/*.html\"]\n\n[tool.flit.external-data]\ndirectory = \"share\"\n";
    let dynamic = "[project]\nname = \"orchard\"\ndynamic = [\"version\", \"description\"]\n";
    let pyproject = backend("flit_core.buildapi", "flit_core >=3.2,<4", settings).replace(PROJECT, dynamic);
    let tree =
        project(&pyproject, &["src/grove/__init__.py", "src/grove/a.txt", "doc/a.md", "share/man/a.1"]);
    let (after, paths) = moved(&tree);
    let expected = format!(
        "[project]\nname = \"orchard\"\ndynamic = [\"version\"]\ndescription = \"What grows.\"\n\n{OWN}\n\
         [tool.pyrepro]\nmodule-name = \"grove\"\nsource-include = [\"doc\", \"tox.ini\"]\n\
         source-exclude = [\"/doc/*.html\"]\ndata = {{ data = \"share\" }}\n"
    );
    assert_eq!(after, expected);
    assert_eq!(paths, ["grove/__init__.py", "grove/a.txt", "orchard-3.4.data/data/man/a.1"]);
}

#[test]
fn metadata_outside_of_project_are_refused() {
    let flit = "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\
                [tool.flit.metadata]\nmodule = \"orchard\"\n";
    let reasons = refused(&project(flit, &["orchard.py"]));
    assert!(
        reasons[0].starts_with("pyproject.toml:4 tool.flit.metadata: has metadata in a form"),
        "{reasons:?}"
    );
    let poetry = "[tool.poetry]\nname = \"orchard\"\n[build-system]\nrequires = [\"poetry-core\"]\n\
                  build-backend = \"poetry.core.masonry.api\"\n";
    let reasons = refused(&project(poetry, &["orchard.py"]));
    assert!(reasons[0].contains("project.version: is missing"), "{reasons:?}");
    let setuptools =
        "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n";
    let reasons = refused(&project(setuptools, &["orchard.py", "setup.cfg"]));
    assert!(reasons[0].starts_with("setup.cfg : has the metadata"), "{reasons:?}");
}

#[test]
fn hatchling_comes_over() {
    let settings = "\n[tool.hatch.version]\npath = \"lib/grove/about.py\"\n\n[tool.hatch.build]\n\
                    exclude = [\"*.tmp\"]\n\n[tool.hatch.build.targets.sdist]\ninclude = [\"/tests\", \"/lib\"]\n\n\
                    [tool.hatch.build.targets.wheel]\npackages = [\"lib/grove\"]\nexclude = [\"lib/grove/secret\"]\n\n\
                    [tool.hatch.envs.test]\ndependencies = [\"pytest\"]\n";
    let dynamic = PROJECT.replace("version = \"1.2\" # now", "dynamic = [\"version\"]");
    let pyproject = backend("hatchling.build", "hatchling", settings).replace(PROJECT, &dynamic);
    let files = ["lib/grove/__init__.py", "lib/grove/about.py", "lib/grove/secret/a.py", "lib/grove/a.tmp"];
    let tree = project(&pyproject, &files);
    let (after, paths) = moved(&tree);
    let expected = format!(
        "{dynamic}\n{OWN}\n[tool.hatch.envs.test]\ndependencies = [\"pytest\"]\n\n[tool.pyrepro]\n\
         module-name = \"grove\"\nmodule-root = \"lib\"\nsource-include = [\"tests\", \"lib\"]\n\
         source-exclude = [\"*.tmp\"]\nwheel-exclude = [\"/lib/grove/secret\"]\n\
         version = {{ path = \"lib/grove/about.py\" }}\n"
    );
    assert_eq!(after, expected);
    assert_eq!(paths, ["grove/__init__.py", "grove/about.py"]);
}

#[test]
fn what_hatchling_has_and_pyrepro_has_not_is_named() {
    let settings = "\n[tool.hatch.version]\nsource = \"code\"\n[tool.hatch.build.hooks.x]\nversion-file = \"a\"\n\
                    [tool.hatch.build.targets.wheel]\nmacos-max-compat = true\nforce-include = {a = \"b\"}\n\
                    shared-scripts = {a = \"b\"}\n[tool.hatch.build.targets.app]\n[tool.hatch.metadata.hooks.x]\n";
    let pyproject = backend("hatchling.build", "hatch-x", settings);
    let reasons = refused(&project(&pyproject, &["orchard.py"]));
    let starts = [
        "pyproject.toml:6 build-system.requires[0]: what hatch-x does in the build is not carried over",
        "pyproject.toml:16 tool.hatch.metadata.hooks.x: runs code",
        "pyproject.toml:10 tool.hatch.version.source: takes the version from code",
        "pyproject.toml:11 tool.hatch.build.hooks.x: runs code",
        "pyproject.toml:14 tool.hatch.build.targets.wheel.force-include: has no equivalent",
        "pyproject.toml:15 tool.hatch.build.targets.wheel.shared-scripts: has no equivalent",
        "pyproject.toml:16 tool.hatch.build.targets.app: is a target that pyrepro does not build",
    ];
    assert_eq!(reasons.len(), starts.len(), "{reasons:#?}");
    for start in starts {
        assert!(reasons.iter().any(|reason| same(reason, start)), "{start}: {reasons:#?}");
    }
}

/// Whether a reason begins so, wherever it is: tables that only have tables have the place of the first.
fn same(reason: &str, start: &str) -> bool {
    let message = |text: &str| text.split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    message(reason).starts_with(&message(start))
}

#[test]
fn pdm_comes_over() {
    let settings = "\n[tool.pdm.version]\nsource = \"file\"\npath = \"src/grove/__init__.py\"\n\n[tool.pdm.build]\n\
                    source-includes = [\"tests\"]\nexcludes = [\"src/grove/old.py\"]\nis-purelib = true\n\n\
                    [tool.pdm.scripts]\nlint = \"ruff\"\n";
    let dynamic = PROJECT.replace("version = \"1.2\" # now", "dynamic = [\"version\"]");
    let pyproject = backend("pdm.backend", "pdm-backend", settings).replace(PROJECT, &dynamic);
    let tree = project(&pyproject, &["src/grove/__init__.py", "src/grove/old.py", "src/vine/__init__.py"]);
    let (after, paths) = moved(&tree);
    let expected = format!(
        "{dynamic}\n{OWN}\n[tool.pdm.scripts]\nlint = \"ruff\"\n\n[tool.pyrepro]\n\
         module-name = [\"grove\", \"vine\"]\nsource-include = [\"tests\"]\nsource-exclude = [\"/src/grove/old.py\"]\n\
         version = {{ path = \"src/grove/__init__.py\" }}\n"
    );
    assert_eq!(after, expected);
    assert_eq!(paths, ["grove/__init__.py", "vine/__init__.py"]);
    let scm = "\n[tool.pdm.version]\nsource = \"scm\"\n[tool.pdm.build]\nrun-setuptools = true\ncustom-hook = \"a.py\"\n";
    let reasons = refused(&project(&backend("pdm.backend", "pdm-backend", scm), &["orchard.py"]));
    assert_eq!(reasons.len(), 3, "{reasons:#?}");
    assert!(reasons[0].starts_with("pyproject.toml:10 tool.pdm.version.source: takes the version from scm"));
}

#[test]
fn poetry_comes_over_where_its_metadata_are_in_project() {
    let settings = "\n[tool.poetry]\npackages = [{ include = \"grove\", from = \"lib\" }]\n\
                    include = [\"tests\", { path = \"NEWS\", format = \"sdist\" }]\nexclude = [\"lib/grove/old.py\"]\n\n\
                    [tool.poetry.group.dev.dependencies]\npytest = \"*\"\n";
    let pyproject = backend("poetry.core.masonry.api", "poetry-core>=2", settings);
    let tree = project(&pyproject, &["lib/grove/__init__.py", "lib/grove/old.py"]);
    let (after, paths) = moved(&tree);
    let expected = format!(
        "{PROJECT}\n{OWN}\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n\n[tool.pyrepro]\n\
         module-name = \"grove\"\nmodule-root = \"lib\"\nsource-include = [\"tests\", \"NEWS\"]\n\
         source-exclude = [\"/lib/grove/old.py\"]\n"
    );
    assert_eq!(after.replace("[tool.poetry]\n\n", ""), expected);
    assert_eq!(paths, ["grove/__init__.py"]);
    let code = "\n[tool.poetry]\nbuild = \"build.py\"\nscripts = { a = \"b:c\" }\n";
    let reasons =
        refused(&project(&backend("poetry.core.masonry.api", "poetry-core", code), &["orchard.py"]));
    assert!(reasons[0].starts_with("pyproject.toml:10 tool.poetry.build: runs code"), "{reasons:?}");
    assert!(
        reasons[1].starts_with("pyproject.toml:11 tool.poetry.scripts: is metadata in poetry's"),
        "{reasons:?}"
    );
}

#[test]
fn setuptools_comes_over_with_the_files_that_it_packs() {
    let settings = "\n[tool.setuptools]\ninclude-package-data = true\n\n[tool.setuptools.packages.find]\n\
                    where = [\"lib\"]\nexclude = [\"*.tests\"]\n\n[tool.setuptools.package-data]\ngrove = [\"*.txt\"]\n\n\
                    [tool.setuptools.dynamic]\nversion = { attr = \"grove.about.VERSION\" }\n";
    let dynamic = PROJECT.replace("version = \"1.2\" # now", "dynamic = [\"version\"]");
    let pyproject = backend("setuptools.build_meta", "setuptools", settings).replace(PROJECT, &dynamic);
    let files = [
        "lib/grove/__init__.py",
        "lib/grove/a.txt",
        "lib/grove/b.c",
        "lib/grove/data/c.json",
        "lib/grove/py.typed",
        "lib/grove/tests/__init__.py",
        "tests/test_a.py",
        "setup.py",
    ];
    let tree = project(&pyproject, &files);
    tree.write("orchard/setup.py", "from setuptools import setup\nsetup()\n");
    tree.write("orchard/MANIFEST.in", "graft tests\nrecursive-include lib *.json\nglobal-exclude *.o\n");
    tree.write("orchard/lib/grove/about.py", "VERSION = '5.6'\n");
    let (after, paths) = moved(&tree);
    assert_eq!(
        paths,
        ["grove/__init__.py", "grove/a.txt", "grove/about.py", "grove/data/c.json", "grove/py.typed"]
    );
    for line in [
        "wheel-exclude = [\"*.c\", \"/lib/grove/tests/__init__.py\"]",
        "source-include = [\"tests\", \"lib/**/*.json\"]",
        "source-exclude = [\"/**/*.o\"]",
        "version = { path = \"lib/grove/about.py\", attribute = \"VERSION\" }",
    ] {
        assert!(after.contains(line), "{line}: {after}");
    }
}

/// What comes over of a project whose version is that of an sdist.
fn moved_from_an_sdist(pyproject: &str, files: &[&str]) -> (String, Vec<String>) {
    let dynamic = PROJECT.replace("version = \"1.2\" # now", "dynamic = [\"version\"]");
    let tree = project(&pyproject.replace(PROJECT, &dynamic), files);
    tree.write("orchard/PKG-INFO", "Metadata-Version: 2.1\nName: orchard\nVersion: 6.1\n\nVersion: 7\n");
    moved(&tree)
}

#[test]
fn versions_of_setuptools_scm_come_over_with_all_that_git_tracks() {
    let settings = "\n[tool.setuptools_scm]\nversion_scheme = \"post-release\"\n\
                    local_scheme = \"node-and-date\"\nwrite_to = \"orchard/_version.py\"\n";
    let pyproject = backend("setuptools.build_meta", "setuptools_scm[toml]>=8", settings);
    let (after, paths) = moved_from_an_sdist(&pyproject, &["orchard/__init__.py", "orchard/a.txt"]);
    let version =
        "version = { source = \"git\", scheme = \"post-release\", version-file = \"orchard/_version.py\" }";
    assert!(after.contains(version) && !after.contains("setuptools"), "{after}");
    assert_eq!(paths, ["orchard/__init__.py", "orchard/_version.py", "orchard/a.txt"]);
}

#[test]
fn versions_of_hatch_vcs_and_readmes_in_parts_come_over() {
    let settings = "\n[tool.hatch.version]\nsource = \"vcs\"\nraw-options = { local_scheme = \"no-local-version\" }\n\
                    [tool.hatch.build.hooks.vcs]\nversion-file = \"orchard/_version.py\"\n\
                    [tool.hatch.metadata.hooks.fancy-pypi-readme]\ncontent-type = \"text/markdown\"\n\
                    [[tool.hatch.metadata.hooks.fancy-pypi-readme.fragments]]\ntext = \"# $HFPR_PACKAGE_NAME\"\n";
    let pyproject = backend("hatchling.build", "hatchling", settings);
    let (after, paths) = moved_from_an_sdist(&pyproject, &["orchard/__init__.py"]);
    assert!(after.contains("[[tool.pyrepro.readme.fragments]]\n") && !after.contains("hatch"), "{after}");
    assert!(
        after.contains("version = { source = \"git\", local-scheme = \"no-local-version\", version-file = "),
        "{after}"
    );
    assert_eq!(paths, ["orchard/__init__.py", "orchard/_version.py"]);
}

#[test]
fn licence_classifiers_beside_an_expression_are_removed() {
    let pyproject = backend("flit_core.buildapi", "flit_core", "").replace(
        "name = \"orchard\"",
        "name = \"orchard\"\ndescription = \"x\"\nlicense = \"MIT\"\nclassifiers = [\n    \"License :: OSI Approved :: MIT License\",\n    \
         \"Typing :: Typed\",\n]",
    );
    let (after, _) = moved(&project(&pyproject, &["orchard.py"]));
    assert!(after.contains("\"Typing :: Typed\"") && !after.contains("License ::"), "{after}");
}

#[test]
fn what_setuptools_runs_is_refused() {
    let settings = "\n[tool.setuptools]\next-modules = [{ name = \"a\", sources = [\"a.c\"] }]\n\
                    script-files = [\"a\"]\n[tool.setuptools.dynamic]\ndependencies = { file = \"r.txt\" }\n";
    let tree = project(&backend("setuptools.build_meta", "setuptools", settings), &["orchard.py"]);
    tree.write("orchard/setup.py", "from setuptools import setup\nimport os\nsetup()\n");
    tree.write("orchard/setup.cfg", "[flake8]\nx = 1\n[options]\nzip_safe = no\n");
    let reasons = refused(&tree);
    for start in [
        "setup.cfg:3 : [options] is read by setuptools alone",
        "setup.py:2 : runs code in the build",
        "pyproject.toml:13 tool.setuptools.dynamic.dependencies: takes metadata from a file",
        "pyproject.toml:10 tool.setuptools.ext-modules: runs code",
        "pyproject.toml:11 tool.setuptools.script-files: has no equivalent",
    ] {
        assert!(reasons.iter().any(|reason| reason.starts_with(start)), "{start}: {reasons:#?}");
    }
}

#[test]
fn uv_comes_over_by_its_names() {
    let settings = "\n[tool.uv.build-backend]\nmodule-name = \"grove\"\nmodule-root = \"\"\n\
                    wheel-exclude = [\"*.tmp\"]\ndata = { scripts = \"bin\" }\n\n[tool.uv]\ndev-dependencies = []\n";
    let tree = project(
        &backend("uv_build", "uv_build>=0.9", settings),
        &["grove/__init__.py", "bin/a", "grove/a.tmp"],
    );
    let (after, paths) = moved(&tree);
    let expected = "[tool.pyrepro]\nmodule-name = \"grove\"\nmodule-root = \"\"\nwheel-exclude = [\"*.tmp\"]\n\
                    data = { scripts = \"bin\" }\n";
    assert!(after.contains(expected) && after.contains("[tool.uv]\ndev-dependencies = []\n"), "{after}");
    assert_eq!(paths, ["grove/__init__.py", "orchard-1.2.data/scripts/a"]);
}

#[test]
fn other_backends_are_refused_by_name() {
    for (name, requires) in [("maturin", "maturin"), ("mesonpy", "meson-python"), ("local", "local")] {
        let reasons = refused(&project(&backend(name, requires, ""), &["orchard.py"]));
        assert!(
            reasons[0].starts_with(&format!("pyproject.toml:7 build-system.build-backend: {name} ")),
            "{reasons:?}"
        );
    }
    let with_path = backend("local", "flit_core", "backend-path = [\".\"]\n");
    assert!(
        refused(&project(&with_path, &["orchard.py"]))[0]
            .contains("a backend of the project's own runs code")
    );
}

#[test]
fn metadata_that_pyrepro_refuses_are_told_with_their_line() {
    let broken = backend("flit_core.buildapi", "flit_core", "").replace("\"1.2\"", "\"1.x\"");
    let reasons = refused(&project(&broken, &["orchard.py"]));
    assert!(reasons[0].starts_with("pyproject.toml:3 project.version: found \"1.x\""), "{reasons:?}");
}

/// What `init` makes of metadata that are elsewhere than in `[project]`: all up to `[build-system]`.
fn stated(tree: &Tree) -> (String, Vec<String>) {
    let (after, paths) = moved(tree);
    (after.split("[build-system]").next().unwrap_or_default().to_owned(), paths)
}

#[test]
fn metadata_of_setup_py_come_over_without_running_it() {
    let tree = project("", &["src/orchard/__init__.py", "src/orchard/tests/__init__.py", "README.rst"]);
    tree.write("orchard/src/orchard/notes.txt", "");
    tree.write(
        "orchard/setup.py",
        "from setuptools import setup, find_packages\nmade = {}\nexec(open('src/orchard/__init__.py').read(), made)\n\
         setup(name='Orchard', version=made['__version__'], long_description=open('README.rst').read(),\n\
         author='A', author_email='a@b.example', license='MIT', classifiers=['License :: OSI Approved :: MIT License'],\n\
         packages=find_packages('src', exclude=['*.tests']), package_dir={'': 'src'}, python_requires='>=3.9',\n\
         install_requires=['attrs>=1'], extras_require={'x': ['idna'], ':python_version < \"3.11\"': ['tomli']},\n\
         entry_points={'console_scripts': ['orchard = orchard:main']}, url='https://orchard.example')\n",
    );
    let (project, paths) = stated(&tree);
    assert_eq!(
        project,
        "[project]\nname = \"Orchard\"\ndynamic = [\"version\"]\nreadme = \"README.rst\"\nrequires-python = \">=3.9\"\n\
         license = \"MIT\"\nauthors = [{ name = \"A\", email = \"a@b.example\" }]\nclassifiers = []\n\
         dependencies = [\n    \"attrs>=1\",\n    \"tomli; python_version < \\\"3.11\\\"\",\n]\n\n\
         [project.optional-dependencies]\nx = [\"idna\"]\n\n[project.scripts]\norchard = \"orchard:main\"\n\n\
         [project.urls]\nHomepage = \"https://orchard.example\"\n\n"
            .replace("\"tomli; python_version < \\\"3.11\\\"\"", "'tomli; python_version < \"3.11\"'")
    );
    assert_eq!(paths, ["orchard/__init__.py"], "what setuptools leaves out stays out");
}

#[test]
fn a_setup_py_that_does_more_is_named_with_its_line() {
    let tree = project("", &["orchard.py"]);
    tree.write(
        "orchard/setup.py",
        "import os\nfrom setuptools import setup\nos.system('make')\nsetup(name='orchard')\n",
    );
    assert!(refused(&tree)[0].starts_with("setup.py:3 : runs code in the build"));
    tree.write(
        "orchard/setup.py",
        "from setuptools import setup\nsetup(name='orchard',\n  cmdclass={'build': 1})\n",
    );
    assert!(refused(&tree)[0].starts_with("setup.py:3 : cmdclass: runs code in the build"));
}

#[test]
fn metadata_of_setup_cfg_come_over_and_those_of_other_tools_do_not_matter() {
    let build_system =
        "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n";
    let tree = project(build_system, &["orchard.py", "README.md"]);
    tree.write("orchard/setup.py", "import setuptools\nsetuptools.setup()\n");
    tree.write(
        "orchard/setup.cfg",
        "[metadata]\nname = orchard\nversion = attr: orchard.__version__\ndescription-file = README.md\n",
    );
    assert!(refused(&tree)[0].starts_with("setup.cfg:4 : description_file"), "{:?}", refused(&tree));
    tree.write(
        "orchard/setup.cfg",
        "[metadata]\nname = orchard\nversion = attr: orchard.__version__\nlong_description = file: README.md\n\
         [options]\npy_modules = orchard\ninstall_requires =\n    idna\n    attrs; python_version < '3.11'\n\
         [options.entry_points]\nconsole_scripts =\n    orchard = orchard:main\n[flake8]\nignore = E1\n",
    );
    let (project, paths) = stated(&tree);
    assert_eq!(
        project,
        "[project]\nname = \"orchard\"\ndynamic = [\"version\"]\nreadme = \"README.md\"\ndependencies = [\n    \"idna\",\n    \
         \"attrs; python_version < '3.11'\",\n]\n\n[project.scripts]\norchard = \"orchard:main\"\n\n"
    );
    assert_eq!(paths, ["orchard.py"]);
    let other = project_with_flake8();
    assert!(moved_new(&other).0.contains("name = \"orchard\""), "a setup.cfg of other tools is no metadata");
}

fn project_with_flake8() -> Tree {
    let tree = project("", &["orchard.py"]);
    tree.write("orchard/setup.cfg", "[flake8]\nignore = E1\n");
    tree
}

#[test]
fn metadata_of_poetry_come_over() {
    let tree = project(
        "# Ours\n[tool.poetry]\nname = \"orchard\"\nversion = \"1.0\"\ndescription = \"Trees\"\nauthors = [\"A <a@b.example>\"]\n\
         license = \"MIT\"\nhomepage = \"https://orchard.example\"\n[tool.poetry.dependencies]\npython = \"^3.9\"\n\
         attrs = { version = \"~1.2\", extras = [\"a\"], markers = \"os_name == 'nt'\" }\nidna = { version = \"*\", optional = true }\n\
         [tool.poetry.extras]\nx = [\"idna\"]\n[tool.poetry.scripts]\norchard = \"orchard:main\"\n\
         [build-system]\nrequires = [\"poetry-core\"]\nbuild-backend = \"poetry.core.masonry.api\"\n",
        &["orchard/__init__.py"],
    );
    let (project, paths) = stated(&tree);
    assert_eq!(
        project,
        "[project]\nname = \"orchard\"\nversion = \"1.0\"\ndescription = \"Trees\"\nrequires-python = \">=3.9,<4.0\"\n\
         license = \"MIT\"\nauthors = [{ name = \"A\", email = \"a@b.example\" }]\n\
         dependencies = [\"attrs[a]>=1.2,<1.3; os_name == 'nt'\"]\n\n[project.urls]\nHomepage = \"https://orchard.example\"\n\n\
         [project.optional-dependencies]\nx = [\"idna\"]\n\n[project.scripts]\norchard = \"orchard:main\"\n"
    );
    assert_eq!(paths, ["orchard/__init__.py"]);
    let several = tree.path().join("orchard/pyproject.toml");
    fs::write(
        &several,
        "[tool.poetry]\nname = \"orchard\"\nversion = \"1\"\n[tool.poetry.dependencies]\nattrs = \"^1 || ^3\"\n\
         idna = { git = \"https://orchard.example\" }\n[build-system]\nrequires = [\"poetry-core\"]\n\
         build-backend = \"poetry.core.masonry.api\"\n",
    )
    .expect("a file");
    let reasons = refused(&tree);
    assert!(
        reasons[0].starts_with("pyproject.toml:5 tool.poetry.dependencies.attrs: is no constraint"),
        "{reasons:?}"
    );
    assert!(
        reasons[1].starts_with("pyproject.toml:6 tool.poetry.dependencies.idna.git: has no exact"),
        "{reasons:?}"
    );
}
