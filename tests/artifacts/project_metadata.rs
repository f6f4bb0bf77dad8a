//! The metadata of projects of many kinds says what they say, in the eyes of others too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pyrepro::project::{LicenseExpression, Marker, Metadata, Project, Requirement, Specifiers, Version};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::tools::tools;

/// What the projects refer to.
const FILES: [(&str, &str); 14] = [
    ("LICENSE", "Take what you need.\n"),
    ("README.md", "# Orchard\r\n\r\nApples – “größer”.\r\n"),
    ("README.rst", "Orchard\n=======\n\nApples.\n"),
    ("README.txt", "Apples."),
    ("grove/orchard/__init__.py", "'''One corner.'''\n"),
    ("licenses/a/b.txt", "Deep.\n"),
    ("licenses/c.txt", "Flat.\n"),
    ("old_orchard.py", "'''Old.'''\n"),
    ("orchard.py", "'''New.'''\n"),
    ("orchard_notes.py", "'''Notes.'''\n"),
    ("orchard_science.py", "'''Science.'''\n"),
    ("orchard_plugins.py", "'''Plug-ins.'''\n"),
    ("orchard_refs.py", "'''References.'''\n"),
    ("src/orchard_tools/__init__.py", "'''Tools.\n\n    __version__ = 'no'\n'''\n__version__: str = '3.1'\n"),
];

fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    paths.sort();
    assert!(paths.len() >= 9);
    paths
}

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn metadata(path: &Path) -> (Project, Metadata) {
    let project =
        Project::parse(&fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let paths: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
    let read = |path: &Path| {
        let content = FILES.iter().find(|(name, _)| Path::new(name) == path);
        content
            .map(|(_, content)| content.as_bytes().to_vec())
            .ok_or_else(|| std::io::ErrorKind::NotFound.into())
    };
    let metadata = project.metadata(&paths, &read).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    (project, metadata)
}

/// A folder with each project as its own folder, and our metadata and entry points beside its pyproject.toml.
fn trees() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in projects() {
        let tree = folder.path().join(name(&path));
        for (path, content) in FILES {
            fs::create_dir_all(tree.join(path).parent().unwrap()).unwrap();
            fs::write(tree.join(path), content).unwrap();
        }
        let (project, metadata) = metadata(&path);
        fs::copy(&path, tree.join("pyproject.toml")).unwrap();
        fs::write(tree.join("METADATA"), metadata.to_string()).unwrap();
        fs::write(tree.join("entry_points.txt"), project.entry_points.to_string()).unwrap();
    }
    folder
}

/// What the script prints about a folder, or nothing where there is no package index.
fn asked(script: &str, folder: &Path) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(script);
    let output = tools("metadata")?.python().arg("-B").arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn each_project_has_the_metadata_that_is_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects/expected");
    for path in &projects() {
        let (project, metadata) = metadata(path);
        let text = format!("{metadata}\n--- entry_points.txt\n{}", project.entry_points);
        let expected = folder.join(name(path)).with_extension("txt");
        if std::env::var_os("PYREPRO_WRITE_EXPECTED").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&expected, &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&expected).unwrap(), "{path:?}");
    }
}

#[test]
fn packaging_reads_each_strictly() {
    let trees = trees();
    let Some(report) = asked("read_metadata.py", trees.path()) else { return };
    for path in projects() {
        let read = &report[name(&path)];
        let (_, metadata) = metadata(&path);
        assert_eq!(read["name"], metadata.name().as_written(), "{path:?}");
        assert_eq!(read["version"], metadata.version().as_str());
        assert_eq!(read["description"].as_str(), metadata.description());
        assert_eq!(read["fields"], metadata.fields().len(), "{path:?} {read}");
    }
}

/// Differences that are meant, by peer and project, with the field and the reason.
const MEANT: [(&str, &str, &str, &str); 7] = [
    ("flit_core", "*", "import_names", "it adds the module's name on its own"),
    ("flit_core", "old_license", "license", "it drops the text of a licence"),
    ("flit_core", "inline_readme", "summary", "it keeps white space at the end"),
    ("flit_core", "data_science", "requires_dist", "it has the extra before the rest of a marker"),
    ("hatchling", "data_science", "license_files", "its ** is exactly one folder"),
    (
        "hatchling",
        "data_science",
        "requires_dist",
        "it puts in what an extra of the project itself stands for",
    ),
    ("hatchling", "*", "entry_points", "it writes them only into wheels"),
];

fn is_meant(peer: &str, project: &str, field: &str) -> bool {
    MEANT.iter().any(|meant| meant.0 == peer && [project, "*"].contains(&meant.1) && meant.2 == field)
}

