//! No project makes `init` panic or run on, and what it plans is a project that pyrepro reads. The first byte chooses which
//! files there are; lines of `--` part them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fs;

use pyrepro::init::Plan;
use tempfile::TempDir;

const FILES: [&[&str]; 4] = [
    &["pyproject.toml", "setup.cfg", "setup.py", "a/__init__.py"],
    &["setup.py", "setup.cfg", "a.py"],
    &["pyproject.toml", "a.py", "MANIFEST.in"],
    &["a/__init__.py", "README.md"],
];

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    FOLDER.with(|folder| {
        let root = folder.path().join("a");
        fs::create_dir_all(root.join("a")).expect("room");
        let files = FILES[usize::from(choice) % FILES.len()];
        for (name, content) in files.iter().zip(text.split("\n--\n")) {
            fs::write(root.join(name), content).expect("room");
        }
        if let Ok(Plan::Move { change, .. } | Plan::New(change)) = Plan::for_project(&root) {
            let _ = change.diff();
        }
        for name in files {
            let _ = fs::remove_file(root.join(name));
        }
    });
});
