//! What the sweep looks at, what it checks of each source, and how it counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{fmt, fs, thread};

use pyrepro::marshal;
use pyrepro::pyc::{CachedName, Header, InvalidationMode, Optimization};
use tempfile::TempDir;

use super::common::Python;
use super::oracle::{OTHER_WAYS, PLAIN, Reference, Way, Witness};

/// A source and the name that it is compiled under.
#[derive(Clone)]
pub struct Unit {
    pub path: PathBuf,
    pub name: String,
}

/// Every source below a folder, sorted by path.
pub fn below(folder: &Path) -> Vec<Unit> {
    let mut paths = Vec::new();
    collect(folder, &mut paths);
    paths.sort();
    let unit = |path: PathBuf| {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        Unit { path, name }
    };
    paths.into_iter().map(unit).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let is_installed = path.ends_with("site-packages") || path.ends_with("dist-packages");
        if entry.file_type().unwrap().is_dir() && !is_installed {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "py") && path.is_file() {
            paths.push(path);
        }
    }
}

/// Every source of an interpreter's standard library, its own tests included where they are installed.
pub fn standard_library(python: &Python) -> Vec<Unit> {
    let output = python.command().args(["-c", "import os; print(os.path.dirname(os.__file__))"]).output();
    below(Path::new(String::from_utf8(output.unwrap().stdout).unwrap().trim()))
}

/// Sources to compile at one level with one interpreter.
pub struct Job<'p> {
    pub python: &'p Python,
    pub level: u8,
    pub units: Vec<Unit>,
    /// Every so many units are compiled in all ways; which of them depends on the level.
    pub way_stride: usize,
}

/// What was compared, and what came out.
#[derive(Default)]
pub struct Tally {
    pub compared: u64,
    pub refused: u64,
    pub codes: u64,
    pub sets: u64,
    pub number_sets: u64,
    /// Compilations in each other way, and those of them whose stock bytes were other bytes.
    pub ways: BTreeMap<&'static str, (u64, u64)>,
    /// Files loaded and dumped again, whose sets of numbers CPython itself reorders before 3.11.
    pub excused: u64,
    pub differences: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.compared += other.compared;
        self.refused += other.refused;
        self.codes += other.codes;
        self.sets += other.sets;
        self.number_sets += other.number_sets;
        for (way, (compiled, varied)) in other.ways {
            let sum = self.ways.entry(way).or_default();
            *sum = (sum.0 + compiled, sum.1 + varied);
        }
        self.excused += other.excused;
        self.differences.extend(other.differences);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} compilations compared, {} refused by the compiler; {} code objects, {} sets ({} of numbers)",
            self.compared, self.refused, self.codes, self.sets, self.number_sets
        )?;
        for (way, (compiled, varied)) in &self.ways {
            writeln!(f, "    {way}: {compiled} compilations, {varied} with other stock bytes")?;
        }
        writeln!(f, "    {} sets of numbers that CPython reordered", self.excused)?;
        write!(f, "    {} differences", self.differences.len())?;
        self.differences.iter().take(20).try_for_each(|difference| write!(f, "\n    {difference}"))
    }
}

/// Does all jobs, as many at once as there are processors.
pub fn run(jobs: Vec<Job>) -> Tally {
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let (jobs, total) = (Mutex::new(jobs.into_iter()), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut reference = Reference::start();
                loop {
                    let Some(job) = jobs.lock().unwrap().next() else { return };
                    let tally = Sweep::new(&job, &mut reference).run();
                    total.lock().unwrap().add(tally);
                }
            });
        }
    });
    total.into_inner().unwrap()
}

/// A job under way.
struct Sweep<'j> {
    job: &'j Job<'j>,
    reference: &'j mut Reference,
    witness: Witness,
    folder: TempDir,
    tally: Tally,
}

/// What a source came to when it was compiled plainly.
struct Result<'j> {
    unit: &'j Unit,
    source: Vec<u8>,
    stock: Vec<u8>,
    form: Vec<u8>,
    has_number_sets: bool,
}

