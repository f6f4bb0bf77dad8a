//! `pyrepro compile` over a tree of sources, against `python -m compileall` and `python -m py_compile`.
//!
//!     cargo bench --bench compile -- FOLDER PYTHON…
//!
//! Without a folder, the standard library of `python3` is taken; without interpreters, `python3`. All
//! runs work on copies. Prints the seconds of the best run and the ratio to CPython's tool. The
//! processor time of `compileall -j2` is not compared: its processes are nobody's children, so the
//! serial run stands for it.

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

    const PYREPRO: &str = env!("CARGO_BIN_EXE_pyrepro");

    /// What a run costs, in seconds.
    #[derive(Clone, Copy)]
    struct Cost {
        wall: f64,
        processor: f64,
    }

    /// Two copies of a tree, and an interpreter to compile it for.
    struct Rivals {
        python: String,
        theirs: PathBuf,
        ours: PathBuf,
    }

    pub fn main() {
        let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with('-'));
        let folder = arguments.next().map_or_else(standard_library, PathBuf::from);
        let mut pythons: Vec<String> = arguments.collect();
        if pythons.is_empty() {
            pythons.push("python3".to_owned());
        }
        for python in pythons {
            let scratch = tempfile::tempdir().expect("a folder for temporary files");
            let copy = |name| {
                let to = scratch.path().join(name);
                println!("{python}: {} sources", copy_sources(&folder, &to));
                to
            };
            Rivals { theirs: copy("theirs"), ours: copy("ours"), python: python.clone() }.compare();
        }
    }

    impl Rivals {
        fn compare(&self) {
            let theirs = |arguments: &[&str]| self.theirs(&[&["-m", "compileall", "-q"], arguments].concat());
            let ours = |arguments: &[&str]| self.ours(&[&["-q"], arguments].concat());

            let forced = best(2, || theirs(&["-f", "-j2"]));
            tell("forced, compileall -j2", "wall", best(2, || ours(&["-f", "-j2"])).wall, forced.wall);
            println!("peak memory of the largest process so far: {:.0} MB", peak());
            let serial = best(1, || theirs(&["-f"]));
            tell("forced, compileall", "CPU", best(2, || ours(&["-f", "-j2"])).processor, serial.processor);

            let nothing = best(9, || ours(&[]));
            tell("nothing to do, compileall", "wall", nothing.wall, best(9, || theirs(&[])).wall);
            tell("nothing to do, compileall -j2", "wall", nothing.wall, best(5, || theirs(&["-j2"])).wall);

            let one = first_source(&self.ours).expect("a source");
            let changed = best(5, || {
                let text = fs::read(&one).expect("the source");
                fs::write(&one, [&text[..], b"\n# changed\n"].concat()).expect("the source");
                ours(&[])
            });
            println!("one changed: {:.3} s, {:.3} s more", changed.wall, changed.wall - nothing.wall);

            let small = self.theirs.join("small.py");
            fs::write(&small, "print('hello')\n").expect("a source");
            let small = small.to_str().expect("a path in UTF-8");
            let theirs = best(15, || run(Command::new(&self.python).args(["-m", "py_compile", small])));
            let python = ["compile", "-q", "-f", "--python", &self.python, small];
            tell(
                "one small file, py_compile",
                "wall",
                best(15, || run(Command::new(PYREPRO).args(python))).wall,
                theirs.wall,
            );
        }

        fn theirs(&self, arguments: &[&str]) -> Cost {
            run(Command::new(&self.python).args(arguments).arg(&self.theirs))
        }

        fn ours(&self, arguments: &[&str]) -> Cost {
            run(Command::new(PYREPRO)
                .args(["compile", "--python", &self.python])
                .args(arguments)
                .arg(&self.ours))
        }
    }

    fn tell(what: &str, unit: &str, ours: f64, theirs: f64) {
        println!("{what:<32}{unit:>5} {ours:>8.3} s of {theirs:>8.3} s: {:.2}", ours / theirs);
    }

    fn best(runs: usize, run: impl Fn() -> Cost) -> Cost {
        let costs: Vec<Cost> = (0..runs).map(|_| run()).collect();
        let least = |of: fn(&Cost) -> f64| costs.iter().map(of).fold(f64::INFINITY, f64::min);
        Cost { wall: least(|cost| cost.wall), processor: least(|cost| cost.processor) }
    }

    fn run(command: &mut Command) -> Cost {
        let before = processor();
        let started = Instant::now();
        // Some sources are there to not compile: the exit code says nothing.
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a program");
        Cost { wall: started.elapsed().as_secs_f64(), processor: processor() - before }
    }

    /// The processor time of all children so far.
    fn processor() -> f64 {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage");
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
    }

    fn peak() -> f64 {
        getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0.0, |usage| usage.max_rss() as f64 / 1024.0)
    }

    fn standard_library() -> PathBuf {
        let script = "import sysconfig; print(sysconfig.get_path('stdlib'))";
        let output = Command::new("python3").args(["-c", script]).output().expect("python3");
        String::from_utf8(output.stdout).expect("a path in UTF-8").trim().into()
    }

    fn first_source(folder: &Path) -> Option<PathBuf> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths.into_iter().find_map(|path| match path.is_dir() {
            true => first_source(&path),
            false => path.extension().is_some_and(|extension| extension == "py").then_some(path),
        })
    }

    /// Copies the sources below a folder, and counts them.
    fn copy_sources(from: &Path, to: &Path) -> usize {
        fs::create_dir_all(to).expect("a folder");
        let entries = fs::read_dir(from).expect("a folder of sources").flatten();
        let copied = entries.map(|entry| {
            let (path, to) = (entry.path(), to.join(entry.file_name()));
            if path.is_dir() && !path.is_symlink() {
                return copy_sources(&path, &to);
            }
            let is_source = path.extension().is_some_and(|extension| extension == "py");
            usize::from(is_source && fs::copy(&path, &to).is_ok())
        });
        copied.sum()
    }
}
