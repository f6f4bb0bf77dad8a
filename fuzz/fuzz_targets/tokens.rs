//! No source makes the tokenizer of the built-in compiler panic or run on, and every token lies within the source. The
//! first byte chooses the edition.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro_compiler::decode::Source;
use pyrepro_compiler::edition::EDITIONS;
use pyrepro_compiler::lexer::tokenize;
use pyrepro_compiler::rules::Consulted;
use pyrepro_compiler::symbol::Symbols;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let edition = &EDITIONS[usize::from(choice) % EDITIONS.len()];
    let Ok(source) = Source::decode(data) else { return };
    let tokens = tokenize(&source, &Consulted::new(&edition.rules.grammar), &mut Symbols::default());
    assert!(!tokens.list.is_empty());
});
