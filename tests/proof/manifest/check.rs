//! What `manifest --check` finds.

use super::*;

#[test]
fn check_says_which_member_is_missing_added_or_changed_and_how() {
    let tree = application();
    assert_eq!(manifest(&tree, &["app", "-o", "m.json"]).0, Some(0));
    assert_eq!(manifest(&tree, &["app", "--check", "m.json"]).0, Some(0));
    fs::remove_file(tree.path().join("app/run.sh")).expect("a file");
    tree.write("app/new.py", "");
    tree.write("app/pkg/data.txt", "other data\n");
    let (code, told, _) = manifest(&tree, &["app", "--check", "m.json"]);
    assert_eq!(code, Some(1));
    for line in ["missing run.sh\n", "added new.py\n", "changed pkg/data.txt: sha256 "] {
        assert!(told.contains(line), "{told}");
    }
    let (_, told, _) = manifest(&tree, &["app", "--check", "m.json", "--format", "json"]);
    let report = json(&told);
    assert_eq!(report["matches"], false);
    let found: Vec<_> =
        report["changes"].as_array().expect("changes").iter().map(|change| &change["difference"]).collect();
    assert_eq!(found, ["changed", "missing", "added"]);
    let (code, _, told) = manifest(&tree, &["app", "--check", "app/pkg/data.txt"]);
    assert_eq!(code, Some(2), "{told}");
}

#[cfg(unix)]
#[test]
fn check_minds_modes_links_and_kinds() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let tree = application();
    symlink("pkg", tree.path().join("app/link")).expect("a link");
    manifest(&tree, &["app", "-o", "m.json"]);
    fs::set_permissions(tree.path().join("app/run.sh"), PermissionsExt::from_mode(0o755)).expect("a mode");
    fs::remove_file(tree.path().join("app/link")).expect("a link");
    symlink("space", tree.path().join("app/link")).expect("a link");
    fs::remove_file(tree.path().join("app/pkg/data.txt")).expect("a file");
    fs::create_dir(tree.path().join("app/pkg/data.txt")).expect("a folder");
    let (_, told, _) = manifest(&tree, &["app", "--check", "m.json"]);
    for line in [
        "mode run.sh: 0755, and not 0644",
        "target link: space, and not pkg",
        "kind pkg/data.txt: folder, and not file",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn check_finds_each_changed_member_of_an_archive() {
    let (tree, text) = of_mixed();
    assert_eq!(manifest(&tree, &["--check", ".out.pyz.manifest.json"]).0, Some(0));
    for (path, word) in [("pkg/cli.py", "changed"), ("pkg/cli.pyc", "changed"), ("new.py", "added")] {
        let mut members: Vec<_> = crate::common::app::members(&tree.path().join("out.pyz"))
            .into_iter()
            .map(|(path, bytes, _)| match bytes {
                Some(bytes) => pyrepro::archive::Entry::bytes(path, bytes).expect("a path"),
                None => pyrepro::archive::Entry::folder(path).expect("a path"),
            })
            .collect();
        members.retain(|entry| entry.path.as_str() != path);
        members.push(pyrepro::archive::Entry::bytes(path, "x").expect("a path"));
        tree.write("other.pyz", crate::common::app::zip_of(members));
        let (code, told, _) = manifest(&tree, &["other.pyz", "--check", ".out.pyz.manifest.json"]);
        assert_eq!(code, Some(1));
        assert!(told.contains(&format!("{word} {path}")) && told.contains("artifact: sha256"), "{told}");
    }
    assert!(text.contains("pkg/cli.pyc"));
}
