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
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert!(!page.contains("<img") && page.matches("<!--").count() == 0);
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;") && page.contains("\\u{2028}"));
}

#[test]
fn the_page_needs_nothing_else_and_lets_nothing_else_in() {
    let page = html::page(&evil());
    let policy = page.split_once("Content-Security-Policy\" content=\"").expect("a policy").1;
    let policy = policy.split_once('"').expect("its end").0;
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    for outside in ["http:", "https:", "src=\"", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
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
        let (document, _) = opened(&browser, &report, &format!("#m{index}"));
        assert!(document.contains("class=\"js\""), "the script has not run: {document}");
        assert!(document.contains("aria-current"), "{document}");
        assert!(!document.contains("<title>owned") && !document.contains("<img"), "{document}");
        assert!(document.contains("&lt;script&gt;"), "{document}");
    }
}

fn many(count: usize) -> Report {
    let zip = |time, last: &str| {
        let members = (0..count).map(|i| {
            let content = if i == count - 100 { last } else { "x = 1\n" };
            let mut member =
                Member::new(&format!("pkg{:02}/sub{}/m{i}.py", i % 40, i % 7), content.as_bytes());
            member.time = time;
            member
        });
        Zip { members: members.collect(), ..Zip::default() }.write().bytes
    };
    compare("x.zip", &zip(0, "pears = 1\n"), &zip(1, "quinces = 1\n"))
}

#[test]
fn a_page_of_5000_members_has_them_all_and_opens_at_once() {
    let page = html::page(&many(5000));
    assert_eq!(page.matches("<section id=\"m").count(), 5000);
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
    let Some(browser) = chromium() else { return };
    let (document, took) = opened(&browser, &many(5000), "");
    assert!(document.contains("<b>4,999</b>") && document.contains("quinces"));
    eprintln!("opened, with the start of the browser, in {took:?}");
}

/// All that the script does is done in a copy of the page that presses keys as it opens.
fn after(report: &Report, browser: &Path, keys: &str, search: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let script = format!(
        "<script>addEventListener('load', () => {{ search.value = {search:?}; refilter(); for (const key of {keys:?}) \
         document.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }})); document.title = \
         location.hash + ' ' + document.getElementById('count').textContent; }});</script></body>"
    );
    // The policy of the page would stop that script, too.
    let (before, policy) = html::page(report)
        .replace("</body>", &script)
        .split_once("<meta http-equiv")
        .map(|(before, rest)| (before.to_owned(), rest.split_once('>').expect("its end").1.to_owned()))
        .expect("a policy");
    std::fs::write(&page, before + &policy).expect("a page");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("a browser");
    let document = String::from_utf8_lossy(&output.stdout).into_owned();
    document
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .expect("a title")
        .0
        .to_owned()
}

#[test]
fn n_goes_past_members_that_differ_in_time_alone_and_the_filter_finds_contents() {
    let Some(browser) = chromium() else { return };
    let report = many(300);
    let place = report.members.iter().position(|member| member.status == diff::Status::Content).expect("one");
    assert_eq!(after(&report, &browser, "n", ""), format!("#m{place} 300"));
    assert_eq!(after(&report, &browser, "jj", ""), "#m1 300");
    assert_eq!(after(&report, &browser, "j", "quinces"), format!("#m{place} 1 of 300"));
}

#[test]
fn the_page_reads_without_its_script() {
    let folder = tempfile::tempdir().expect("a folder");
    for (side, shared, text) in
        [("a", "value = old_name + 1\n", None), ("b", "value = new_name + 1\n", Some("only here\n"))]
    {
        std::fs::create_dir(folder.path().join(side)).expect("a folder");
        std::fs::write(folder.path().join(side).join("m.py"), shared).expect("a file");
        if let Some(text) = text {
            std::fs::write(folder.path().join(side).join("new.txt"), text).expect("a file");
        }
    }
    let report = diff::diff(&folder.path().join("a"), &folder.path().join("b"), &diff::Options::default());
    let page = html::page(&report.expect("a report"));
    let page = page.split_once("<script>").expect("a script").0;
    for expected in [
        "value = <mark>old_name</mark> + 1",
        "value = <mark>new_name</mark> + 1",
        "only here",
        "content differs",
        "only in B",
        "m.py",
        "new.txt",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[test]
fn a_page_of_two_files_begins_with_what_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["a.txt", "b.txt"].map(|name| folder.path().join(name));
    std::fs::write(&paths[0], "one\n").expect("a file");
    std::fs::write(&paths[1], "two\n").expect("a file");
    let page = html::page(&diff::diff(&paths[0], &paths[1], &diff::Options::default()).expect("a report"));
    assert!(page.find("id=\"m0\"").expect("the file") < page.find("id=\"overview\"").expect("the sides"));
}

#[test]
fn a_page_of_equal_files_says_so() {
    let report =
        diff::diff("Cargo.toml".as_ref(), "Cargo.toml".as_ref(), &diff::Options::default()).expect("a file");
    assert!(html::page(&report).contains("bit for bit the same"));
    let Some(browser) = chromium() else { return };
    assert!(opened(&browser, &report, "").0.contains("There is no difference."));
}