#[test]
fn flit_core_and_hatchling_write_the_same_fields() {
    let trees = trees();
    let Some(report) = asked("compare_metadata.py", trees.path()) else { return };
    let (mut compared, mut unexpected) = (0, Vec::new());
    for (project, peers) in report.as_object().unwrap() {
        for (peer, result) in peers.as_object().unwrap() {
            let Some(differences) = result["differences"].as_object() else {
                eprintln!("not compared: {peer} refuses {project}: {}", result["refused"]);
                continue;
            };
            compared += 1;
            for (field, values) in differences {
                if !is_meant(peer, project, field) {
                    unexpected.push(format!("{project}, {peer}, {field}: {values}"));
                }
            }
        }
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    assert!(compared >= projects().len(), "only {compared} comparisons");
}

/// Texts that are right, to be made slightly wrong. Names of extras and URLs are not among them: packaging
/// takes any text for these.
const SEEDS: [(&str, &[&str]); 5] = [
    ("version", &["1.0", "v1!2.3-alpha.4", "1.2.post1.dev3+Local-01.x", "2026.11.21rc1", "1-2", "0.0.1_r3"]),
    ("specifiers", &[">=3.8", ">= 1.0, != 1.2.*, <2", "~=1.4.2", "===odd", "==1.0+local", "<3.13.0rc1,>1"]),
    (
        "marker",
        &[
            "python_version < '3.8'",
            "os.name=='nt' and (os_name == 'A_b' or \"x\" in sys_platform)",
            "platform_machine not in 'a b'",
        ],
    ),
    (
        "requirement",
        &["a", "A.b-c[x, Yz]>=1,<2; os_name == 'nt'", "a (>=1.0, !=1.5.*)", "a~=1.0;(python_version>='3.9')"],
    ),
    (
        "license",
        &[
            "MIT",
            "mit OR (apache-2.0 AND BSD-3-Clause)",
            "GPL-3.0-or-later WITH Classpath-exception-2.0",
            "LicenseRef-My.own AND 0BSD",
            "GPL-2.0+",
        ],
    ),
];

/// The seeds, and each with one character taken out, doubled or replaced.
fn variations(seed: &str) -> Vec<String> {
    let chars: Vec<char> = seed.chars().collect();
    let mut all = vec![seed.to_owned()];
    for index in 0..chars.len() {
        let (before, after) =
            (chars[..index].iter().collect::<String>(), chars[index + 1..].iter().collect::<String>());
        all.push(format!("{before}{after}"));
        for other in
            [chars[index], ' ', ',', '.', '*', '-', '=', '1', 'x', '\'', '(', ')', ';', '[', '+', '!']
        {
            all.push(format!("{before}{other}{after}"));
            all.push(format!("{before}{other}{}{after}", chars[index]));
        }
    }
    all
}

fn our_spelling(kind: &str, text: &str) -> Option<String> {
    fn read<T: FromStr + ToString>(text: &str) -> Option<String> {
        text.parse::<T>().ok().map(|value| value.to_string())
    }
    match kind {
        "version" => read::<Version>(text),
        "specifiers" => read::<Specifiers>(text),
        "marker" => read::<Marker>(text),
        "requirement" => read::<Requirement>(text),
        "license" => read::<LicenseExpression>(text),
        _ => unreachable!(),
    }
}

#[test]
fn packaging_accepts_and_refuses_the_same_values() {
    let kind = |(kind, seeds): (&str, &[&str])| {
        let texts = seeds.iter().flat_map(|seed| variations(seed));
        (
            kind.to_owned(),
            texts.map(|text| (our_spelling(kind, &text), text)).map(|(ours, text)| (text, ours)).collect(),
        )
    };
    let values: BTreeMap<String, Vec<(String, Option<String>)>> = SEEDS.into_iter().map(kind).collect();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("values.json"), serde_json::to_vec(&values).unwrap()).unwrap();
    let Some(differences) = asked("read_values.py", folder.path()) else { return };
    let lines: Vec<String> = differences.as_array().unwrap().iter().map(Value::to_string).collect();
    assert!(lines.is_empty(), "[kind, text, ours, theirs]\n{}", lines.join("\n"));
}

#[test]
#[ignore = "needs a folder of unpacked sdists, which PYREPRO_TEST_SDISTS names"]
fn unpacked_sdists_of_others_have_the_metadata_that_is_in_them() {
    let sdists = std::env::var_os("PYREPRO_TEST_SDISTS").expect("PYREPRO_TEST_SDISTS names a folder");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(sdists).unwrap() {
        let tree = entry.unwrap().path();
        let name = tree.file_name().unwrap().to_str().unwrap();
        let paths = files_below(&tree, "");
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let project = Project::parse(&fs::read(tree.join("pyproject.toml")).unwrap());
        let metadata =
            project.and_then(|project| project.metadata(&paths, &|path| fs::read(tree.join(path))));
        match metadata {
            Ok(metadata) => {
                fs::create_dir(folder.path().join(name)).unwrap();
                fs::copy(tree.join("PKG-INFO"), folder.path().join(name).join("PKG-INFO")).unwrap();
                fs::write(folder.path().join(name).join("METADATA"), metadata.to_string()).unwrap();
            }
            Err(error) => eprintln!("REFUSED: {name}: {error}"),
        }
    }
    let Some(report) = asked("compare_pkg_info.py", folder.path()) else { return };
    for (name, fields) in report.as_object().unwrap() {
        for (field, values) in fields.as_object().unwrap() {
            // flit_core adds import names on its own, and which licence files are usual is up to each.
            assert!(["import_names", "license_files"].contains(&field.as_str()), "{name}, {field}: {values}");
        }
    }
}

fn files_below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            paths.extend(files_below(&entry.path(), &format!("{path}/")));
        } else {
            paths.push(path);
        }
    }
    paths
}
