//! What is in wheels and sdists, and what is refused.

use std::fs;

use crate::common::package::{OWN, build, built, in_sdist, in_wheel, listed, members, project, refused};
use crate::common::tree::Tree;

#[test]
fn modules_are_found_by_the_name_of_the_project_wherever_they_usually_are() {
    for (name, settings, files, expected) in [
        ("my-pkg", "", &["src/my_pkg/__init__.py", "tests/x.py"][..], &["my_pkg/__init__.py"][..]),
        (
            "my-pkg",
            "",
            &["my_pkg/__init__.py", "my_pkg/data.txt"],
            &["my_pkg/__init__.py", "my_pkg/data.txt"],
        ),
        ("my-pkg", "", &["my_pkg.py", "setup.py"], &["my_pkg.py"]),
        ("my-pkg", "", &["src/my_pkg.py", "src/other.py"], &["my_pkg.py"]),
        ("My.Pkg", "", &["src/My/Pkg/__init__.py"], &["My/Pkg/__init__.py"]),
        ("MyPkg", "", &["MyPkg/__init__.py"], &["MyPkg/__init__.py"]),
        ("foo-stubs", "", &["src/foo-stubs/__init__.pyi"], &["foo-stubs/__init__.pyi"]),
        (
            "types-foo",
            "",
            &["foo-stubs/__init__.pyi", "foo-stubs/a.pyi"],
            &["foo-stubs/__init__.pyi", "foo-stubs/a.pyi"],
        ),
        (
            "a",
            "[tool.pyrepro]\nmodule-name = 'ns.sub.b'",
            &["src/ns/sub/b/__init__.py", "src/ns/other/__init__.py"],
            &["ns/sub/b/__init__.py"],
        ),
        (
            "a",
            "[tool.pyrepro]\nmodule-name = ['b', 'c', 'd.e']",
            &["b/__init__.py", "c.py", "d/e.py", "f.py"],
            &["b/__init__.py", "c.py", "d/e.py"],
        ),
        (
            "a",
            "[tool.pyrepro]\nmodule-root = 'lib/python'",
            &["lib/python/a/__init__.py", "src/a/__init__.py"],
            &["a/__init__.py"],
        ),
        (
            "a",
            "[tool.pyrepro]\nmodule-root = ''",
            &["a/__init__.py", "src/a/__init__.py"],
            &["a/__init__.py"],
        ),
        (
            "a",
            "[tool.pyrepro]\nmodule-name = 'cloud'\nnamespace = true",
            &["src/cloud/db/__init__.py", "src/cloud/web/__init__.py"],
            &["cloud/db/__init__.py", "cloud/web/__init__.py"],
        ),
    ] {
        let tree = project(name, settings, files);
        assert_eq!(in_wheel(tree.path()), expected, "{name} {settings} {files:?}");
    }
}

#[test]
fn what_is_not_clear_is_refused_with_what_was_found() {
    for (name, settings, files, parts) in [
        (
            "a",
            "",
            &["src/a/__init__.py", "a/__init__.py"][..],
            &["src/a/__init__.py or a/__init__.py", "module-root"][..],
        ),
        ("a", "", &["a/__init__.py", "a.py"], &["a/__init__.py or a.py"]),
        (
            "a",
            "",
            &[],
            &["there is no module \"a\"", "neither src/a/__init__.py nor src/a.py nor a/__init__.py"],
        ),
        ("a", "", &["src/bee/__init__.py"], &["there is \"bee\"", "module-name = \"bee\""]),
        ("a", "", &["src/a/b.py"], &["src/a has no __init__.py", "namespace = true"]),
        ("foo-stubs", "", &["foo-stubs/__init__.py"], &["foo-stubs has no __init__.pyi"]),
        (
            "a",
            "[tool.pyrepro]\nmodule-name = 'x.y'",
            &["x/__init__.py", "x/y.py"],
            &["pyproject.toml:5:15: tool.pyrepro.module-name: x/__init__.py makes a package", "\"x.y\""],
        ),
        (
            "a",
            "[tool.pyrepro]\nmodule-name = ['b', 'c']",
            &["src/b.py", "c.py"],
            &["src/b.py", "different folders"],
        ),
    ] {
        let tree = project(name, settings, files);
        let message = refused(tree.path(), &[]);
        for part in parts {
            assert!(message.contains(part), "{name} {settings}: {message}");
        }
    }
}

