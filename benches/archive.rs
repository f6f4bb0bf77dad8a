//! Write archives of a folder, and have `python3 -m zipapp -c` write one of the same.
//!
//!     cargo bench --bench archive -- FOLDER
//!
//! Prints the best and the median wall time of each in milliseconds, from the listing of the folder
//! to the finished file, and how large that is. The runs take turns, so that they share the weather.

use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use pyrepro::archive::{Entries, Entry, Order, tar, zip};
use pyrepro::output::{Output, OutputForm, OutputTarget};
use pyrepro::tree::{Kind, Options, Tree};

const ROUNDS: usize = 9;

fn main() {
    let Some(folder) = env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("which folder? cargo bench --bench archive -- FOLDER");
        return;
    };
    let made = tempfile::tempdir().expect("a folder for temporary files");
    let target = made.path().join("archive");
    let all = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let folder = Path::new(&folder);
    let one = NonZero::<usize>::MIN;
    let ways: [(&str, &dyn Fn()); 5] = [
        ("python3 -m zipapp -c", &|| zipapp(folder, &target)),
        ("zip, one thread", &|| write_zip(folder, &target, one)),
        ("zip, all threads", &|| write_zip(folder, &target, all)),
        ("tar.gz, one thread", &|| write_tar_gz(folder, &target, one)),
        ("tar.gz, all threads", &|| write_tar_gz(folder, &target, all)),
    ];
    let mut times = vec![Vec::new(); ways.len()];
    let mut sizes = vec![0; ways.len()];
    for _ in 0..ROUNDS {
        for (index, (_, run)) in ways.iter().enumerate() {
            let start = Instant::now();
            run();
            times[index].push(start.elapsed());
            sizes[index] = fs::metadata(&target).expect("an archive").len();
        }
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    for ((name, _), (mut times, size)) in ways.iter().zip(times.into_iter().zip(sizes)) {
        times.sort();
        let (best, median) = (milliseconds(times[0]), milliseconds(times[ROUNDS / 2]));
        println!("{name:22} {best:8.0} {median:8.0} ms {size:12} bytes");
    }
}

fn zipapp(folder: &Path, target: &Path) {
    let mut command = Command::new("python3");
    command.args(["-m", "zipapp", "-c", "-m", "a:b", "-o"]).arg(target).arg(folder);
    assert!(command.status().expect("python3").success());
}

fn entries(folder: &Path) -> Entries {
    let tree = Tree::walk(folder, &Options::default()).expect("a folder");
    let entry = |entry: &pyrepro::tree::Entry| {
        let path = entry.path.to_str().expect("UTF-8");
        match entry.kind {
            Kind::File { executable, size } => {
                Entry::file(path, tree.locate(entry), size).map(|entry| entry.executable(executable))
            }
            _ => Entry::folder(path),
        }
    };
    let entries: Result<_, _> = tree.entries().iter().map(entry).collect();
    Entries::new(entries.expect("plain names"), &Order::Path).expect("no name twice")
}

fn write_zip(folder: &Path, target: &Path, threads: NonZero<usize>) {
    let mut output =
        Output::create(OutputTarget::named(target, OutputForm::Archive).expect("a place")).expect("a file");
    let options = zip::Options { threads, ..zip::Options::default() };
    zip::write(&entries(folder), &options, &mut output).expect("an archive");
    output.finish(true).expect("a file");
}

fn write_tar_gz(folder: &Path, target: &Path, threads: NonZero<usize>) {
    let mut output =
        Output::create(OutputTarget::named(target, OutputForm::Archive).expect("a place")).expect("a file");
    let options = tar::Options { threads, ..tar::Options::default() };
    tar::write_gz(&entries(folder), &options, &mut output).expect("an archive");
    output.finish(false).expect("a file");
}
