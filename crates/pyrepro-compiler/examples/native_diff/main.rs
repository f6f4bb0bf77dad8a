//! Compares this compiler with an interpreter.
//!
//! ```text
//! cargo run --release -p pyrepro-compiler --example native_diff -- PYTHON [-v] [-l LEVELS] FILE|DIR ...
//! ```
//!
//! It shows how many compilations agree and the kinds of differences, with examples. For one file, or with `-v`, it
//! shows the first differing field of each code object, and its instructions side by side. A `FILE` named `*.bin`
//! holds many programs (`tests/mutants/mutants.py --write` makes one). PYTHON may be CPython as WebAssembly: anything
//! that runs a script and shows it the files of this machine below `/host`.

mod program;
mod report;

use program::Program;
use pyrepro_bytecode::marshal;
use pyrepro_bytecode::python::Version;
use pyrepro_compiler::edition::Edition;
use pyrepro_compiler::error::{Failure, SyntaxError, Warning};
use pyrepro_compiler::{Compiled, compile};
use report::Report;
use std::io::{BufRead, BufReader, BufWriter, Lines, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::{env, fs, io, process, thread};

/// The kind of difference that `diff.py` says more about.
const OTHER_CODE: &str = "other code";

const USAGE: &str = "native_diff PYTHON [-v] [-l LEVELS] FILE|DIR ...";

fn main() -> ExitCode {
    let Some(run) = Run::from_arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    // As deep as the worst program that the parser lets pass.
    let worker = thread::Builder::new().stack_size(64 << 20).spawn(move || run.compare());
    match worker.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(true))) => ExitCode::SUCCESS,
        Ok(Ok(Ok(false))) => ExitCode::FAILURE,
        Ok(Ok(Err(error))) => {
            eprintln!("native_diff: {error}");
            ExitCode::from(2)
        }
        other => {
            eprintln!("native_diff: {other:?}");
            ExitCode::from(2)
        }
    }
}

/// What was asked for.
struct Run {
    python: String,
    levels: Vec<u8>,
    verbose: bool,
    paths: Vec<PathBuf>,
    /// Where lists, records and the programs that differ go.
    folder: PathBuf,
}

impl Run {
    fn from_arguments() -> Option<Self> {
        let mut arguments = env::args().skip(1);
        let folder = env::temp_dir().join(format!("native_diff-{}", process::id()));
        let python = arguments.next()?;
        let mut run = Self { python, levels: vec![0], verbose: false, paths: Vec::new(), folder };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "-v" => run.verbose = true,
                "-l" => {
                    run.levels = arguments.next()?.bytes().map(|digit| digit.wrapping_sub(b'0')).collect()
                }
                path => run.paths.push(path.into()),
            }
        }
        (!run.paths.is_empty() && run.levels.iter().all(|level| *level <= 2)).then_some(run)
    }

    /// Whether all programs agree.
    fn compare(mut self) -> io::Result<bool> {
        let files = program::files(&self.paths)?;
        self.verbose |= matches!(&*files, [file] if !program::is_bundle(file));
        fs::create_dir_all(&self.folder)?;
        let report = self.compare_files(&files)?;
        if self.records().is_file() {
            self.script("diff.py").args(self.verbose.then_some("-v")).arg(self.records()).status()?;
        }
        println!("{report}");
        if report.is_clean() || !files.iter().any(|file| program::is_bundle(file)) {
            fs::remove_dir_all(&self.folder)?;
        } else {
            println!("The programs that differ are in {}", self.folder.display());
        }
        Ok(report.is_clean())
    }

    fn records(&self) -> PathBuf {
        self.folder.join("records")
    }

    /// A run of one of the scripts that the tests use too.
    fn script(&self, name: &str) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracle").join(name);
        let mut command = Command::new(&self.python);
        command.arg(script).env("PYTHONUTF8", "1").env("PYTHONDONTWRITEBYTECODE", "1");
        // Its folder has a script named like a module of the standard library.
        command.env("PYTHONSAFEPATH", "1");
        command
    }

    fn compare_files(&self, files: &[PathBuf]) -> io::Result<Report> {
        let list = self.folder.join("list");
        let names = files.iter().map(|file| format!("{}\n", file.display()));
        fs::write(&list, names.collect::<String>())?;
        let mut oracle = self.oracle(&list, 0)?;
        let mut comparison = Comparison::new(&oracle.version, self)?;
        for (number, program) in program::programs(files).enumerate() {
            let program = program?;
            match oracle.answers(&program.name, self.levels.len())? {
                Some(answers) => comparison.add(&program, &answers)?,
                // Some programs make some releases crash.
                None => {
                    oracle = self.oracle(&list, number + 1)?;
                    self.levels.iter().for_each(|_| comparison.report.given_up());
                }
            }
        }
        oracle.process.wait()?;
        Ok(comparison.report)
    }

    /// The interpreter, at work on all listed programs but the first ones.
    fn oracle(&self, list: &Path, skipped: usize) -> io::Result<Oracle> {
        let levels: String = self.levels.iter().map(u8::to_string).collect();
        let mut command = self.script("whole.py");
        command.arg(list).arg(levels).arg(skipped.to_string()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let output = process.stdout.take().expect("its output is a pipe");
        let mut lines = BufReader::new(output).lines();
        let version = lines.next().ok_or_else(|| io::Error::other("no interpreter"))??;
        Ok(Oracle { process, version, lines })
    }
}