#[test]
fn settings_are_checked_and_errors_name_key_and_line() {
    for (settings, part) in [
        ("modul-name = 'a'", "5:1: tool.pyrepro.modul-name: there is no such key"),
        ("modul-name = 'a'", "did you mean \"module-name\"?"),
        ("module-name = 3", "5:15: tool.pyrepro.module-name: found a number; allowed: a string or an array"),
        ("module-name = []", "5:15: tool.pyrepro.module-name: an empty list"),
        ("module-name = ['a', 'a.b']", "5:21: tool.pyrepro.module-name[1]: \"a.b\" is part of \"a\" already"),
        ("module-name = ['a', 'a']", "is part of \"a\" already"),
        ("module-name = 'a-b'", "names that can be imported"),
        ("module-name = '../a'", "names that can be imported"),
        ("module-name = 'class'", "names that can be imported"),
        (
            "module-root = '../x'",
            "5:15: tool.pyrepro.module-root: found \"../x\"; allowed: a folder of the project",
        ),
        ("module-root = '/x'", "a folder of the project"),
        ("namespace = 'yes'", "5:13: tool.pyrepro.namespace: found a string; allowed: true or false"),
        ("source-include = 'x'", "found a string; allowed: an array"),
        ("source-include = ['[x']", "5:19: tool.pyrepro.source-include[0]: found \"[x\""),
        ("source-exclude = ['../x']", "tool.pyrepro.source-exclude[0]: found \"../x\""),
        ("wheel-exclude = ['']", "tool.pyrepro.wheel-exclude[0]"),
        ("default-excludes = 1", "true or false"),
        ("data = 'x'", "found a string; allowed: a table"),
        (
            "data = { bin = 'x' }",
            "tool.pyrepro.data.bin: there is no such key; allowed: data, headers, platlib",
        ),
        (
            "data = { scripts = 'x' }",
            "5:20: tool.pyrepro.data.scripts: found \"x\"; allowed: a folder that is there",
        ),
    ] {
        let tree = project("a", &format!("[tool.pyrepro]\n{settings}"), &["a.py"]);
        let message = refused(tree.path(), &[]);
        assert!(message.contains(part), "{settings}: {message}");
    }
}

#[test]
fn an_sdist_has_what_wheels_are_made_of_and_what_is_included() {
    let settings = "readme = 'docs/README.md'\nlicense-files = ['legal/**', 'LICENSE']\ndynamic = []\n\
        [tool.pyrepro]\nsource-include = ['tests', 'docs/*.txt', 'CHANGELOG.*', '.gitignore']\n\
        source-exclude = ['*.bin', '/tests/big']\nwheel-exclude = ['internal', 'tests/**']\n\
        data = { scripts = 'tools', data = 'share' }";
    let files = [
        "src/a/__init__.py",
        "src/a/b.bin",
        "src/a/internal/__init__.py",
        "src/a/tests/t.py",
        "src/other.py",
        "docs/README.md",
        "docs/a.txt",
        "docs/b/c.txt",
        "legal/x/MIT.txt",
        "LICENSE",
        "tests/t.py",
        "tests/x.bin",
        "tests/big/t.py",
        "tests/sub/big/t.py",
        "tests/__pycache__/t.pyc",
        "tools/run",
        "share/man/a.1",
        "CHANGELOG.md",
        "CHANGELOG.d/x",
        ".gitignore",
        "setup.py",
        "Makefile",
    ];
    let tree = project("a", settings, &files);
    let expected = [
        ".gitignore",
        "CHANGELOG.d/x",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "docs/README.md",
        "docs/a.txt",
        "legal/x/MIT.txt",
        "pyproject.toml",
        "share/man/a.1",
        "src/a/__init__.py",
        "src/a/internal/__init__.py",
        "src/a/tests/t.py",
        "tests/sub/big/t.py",
        "tests/t.py",
        "tools/run",
    ];
    assert_eq!(in_sdist(tree.path()), expected);
    let expected = [
        "a/__init__.py",
        "a-1.0.data/data/man/a.1",
        "a-1.0.data/scripts/run",
        "a-1.0.dist-info/METADATA",
        "a-1.0.dist-info/WHEEL",
        "a-1.0.dist-info/licenses/LICENSE",
        "a-1.0.dist-info/licenses/legal/x/MIT.txt",
        "a-1.0.dist-info/RECORD",
    ];
    let mut sorted = expected[..3].to_vec();
    sorted.sort_unstable();
    assert_eq!(listed(tree.path(), &[]), [&sorted, &expected[3..]].concat());
}

