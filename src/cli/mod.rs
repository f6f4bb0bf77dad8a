//! The command line: flags become a request, the library answers, the answer becomes text or JSON.
//!
//! The only place that knows clap, the terminal and the environment. One file a verb.

mod build;
mod compile;
mod compiler;
mod completions;
mod diff;
mod environment;
mod exit;
mod init;
mod inspect;
mod interrupt;
mod man;
mod manifest;
mod mode;
mod named;
mod normalize;
#[cfg(test)]
mod pages;
mod printable;
mod progress;
mod prove;
mod py3compile;
mod pythons;
mod rebuild;
mod terminal;
mod verify;
mod worker;
mod zipapp;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand};

use exit::Exit;
use printable::printable;
use terminal::{ColorChoice, Format, Terminal};

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (canonical form 1)");

/// Reproducible Python bytecode, wheels and archives: the same bytes every time.
#[derive(Parser)]
#[command(name = "pyrepro", version = VERSION, max_term_width = 100, after_help = AFTER_HELP)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
Exit codes: 0 success; 1 negative answer, such as a difference; 2 pyrepro could not do it.
`pyrepro COMMAND --help` shows options and examples.";

#[derive(Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Show only warnings and errors; twice: only fatal errors
    #[arg(short, long, global = true, action = ArgAction::Count)]
    quiet: u8,
    /// Show more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// When to use colours [default: on a terminal, respecting NO_COLOR and CLICOLOR]
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true)]
    color: ColorChoice,
    /// Output format: text, or one JSON document
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
}

#[derive(Subcommand)]
enum Verb {
    Build(Box<build::Flags>),
    Compile(Box<compile::Flags>),
    Completions(completions::Flags),
    Diff(Box<diff::Flags>),
    Init(init::Flags),
    Inspect(inspect::Flags),
    Man(man::Flags),
    Manifest(manifest::Flags),
    Normalize(normalize::Flags),
    Prove(prove::Flags),
    Py3compile(py3compile::Flags),
    Pythons(pythons::Flags),
    Rebuild(Box<rebuild::Flags>),
    Verify(Box<verify::Flags>),
    Worker(worker::Flags),
    Zipapp(Box<zipapp::Flags>),
}

/// The whole program: read the arguments, run the verb, report trouble, give the exit code.
pub fn main() -> ExitCode {
    exit::on_panic();
    // Without it, such a file ends the program, which is a way to go on.
    let _ = interrupt::survive_file_limits();
    std::panic::catch_unwind(|| run(std::env::args_os())).unwrap_or(Exit::Trouble).into()
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let Arguments { global, verb } = match Arguments::try_parse_from(&arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A shell puts the names of files here, and the parser quotes them.
            let shown = arguments.iter().map(|argument| printable(&argument.to_string_lossy()));
            return exit::of_arguments(&Arguments::try_parse_from(shown).err().unwrap_or(error));
        }
    };
    let terminal = Terminal::new(global.quiet, global.verbose, global.color, global.format);
    let result = match verb {
        Verb::Build(flags) => build::run(&flags, &terminal),
        Verb::Compile(flags) => compile::run(&flags, &terminal),
        Verb::Completions(flags) => completions::run(&flags, &terminal),
        Verb::Diff(flags) => diff::run(&flags, &terminal),
        Verb::Init(flags) => init::run(&flags, &terminal),
        Verb::Inspect(flags) => inspect::run(&flags, &terminal),
        Verb::Man(flags) => man::run(&flags, &terminal),
        Verb::Manifest(flags) => manifest::run(&flags, &terminal),
        Verb::Normalize(flags) => normalize::run(&flags, &terminal),
        Verb::Prove(flags) => prove::run(&flags, &terminal),
        Verb::Py3compile(flags) => py3compile::run(&flags, &terminal),
        Verb::Pythons(flags) => pythons::run(&flags, &terminal),
        Verb::Rebuild(flags) => rebuild::run(&flags, &terminal),
        Verb::Verify(flags) => verify::run(&flags, &terminal),
        Verb::Worker(flags) => worker::run(&flags, &terminal),
        Verb::Zipapp(flags) => zipapp::run(&flags, &terminal),
    };
    let exit = result.unwrap_or_else(|error| exit::report(&error));
    terminal.lost_output().map_or(exit, |error| exit::report(&error))
}
