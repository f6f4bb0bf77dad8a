//! Whatever single thing is changed of an artifact, `verify` says so, and of which member; and it says nothing
//! of artifacts that nobody changed.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::common::app::stdout_of;
use crate::common::tree::Tree;
use crate::common::{Python, newest, pyrepro, search_path};
use pyrepro::python::Interpreters;
use pyrepro::verify::{Finding, Foreign, Installing, Outcome, Request, Sources, Verdict, verify};

fn python() -> &'static Python {
    newest()
}

/// A project of ours with this many modules, and its wheel, sdist and zipapp with bytecode.
fn project(modules: usize) -> (Tree, Vec<PathBuf>) {
    let tree = Tree::new();
    tree.write(
        "pyproject.toml",
        "[project]\nname = 'grove'\nversion = '1.0'\nscripts.grove = 'grove:main'\n\
         [build-system]\nrequires = ['pyrepro']\nbuild-backend = 'pyrepro'\n",
    );
    tree.write(
        "src/grove/__init__.py",
        "import os\n\n\ndef main(a=1, *b):\n    return {'a', 'b'} - {a}, 77, os\n",
    );
    for number in 0..modules {
        let text =
            format!("NAME = 'module {number}'\n\n\ndef f{number}(x):\n    return [x, {number}.5, NAME]\n");
        tree.write(format!("src/grove/p{}/m{number}.py", number % 3), text);
        tree.write(format!("src/grove/p{}/data{number}.txt", number % 3), "data\n".repeat(number));
    }
    let mut command = pyrepro();
    command.args(["build", "--wheel", "--sdist", "--zipapp", "--pyc", "checked-hash", "--python"]);
    stdout_of(command.arg(&python().interpreter.path).current_dir(tree.path()));
    let dist = fs::read_dir(tree.path().join("dist")).expect("artifacts").flatten().map(|entry| entry.path());
    let artifacts: Vec<_> = dist.filter(|path| path.extension().is_some_and(|e| e != "json")).collect();
    assert_eq!(artifacts.len(), 3);
    (tree, artifacts)
}

fn verified(source: &Path, artifact: &Path, manifest: &Path) -> Outcome {
    let request = Request {
        artifact,
        manifest: Some(manifest),
        sources: Sources { source: Some(source.to_owned()), find_links: Vec::new() },
        interpreters: &Interpreters::new(search_path()),
        python: Some(python().interpreter.path.as_os_str()),
        any_patch: false,
        installing: Installing::default(),
        foreign: Foreign::default(),
        compiler: None,
        jobs: NonZero::<usize>::MIN,
        stop: &AtomicBool::new(false),
    };
    verify(&request).unwrap_or_else(|error| panic!("{}: {error}", artifact.display()))
}

/// What was changed, the verdict unless any but the best will do, the member and what is to be said of it.
type Told = (String, Option<String>, Option<String>, Option<String>);

fn name_of(finding: Finding) -> String {
    serde_json::to_value(finding).expect("a name").as_str().expect("a text").to_owned()
}

/// Says what is wrong with the outcome for a mutant.
fn objection((what, verdict, member, finding): &Told, outcome: &Outcome) -> Option<String> {
    let changed: Vec<_> =
        outcome.members.iter().filter(|evidence| evidence.finding != Finding::Same).collect();
    let is_told = member.as_ref().is_none_or(|member| {
        changed.iter().any(|told| told.path == *member && Some(name_of(told.finding)) == *finding)
    });
    // A member that was renamed is missing as well.
    let is_all = verdict.is_none() || changed.len() <= 1 + usize::from(what.starts_with("renamed"));
    let is_right = match verdict {
        Some(verdict) => outcome.verdict.name() == verdict,
        None => outcome.verdict > Verdict::Identical && outcome.verdict < Verdict::NotRebuilt,
    };
    let is_fine = is_right && is_told && is_all && !outcome.as_recorded;
    let shown = changed.iter().map(|told| format!("{} {}", told.path, name_of(told.finding)));
    (!is_fine).then(|| {
        let shown: Vec<String> = shown.collect();
        format!("{what}: wanted {verdict:?} {member:?} {finding:?}, and it is {} {shown:?}", outcome.verdict)
    })
}

/// Does something for each of many, on two threads.
fn each<T: Sync>(all: &[T], work: impl Fn(usize, &T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(one) = all.get(at)
                {
                    work(at, one);
                }
            });
        }
    });
}

#[test]
fn every_single_change_is_caught_and_told_of_its_member() {
    let (tree, artifacts) = project(1);
    let mut kinds = Vec::new();
    for artifact in &artifacts {
        let name = artifact.file_name().expect("a name");
        let mutants = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/mutate_archive.py");
        let told =
            stdout_of(python().command().arg("-Wignore").arg(script).arg(artifact).arg(mutants.path()));
        let told: Vec<Told> = serde_json::from_str(&told).expect("a list of changes");
        let manifest = artifact.with_file_name(format!(".{}.manifest.json", name.display()));
        let objections = std::sync::Mutex::new(Vec::new());
        each(&told, |at, told| {
            let folder = mutants.path().join(format!("{at}.d"));
            fs::create_dir(&folder).expect("a folder");
            let mutant = folder.join(name);
            fs::rename(mutants.path().join(at.to_string()), &mutant).expect("a mutant");
            let outcome = verified(tree.path(), &mutant, &manifest);
            objections.lock().expect("a list").extend(objection(told, &outcome));
        });
        let objections = objections.into_inner().expect("a list");
        assert!(objections.is_empty(), "{}:\n{}", name.display(), objections.join("\n"));
        kinds.extend(told.into_iter().map(|(what, ..)| what));
    }
    eprintln!("{} changes", kinds.len());
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() > 150, "only {} kinds of changes", kinds.len());
}

#[test]
fn nothing_is_said_of_what_nobody_changed() {
    let mut members = 0;
    let projects: Vec<_> = (0..6).map(|number| project(number * 2)).collect();
    for (tree, artifacts) in &projects {
        for artifact in artifacts {
            let name = artifact.file_name().expect("a name").display();
            let manifest = artifact.with_file_name(format!(".{name}.manifest.json"));
            let outcome = verified(tree.path(), artifact, &manifest);
            assert_eq!(outcome.verdict, Verdict::Identical, "{name}: {outcome:?}");
            assert!(outcome.members.iter().all(|evidence| evidence.finding == Finding::Same));
            members += outcome.members.len();
        }
    }
    assert!(members > 200, "only {members} members");
}
