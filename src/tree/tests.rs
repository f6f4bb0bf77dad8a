//! What walks promise, on real folders.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A folder with these files in it, made in this order; a `/` at the end makes a folder.
fn folder_with(paths: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in paths {
        let place = folder.path().join(path);
        if path.ends_with('/') {
            fs::create_dir_all(place).unwrap();
        } else {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, path).unwrap();
        }
    }
    folder
}

fn walk(root: &TempDir, options: &Options) -> Result<Tree, Error> {
    Tree::walk(root.path(), options)
}

fn names(tree: &Tree) -> Vec<&str> {
    tree.entries().iter().map(|entry| entry.path.to_str().unwrap()).collect()
}

fn listed(root: &TempDir, include: &[&str], exclude: &[&str]) -> Vec<String> {
    let options = Options {
        include: Globs::new(include).unwrap(),
        exclude: Globs::new(exclude).unwrap(),
        ..Options::default()
    };
    names(&walk(root, &options).unwrap()).into_iter().map(str::to_owned).collect()
}

#[test]
fn the_order_is_that_of_the_bytes_of_whole_paths_in_whatever_order_they_were_made() {
    let mut paths = ["a/b.py", "a-b", "a.py", "B", "é", "a/b/c", "_", "a/\n", "z/"];
    let expected = ["B", "_", "a", "a-b", "a.py", "a/\n", "a/b", "a/b.py", "a/b/c", "z", "é"];
    for _ in 0..paths.len() {
        paths.rotate_left(1);
        assert_eq!(names(&walk(&folder_with(&paths), &Options::default()).unwrap()), expected);
    }
}

#[test]
fn an_empty_folder_is_an_empty_tree() {
    assert_eq!(walk(&folder_with(&[]), &Options::default()).unwrap().entries(), []);
}

#[test]
fn files_have_their_size_and_folders_their_mode() {
    let tree = walk(&folder_with(&["a/b"]), &Options::default()).unwrap();
    assert_eq!(tree.entries()[0], Entry { path: "a".into(), kind: Kind::Folder });
    assert_eq!(tree.entries()[0].mode(), 0o755);
    assert_eq!(tree.entries()[1].kind, Kind::File { executable: false, size: 3 });
    assert_eq!(tree.entries()[1].mode(), 0o644);
}

#[test]
fn an_include_lists_what_matches_and_all_below_it() {
    let root = folder_with(&["a.py", "a.pyc", "p/b.pyc", "p/q/c.pyc", "data/x", "data/y/z"]);
    assert_eq!(listed(&root, &["*.pyc"], &[]), ["a.pyc", "p/b.pyc", "p/q/c.pyc"]);
    assert_eq!(
        listed(&root, &["p/*.pyc", "data/"], &[]),
        ["data", "data/x", "data/y", "data/y/z", "p/b.pyc"]
    );
}

#[test]
fn an_exclude_wins_and_takes_all_below_it() {
    let root = folder_with(&["a.py", "build/b.py", "p/build/c.py", "p/d.py", "q/build"]);
    assert_eq!(listed(&root, &[], &["build/"]), ["a.py", "p", "p/d.py", "q", "q/build"]);
    assert_eq!(listed(&root, &["*.py"], &["/build", "d.*"]), ["a.py", "p/build/c.py"]);
}

