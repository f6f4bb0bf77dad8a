//! No manifest makes its reader panic; one that was read is written and read again, is the same as itself, and
//! another one if a member is gone.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::fuzzing;
use pyrepro::manifest::changes;

fuzz_target!(|data: &[u8]| {
    let Some(manifest) = fuzzing::manifest(data) else { return };
    let _ = (manifest.is_intact(), manifest.to_json());
    assert_eq!(changes(&manifest, &manifest), []);
    let mut other = manifest.clone();
    if other.members.pop().is_some() {
        assert_ne!(changes(&manifest, &other), []);
        assert_ne!(changes(&other, &manifest), []);
    }
});
