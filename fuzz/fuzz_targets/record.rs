//! No RECORD makes the reader panic; what was read is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::record::Record;

fuzz_target!(|data: &[u8]| {
    let Ok(record) = Record::parse(data) else { return };
    let text = record.to_string();
    assert_eq!(Record::parse(text.as_bytes()).as_ref(), Ok(&record), "{text:?}");
});