/// An interpreter that compiles the programs.
struct Oracle {
    process: Child,
    version: String,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Oracle {
    /// What it says of the next program at each level. Nothing if it ended.
    fn answers(&mut self, program: &str, levels: usize) -> io::Result<Option<Vec<String>>> {
        let Some(begins) = self.lines.next().transpose()? else { return Ok(None) };
        if begins.strip_prefix("# ") != Some(program) {
            return Err(io::Error::other(format!("the interpreter compiles {begins} in place of {program}")));
        }
        let answers: Vec<String> = self.lines.by_ref().take(levels).collect::<io::Result<_>>()?;
        Ok((answers.len() == levels).then_some(answers))
    }
}

/// A comparison under way.
struct Comparison<'a> {
    run: &'a Run,
    edition: &'static Edition,
    version: Version,
    report: Report,
}

impl<'a> Comparison<'a> {
    fn new(version: &str, run: &'a Run) -> io::Result<Self> {
        let edition = Edition::of(version).map_err(io::Error::other)?.edition;
        let version = Version::new(3, edition.minor).ok_or_else(|| io::Error::other("no such version"))?;
        panic::set_hook(Box::new(|_| {}));
        Ok(Self { run, edition, version, report: Report::default() })
    }

    /// `answers`: what the interpreter said for each level.
    fn add(&mut self, program: &Program, answers: &[String]) -> io::Result<()> {
        let levels = &self.run.levels;
        let together = self.compile(program, levels);
        for (place, (&level, answer)) in levels.iter().zip(answers).enumerate() {
            let answer = answer.split_once(' ').map_or("", |(_, answer)| answer);
            let made = match &together {
                Made::Code(compiled) => Made::Code(Compiled {
                    code: vec![compiled.code[place].clone()],
                    warnings: compiled.warnings.clone(),
                }),
                // An error of one level is no error of another.
                _ => self.compile(program, &[level]),
            };
            // The warnings are those of the first level.
            let (answer, warnings) = answer.split_once('\t').unwrap_or((answer, ""));
            let warnings = (place == 0).then_some(warnings);
            match self.verdict(&made, answer, warnings)? {
                Verdict::Same => self.report.same(),
                Verdict::GivenUp => self.report.given_up(),
                Verdict::HandedOver(reason) => {
                    self.report.handed_over(reason, format!("{} -O{level}", program.name));
                }
                Verdict::Different(kind) => {
                    if let Made::Code(compiled) = &made
                        && kind == OTHER_CODE
                    {
                        self.record(program, level, &compiled.code[0])?;
                    }
                    self.keep(program)?;
                    self.report.different(kind, format!("{} -O{level}", program.name));
                }
            }
        }
        Ok(())
    }

    fn compile(&self, program: &Program, levels: &[u8]) -> Made {
        let compile = || compile(&program.source, program.name.as_bytes(), self.edition, levels);
        match panic::catch_unwind(AssertUnwindSafe(compile)) {
            Ok(Ok(compiled)) => Made::Code(compiled),
            Ok(Err(failure)) => Made::Failure(failure),
            Err(_) => Made::Panic,
        }
    }

    /// `warnings`: what the interpreter warned of, where that is to be compared.
    fn verdict(&self, made: &Made, answer: &str, warnings: Option<&str>) -> io::Result<Verdict> {
        Ok(match (made, answer.strip_prefix("- ")) {
            (Made::Panic, _) => Verdict::Different("panic".to_owned()),
            (Made::Failure(Failure::Handover(reason)), _) => Verdict::HandedOver(reason.to_string()),
            _ if answer == "?" => Verdict::GivenUp,
            (Made::Failure(Failure::Syntax(ours)), Some(theirs)) => other_error(ours, theirs),
            (Made::Failure(Failure::Syntax(ours)), None) => {
                Verdict::Different(format!("refused: {}: {}", ours.kind.name(), ours.message))
            }
            (Made::Code(_), Some(theirs)) => {
                Verdict::Different(format!("accepted: {}", without_line(theirs)))
            }
            (Made::Code(compiled), None) if compiled.code[0] != canonical(answer, self.version)? => {
                Verdict::Different(OTHER_CODE.to_owned())
            }
            (Made::Code(compiled), None) => {
                warnings.map_or(Verdict::Same, |theirs| other_warnings(&compiled.warnings, theirs))
            }
        })
    }

