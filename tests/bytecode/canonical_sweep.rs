//! The canonical form against the interpreters and the reference canonicaliser, source by source.
//!
//! `cargo test` takes a sample. All of every interpreter's standard library, and every source below
//! the folders that `PYREPRO_TEST_CORPUS` lists as PATH lists folders:
//!
//!     cargo test --release --test bytecode -- --ignored --nocapture full_sweep

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::common::{Python, pythons};
use crate::oracle::{PLAIN, Witness};
use crate::sweep::{Job, Tally, Unit};
use pyrepro::pyc::{CachedName, Header, InvalidationMode, Optimization, SourceHash};

#[test]
fn every_source_of_a_sample_has_one_form_that_its_interpreter_takes() {
    let jobs = pythons().iter().flat_map(|python| {
        let mut units = crate::sweep::below(&testdata());
        units.extend(sample(crate::sweep::standard_library(python), 9));
        // Each goes all ways at one of the levels.
        (0..3).map(move |level| Job { python, level, units: units.clone(), way_stride: 3 })
    });
    let tally = crate::sweep::run(jobs.collect());
    println!("{tally}");
    assert!(tally.compared > 30 * pythons().len() as u64, "the sample is nearly empty");
    assert!(tally.number_sets > 0 && tally.ways.len() > 5, "the sample proves nothing");
    assert_eq!(tally.differences, [] as [String; 0]);
}

#[test]
#[ignore = "takes about forty minutes on two cores"]
fn full_sweep() {
    let corpus = env::var_os("PYREPRO_TEST_CORPUS").unwrap_or_default();
    let mut total = Tally::default();
    let mut everywhere = crate::sweep::below(&testdata());
    for folder in env::split_paths(&corpus).filter(|path| !path.as_os_str().is_empty()) {
        everywhere.extend(crate::sweep::below(&folder));
    }
    for python in pythons() {
        let units = [everywhere.clone(), crate::sweep::standard_library(python)].concat();
        let jobs = units.chunks(800).flat_map(|units| {
            (0..3).map(|level| Job { python, level, units: units.to_vec(), way_stride: 5 })
        });
        let tally = crate::sweep::run(jobs.collect());
        println!("{}: {tally}", python.interpreter.release);
        total.add(tally);
    }
    println!("all: {total}");
    assert_eq!(total.differences, [] as [String; 0]);
}

#[test]
fn source_hashes_are_those_of_the_interpreters() {
    let sizes =
        (0..=300).chain([1023, 1024, 1025, 4092, 4093, 4094, 4095, 4096, 4097, 4098, 4099, 4100, 65_537]);
    for python in pythons() {
        let mut witness = Witness::start(python, 0, &PLAIN);
        for size in sizes.clone() {
            let source: Vec<u8> =
                (0..size).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            let hash = SourceHash::of(&source, python.version);
            assert_eq!(witness.source_hash(&source), hash.0, "{size} bytes in {}", python.version);
        }
    }
}

#[test]
fn import_runs_our_file_and_does_not_compile_its_source() {
    const SOURCE: &str = "ANSWER = {'a': 40 + 2}['a']\n";
    for python in pythons() {
        for mode in [InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash] {
            for level in Optimization::ALL {
                let folder = tempfile::tempdir().unwrap();
                let source = folder.path().join("m.py");
                fs::write(&source, SOURCE).unwrap();
                let form = canonical(python, level.number(), SOURCE);
                let header = Header::of_source(python.version, mode, SOURCE.as_bytes(), 0);
                let cached = CachedName::path(&source, &python.version.cache_tag(), level);
                fs::create_dir(cached.parent().unwrap()).unwrap();
                fs::write(&cached, [&header.to_bytes()[..], &form].concat()).unwrap();
                assert_eq!(imported(python, level, folder.path()), "42 compiled 0");
                // A spy that never saw anything would prove nothing.
                fs::write(&source, "ANSWER = 43\n").unwrap();
                let stale =
                    if mode == InvalidationMode::CheckedHash { "43 compiled 1" } else { "42 compiled 0" };
                assert_eq!(imported(python, level, folder.path()), stale);
            }
        }
    }
}

fn canonical(python: &Python, level: u8, source: &str) -> Vec<u8> {
    let stock = Witness::start(python, level, &PLAIN).compile("m.py", level, source.as_bytes()).unwrap();
    pyrepro::marshal::canonical(&stock, python.version).unwrap()
}

/// Imports `m` from a folder: its answer, and how often the import system compiled a source.
fn imported(python: &Python, level: Optimization, folder: &Path) -> String {
    let script = "
import sys
from importlib.machinery import SourceFileLoader as Loader
compiled, compile = [], Loader.source_to_code
Loader.source_to_code = lambda self, *args, **kwargs: compiled.append(1) or compile(self, *args, **kwargs)
sys.path.insert(0, sys.argv[1])
import m
print(m.ANSWER, 'compiled', len(compiled))
";
    let option = ["-B", "-O", "-OO"][usize::from(level.number())];
    let output = python.command().args([option, "-c", script]).arg(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn an_interpreter_notices_one_other_constant_or_line() {
    for python in pythons() {
        let mut witness = Witness::start(python, 0, &PLAIN);
        let mut compile = |source: &str| witness.compile("m.py", 0, source.as_bytes()).unwrap();
        let stock = compile("x = 1, 0.0, 'a'\n");
        let others =
            ["x = 1, -0.0, 'a'\n", "x = True, 0.0, 'a'\n", "x = 1, 0.0, b'a'\n", "\nx = 1, 0.0, 'a'\n"]
                .map(&mut compile);
        for other in others {
            assert_ne!(witness.compare(&stock, &other).difference, None);
        }
        assert_eq!(witness.compare(&stock, &stock).difference, None);
    }
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// So many units, evenly from the whole list, of those that are quickly compiled.
fn sample(units: Vec<Unit>, count: usize) -> Vec<Unit> {
    let is_small =
        |unit: &Unit| fs::metadata(&unit.path).is_ok_and(|file| (200..20_000).contains(&file.len()));
    let small: Vec<Unit> = units.into_iter().filter(is_small).collect();
    (0..count).filter_map(|number| small.get(number * small.len() / count).cloned()).collect()
}