#[test]
fn what_nobody_ships_is_left_out_unless_the_project_says_otherwise() {
    let files = [
        "a/__init__.py",
        "a/__pycache__/x.cpython-313.pyc",
        "a/.git/config",
        "a/.DS_Store",
        "a/.mypy_cache/x",
        "a/.env",
        "a/id_rsa",
        "a/.venv/x.py",
        "a/build/x.py",
        "a/dist/y.py",
        "a/env/z.py",
        "a/.pypirc",
    ];
    let tree = project("a", "", &files);
    let report = built(tree.path(), &["--list"]);
    assert_eq!(in_wheel(tree.path()), ["a/__init__.py", "a/build/x.py", "a/dist/y.py", "a/env/z.py"]);
    let warnings = report["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert!(
        warnings[0]
            .as_str()
            .unwrap()
            .starts_with("a/.env is left out, since files of this name hold secrets")
    );
    let tree = project("a", "[tool.pyrepro]\ndefault-excludes = false", &files);
    assert_eq!(in_wheel(tree.path()).len(), files.len());
}

#[test]
fn a_private_key_is_told_of() {
    let tree = project("a", "", &["a/__init__.py"]);
    tree.write("a/certificates.pem", "-----BEGIN CERTIFICATE-----\n");
    tree.write("a/key.pem", "-----BEGIN RSA PRIVATE KEY-----\n");
    let report = built(tree.path(), &["--wheel", "--sdist"]);
    let warnings = report["warnings"].as_array().unwrap();
    // Once for each artifact, whose paths differ or do not.
    assert!(
        warnings.iter().all(|warning| warning.as_str().unwrap().contains("a/key.pem holds a private key"))
    );
    assert_eq!(warnings.len(), 1);
}