impl<'j> Sweep<'j> {
    fn new(job: &'j Job<'j>, reference: &'j mut Reference) -> Self {
        let witness = Witness::start(job.python, job.level, &PLAIN);
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("__pycache__")).unwrap();
        Sweep { job, reference, witness, folder, tally: Tally::default() }
    }

    fn run(mut self) -> Tally {
        let mut results = Vec::new();
        let job = self.job;
        for (number, unit) in job.units.iter().enumerate() {
            let Some(result) = self.plain(unit) else {
                self.tally.refused += 1;
                continue;
            };
            self.is_imported(&result, number);
            if (number + usize::from(job.level)).is_multiple_of(job.way_stride) {
                self.can_be_renamed(&result);
                results.push(result);
            }
        }
        for way in OTHER_WAYS.iter().filter(|way| way.works_here()) {
            self.other_way(way, &results);
        }
        self.tally
    }

    /// (a) The form is the reference's, (b) the interpreter loads the same from it, and (d) it is its
    /// own form.
    fn plain(&mut self, unit: &'j Unit) -> Option<Result<'j>> {
        let version = self.job.python.version;
        let source = fs::read(&unit.path).unwrap();
        let stock = self.witness.compile(&unit.name, self.job.level, &source)?;
        let form = marshal::canonical(&stock, version);
        self.check(form.is_ok(), unit, || format!("refused: {form:?}"));
        let form = form.ok()?;
        let reference = self.reference.canonical(&stock, version);
        self.check(reference.as_deref() == Ok(&form), unit, || "not the reference's form".to_owned());
        let again = marshal::canonical(&form, version);
        self.check(again.as_deref() == Ok(&form), unit, || "not its own form".to_owned());
        let comparison = self.witness.compare(&stock, &form);
        self.check(comparison.difference.is_none(), unit, || format!("loaded: {:?}", comparison.difference));
        self.tally.compared += 1;
        self.tally.codes += comparison.codes;
        self.tally.sets += comparison.sets;
        self.tally.number_sets += comparison.number_sets;
        Some(Result { unit, source, stock, form, has_number_sets: comparison.number_sets > 0 })
    }

    /// (e) The import system takes the file, and does not compile.
    fn is_imported(&mut self, result: &Result, number: usize) {
        let mode = [InvalidationMode::CheckedHash, InvalidationMode::UncheckedHash][number % 2];
        let version = self.job.python.version;
        let source = self.folder.path().join("m.py");
        let level = Optimization::ALL[usize::from(self.job.level)];
        let header = Header::of_source(version, mode, &result.source, 0);
        fs::write(&source, &result.source).unwrap();
        let file = [&header.to_bytes()[..], &result.form].concat();
        fs::write(CachedName::path(&source, &version.cache_tag(), level), file).unwrap();
        let loaded = self.witness.load(&source);
        self.check(loaded.is_ok(), result.unit, || format!("import, {mode}: {loaded:?}"));
    }

    /// (g) Under another recorded name it is what it would be if compiled under that name.
    fn can_be_renamed(&mut self, result: &Result) {
        const NAME: &str = "/other place/é\u{1f40d}.py";
        let version = self.job.python.version;
        let mut graph = marshal::read(&result.stock, version).unwrap();
        graph.rename_files(|_| Some(NAME.as_bytes().to_vec())).unwrap();
        let renamed = graph.canonical().unwrap();
        let stock = self.witness.compile(NAME, self.job.level, &result.source).unwrap();
        let same = marshal::canonical(&stock, version).as_deref() == Ok(&renamed);
        self.check(same, result.unit, || "renamed and compiled under that name differ".to_owned());
        let difference = self.witness.compare(&stock, &renamed).difference;
        self.check(difference.is_none(), result.unit, || format!("renamed: {difference:?}"));
    }

    /// (c) Whichever way it was compiled, the form is the same.
    fn other_way(&mut self, way: &Way, results: &[Result]) {
        let Job { python, level, .. } = self.job;
        let mut witness = Witness::start(python, *level, way);
        let mut check = |result: &Result| {
            let stock = witness.compile(&result.unit.name, *level, &result.source).unwrap_or_default();
            let counts = self.tally.ways.entry(way.name).or_default();
            counts.0 += 1;
            if stock == result.stock {
                return;
            }
            counts.1 += 1;
            let same = marshal::canonical(&stock, python.version).as_deref() == Ok(&result.form);
            if !same && way.reorders_number_sets(python.version) && result.has_number_sets {
                self.tally.excused += 1;
            } else {
                self.check(same, result.unit, || format!("another form when compiled {}", way.name));
            }
        };
        if way.reverse {
            results.iter().rev().for_each(&mut check);
        } else {
            results.iter().for_each(&mut check);
        }
    }

    fn check(&mut self, holds: bool, unit: &Unit, what: impl FnOnce() -> String) {
        if !holds {
            let place = format!("{} level {}: {}", self.job.python.version, self.job.level, unit.name);
            self.tally.differences.push(format!("{place}: {}", what()));
        }
    }
}
