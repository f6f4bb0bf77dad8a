//! A comparison as a page for browsers: one file, with everything in it.
//!
//! What was compared may be hostile, so none of it becomes markup: it stands in the page as JSON in which
//! no `<` occurs, and the script makes text of it. The page's policy lets nothing else run, nor load.

use sha2::{Digest, Sha256};

use super::report::Report;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = concat!(include_str!("detail.js"), include_str!("tree.js"), include_str!("main.js"));

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
    // Maps with keys of other types than strings are the only thing that fails, and there are none.
    let data = serde_json::to_string(report).unwrap_or_default();
    // Inside of strings, the only place where it can be in JSON, this is the same character.
    let data = data.replace('<', "\\u003c");
    let parts = [
        ("{{script-hash}}", format!("sha256-{}", base64(&Sha256::digest(SCRIPT)))),
        ("{{style-hash}}", format!("sha256-{}", base64(&Sha256::digest(STYLE)))),
        ("{{style}}", STYLE.to_owned()),
        ("{{title}}", escaped(&format!("{} ↔ {}", last(&report.a.name), last(&report.b.name)))),
        ("{{verdict}}", escaped(report.verdict.words())),
        ("{{script}}", SCRIPT.to_owned()),
        ("{{data}}", data),
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

fn last(name: &str) -> &str {
    name.trim_end_matches('/').rsplit('/').next().unwrap_or(name)
}

/// Text for the inside of an element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Base 64 as policies have it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
