//! No two files make `diff` panic or run on. The first byte chooses what they are called; the first line end of the rest
//! that stands alone parts them. A file is the same as itself, and what is another is called that.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fs;

use pyrepro::Verdict;
use pyrepro::diff::{Options, diff};
use tempfile::TempDir;

const NAMES: [&str; 12] = [
    "a.whl", "a.zip", "a.tar.gz", "a.tar", "a.pyz", "METADATA", "WHEEL", "RECORD", "entry_points.txt", "a.json", "a.pyc", "a.py",
];

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, data)) = data.split_first() else { return };
    let name = NAMES[usize::from(choice) % NAMES.len()];
    let middle = data.windows(4).position(|part| part == b"\n--\n");
    let (ours, theirs) = middle.map_or((data, &b""[..]), |at| (&data[..at], &data[at + 4..]));
    FOLDER.with(|folder| {
        let [a, b] = [("a", ours), ("b", theirs)].map(|(side, bytes)| {
            let path = folder.path().join(side).join(name);
            fs::create_dir_all(folder.path().join(side)).expect("room");
            fs::write(&path, bytes).expect("room");
            path
        });
        let report = diff(&a, &b, &Options::default()).expect("both can be read");
        assert_eq!(report.verdict == Verdict::Identical, ours == theirs, "{report:?}");
        assert_eq!(report.equal, ours == theirs);
        for path in [a, b] {
            fs::remove_file(path).expect("it is there");
        }
    });
});
