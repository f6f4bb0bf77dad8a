//! No pyproject.toml makes reading it panic, and no value of one begins another field.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pyrepro::project::Project;

fuzz_target!(|input: &[u8]| {
    let Ok(project) = Project::parse(input) else { return };
    let Ok(metadata) = project.metadata(&["LICENSE"], &|_| Ok(b"__version__ = '1'\n".to_vec())) else { return };
    let text = metadata.to_string();
    let head = text.split_once("\n\n").map_or(text.trim_end(), |(head, _)| head);
    let fields = head.split('\n').filter(|line| !line.starts_with(' '));
    assert_eq!(fields.count(), metadata.fields().len());
});
