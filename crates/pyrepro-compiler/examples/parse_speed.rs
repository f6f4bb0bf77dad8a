//! How fast sources become trees, on one core: `cargo run --release --example parse_speed FILE|FOLDER…`

use pyrepro_compiler::decode::Source;
use pyrepro_compiler::lexer;
use pyrepro_compiler::parser;
use pyrepro_compiler::rules::PYTHON_3_14;
use pyrepro_compiler::symbol::Symbols;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn main() {
    let mut files = Vec::new();
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        collect(&path, &mut files);
    }
    let sources: Vec<Vec<u8>> = files.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    let bytes: usize = sources.iter().map(Vec::len).sum();
    let megabytes = bytes as f64 / 1e6;
    println!("{} files, {megabytes:.1} MB", sources.len());
    for (name, step) in [("tokens", tokens as fn(&Source<'_>)), ("tree", tree)] {
        let best = (0..5).map(|_| time(&sources, step)).min().unwrap_or_default();
        println!("{name}: {:.1} MB/s", megabytes / best.as_secs_f64());
    }
}

fn time(sources: &[Vec<u8>], step: fn(&Source<'_>)) -> Duration {
    let start = Instant::now();
    for source in sources {
        if let Ok(source) = Source::decode(source) {
            step(&source);
        }
    }
    start.elapsed()
}

fn tokens(source: &Source<'_>) {
    drop(lexer::tokenize(source, &PYTHON_3_14, &mut Symbols::new()));
}

fn tree(source: &Source<'_>) {
    drop(parser::parse(source, &PYTHON_3_14));
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
