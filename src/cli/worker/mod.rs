//! `pyrepro worker`: the precompiler that Bazel's rules_python asks for bytecode, for one action or for many.

mod protocol;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use pyrepro::compile::{PycLocation, Recorded};
use pyrepro::pyc::{InvalidationMode, Optimization};

use super::compile;
use super::exit::Exit;
use super::named;
use super::printable::message;
use super::terminal::Terminal;
use protocol::{Request, Response};

/// Compile for Bazel: the precompiler of rules_python, as a persistent worker or once
///
/// Accepts the arguments of rules_python's own precompiler. With --persistent_worker it reads requests from standard
/// input, as JSON or protocol buffers, and keeps interpreters running between them.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Flags {
    /// Read requests from standard input until it ends
    #[arg(long = "persistent_worker")]
    persistent: bool,
    /// The format of requests and answers [default: that of the first request]
    #[arg(long = "worker_protocol", value_enum)]
    protocol: Option<Protocol>,
    /// How the worker waits; there is one way here
    #[arg(long = "worker_impl", hide = true)]
    implementation: Option<String>,
    #[command(flatten)]
    job: Job,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Protocol {
    /// A JSON object a line
    Json,
    /// Messages with their lengths before them
    Proto,
}

/// What one action compiles.
#[derive(clap::Args)]
struct Job {
    /// A source; can be repeated
    #[arg(long = "src", value_name = "FILE")]
    sources: Vec<PathBuf>,
    /// The file name to record, one for each source
    #[arg(long = "src_name", value_name = "NAME")]
    names: Vec<PathBuf>,
    /// The bytecode file to write, one for each source
    #[arg(long = "pyc", value_name = "FILE")]
    pycs: Vec<PathBuf>,
    /// How imports detect that a source has changed: checked_hash or unchecked_hash
    #[arg(long = "invalidation_mode", value_name = "MODE", default_value = "checked_hash")]
    mode: String,
    /// Optimisation level: 0, 1 or 2
    #[arg(long, value_name = "LEVEL", default_value = "0")]
    optimize: String,
    /// The Python to compile for: a version, a path or a command
    #[arg(long = "python_version", value_name = "PYTHON")]
    python: Option<OsString>,
    /// How much to tell; errors are always told
    #[arg(long = "log_level", hide = true)]
    log_level: Option<String>,
}

const AFTER_HELP: &str = "\
Examples:
  pyrepro worker --python_version 3.13 --src a.py --src_name pkg/a.py --pyc a.cpython-313.pyc
  pyrepro worker @arguments.txt
  pyrepro worker --persistent_worker

Exit codes: 0 everything is compiled; 1 a source does not compile; 2 any other error. A persistent worker
reports them in its answers.";

/// What is in a request, which Bazel may put into a file.
#[derive(Parser)]
#[command(name = "worker", disable_help_flag = true)]
struct Asked {
    #[command(flatten)]
    job: Job,
}

pub fn run(flags: &Flags, terminal: &Terminal) -> anyhow::Result<Exit> {
    if !flags.persistent {
        let mut out = Vec::new();
        ensure!(
            !flags.job.sources.is_empty(),
            "name sources with --src, or serve requests with --persistent_worker"
        );
        let exit = flags.job.run(&mut Compilers::new(), Path::new(""), &mut out)?;
        let mut shown = terminal.out();
        String::from_utf8_lossy(&out).lines().try_for_each(|line| writeln!(shown, "{line}"))?;
        return Ok(exit);
    }
    ensure!(flags.job.sources.is_empty(), "a persistent worker is told its sources in requests");
    let mut input = io::stdin().lock();
    let first = input.fill_buf().context("cannot read standard input")?;
    let protocol = flags.protocol.unwrap_or_else(|| protocol::seen(first));
    serve(protocol, &mut input, &mut terminal.raw_out())
}

/// Answers one request after the other. What is asked for is done already when a request to cancel it is read, and
/// then the answer has been given.
fn serve(protocol: Protocol, input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<Exit> {
    let mut compilers = Compilers::new();
    while let Some(request) = Request::read(protocol, input)? {
        if request.cancel {
            continue;
        }
        let response = answer(&request, &mut compilers);
        response.write(protocol, out)?;
        out.flush()?;
    }
    Ok(Exit::Fine)
}

/// By the Python that they are for.
type Compilers = BTreeMap<Option<OsString>, compile::Prepared>;

fn answer(request: &Request, compilers: &mut Compilers) -> Response {
    let mut output = Vec::new();
    let sandbox = Path::new(&request.sandbox_dir);
    let done = arguments(&request.arguments, sandbox)
        .and_then(|arguments| {
            Ok(Asked::try_parse_from([OsString::from("worker")].into_iter().chain(arguments))?)
        })
        .and_then(|asked| asked.job.run(compilers, sandbox, &mut output));
    let exit = done.unwrap_or_else(|error| {
        output.extend_from_slice(message(format_args!("{error:#}")).as_bytes());
        output.push(b'\n');
        Exit::Trouble
    });
    Response { exit: exit as i32, output: String::from_utf8_lossy(&output).into_owned(), id: request.id }
}

/// Arguments, those in files that are named with `@` among them.
fn arguments(given: &[String], sandbox: &Path) -> anyhow::Result<Vec<OsString>> {
    let mut all = Vec::new();
    for argument in given {
        match argument.strip_prefix('@') {
            Some(path) => {
                let text = named::text(&sandbox.join(path))?;
                all.extend(text.lines().map(OsString::from));
            }
            None => all.push(argument.into()),
        }
    }
    Ok(all)
}

impl Job {
    /// Compiles all sources. What does not compile is told in `output`.
    fn run(&self, compilers: &mut Compilers, sandbox: &Path, output: &mut Vec<u8>) -> anyhow::Result<Exit> {
        let count = self.sources.len();
        ensure!(
            self.names.len() == count && self.pycs.len() == count,
            "{count} sources, {} names and {} bytecode files; there has to be one of each",
            self.names.len(),
            self.pycs.len()
        );
        if !compilers.contains_key(&self.python) {
            compilers.insert(self.python.clone(), compile::Prepared::new(self.python.as_ref())?);
        }
        let prepared = &compilers[&self.python];
        let (mode, level) = (self.mode()?, self.optimize.parse::<Optimization>()?);
        let mut exit = Exit::Fine;
        for ((source, name), pyc) in self.sources.iter().zip(&self.names).zip(&self.pycs) {
            let mut request = prepared.request(sandbox.join(source));
            request.place = PycLocation::File(sandbox.join(pyc));
            request.recorded = Recorded::Exactly(name.clone());
            (request.mode, request.levels, request.force) = (mode, vec![level], true);
            exit = exit.max(prepared.run(&request, output)?);
        }
        Ok(exit)
    }

    fn mode(&self) -> anyhow::Result<InvalidationMode> {
        match self.mode.to_ascii_lowercase().replace('-', "_").as_str() {
            "checked_hash" => Ok(InvalidationMode::CheckedHash),
            "unchecked_hash" | "auto" => Ok(InvalidationMode::UncheckedHash),
            other => anyhow::bail!(
                "{other:?} is not a mode for shared bytecode; allowed: checked_hash, unchecked_hash"
            ),
        }
    }
}
