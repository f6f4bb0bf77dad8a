//! `pyrepro diff` of two wheels, against `diffoscope`.
//!
//!     cargo bench --bench diff -- WHEEL
//!
//! The first 1,500 members of the wheel are written to two wheels, of which the second has every 250th
//! member changed. `diffoscope` is taken from PATH. Prints the seconds of the best of some runs, which take
//! turns, by the clock and of processor time, and how many times those of pyrepro the other takes.

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
    use std::fs::File;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::Instant;

    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    use pyrepro::archive::{Entries, Entry, Limits, Order, zip};

    const MEMBERS: usize = 1500;
    const EVERY: usize = 250;
    const ROUNDS: usize = 3;
    const WAYS: [(&str, &[&str]); 3] = [
        ("pyrepro diff", &[env!("CARGO_BIN_EXE_pyrepro"), "diff"]),
        ("pyrepro diff --html", &[env!("CARGO_BIN_EXE_pyrepro"), "diff", "-q", "--html", "/dev/null"]),
        ("diffoscope", &["diffoscope"]),
    ];

    pub fn main() {
        let Some(wheel) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
            println!("which wheel? cargo bench --bench diff -- WHEEL");
            return;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let pair = ["a.whl", "b.whl"].map(|name| folder.path().join(name));
        let file = File::open(wheel).expect("a wheel");
        let mut reader = zip::Reader::open(file, Limits::default()).expect("a wheel");
        for (path, changes) in pair.iter().zip([false, true]) {
            write(&mut reader, path, changes);
        }
        let mut best = [[f64::MAX; 2]; WAYS.len()];
        for _ in 0..ROUNDS {
            for ((_, command), best) in WAYS.iter().zip(&mut best) {
                let Some(cost) = run(command, &pair) else { continue };
                *best = [best[0].min(cost[0]), best[1].min(cost[1])];
            }
        }
        for ((name, _), cost) in WAYS.iter().zip(best) {
            let [wall, processor] = [cost[0] / best[0][0], cost[1] / best[0][1]];
            println!(
                "{name:22} {:8.3} s {wall:7.1} ×   processor {:8.3} s {processor:7.1} ×",
                cost[0], cost[1]
            );
        }
    }

    fn write(reader: &mut zip::Reader<File>, path: &Path, changes: bool) {
        let count = reader.members().len().min(MEMBERS);
        let entry = |index: usize| {
            let name = reader.members()[index].path.as_str().to_owned();
            let mut bytes = reader.bytes(index).expect("its content");
            if changes && index % EVERY == EVERY / 2 {
                bytes.extend(b"\n# changed\n");
            }
            Entry::bytes(name, bytes).expect("a path")
        };
        let entries = Entries::new((0..count).map(entry).collect(), &Order::Path).expect("no path twice");
        let mut file = File::create(path).expect("a file");
        zip::write(&entries, &zip::Options::default(), &mut file).expect("a wheel");
    }

    /// Seconds by the clock and of the processor; none where there is no such program.
    fn run(command: &[&str], pair: &[std::path::PathBuf; 2]) -> Option<[f64; 2]> {
        let processor = || {
            let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage");
            (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6
        };
        let (start, before) = (Instant::now(), processor());
        let status =
            Command::new(command[0]).args(&command[1..]).args(pair).stdout(Stdio::null()).status().ok()?;
        assert_eq!(status.code(), Some(1), "{command:?}");
        Some([start.elapsed().as_secs_f64(), processor() - before])
    }
}