#[test]
fn executable_files_stay_so_and_scripts_always_are() {
    let tree =
        project("a", "[tool.pyrepro]\ndata = { scripts = 'bin' }", &["a/__init__.py", "a/run.sh", "bin/go"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |file: &str, mode| {
            fs::set_permissions(tree.path().join(file), fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("a/run.sh", 0o700);
        mode("a/__init__.py", 0o600);
    }
    built(tree.path(), &["--sdist", "--wheel"]);
    let wheel = members(&tree.path().join("dist/a-1.0-py3-none-any.whl"));
    let sdist = members(&tree.path().join("dist/a-1.0.tar.gz"));
    let executable = if cfg!(unix) { 0o755 } else { 0o644 };
    assert_eq!(wheel["a/run.sh"].1 & 0o7777, executable);
    assert_eq!(sdist["a-1.0/a/run.sh"].1, executable);
    assert_eq!(wheel["a/__init__.py"].1 & 0o7777, 0o644);
    assert_eq!(wheel["a-1.0.data/scripts/go"].1 & 0o7777, 0o755);
}

#[test]
fn a_dynamic_version_is_that_of_the_module() {
    for (settings, file) in [
        ("", "src/a/__init__.py"),
        ("", "a.py"),
        ("[tool.pyrepro.version]\npath = 'VERSION.py'", "VERSION.py"),
    ] {
        let tree = Tree::new();
        tree.write("pyproject.toml", format!("[project]\nname='a'\ndynamic=['version']\n{settings}\n{OWN}"));
        tree.write("src/a/__init__.py", "");
        if file == "a.py" {
            fs::remove_dir_all(tree.path().join("src")).unwrap();
        }
        tree.write(file, "'''A.'''\n__version__ = '2.1'\n");
        assert_eq!(built(tree.path(), &[])["artifacts"][0]["name"], "a-2.1-py3-none-any.whl", "{file}");
        assert!(in_sdist(tree.path()).contains(&file.to_owned()), "{file}");
    }
}

#[test]
fn an_editable_wheel_leads_to_the_modules() {
    for (files, folder) in [(["src/a/__init__.py", "b"], "src"), (["a.py", "b"], "")] {
        let tree = project("a", "[tool.pyrepro]\ndata = { scripts = 'bin' }", &files);
        tree.write("bin/go", "#!python\n");
        let report = built(tree.path(), &["--editable"]);
        assert_eq!(report["artifacts"][0]["kind"], "editable");
        let wheel = members(&tree.path().join("dist/a-1.0-0.editable-py3-none-any.whl"));
        let text = String::from_utf8_lossy(&wheel["a-1.0.dist-info/WHEEL"].0);
        assert!(text.ends_with("Tag: py3-none-any\nBuild: 0.editable\n"), "{text}");
        let expected = fs::canonicalize(tree.path()).unwrap().join(folder);
        let expected = expected.to_str().unwrap().trim_end_matches('/');
        assert_eq!(String::from_utf8_lossy(&wheel["a.pth"].0), format!("{expected}\n"));
        assert!(wheel.contains_key("a-1.0.data/scripts/go") && wheel.contains_key("a-1.0.dist-info/RECORD"));
        assert!(!wheel.contains_key("a/__init__.py") && !wheel.contains_key("a.py"));
    }
}

#[test]
fn a_project_in_an_archive_cannot_be_edited() {
    let tree = project("a", "", &["a.py"]);
    built(tree.path(), &["--sdist"]);
    assert!(refused(tree.path(), &["--editable", "dist/a-1.0.tar.gz"]).contains("unpack it"));
}

#[test]
fn metadata_alone_is_a_folder_that_replaces_the_one_before() {
    let tree = project("a", "[project.scripts]\ngo = 'a:main'", &["a.py", "LICENSE"]);
    for _ in 0..2 {
        let report = built(tree.path(), &["--metadata", "meta"]);
        assert_eq!(report["artifacts"][0]["name"], "a-1.0.dist-info");
        assert_eq!(report["artifacts"][0]["kind"], "metadata");
        tree.write("meta/a-1.0.dist-info/old", "x");
    }
    built(tree.path(), &["--metadata", "meta"]);
    let files = tree.files();
    let found: Vec<_> =
        files.iter().filter_map(|path| path.strip_prefix("meta/a-1.0.dist-info").ok()).collect();
    assert_eq!(
        found,
        ["METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE"].map(std::path::Path::new)
    );
    assert!(!tree.path().join("dist").exists());
}

#[test]
fn an_output_folder_inside_of_the_module_is_never_packed() {
    let tree = project("a", "", &["a/__init__.py", "a/out/notes.txt", "a/out/b-1.0.tar.gz"]);
    for _ in 0..3 {
        built(tree.path(), &["--wheel", "--sdist", "-o", "a/out"]);
    }
    fs::rename(tree.path().join("a/out/a-1.0.tar.gz"), tree.path().join("a/out/a-0.9.tar.gz")).unwrap();
    let expected = ["a/__init__.py", "a/out/b-1.0.tar.gz", "a/out/notes.txt"];
    let report = built(tree.path(), &["-o", "a/out"]);
    let wheel = members(&tree.path().join(report["artifacts"][0]["path"].as_str().unwrap()));
    let modules: Vec<&String> = wheel.keys().filter(|path| path.starts_with("a/")).collect();
    assert_eq!(modules, expected);
}

#[test]
fn a_source_that_nothing_can_build_is_an_error() {
    let tree = Tree::new();
    tree.write("a.py", "");
    let message = refused(tree.path(), &[]);
    assert!(message.contains("neither pyproject.toml nor setup.py"), "{message}");
    tree.write("pyproject.toml", "[build-system]\nbuild-backend = 'flit_core.buildapi'\n");
    assert!(refused(tree.path(), &[]).contains("build-system.requires"));
    assert!(refused(tree.path(), &["--zipapp"]).contains("flit_core.buildapi"));
    let output = build(tree.path(), &["nowhere"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere does not exist"));
}

#[test]
fn a_list_writes_nothing() {
    let tree = project("a", "", &["a.py"]);
    let before = tree.files();
    let output = build(tree.path(), &["--list", "--wheel", "--sdist"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "a-1.0.tar.gz\n  a-1.0/PKG-INFO\n  a-1.0/a.py\n  a-1.0/pyproject.toml\na-1.0-py3-none-any.whl\n  a.py\n  \
         a-1.0.dist-info/METADATA\n  a-1.0.dist-info/WHEEL\n  a-1.0.dist-info/RECORD\n"
    );
    assert_eq!(tree.files(), before);
}

/// Whatever a project marks as executable, an sdist of it has so, pyproject.toml and what it names included.
#[test]
#[cfg(unix)]
fn every_file_keeps_its_executable_bit_in_an_sdist() {
    use std::os::unix::fs::PermissionsExt;

    let files = ["src/a/__init__.py", "src/a/tool.py", "README.md", "LICENSE", "extra/run.sh"];
    let settings = "readme = 'README.md'\n[tool.pyrepro]\nsource-include = ['extra/']";
    let tree = project("a", settings, &files);
    for file in files.into_iter().chain(["pyproject.toml"]) {
        fs::set_permissions(tree.path().join(file), fs::Permissions::from_mode(0o755)).unwrap();
    }
    built(tree.path(), &["--sdist", "-o", "out"]);
    for (path, (_, mode)) in members(&tree.path().join("out/a-1.0.tar.gz")) {
        let expected = if path.ends_with("/PKG-INFO") { 0o644 } else { 0o755 };
        assert_eq!(mode, expected, "{path}");
    }
}
