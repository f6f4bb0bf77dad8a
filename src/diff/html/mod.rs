//! A comparison as a page for browsers: one file, with everything in it.
//!
//! All of it is in the document: it reads without its script, and the browser's own search finds it. What was
//! compared may be hostile, so every text goes through `escape`; the page's policy lets nothing but its own
//! script run, and nothing load.

pub(crate) mod escape;
mod lines;
mod marks;
mod members;

use sha2::{Digest, Sha256};

use super::report::Report;
use escape::{escaped, visible};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("page.js");

/// The page.
///
/// ```
/// use pyrepro::diff::{self, Options};
///
/// let report = diff::diff("Cargo.toml".as_ref(), "Cargo.toml".as_ref(), &Options::default())?;
/// assert!(diff::html::page(&report).starts_with("<!doctype html>"));
/// # Ok::<(), pyrepro::diff::Error>(())
/// ```
pub fn page(report: &Report) -> String {
    let (overview, details) = (members::overview(report), members::details(report));
    // Whoever compares two files wants to see these.
    let detail = if members::is_of_one_file(report) { details + &overview } else { overview + &details };
    let parts = [
        ("{{script-hash}}", format!("sha256-{}", base64(&Sha256::digest(SCRIPT)))),
        ("{{style-hash}}", format!("sha256-{}", base64(&Sha256::digest(STYLE)))),
        ("{{style}}", STYLE.to_owned()),
        ("{{title}}", escaped(&visible(&format!("{} ↔ {}", last(&report.a.name), last(&report.b.name))))),
        ("{{layout}}", if report.members.len() > 1 { "many" } else { "few" }.to_owned()),
        ("{{kind}}", verdict(report)),
        ("{{verdict}}", escaped(report.verdict.words())),
        ("{{kinds}}", members::kinds(report)),
        ("{{members}}", members::list(report)),
        ("{{detail}}", detail),
        ("{{script}}", SCRIPT.to_owned()),
    ];
    // In the order in which they are there, so that no part is looked for in another.
    let (mut page, mut rest) = (String::new(), PAGE);
    while let Some(start) = rest.find("{{") {
        page.push_str(&rest[..start]);
        rest = &rest[start..];
        match parts.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, part)) => {
                page.push_str(part);
                rest = &rest[name.len()..];
            }
            None => {
                page.push_str("{{");
                rest = &rest[2..];
            }
        }
    }
    page.push_str(rest);
    page
}

/// The verdict as JSON has it.
fn verdict(report: &Report) -> String {
    let name = serde_json::to_value(report.verdict).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

fn last(name: &str) -> &str {
    name.trim_end_matches('/').rsplit('/').next().unwrap_or(name)
}

/// Base 64 as policies have it.
fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;

    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
