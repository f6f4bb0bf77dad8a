//! No line of a list of requirements, version, set of versions or requirement makes its reader panic; what was
//! read is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::fuzzing;
use pyrepro::project::{Requirement, Specifiers, Version};

fuzz_target!(|line: &str| {
    fuzzing::listed_requirement(line);
    if let Ok(requirement) = line.parse::<Requirement>() {
        let shown = requirement.to_string();
        let again: Requirement = shown.parse().expect("what is shown can be read");
        assert_eq!(again.to_string(), shown);
    }
    if let Ok(versions) = line.parse::<Specifiers>() {
        let shown = versions.to_string();
        let again: Specifiers = shown.parse().expect("what is shown can be read");
        assert_eq!(again.to_string(), shown);
    }
    if let Ok(version) = line.parse::<Version>() {
        assert!(version.order(&version).is_eq());
    }
});
