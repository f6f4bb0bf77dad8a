//! Any bytes are read or refused: no panic, and every offset in what comes out lies within the data.
//! The first byte chooses the version.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::marshal;
use pyrepro::python::Version;

fuzz_target!(|input: &[u8]| {
    let Some((&choice, data)) = input.split_first() else { return };
    let versions: Vec<Version> = Version::all().collect();
    match marshal::read(data, versions[usize::from(choice) % versions.len()]) {
        Ok(graph) => {
            for id in graph.objects() {
                assert!(graph.offset(id) < data.len());
                let _ = format!("{:?}", graph.value(id));
            }
        }
        Err(error) => assert!(error.offset.is_none_or(|offset| offset <= data.len()), "{error}"),
    }
});
