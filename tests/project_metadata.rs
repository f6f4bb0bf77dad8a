//! The metadata of projects of many kinds says what they say, in the eyes of others too.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyrepro::project::{Metadata, Project};
use serde_json::Value;
use tempfile::TempDir;

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

/// What the script prints, or nothing, told aloud, where no Python is named that has the packages.
fn asked(script: &str, what: &str) -> Option<Value> {
    let Some(python) = std::env::var_os("PYREPRO_TEST_PEERS") else {
        eprintln!("SKIPPED: PYREPRO_TEST_PEERS names no Python with {what}");
        return None;
    };
    let trees = trees();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(script);
    let output = Command::new(python).arg("-B").arg(script).arg(trees.path()).output().unwrap();
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
    let Some(report) = asked("read_metadata.py", "packaging") else { return };
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
    let Some(report) = asked("compare_metadata.py", "packaging, flit_core and hatchling") else { return };
    let (mut compared, mut unexpected) = (0, Vec::new());
    for (project, peers) in report.as_object().unwrap() {
        for (peer, result) in peers.as_object().unwrap() {
            let Some(differences) = result["differences"].as_object() else {
                eprintln!("SKIPPED: {peer} refuses {project}: {}", result["refused"]);
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
