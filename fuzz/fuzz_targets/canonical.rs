//! What has a canonical form has it again: parse, canonicalise, parse, canonicalise is stable, and
//! so is the graph, object for object. The first byte chooses the version.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::marshal;
use pyrepro::python::Version;

fuzz_target!(|input: &[u8]| {
    let Some((&choice, data)) = input.split_first() else { return };
    let versions: Vec<Version> = Version::all().collect();
    let version = versions[usize::from(choice) % versions.len()];
    let Ok(form) = marshal::canonical(data, version) else { return };
    let graph = marshal::read(&form, version).expect("the canonical form is readable");
    assert_eq!(graph.canonical().expect("it has a canonical form"), form);
    // Nothing is marked as shared that nobody refers to.
    let mut referred: Vec<_> = graph.references().iter().map(|reference| reference.target).collect();
    referred.sort_unstable();
    referred.dedup();
    let flagged: Vec<_> = graph.objects().filter(|&id| graph.is_flagged(id)).collect();
    assert_eq!(flagged, referred);
});
