//! No statement about a rebuild makes its reader panic, signed or not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::rebuild::read_statement;

const KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

fuzz_target!(|text: &str| {
    let _ = read_statement(text, None);
    if let Ok(stated) = read_statement(text, Some(KEY)) {
        panic!("nobody has the key of this one: {stated:?}");
    }
});
