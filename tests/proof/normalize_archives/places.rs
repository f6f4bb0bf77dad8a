//! Where normal forms are written, which files are taken, and what of a file is kept.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::common::pyrepro;
use crate::normalize::folder::{Folder, assert_exit, normalize, set_time, state, stderr};
use crate::normalize_archives::{made, text};

#[test]
fn mode_time_and_hard_links_of_an_archive_are_kept() {
    let folder = Folder::new();
    let wheel = made(&folder, &["wheel"], "orchard-1.0-py3-none-any.whl");
    let link = folder.link(&wheel, "link.whl");
    fs::set_permissions(&wheel, Permissions::from_mode(0o440)).unwrap();
    set_time(&wheel, 1_000_000_000, 5);
    assert_exit(&normalize(&wheel, &[]), 0);
    let metadata = wheel.metadata().unwrap();
    assert_eq!(
        (metadata.mode() & 0o7777, metadata.mtime(), metadata.mtime_nsec()),
        (0o440, 1_000_000_000, 5)
    );
    assert_eq!((metadata.nlink(), metadata.ino()), (2, link.metadata().unwrap().ino()));
    assert_exit(&folder.normalize(&["--check"]), 0);
}

#[test]
fn an_archive_with_names_elsewhere_is_written_to_in_place() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let jar = made(&folder, &["jar"], "a.jar");
    let far = elsewhere.path().join("far.jar");
    fs::hard_link(&jar, &far).unwrap();
    let before = jar.metadata().unwrap().ino();
    assert_exit(&normalize(&jar, &[]), 0);
    assert_eq!(far.metadata().unwrap().ino(), before);
    assert_exit(&normalize(&far, &["--check"]), 0);
}

#[test]
fn output_elsewhere_leaves_the_original_and_keeps_paths_below_folders() {
    let folder = Folder::new();
    let jar = made(&folder, &["jar"], "a.jar");
    fs::create_dir_all(folder.path().join("in/sub")).unwrap();
    let inner = made(&folder, &["zipapp", "stored"], "in/sub/app.pyz");
    let before = (state(&jar), state(&inner));
    let (out, one) = (folder.path().join("out"), folder.path().join("one.jar"));
    let run = |arguments: &[&str]| pyrepro().arg("normalize").args(arguments).output().unwrap();

    assert_exit(&run(&[text(&jar), "-o", text(&one)]), 0);
    assert_exit(&run(&[text(&jar), text(&folder.path().join("in")), "-o", text(&out)]), 0);
    assert_eq!((state(&jar), state(&inner)), before);
    let app = out.join("sub/app.pyz");
    assert_eq!(app.metadata().unwrap().mode() & 0o777, 0o755);
    assert_eq!(fs::read(out.join("a.jar")).unwrap(), fs::read(&one).unwrap());
    for file in [&one, &app] {
        assert_exit(&normalize(file, &["--check"]), 0);
    }
    // What is normal is copied.
    assert_exit(&run(&[text(&one), "-o", text(&folder.path().join("two.jar"))]), 0);
    assert_eq!(fs::read(folder.path().join("two.jar")).unwrap(), fs::read(&one).unwrap());
    // Neither over itself nor two into one place.
    assert_exit(&run(&[text(&jar), "-o", text(&jar)]), 2);
    fs::create_dir(folder.path().join("same")).unwrap();
    let same = made(&folder, &["jar"], "same/a.jar");
    let output = run(&[text(&jar), text(&same), "-o", text(&folder.path().join("new"))]);
    assert_exit(&output, 2);
    assert!(stderr(&output).contains("two files would be written to"), "{}", stderr(&output));
    assert!(!folder.path().join("new").exists());
}

#[test]
fn kinds_can_be_chosen_in_folders() {
    let folder = Folder::new();
    let jar = made(&folder, &["jar"], "a.jar");
    let tar = made(&folder, &["tar"], "a.tgz");
    let before = state(&jar);
    assert_exit(&folder.normalize(&["--only", "pyc,tar"]), 0);
    assert_eq!(state(&jar), before);
    assert_exit(&normalize(&tar, &["--check"]), 0);
    assert_exit(&normalize(&jar, &["--only", "pyc"]), 0);
    assert_exit(&normalize(&jar, &["--check"]), 0);
}
