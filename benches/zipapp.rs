//! Starts of real applications as archives: pyrepro's against `python -m zipapp`, shiv, pex and a folder.
//!
//!     cargo bench --bench zipapp -- WHEELS [PYTHON]
//!
//! WHEELS is a folder with the wheels of `tests/tools/applications.txt`, as `pip download` gets them;
//! `python3` runs all where PYTHON is not given. shiv and pex are taken from PATH and left out, aloud,
//! where they are not there. Every way has the same wheels, installed by pip, without their extension
//! modules where the archive is not unpacked. The ways take turns; the best of the runs counts.

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
    const ROUNDS: usize = 9;
    const COLD_ROUNDS: usize = 3;

    struct Application {
        name: &'static str,
        distributions: &'static [&'static str],
        function: &'static str,
        arguments: &'static [&'static str],
    }

    const RICH: [&str; 4] = ["rich", "markdown-it-py", "mdurl", "pygments"];
    const APPLICATIONS: [Application; 5] = [
        Application {
            name: "pip --version",
            distributions: &["pip"],
            function: "pip._internal.cli.main:main",
            arguments: &["--version"],
        },
        Application {
            name: "httpx --help",
            distributions: &[
                "httpx",
                "httpcore",
                "h11",
                "anyio",
                "certifi",
                "idna",
                "click",
                "typing-extensions",
                RICH[0],
                RICH[1],
                RICH[2],
                RICH[3],
            ],
            function: "httpx:main",
            arguments: &["--help"],
        },
        Application {
            name: "django-admin --version",
            distributions: &["django", "asgiref", "sqlparse"],
            function: "django.core.management:execute_from_command_line",
            arguments: &["--version"],
        },
        Application {
            name: "cookiecutter --version",
            distributions: &[
                "cookiecutter",
                "arrow",
                "binaryornot",
                "certifi",
                "charset-normalizer",
                "click",
                "idna",
                "jinja2",
                "markupsafe",
                "python-dateutil",
                "python-slugify",
                "pyyaml",
                "requests",
                "text-unidecode",
                "tzdata",
                "urllib3",
                RICH[0],
                RICH[1],
                RICH[2],
                RICH[3],
            ],
            function: "cookiecutter.__main__:main",
            arguments: &["--version"],
        },
        Application {
            name: "rich.diagnose",
            distributions: &RICH,
            function: "rich.diagnose:report",
            arguments: &[],
        },
    ];

    /// What a run costs, in milliseconds.
    #[derive(Clone, Copy)]
    struct Cost {
        wall: f64,
        processor: f64,
    }

    /// One way to ship an application, and the command that starts it.
    struct Way {
        name: &'static str,
        target: PathBuf,
    }

    struct Bench {
        python: PathBuf,
        wheels: PathBuf,
        scratch: PathBuf,
    }

    pub fn main() {
        let mut arguments = env::args().skip(1).filter(|argument| !argument.starts_with('-'));
        let Some(wheels) = arguments.next().map(PathBuf::from) else {
            println!("name a folder of wheels: cargo bench --bench zipapp -- WHEELS [PYTHON]");
            return;
        };
        let python = arguments.next().unwrap_or_else(|| "python3".to_owned());
        let scratch = tempfile::tempdir().expect("a folder for temporary files");
        let wheels = wheels.canonicalize().expect("a folder of wheels");
        let bench = Bench {
            python: which(&python).expect("the interpreter"),
            wheels,
            scratch: scratch.path().to_owned(),
        };
        let ways: Vec<(&Application, Vec<Way>)> =
            APPLICATIONS.iter().filter_map(|app| Some((app, bench.ways(app)?))).collect();
        bench.warm(&ways);
        bench.first(&ways);
        bench.writing();
    }

    impl Bench {
        /// Makes all archives of an application that the tools here can make.
        fn ways(&self, app: &Application) -> Option<Vec<Way>> {
            let folder = self.scratch.join(app.function.replace([':', '.'], "-"));
            let place = |name: &str| folder.join(name);
            let [full, pure] = ["folder", "pure"].map(place);
            let mut pip = self.tool(&self.python);
            pip.args(["-m", "pip", "install", "-q", "--no-index", "--no-deps", "--find-links"])
                .arg(&self.wheels);
            if !succeeds(pip.arg("--target").arg(&full).args(app.distributions)) {
                println!("LEFT OUT: {}, some of whose wheels are not there", app.name);
                return None;
            }
            copy_pure(&full, &pure);
            let mut ways = Vec::new();
            let mut made = |name, target: PathBuf, command: &mut Command| match succeeds(command) {
                true => ways.push(Way { name, target }),
                false => println!("LEFT OUT: {name} for {}: it is not there or fails", app.name),
            };
            let sources = place("sources.pyz");
            made(
                "zipapp",
                sources.clone(),
                self.tool(&self.python)
                    .args(["-m", "zipapp", "-m", app.function, "-o"])
                    .arg(&sources)
                    .arg(&pure),
            );
            let ours = place("pyrepro.pyz");
            let mut pyrepro = self.tool(Path::new(PYREPRO));
            pyrepro.args(["zipapp", "-q", "-m", app.function, "-p", "", "--python"]).arg(&self.python);
            made("pyrepro", ours.clone(), pyrepro.arg("-o").arg(&ours).arg(&pure));
            let shiv = place("shiv.pyz");
            let mut command = self.tool(Path::new("shiv"));
            command.args(["-e", app.function, "--site-packages"]).arg(&full).arg("-o").arg(&shiv);
            made("shiv", shiv, &mut command);
            let pex = place("pex.pyz");
            let mut command = self.tool(Path::new("pex"));
            command.args(["--venv", "-e", app.function, "-D"]).arg(&full).arg("--python").arg(&self.python);
            command.arg("-o").arg(&pex);
            made("pex --venv", pex, &mut command);
            let (module, function) = app.function.split_once(':').expect("a module and a function");
            let main = format!("import sys\nimport {module}\nsys.exit({module}.{function}())\n");
            fs::write(full.join("__main__.py"), main).expect("a file");
            made(
                "folder",
                full.clone(),
                self.tool(&self.python).args(["-m", "compileall", "-q"]).arg(full.join("__main__.py")),
            );
            Some(ways)
        }

        fn tool(&self, program: &Path) -> Command {
            let mut command = Command::new(program);
            // The peers keep what they unpack where nobody else has any.
            command.env("SHIV_ROOT", self.scratch.join("shiv")).env("PEX_ROOT", self.scratch.join("pex"));
            command.env_remove("PYTHONDONTWRITEBYTECODE").stdin(Stdio::null());
            command
        }

        fn start(&self, app: &Application, way: &Way) -> Cost {
            let mut command = self.tool(&self.python);
            run(command.arg(&way.target).args(app.arguments))
        }

        fn warm(&self, ways: &[(&Application, Vec<Way>)]) {
            println!(
                "\nwarm starts, ms of processor (of wall); in brackets how many times as long as pyrepro's"
            );
            for (app, ways) in ways {
                let mut best = vec![Cost { wall: f64::INFINITY, processor: f64::INFINITY }; ways.len()];
                for _ in 0..=ROUNDS {
                    for (way, best) in ways.iter().zip(&mut best) {
                        let cost = self.start(app, way);
                        best.wall = best.wall.min(cost.wall);
                        best.processor = best.processor.min(cost.processor);
                    }
                }
                let ours = ways.iter().position(|way| way.name == "pyrepro").map(|place| best[place]);
                let Some(ours) = ours else { continue };
                print!("{:<24}", app.name);
                for (way, cost) in ways.iter().zip(best) {
                    let Cost { wall, processor } = cost;
                    let ratio = processor / ours.processor;
                    print!("  {} {processor:.0} ({wall:.0}) [{ratio:.2}]", way.name);
                }
                println!();
            }
        }

        /// The start when nothing was unpacked, with the system's cache of files, and without if we may empty it.
        fn first(&self, ways: &[(&Application, Vec<Way>)]) {
            for cold in [false, true] {
                if cold && !drop_caches() {
                    println!(
                        "\nNOT MEASURED: starts from disk; only root may empty the system's cache of files"
                    );
                    return;
                }
                let what = if cold { "nothing unpacked, nothing cached" } else { "nothing unpacked" };
                println!("\nfirst starts, {what}: ms of wall, medians");
                for (app, ways) in ways {
                    print!("{:<24}", app.name);
                    for way in ways.iter().filter(|way| way.name != "zipapp") {
                        let mut walls: Vec<f64> =
                            (0..COLD_ROUNDS).map(|_| self.first_start(app, way, cold)).collect();
                        walls.sort_by(f64::total_cmp);
                        print!("  {} {:.0}", way.name, walls[COLD_ROUNDS / 2]);
                    }
                    println!();
                }
            }
        }

        fn first_start(&self, app: &Application, way: &Way, cold: bool) -> f64 {
            for root in ["shiv", "pex"] {
                let _ = fs::remove_dir_all(self.scratch.join(root));
            }
            if cold {
                drop_caches();
            }
            self.start(app, way).wall
        }

        /// Compressed archives of Django's folder, without bytecode.
        fn writing(&self) {
            let tree = self.scratch.join("django-core-management-execute_from_command_line/pure");
            if !tree.exists() {
                return;
            }
            let target = self.scratch.join("written.pyz");
            let main = "django.core.management:execute_from_command_line";
            let (mut theirs, mut ours) = (f64::INFINITY, f64::INFINITY);
            for _ in 0..5 {
                let mut zipapp = self.tool(&self.python);
                zipapp.args(["-m", "zipapp", "-c", "-m", main, "-o"]).arg(&target).arg(&tree);
                theirs = theirs.min(run(&mut zipapp).wall);
                let mut pyrepro = self.tool(Path::new(PYREPRO));
                pyrepro
                    .args(["zipapp", "-q", "-c", "--no-compile", "-m", main, "-o"])
                    .arg(&target)
                    .arg(&tree);
                ours = ours.min(run(&mut pyrepro).wall);
            }
            println!(
                "\nwriting Django's tree, compressed, without bytecode: {ours:.0} ms of {theirs:.0} ms: {:.2}",
                ours / theirs
            );
        }
    }

    fn succeeds(command: &mut Command) -> bool {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    fn run(command: &mut Command) -> Cost {
        let before = processor();
        let started = Instant::now();
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("a program");
        assert!(status.success(), "{command:?}");
        Cost { wall: started.elapsed().as_secs_f64() * 1e3, processor: processor() - before }
    }

    /// The processor time of all children so far, in milliseconds.
    fn processor() -> f64 {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage");
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e3
    }

    fn drop_caches() -> bool {
        let _ = Command::new("sync").status();
        fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
    }

    fn which(program: &str) -> Option<PathBuf> {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
        let here = PathBuf::from(program);
        folders.into_iter().map(|folder| folder.join(&here)).find(|path| path.is_file())
    }

    /// What an archive can hold: no extension modules, no caches.
    fn copy_pure(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            let (path, to) = (entry.path(), to.join(entry.file_name()));
            let is_left_out =
                path.extension().is_some_and(|ending| ending == "so") || path.ends_with("__pycache__");
            match path.is_dir() {
                _ if is_left_out => {}
                true => copy_pure(&path, &to),
                false => drop(fs::copy(&path, &to).expect("a copy")),
            }
        }
    }
}
