//! Published wheels of setuptools, flit, poetry and hatchling, tampered with in every way of `rebuild_tampered`: none
//! is accepted, and the untouched ones are proven.
//!
//! It needs an index and some minutes: `cargo test --test proof real_wheel -- --ignored --nocapture`.

use std::fs;
use std::path::{Path, PathBuf};

use pyrepro::archive::{Entries, Entry, Order, zip};
use pyrepro::epoch::Epoch;
use pyrepro::record::{Record, Row};
use serde_json::Value;

use crate::common::app::{members, run};
use crate::common::pyrepro;
use crate::common::tree::Tree;
use crate::rebuild_tampered::{Files, OF_CONTENT, OF_MEMBERS};

/// A release of each backend whose wheel its sdist gives.
const RELEASES: [&str; 4] = ["idna==3.7", "soupsieve==2.5", "tomlkit==0.12.5", "six==1.16.0"];

/// A wheel and its source, as the index has them.
struct Release {
    wheel: PathBuf,
    sdist: PathBuf,
    /// The time of its members.
    epoch: Epoch,
}

impl Release {
    /// Rebuilds it by name, and finds what that has downloaded.
    fn get(name: &str, cache: &Path) -> Release {
        let report = report(&[name], cache);
        let result = &report["results"][0];
        let grade = result["grade"].as_str().unwrap_or_default();
        assert!(["identical", "container"].contains(&grade), "{name}: {result:#}");
        let downloaded = |digest: &Value, file: &Value| {
            let folder = cache.join("rebuild").join(digest.as_str().expect("a digest"));
            folder.join(file.as_str().expect("a name"))
        };
        Release {
            wheel: downloaded(&result["sha256"], &result["wheel"]),
            sdist: downloaded(&result["source"]["sha256"], &result["source"]["name"]),
            epoch: Epoch::from_seconds(result["strategy"]["epoch"].as_u64().expect("a time")),
        }
    }

    /// The grade of a wheel that is said to be made from this source.
    fn grade(&self, wheel: &Path, cache: &Path) -> String {
        let (wheel, sdist) = (wheel.to_str().expect("a path"), self.sdist.to_str().expect("a path"));
        // What differs in content differs in every attempt; two show that another attempt does not help.
        let report = report(&[wheel, "--source", sdist, "--attempts", "2"], cache);
        report["results"][0]["grade"].as_str().expect("a grade").to_owned()
    }
}

fn report(arguments: &[&str], cache: &Path) -> Value {
    let mut command = pyrepro();
    command.env("PYREPRO_CACHE_DIR", cache).args(["--format", "json", "rebuild"]).args(arguments);
    let output = run(&mut command);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A wheel in memory: its files but RECORD, and RECORD, whose order is the backend's.
struct Wheel {
    files: Files,
    record: (String, Record),
    epoch: Epoch,
}

impl Wheel {
    fn open(path: &Path, epoch: Epoch) -> Wheel {
        let mut files: Files =
            members(path).into_iter().filter_map(|(path, content, _)| Some((path, content?))).collect();
        let at = files.iter().position(|(path, _)| path.ends_with(".dist-info/RECORD")).expect("a RECORD");
        let (place, content) = files.remove(at);
        let record = Record::parse(&content).expect("a RECORD in order");
        Wheel { files, record: (place, record), epoch }
    }

    /// Packs other files in its place, with a RECORD that holds; false where no archive can have them.
    fn pack(&self, files: &Files, target: &Path) -> bool {
        let (place, record) = &self.record;
        let is_there = |row: &&Row| row.path == *place || files.iter().any(|(path, _)| *path == row.path);
        let mut rows: Vec<Row> = record.rows.iter().filter(is_there).cloned().collect();
        for (path, content) in files {
            let new = Row::of(path.clone(), content);
            match rows.iter_mut().find(|row| row.path == *path) {
                Some(row) => *row = new,
                None => rows.insert(0, new),
            }
        }
        let record = (place.clone(), Record { rows }.to_string().into_bytes());
        let all = files.iter().cloned().chain([record]);
        let entries: Result<Vec<Entry>, _> = all.map(|(path, content)| Entry::bytes(path, content)).collect();
        let Some(entries) = entries.ok().and_then(|entries| Entries::new(entries, &Order::Path).ok()) else {
            return false;
        };
        let options = zip::Options { epoch: self.epoch, ..zip::Options::default() };
        zip::write(&entries, &options, &mut fs::File::create(target).unwrap()).is_ok()
    }

    /// Each kind of tampering once, on members in turn.
    fn variants(&self) -> Vec<(String, Files)> {
        let mut variants = Vec::new();
        let mut add = |kind: &str, number: usize, change: &dyn Fn(&mut Files, usize)| {
            let count = self.files.len();
            // Some kinds change nothing in some members.
            let changed = (0..count).map(|offset| (number * 5 + offset) % count).find_map(|at| {
                let mut files = self.files.clone();
                change(&mut files, at);
                (files != self.files).then(|| (format!("{}: {kind}", self.files[at].0), files))
            });
            variants.extend(changed);
        };
        for (number, (kind, change)) in OF_CONTENT.into_iter().enumerate() {
            add(kind, number, &|files, at| files[at].1 = change(&files[at].1));
        }
        for (number, (kind, change)) in OF_MEMBERS.into_iter().enumerate() {
            add(kind, number, &|files, at| change(files, at));
        }
        variants
    }
}

#[test]
#[ignore = "it needs an index and some minutes"]
fn no_real_wheel_that_was_tampered_with_is_accepted() {
    let tree = Tree::new();
    let cache = tree.path().join("cache");
    let mut judged = 0;
    for name in RELEASES {
        let release = Release::get(name, &cache);
        let wheel = Wheel::open(&release.wheel, release.epoch);
        let folder = tree.path().join(name);
        fs::create_dir(&folder).unwrap();
        let target = folder.join(release.wheel.file_name().unwrap());
        assert!(wheel.pack(&wheel.files, &target));
        let untouched = release.grade(&target, &cache);
        assert!(
            ["identical", "container", "normalised"].contains(&untouched.as_str()),
            "{name}: {untouched}"
        );
        let variants = wheel.variants();
        assert!(variants.len() >= 36, "{name}: {}", variants.len());
        for (what, files) in variants {
            if wheel.pack(&files, &target) {
                let grade = release.grade(&target, &cache);
                let is_refused =
                    ["metadata", "explained", "differs", "not-rebuilt"].contains(&grade.as_str());
                assert!(is_refused, "{name}: {what} is accepted as {grade}");
                judged += 1;
            }
        }
        eprintln!("{name}: {judged} so far, 0 accepted");
    }
    assert!(judged >= 4 * 36, "{judged}");
}
