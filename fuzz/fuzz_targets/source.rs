//! No source makes the built-in compiler panic or run on, and what it writes is in canonical form. The first byte chooses
//! edition and level.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::marshal;
use pyrepro::python::Version;
use pyrepro_compiler::compile;
use pyrepro_compiler::edition::EDITIONS;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let choice = usize::from(choice);
    let edition = &EDITIONS[choice % EDITIONS.len()];
    let level = (choice / EDITIONS.len() % 3) as u8;
    let Ok(compiled) = compile(data, "m.py", edition, &[level]) else { return };
    let version = Version::all().find(|version| version.to_string() == format!("3.{}", edition.minor));
    let version = version.expect("a Python that is known");
    let form = marshal::canonical(&compiled.code[0], version).expect("it is marshal data");
    assert_eq!(form, compiled.code[0]);
});
