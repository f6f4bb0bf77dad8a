//! `pyrepro normalize` over a folder of pycs, against programs with the same aim.
//!
//!     cargo bench --bench normalize -- FOLDER
//!
//! FOLDER holds the pycs. Without one, the standard library of `python3` is compiled by CPython itself
//! and taken. The peers, `add-det` (the crate add-determinism) and `marshalparser` (PyPI), are taken
//! from PATH. Every run gets a fresh copy of the folder. Prints the seconds of the best run, by the
//! clock and of processor time, and how many times those of pyrepro the peers take.

#[cfg(not(unix))]
fn main() {
    println!("processor times of other programs are only known on Unix");
}

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::time::Instant;
    use std::{env, fs};

    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    const PYREPRO: &str = env!("CARGO_BIN_EXE_pyrepro");

    /// A way to normalize a folder.
    struct Program {
        label: &'static str,
        command: &'static [&'static str],
        /// Whether it wants the files by name and not the folder.
        by_name: bool,
        runs: usize,
    }

    const PROGRAMS: [Program; 5] = [
        Program { label: "pyrepro", command: &[PYREPRO, "normalize"], by_name: false, runs: 5 },
        Program { label: "pyrepro -j1", command: &[PYREPRO, "normalize", "-j1"], by_name: false, runs: 5 },
        Program { label: "add-det", command: &["add-det", "--handler", "pyc"], by_name: false, runs: 2 },
        Program {
            label: "add-det -j",
            command: &["add-det", "-j", "--handler", "pyc"],
            by_name: false,
            runs: 2,
        },
        // Takes minutes, so once has to do.
        Program { label: "marshalparser", command: &["marshalparser", "-f", "-o"], by_name: true, runs: 1 },
    ];

    /// What a run costs, in seconds.
    #[derive(Clone, Copy)]
    struct Cost {
        wall: f64,
        processor: f64,
    }

    pub fn main() {
        let scratch = tempfile::tempdir().expect("a folder for temporary files");
        let folder = env::args_os().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"-"));
        let folder = folder.map_or_else(|| standard_library(scratch.path()), PathBuf::from);
        let mut pycs = Vec::new();
        collect(&folder, &mut pycs);
        let sizes = pycs.iter().map(|pyc| fs::metadata(pyc).map_or(0, |metadata| metadata.len()));
        let (total, largest) = (sizes.clone().sum::<u64>(), sizes.max().unwrap_or(0));
        println!("{} pycs, {:.1} MB, the largest {:.2} MB", pycs.len(), mega(total), mega(largest));
        println!("{:<16}{:>9}{:>9}{:>9}{:>9}", "", "wall s", "ratio", "CPU s", "ratio");

        let mut ours = None;
        for program in &PROGRAMS {
            let Some(cost) = program.best(&pycs, scratch.path()) else {
                println!(
                    "{:<16}MISSING: no {} on PATH, so it is not compared",
                    program.label, program.command[0]
                );
                continue;
            };
            // The first program is pyrepro, so nobody else's memory is in the maximum yet.
            let peak = children().max_rss() as u64 * 1024;
            let Cost { wall, processor } = *ours.get_or_insert_with(|| {
                println!(
                    "peak memory {:.1} MB, {:.1} × the largest file",
                    mega(peak),
                    peak as f64 / largest as f64
                );
                cost
            });
            println!(
                "{:<16}{:>9.3}{:>9.1}{:>9.3}{:>9.1}",
                program.label,
                cost.wall,
                cost.wall / wall,
                cost.processor,
                cost.processor / processor
            );
        }
    }

    impl Program {
        /// The cost of the best run, or nothing if the program is not there.
        fn best(&self, pycs: &[PathBuf], scratch: &Path) -> Option<Cost> {
            let costs: Option<Vec<Cost>> = (0..self.runs).map(|_| self.run(pycs, scratch)).collect();
            let best =
                |of: fn(&Cost) -> f64, costs: &[Cost]| costs.iter().map(of).fold(f64::INFINITY, f64::min);
            let costs = costs?;
            Some(Cost {
                wall: best(|cost| cost.wall, &costs),
                processor: best(|cost| cost.processor, &costs),
            })
        }

        fn run(&self, pycs: &[PathBuf], scratch: &Path) -> Option<Cost> {
            let copy = scratch.join("copy");
            let names = copy_to(&copy, pycs);
            let mut command = Command::new(self.command[0]);
            command.args(&self.command[1..]).stdout(Stdio::null()).stderr(Stdio::null());
            if self.by_name {
                command.args(&names)
            } else {
                command.arg(&copy)
            };

            let (before, start) = (seconds(&children()), Instant::now());
            let status = command.status().ok()?;
            let cost = Cost { wall: start.elapsed().as_secs_f64(), processor: seconds(&children()) - before };
            if !status.success() {
                println!("{:<16}WARNING: {status}", self.label);
            }
            fs::remove_dir_all(&copy).expect("a folder of ours");
            Some(cost)
        }
    }

    /// Copies files to a folder, under numbers, and waits until the disk has them, for writing them
    /// is no part of what is measured.
    fn copy_to(folder: &Path, pycs: &[PathBuf]) -> Vec<PathBuf> {
        fs::create_dir(folder).expect("a new folder");
        let copy = |(number, pyc): (usize, &PathBuf)| {
            let name = folder.join(format!("{number:05}.pyc"));
            fs::copy(pyc, &name).expect("a readable pyc and room for a copy");
            name
        };
        let names = pycs.iter().enumerate().map(copy).collect();
        let _ = Command::new("sync").status();
        names
    }

    fn collect(folder: &Path, pycs: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of pycs").flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, pycs);
            } else if path.extension() == Some(OsStr::new("pyc")) {
                pycs.push(path);
            }
        }
    }

    /// Compiles the standard library of `python3` below a folder.
    fn standard_library(scratch: &Path) -> PathBuf {
        let folder = scratch.join("library");
        let script = "import compileall, os; compileall.compile_dir(os.path.dirname(os.__file__), quiet=2)";
        let _ = Command::new("python3").args(["-c", script]).env("PYTHONPYCACHEPREFIX", &folder).status();
        folder
    }

    fn children() -> Usage {
        getrusage(UsageWho::RUSAGE_CHILDREN).expect("a call that cannot fail")
    }

    fn seconds(usage: &Usage) -> f64 {
        (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6
    }

    fn mega(bytes: u64) -> f64 {
        bytes as f64 / 1e6
    }
}
