//! The test vectors of the canonical form.

use pyrepro::marshal;
use pyrepro::python::Version;

#[test]
fn every_vector_gives_its_bytes_or_its_error() {
    let table = include_str!("../../testdata/marshal/vectors.tsv");
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [what, version, input, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        let version: Version = version.parse().unwrap();
        let result = match marshal::canonical(&bytes(input), version) {
            Ok(form) => form.iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(result, expected, "{what}");
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
