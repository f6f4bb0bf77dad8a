//! Whole bytecode files: the header comes back as it was, the canonical file is its own canonical
//! file, and renaming twice is renaming once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::pyc::Pyc;

fuzz_target!(|file: &[u8]| {
    let Ok(pyc) = Pyc::parse(file) else { return };
    let Ok(form) = pyc.canonical() else { return };
    let mut again = Pyc::parse(&form).expect("the canonical file is readable");
    assert_eq!(again.header, pyc.header);
    assert_eq!(again.canonical().expect("it has a canonical form"), form);

    again.graph.rename_files(|_| Some(b"renamed.py".to_vec())).expect("the name is a str");
    let Ok(renamed) = again.canonical() else { return };
    let mut twice = Pyc::parse(&renamed).expect("the renamed file is readable");
    twice.graph.rename_files(|_| Some(b"renamed.py".to_vec())).expect("the name is a str");
    assert_eq!(twice.canonical().expect("it has a canonical form"), renamed);
});
