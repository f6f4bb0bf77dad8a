//! How fast sources become tokens, trees and code, in memory and on one core:
//! `cargo run --profile dist -p pyrepro-compiler --example speed -- [--only=tokens|tree|level|levels|versions] [--rounds=5] FILE|FOLDER…`
//!
//! `--only` and `--rounds=1` are for profilers.

use pyrepro_compiler::decode::Source;
use pyrepro_compiler::edition::EDITIONS;
use pyrepro_compiler::edition::Edition;
use pyrepro_compiler::lexer;
use pyrepro_compiler::parser;
use pyrepro_compiler::rules::Consulted;
use pyrepro_compiler::symbol::Symbols;
use pyrepro_compiler::{Program, compile};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

type Step = fn(&[u8]);

fn main() {
    let mut files = Vec::new();
    let (mut only, mut rounds) = (None, ROUNDS);
    for argument in std::env::args_os().skip(1) {
        match argument.to_str().and_then(|text| text.strip_prefix("--")?.split_once('=')) {
            Some(("only", step)) => only = Some(step.to_owned()),
            Some(("rounds", count)) => rounds = count.parse().expect("a number of rounds"),
            _ => collect(&PathBuf::from(argument), &mut files),
        }
    }
    let sources: Vec<Vec<u8>> = files.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    let bytes: usize = sources.iter().map(Vec::len).sum();
    let megabytes = bytes as f64 / 1e6;
    println!("{} files, {megabytes:.1} MB", sources.len());
    let steps: [(&str, Step); 5] =
        [("tokens", tokens), ("tree", tree), ("level", code), ("levels", codes), ("versions", versions)];
    for (name, step) in steps.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name))
    {
        let best = (0..rounds).map(|_| time(&sources, step)).min().unwrap_or_default();
        println!("{name}: {:.1} MB/s", megabytes / best.as_secs_f64());
    }
}

fn time(sources: &[Vec<u8>], step: Step) -> Duration {
    let start = Instant::now();
    let before = on_processor();
    for source in sources {
        step(source);
    }
    on_processor().zip(before).map_or(start.elapsed(), |(after, before)| after - before)
}

/// How long this thread has run so far, without the time that others took from it; only Linux tells.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

fn tokens(source: &[u8]) {
    if let Ok(source) = Source::decode(source) {
        drop(lexer::tokenize(&source, &Consulted::new(&newest().rules.grammar), &mut Symbols::new()));
    }
}

fn tree(source: &[u8]) {
    if let Ok(source) = Source::decode(source) {
        drop(parser::parse(&source, newest().rules));
    }
}

fn code(source: &[u8]) {
    drop(compile(source, "source.py", newest(), &[0]));
}

fn codes(source: &[u8]) {
    drop(compile(source, "source.py", newest(), &[0, 1, 2]));
}

/// The newest edition of every version.
fn versions(source: &[u8]) {
    let mut program = Program::new(source);
    for version in ["3.11", "3.12", "3.13", "3.14", "3.15"] {
        let edition = Edition::of(version).expect("a version that is built in").edition;
        drop(program.compile("source.py", edition, &[0]));
    }
}

/// The newest edition of 3.14.
fn newest() -> &'static pyrepro_compiler::edition::Edition {
    EDITIONS.iter().rfind(|edition| edition.minor == 14).expect("an edition of 3.14")
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if let Ok(entries) = path.read_dir() {
        for entry in entries.flatten() {
            collect(&entry.path(), files);
        }
    } else if path.extension().is_some_and(|extension| extension == "py") {
        files.push(path.into());
    }
}
