//! `pyrepro normalize` on one archive, against programs with the same aim.
//!
//!     cargo bench --bench normalize_archives -- WHEEL
//!
//! The peers, `strip-nondeterminism` (Debian) and `repairwheel` (PyPI), are taken from PATH. The runs take
//! turns, so that they share the weather, and each gets a fresh copy. Prints the seconds of the best run, by
//! the clock and of processor time, how many times those of pyrepro the peers take, and the peak memory.

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
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::time::Instant;
    use std::{env, fs};

    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    const ROUNDS: usize = 7;

    /// A way to normalize an archive: what is run with the archive as its last argument but for `after`.
    struct Program {
        label: &'static str,
        command: &'static [&'static str],
        after: &'static [&'static str],
    }

    const PROGRAMS: [Program; 4] = [
        Program {
            label: "pyrepro",
            command: &[env!("CARGO_BIN_EXE_pyrepro"), "normalize", "-qq"],
            after: &[],
        },
        Program {
            label: "pyrepro -j1",
            command: &[env!("CARGO_BIN_EXE_pyrepro"), "normalize", "-qq", "-j1"],
            after: &[],
        },
        Program {
            label: "strip-nondeterminism",
            command: &["strip-nondeterminism", "-t", "zip", "-T", "315532800"],
            after: &[],
        },
        Program { label: "repairwheel", command: &["repairwheel", "--no-sys-paths"], after: &["-o", "out"] },
    ];

    pub fn main() {
        let Some(wheel) = env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
            println!("which wheel? cargo bench --bench normalize_archives -- WHEEL");
            return;
        };
        let wheel = fs::canonicalize(wheel).expect("a wheel");
        println!("{}, {:.1} MB", wheel.display(), mega(fs::metadata(&wheel).expect("a wheel").len()));
        let scratch = tempfile::tempdir().expect("a folder for temporary files");
        let mut best = [None::<(f64, f64)>; PROGRAMS.len()];
        for round in 0..ROUNDS {
            for (place, program) in PROGRAMS.iter().enumerate() {
                let Some((wall, processor)) = program.run(&wheel, scratch.path()) else { continue };
                let (least_wall, least_processor) = best[place].unwrap_or((wall, processor));
                best[place] = Some((wall.min(least_wall), processor.min(least_processor)));
                if round == 0 && place == 0 {
                    // Nobody else's memory is in the maximum yet.
                    println!("peak memory of {} {:.1} MB", program.label, mega(peak()));
                }
            }
        }
        println!("{:<22}{:>9}{:>9}{:>9}{:>9}", "", "wall s", "ratio", "CPU s", "ratio");
        let (wall, processor) = best[0].expect("pyrepro runs");
        for (program, cost) in PROGRAMS.iter().zip(best) {
            let Some((its_wall, its_processor)) = cost else {
                println!("{:<22}MISSING: not on PATH, so it is not compared", program.label);
                continue;
            };
            let ratios = (its_wall / wall, its_processor / processor);
            println!(
                "{:<22}{its_wall:>9.3}{:>9.1}{its_processor:>9.3}{:>9.1}",
                program.label, ratios.0, ratios.1
            );
        }
    }

    impl Program {
        /// What a run costs by the clock and of processor time, or nothing if the program is not there.
        fn run(&self, wheel: &Path, scratch: &Path) -> Option<(f64, f64)> {
            let folder = scratch.join("run");
            let copy: PathBuf = folder.join(wheel.file_name()?);
            fs::create_dir(&folder).expect("a new folder");
            fs::copy(wheel, &copy).expect("room for a copy");
            let (before, start) = (processor(), Instant::now());
            let mut command = Command::new(self.command[0]);
            command.args(&self.command[1..]).arg(&copy).args(self.after).current_dir(&folder);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
            let cost = (start.elapsed().as_secs_f64(), processor() - before);
            if !status.success() {
                println!("{:<22}WARNING: {status}", self.label);
            }
            fs::remove_dir_all(folder).expect("a folder of ours");
            Some(cost)
        }
    }

    fn processor() -> f64 {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("a known question");
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
    }

    fn peak() -> u64 {
        getrusage(UsageWho::RUSAGE_CHILDREN).expect("a known question").max_rss() as u64 * 1024
    }

    fn mega(bytes: u64) -> f64 {
        bytes as f64 / 1e6
    }
}
