//! Compiles a source as a release of CPython does: `compile RELEASE FILE.py FILE.pyc`.

use std::error::Error;

use pyrepro_bytecode::pyc::{Header, InvalidationMode};
use pyrepro_bytecode::python::Version;
use pyrepro_compiler::compile;
use pyrepro_compiler::edition::Edition;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [release, source, pyc] = &arguments[..] else {
        return Err("usage: compile RELEASE FILE.py FILE.pyc".into());
    };
    let edition = Edition::of(release)?.edition;
    let text = std::fs::read(source)?;
    let compiled = compile(&text, source, edition, &[0])?;
    for warning in &compiled.warnings {
        eprintln!("line {}: {}: {}", warning.line, warning.category.name(), warning.message);
    }
    let version = Version::new(3, edition.minor).ok_or("a version without bytecode files")?;
    let header = Header::of_source(version, InvalidationMode::CheckedHash, &text, 0).to_bytes();
    std::fs::write(pyc, [&header[..], &compiled.code[0]].concat())?;
    println!("as CPython {edition} compiles it");
    Ok(())
}