#[test]
fn a_root_that_is_no_folder_is_an_error_that_names_it() {
    let root = folder_with(&["file"]);
    for name in ["file", "absent"] {
        let error = Tree::walk(&root.path().join(name), &Options::default()).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn trees_are_complete_and_sorted(files in prop::collection::vec("[a-c.-]{0,2}x(/[ab!-]{0,2}y){0,3}", 0..20)) {
        let root = tempfile::tempdir().unwrap();
        let mut expected = BTreeSet::new();
        for file in &files {
            let place = root.path().join(file);
            // A path may need a folder where there is a file, or the other way round.
            if fs::create_dir_all(place.parent().unwrap()).is_ok() && !place.is_dir() && fs::write(place, "").is_ok() {
                expected.extend(Path::new(file).ancestors().map(|path| path.to_str().unwrap()));
            }
        }
        expected.remove("");
        let made = fs::read_dir(root.path()).unwrap().count();
        let tree = walk(&root, &Options::default()).unwrap();
        prop_assert!(names(&tree).is_sorted());
        prop_assert!(expected.iter().all(|path| names(&tree).contains(path)));
        prop_assert_eq!(names(&tree).iter().filter(|path| !path.contains('/')).count(), made);
        prop_assert!(tree.entries().iter().all(|entry| tree.locate(entry).exists()));
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn with_links(links: &[(&str, &str)]) -> TempDir {
        let root = folder_with(&["src/a.py", "src/sub/b.py"]);
        for (link, target) in links {
            symlink(target, root.path().join(link)).unwrap();
        }
        root
    }

    fn by(symlinks: Symlinks) -> Options {
        Options { symlinks, ..Options::default() }
    }

    #[cfg_attr(target_os = "macos", ignore = "its file system takes no such names")]
    #[test]
    fn names_that_are_not_utf_8_are_kept_and_sorted_by_their_bytes() {
        let root = tempfile::tempdir().unwrap();
        let names: [&[u8]; 4] = [b"\xff", b"a\x80", b"\xc3\xa9", b"b"];
        for name in names {
            fs::write(root.path().join(OsStr::from_bytes(name)), "").unwrap();
        }
        let tree = walk(&root, &Options::default()).unwrap();
        let found: Vec<_> = tree.entries().iter().map(Entry::path_bytes).collect();
        assert_eq!(found, [b"a\x80" as &[u8], b"b", b"\xc3\xa9", b"\xff"]);
    }

    #[test]
    fn the_executable_bit_of_the_owner_alone_decides_the_mode() {
        let root = folder_with(&["a"]);
        for mode in 0..0o1000 {
            let mode = mode | 0o400;
            fs::set_permissions(root.path().join("a"), fs::Permissions::from_mode(mode)).unwrap();
            let tree = walk(&root, &Options::default()).unwrap();
            let expected = if mode & 0o100 == 0 { 0o644 } else { 0o755 };
            assert_eq!(tree.entries()[0].mode(), expected, "{mode:o}");
        }
    }

    #[test]
    fn followed_links_are_listed_as_what_they_lead_to() {
        let outside = folder_with(&["data"]);
        let root = with_links(&[("file", "src/a.py"), ("folder", "src"), ("chain", "folder")]);
        let inside = walk(&root, &by(Symlinks::FollowInside)).unwrap();
        assert_eq!(inside, walk(&root, &by(Symlinks::Follow)).unwrap());
        let below = |folder: &str| ["", "/a.py", "/sub", "/sub/b.py"].map(|path| format!("{folder}{path}"));
        let expected =
            [below("chain").as_slice(), &["file".to_owned()], &below("folder"), &below("src")].concat();
        assert_eq!(names(&inside), expected);
        assert_eq!(inside.entries()[4].kind, Kind::File { executable: false, size: 8 });

        symlink(outside.path().join("data"), root.path().join("outside")).unwrap();
        assert!(names(&walk(&root, &by(Symlinks::Follow)).unwrap()).contains(&"outside"));
    }

    #[test]
    fn a_link_out_of_the_tree_is_an_error_that_names_both_ends() {
        let outside = folder_with(&["data"]);
        let target = fs::canonicalize(outside.path()).unwrap();
        for target in [target.join("data"), target] {
            let root = with_links(&[("outside", target.to_str().unwrap())]);
            let error = walk(&root, &Options::default()).unwrap_err();
            assert!(
                matches!(&error, Error::LinkOutside { link, target: end }
                if *link == root.path().join("outside") && *end == target),
                "{error}"
            );
            assert_eq!(listed(&root, &[], &["outside"]).len(), 4);
        }
    }

    #[test]
    fn links_that_are_not_followed_are_kept_skipped_or_refused() {
        let root = with_links(&[("broken", "nowhere"), ("folder", "src"), ("loop", ".")]);
        let kept = walk(&root, &by(Symlinks::Keep)).unwrap();
        assert_eq!(names(&kept), ["broken", "folder", "loop", "src", "src/a.py", "src/sub", "src/sub/b.py"]);
        assert_eq!(kept.entries()[0].kind, Kind::Symlink { target: "nowhere".into() });
        assert_eq!(kept.entries()[1].kind, Kind::Symlink { target: "src".into() });
        let skipped = walk(&root, &by(Symlinks::Skip)).unwrap();
        assert_eq!(names(&skipped), ["src", "src/a.py", "src/sub", "src/sub/b.py"]);
        assert!(matches!(walk(&root, &by(Symlinks::Refuse)), Err(Error::LinkRefused { .. })));
    }

    #[test]
    fn a_broken_link_is_an_error_that_names_both_ends() {
        for target in ["nowhere", "broken"] {
            let root = with_links(&[("broken", target)]);
            let error = walk(&root, &Options::default()).unwrap_err();
            assert!(
                matches!(&error, Error::BrokenLink { link, target: end, .. }
                if link.ends_with("broken") && end == Path::new(target)),
                "{error}"
            );
        }
    }

    #[test]
    fn a_loop_of_links_is_an_error_that_names_both_ends() {
        let loops: [&[(&str, &str)]; 4] = [
            &[("src/sub/up", "..")],
            &[("src/here", ".")],
            &[("src/sub/top", "../..")],
            &[("one", "src"), ("src/sub/back", "../../one")],
        ];
        for links in loops {
            let error = walk(&with_links(links), &Options::default()).unwrap_err();
            assert!(matches!(error, Error::LinkLoop { .. }), "{error}");
        }
        let mutual = folder_with(&["a/", "b/"]);
        symlink("../b", mutual.path().join("a/x")).unwrap();
        symlink("../a", mutual.path().join("b/y")).unwrap();
        let error = walk(&mutual, &Options::default()).unwrap_err();
        assert!(matches!(error, Error::LinkLoop { .. }), "{error}");

        let above = folder_with(&["root/"]);
        symlink("..", above.path().join("root/up")).unwrap();
        let error = Tree::walk(&above.path().join("root"), &by(Symlinks::Follow)).unwrap_err();
        assert!(matches!(error, Error::LinkLoop { .. }), "{error}");
    }

    #[test]
    fn the_root_may_be_a_link_whatever_the_policy() {
        let root = with_links(&[("folder", "src")]);
        let tree = Tree::walk(&root.path().join("folder"), &by(Symlinks::Refuse)).unwrap();
        assert_eq!(names(&tree), ["a.py", "sub", "sub/b.py"]);
    }

    #[test]
    fn what_is_neither_file_nor_folder_is_an_error_or_skipped() {
        let root = folder_with(&["a"]);
        let _listener = UnixListener::bind(root.path().join("s")).unwrap();
        let message = walk(&root, &Options::default()).unwrap_err().to_string();
        assert!(message.contains("/s is a socket"), "{message}");
        assert_eq!(
            names(&walk(&root, &Options { skip_special: true, ..Options::default() }).unwrap()),
            ["a"]
        );
        assert_eq!(listed(&root, &["a"], &[]), ["a"]);
        assert_eq!(listed(&root, &[], &["s"]), ["a"]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_an_error_unless_it_is_excluded() {
        let root = folder_with(&["a", "shut/b"]);
        fs::set_permissions(root.path().join("shut"), fs::Permissions::from_mode(0o000)).unwrap();
        let is_root_user = fs::read_dir(root.path().join("shut")).is_ok();
        if !is_root_user {
            let message = walk(&root, &Options::default()).unwrap_err().to_string();
            assert!(message.contains("shut"), "{message}");
            assert_eq!(listed(&root, &[], &["shut"]), ["a"]);
        }
        fs::set_permissions(root.path().join("shut"), fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[cfg_attr(target_os = "macos", ignore = "its paths are shorter")]
    #[test]
    fn a_deep_tree_is_listed_and_one_too_deep_for_the_system_is_an_error_that_names_it() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("d/".repeat(1500))).unwrap();
        assert_eq!(walk(&root, &Options::default()).unwrap().entries().len(), 1500);

        // Two halves, each of a length that the system takes, one put in the other.
        let other = tempfile::tempdir().unwrap();
        fs::create_dir_all(other.path().join("d/".repeat(1500))).unwrap();
        let bottom = root.path().join("d/".repeat(1500)).join("e");
        fs::rename(other.path().join("d"), &bottom).unwrap();
        let error = walk(&root, &Options::default()).unwrap_err();
        assert!(error.to_string().contains("/d/d/d"), "{error}");
        fs::rename(bottom, other.path().join("d")).unwrap();
    }
}
