//! Whatever code is in a bytecode file, it is taken apart, and the file and its canonical form differ in
//! form alone. That one byte is another is always told.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::diff::pyc::compare;
use pyrepro::inspect;
use pyrepro::pyc::Pyc;

fuzz_target!(|file: &[u8]| {
    let Ok(pyc) = Pyc::parse(file) else { return };
    for code in inspect::disassembly(&pyc.graph) {
        for instruction in &code.instructions {
            let _ = instruction.to_string();
        }
    }
    let Ok(form) = pyc.canonical() else { return };
    let comparison = compare(file, &form).expect("both are bytecode");
    assert!(comparison.equal_canonical);
    assert_eq!(comparison.findings, []);
    assert_eq!(comparison.marshal_only.is_empty(), file == form, "{comparison:?}");

    // The canonical file with one byte changed, if it is bytecode still.
    let mut other = form.clone();
    let at = 16 + file.iter().fold(0usize, |sum, byte| sum * 31 % 1_000_003 + usize::from(*byte)) % (form.len() - 16);
    other[at] ^= 1;
    if let Ok(comparison) = compare(&form, &other) {
        let is_told = !comparison.findings.is_empty() || !comparison.marshal_only.is_empty();
        assert!(is_told, "byte {at}: {comparison:?}");
    }
});
