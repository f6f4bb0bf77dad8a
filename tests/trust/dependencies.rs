//! What the program is built of: where it comes from, under which licences, and each thing once.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than their notice. An expression is fine if one of its choices is.
const LICENCES: [&str; 10] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "0BSD",
    "MIT-0",
];

/// The one place that dependencies come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Crates of which there are two versions, because dependencies of ours have not come to the same yet:
/// `syn` is part of derive macros and of no program, and the crates that check signatures are one
/// generation behind in what they hash with.
const TWICE: [&str; 8] =
    ["block-buffer", "cpufeatures", "crypto-common", "digest", "getrandom", "rand_core", "sha2", "syn"];

/// What goes into the program; tests and benches may be built of more.
fn packages() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc");
    let rustc = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    // What other systems need was not downloaded.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("a graph")
        .iter()
        .map(|node| (node["id"].as_str().expect("an id"), node))
        .collect();
    let mut wanted: Vec<&str> =
        metadata["workspace_members"].as_array().expect("members").iter().filter_map(Value::as_str).collect();
    let mut seen = std::collections::BTreeSet::new();
    while let Some(id) = wanted.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().expect("dependencies") {
            let kinds = dependency["dep_kinds"].as_array().expect("kinds");
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                wanted.push(dependency["pkg"].as_str().expect("an id"));
            }
        }
    }
    let all = metadata["packages"].as_array().expect("packages");
    all.iter().filter(|package| seen.contains(package["id"].as_str().expect("an id"))).cloned().collect()
}

/// Whether one may take an expression's software under licences of the list alone.
fn is_fine(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let plain = |part: &str| {
        let part = part.trim().trim_matches(['(', ')']);
        part.split(" AND ").all(|one| LICENCES.contains(&one.trim().trim_matches(['(', ')'])))
    };
    match expression.split_once(") AND ") {
        // Such as (MIT OR Apache-2.0) AND Unicode-3.0.
        Some((choice, rest)) => is_fine(choice.trim_start_matches('(')) && is_fine(rest),
        None => expression.split(" OR ").any(plain),
    }
}

#[test]
fn all_that_goes_in_comes_from_the_registry_under_a_permissive_licence_once() {
    let packages = packages();
    assert!(packages.len() > 20, "{}", packages.len());
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &packages {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let (name, version) = (text("name"), text("version"));
        versions.entry(name).or_default().push(version);
        assert!(is_fine(text("license")), "{name} {version} is under {:?}", text("license"));
        match package["source"].as_str() {
            Some(source) => assert_eq!(source, REGISTRY, "{name} {version}"),
            None => assert!(name.starts_with("pyrepro"), "{name} comes from a folder"),
        }
    }
    let twice: Vec<_> =
        versions.iter().filter(|(name, all)| all.len() > 1 && !TWICE.contains(name)).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn licences_are_read() {
    for fine in [
        "MIT",
        "MIT OR Apache-2.0",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "MIT AND ISC",
    ] {
        assert!(is_fine(fine), "{fine}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "LGPL-2.1"] {
        assert!(!is_fine(bad), "{bad}");
    }
}
