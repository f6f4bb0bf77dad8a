//! How fast files become tokens: `lexer_speed FILE…`, the best of several rounds over all of them, in memory.

use pyrepro_compiler::decode::Source;
use pyrepro_compiler::lexer::tokenize;
use pyrepro_compiler::rules::PYTHON_3_14;
use pyrepro_compiler::symbol::Symbols;
use std::time::{Duration, Instant};

const ROUNDS: usize = 20;

fn main() {
    let files: Vec<Vec<u8>> =
        std::env::args_os().skip(1).filter_map(|path| std::fs::read(path).ok()).collect();
    let size: usize = files.iter().map(Vec::len).sum();
    let mut best = (Duration::MAX, Duration::MAX);
    let mut count = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let sources: Vec<_> = files.iter().filter_map(|file| Source::decode(file).ok()).collect();
        best.0 = best.0.min(start.elapsed());
        let start = Instant::now();
        count = 0;
        for source in &sources {
            count += tokenize(source, &PYTHON_3_14, &mut Symbols::new()).list.len();
        }
        best.1 = best.1.min(start.elapsed());
    }
    let speed = |time: Duration| size as f64 / time.as_secs_f64() / 1e6;
    println!("{} files, {size} bytes, {count} tokens", files.len());
    println!("decode {:.0} MB/s, tokenize {:.0} MB/s", speed(best.0), speed(best.1));
}
