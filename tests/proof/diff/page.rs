//! The page for browsers: complete in itself, and safe whatever was compared.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use pyrepro::diff::{self, Report, html};

use super::compare;
use super::zip_file::{Member, Zip};

const EVIL: &str =
    "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";

fn evil() -> Report {
    let zip = |content: String| {
        let members = vec![
            Member::new(EVIL, content.as_bytes()),
            Member::new("<!--", content.as_bytes()),
            Member::new("{{script}}", content.as_bytes()),
        ];
        Zip { members, comment: content.into_bytes(), ..Zip::default() }.write().bytes
    };
    compare("x.zip", &zip(format!("{EVIL}\n")), &zip(format!("{EVIL}{EVIL}\u{2028}\n")))
}

#[test]
fn nothing_that_was_compared_becomes_markup() {
    let page = html::page(&evil());
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<img") && page.matches("<!--").count() == 0);
    let data =
        page.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>")).expect("data").0;
    let document: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert!(document["members"].as_array().expect("members").iter().any(|member| member["path"] == EVIL));
}

#[test]
fn the_page_needs_nothing_else_and_lets_nothing_else_in() {
    let page = html::page(&evil());
    let policy = page.split_once("Content-Security-Policy\" content=\"").expect("a policy").1;
    let policy = policy.split_once('"').expect("its end").0;
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    for outside in ["http:", "https:", "src=\"", "@import", "url("] {
        let without_data = page.split_once("id=\"data\">").expect("data");
        assert!(!without_data.0.contains(outside), "{outside}");
    }
}

/// The browser, where there is one.
fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        crate::common::skip("chromium", "no browser opens the pages");
    }
    found
}

/// The document that a page has become when its script has run.
fn opened(browser: &Path, report: &Report, place: &str) -> (String, Duration) {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    std::fs::write(&page, html::page(report)).expect("a page");
    let start = Instant::now();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,800", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}{place}", page.display()))
        .output()
        .expect("a browser");
    (String::from_utf8_lossy(&output.stdout).into_owned(), start.elapsed())
}

#[test]
fn a_browser_shows_hostile_names_and_contents_as_text() {
    let Some(browser) = chromium() else { return };
    let report = evil();
    for index in 0..report.members.len() {
        let (document, _) = opened(&browser, &report, &format!("#{index}"));
        assert!(document.contains("class=\"badge content\""), "the script has not run: {document}");
        assert!(!document.contains("<title>owned") && !document.contains("<img"), "{document}");
        assert!(document.contains("&lt;script&gt;"), "{document}");
    }
}

#[test]
fn a_page_of_5000_members_has_the_rows_in_view_alone() {
    let Some(browser) = chromium() else { return };
    let zip = |time| {
        let members = (0..5000).map(|i| {
            let mut member = Member::new(&format!("pkg{:02}/sub{}/m{i}.py", i % 40, i % 7), b"x = 1\n");
            member.time = time;
            member
        });
        Zip { members: members.collect(), ..Zip::default() }.write().bytes
    };
    let report = compare("x.zip", &zip(0), &zip(1));
    assert_eq!(report.summary.container, 5000);
    let (document, took) = opened(&browser, &report, "");
    let rows = document.matches("role=\"treeitem\"").count();
    assert!((20..200).contains(&rows), "{rows} rows");
    assert!(document.contains("5,000"));
    eprintln!("opened, with the start of the browser, in {took:?}");
}

#[test]
fn a_page_of_equal_files_says_so() {
    let report =
        diff::diff("Cargo.toml".as_ref(), "Cargo.toml".as_ref(), &diff::Options::default()).expect("a file");
    assert!(html::page(&report).contains("bit for bit the same"));
    let Some(browser) = chromium() else { return };
    assert!(opened(&browser, &report, "").0.contains("There is no difference."));
}