    /// Where the source of a program is, which for one of many is the folder of this run.
    fn file(&self, program: &Program) -> PathBuf {
        if !program.is_bundled {
            return program.name.clone().into();
        }
        let number = program.name.rsplit(':').next().unwrap_or_default();
        self.run.folder.join(number).with_extension("py")
    }

    fn keep(&self, program: &Program) -> io::Result<()> {
        if program.is_bundled { fs::write(self.file(program), &program.source) } else { Ok(()) }
    }

    /// For `diff.py`, which says what differs.
    fn record(&self, program: &Program, level: u8, code: &[u8]) -> io::Result<()> {
        let name = self.file(program).to_string_lossy().into_owned();
        let records = fs::OpenOptions::new().append(true).create(true).open(self.run.records())?;
        let mut out = BufWriter::new(records);
        out.write_all(&(name.len() as u32).to_le_bytes())?;
        out.write_all(name.as_bytes())?;
        out.write_all(&[level])?;
        out.write_all(&(code.len() as u32).to_le_bytes())?;
        out.write_all(code)?;
        out.flush()
    }
}

/// What became of a program here.
enum Made {
    Code(Compiled),
    Failure(Failure),
    Panic,
}

enum Verdict {
    Same,
    GivenUp,
    HandedOver(String),
    Different(String),
}

/// Warnings are the same if category, line, message and order are. `theirs` is as `whole.py` shows them.
fn other_warnings(ours: &[Warning], theirs: &str) -> Verdict {
    let theirs: Vec<String> =
        theirs.split('\t').filter(|warning| !warning.is_empty()).map(read_warning).collect();
    let ours: Vec<String> = ours.iter().map(shown).collect();
    if ours == theirs {
        return Verdict::Same;
    }
    let first = |one: &[String], other: &[String]| {
        one.iter()
            .find(|warning| !other.contains(warning))
            .cloned()
            .unwrap_or_else(|| "another order".to_owned())
    };
    Verdict::Different(format!("warnings: {} instead of {}", first(&ours, &theirs), first(&theirs, &ours)))
}

fn shown(warning: &Warning) -> String {
    format!("{} {} {}", warning.category.name(), warning.line, warning.message)
}

/// A warning of `whole.py`, of which the message is in hexadecimal.
fn read_warning(warning: &str) -> String {
    let (place, message) = warning.rsplit_once(' ').unwrap_or((warning, ""));
    let message = from_hex(message).unwrap_or_default();
    format!("{place} {}", String::from_utf8_lossy(&message))
}

/// Errors are the same if kind and line are. `theirs` is as `whole.py` shows it: kind, line and message.
fn other_error(ours: &SyntaxError, theirs: &str) -> Verdict {
    let has_line = ours.kind.has_place();
    let line = if has_line { ours.span.line.to_string() } else { "None".to_owned() };
    let kind = ours.kind.name();
    // The interpreter has no line for some errors, such as that of a null byte.
    let same = |rest: &str| rest.starts_with(&format!(" {line} ")) || rest.starts_with(" None ");
    if theirs.strip_prefix(kind).is_some_and(same) {
        return Verdict::Same;
    }
    let theirs = without_line(theirs);
    Verdict::Different(format!("another line or kind: {kind} '{}' instead of {theirs}", ours.message))
}

/// Kind and message, which are the same for programs with the same mistake.
fn without_line(error: &str) -> String {
    let mut words = error.splitn(3, ' ');
    let (kind, _, message) = (words.next(), words.next(), words.next());
    format!("{} {}", kind.unwrap_or_default(), message.unwrap_or_default())
}

fn canonical(hex: &str, version: Version) -> io::Result<Vec<u8>> {
    let data = from_hex(hex).ok_or_else(|| io::Error::other("the interpreter's answer is no code"))?;
    marshal::canonical(&data, version).map_err(io::Error::other)
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| (byte as char).to_digit(16).map(|digit| digit as u8);
    let byte = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?);
    hex.as_bytes().chunks(2).map(byte).collect()
}
