//! A page for browsers: one wheel with its evidence and difference, or a list by grade.

use std::fmt::Write;

use super::grade::Grade;
use super::result::RebuildResult;
use crate::diff::html::escape::{escaped, visible};
use crate::diff::{Body, Member, Report, Status};

/// How many lines of a difference go into a page, for each member.
const LINES: usize = 400;

/// A page about these results: a single file that needs no network and no script.
///
/// ```
/// assert!(pyrepro::rebuild::page(&[]).starts_with("<!DOCTYPE html>"));
/// ```
pub fn page(results: &[RebuildResult]) -> String {
    let mut html = String::new();
    let title = match results {
        [one] => format!("{}: {}", one.wheel, one.grade),
        many => format!("{} wheels rebuilt", many.len()),
    };
    let _ = write!(
        html,
        "{}<title>{}</title><style>{STYLE}</style><h1>{}</h1>",
        HEAD,
        text(&title),
        text(&title)
    );
    if results.len() != 1 {
        counts(&mut html, results);
    }
    for grade in Grade::ALL {
        let of_grade: Vec<_> = results.iter().filter(|result| result.grade == grade).collect();
        if of_grade.is_empty() {
            continue;
        }
        if results.len() != 1 {
            let _ = write!(html, "<h2 id={grade}>{grade} <small>{}</small></h2>", of_grade.len());
        }
        let _ = write!(html, "<p>{}</p>", text(grade.meaning()));
        for result in of_grade {
            one(&mut html, result, results.len() == 1);
        }
    }
    html.push_str("</html>\n");
    html
}

const HEAD: &str = "<!DOCTYPE html><html lang=en><meta charset=utf-8>\
    <meta name=viewport content=\"width=device-width,initial-scale=1\">";

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#b3261e;--plus:#2da44e33;--minus:#cf222e33}\
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.4rem;overflow-wrap:anywhere}h2{margin-top:2rem}small{opacity:.7;font-weight:normal}\
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.3rem .8rem}\
summary{cursor:pointer;overflow-wrap:anywhere}.good{color:var(--good)}.bad{color:var(--bad)}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;\
border-bottom:1px solid var(--line);overflow-wrap:anywhere}code,pre{font:13px/1.45 ui-monospace,monospace}\
pre{overflow-x:auto;border:1px solid var(--line);border-radius:6px;padding:.5rem}\
.plus{background:var(--plus)}.minus{background:var(--minus)}.plus,.minus,.same{display:block;min-height:1.45em}";

/// Text that is not ours, as a page may show it.
fn text(raw: &str) -> String {
    escaped(&visible(raw))
}

fn counts(html: &mut String, results: &[RebuildResult]) {
    html.push_str("<table><tr><th>grade<th>wheels<th>meaning");
    for grade in Grade::ALL {
        let count = results.iter().filter(|result| result.grade == grade).count();
        if count > 0 {
            let class = if grade.is_proof() { "good" } else { "bad" };
            let meaning = text(grade.meaning());
            let _ = write!(
                html,
                "<tr><td><a class={class} href=\"#{grade}\">{grade}</a><td>{count}<td>{meaning}"
            );
        }
    }
    html.push_str("</table>");
}

fn one(html: &mut String, result: &RebuildResult, is_open: bool) {
    let class = if result.grade.is_proof() { "good" } else { "bad" };
    let open = if is_open { " open" } else { "" };
    let mut classes: Vec<&str> =
        result.differences.iter().map(|difference| difference.class.name()).collect();
    classes.dedup();
    let stage = result.stage.as_deref().map(|stage| format!(" ({stage})")).unwrap_or_default();
    let _ = write!(
        html,
        "<details{open}><summary>{} <b class={class}>{}</b>{} <small>{}</small></summary>",
        text(&result.wheel),
        result.grade,
        text(&stage),
        text(&classes.join(", "))
    );
    if let Some(reason) = &result.reason {
        let _ = write!(html, "<pre>{}</pre>", text(reason));
    }
    facts(html, result);
    if !result.inference.is_empty() {
        html.push_str("<h3>How it was built</h3><table><tr><th>seen<th>so");
        for inference in &result.inference {
            let _ = write!(html, "<tr><td>{}<td>{}", text(&inference.seen), text(&inference.then));
        }
        html.push_str("</table>");
    }
    attempts(html, result);
    if !result.differences.is_empty() {
        html.push_str("<h3>What differs</h3><table><tr><th>member<th>class<th>how");
        for difference in &result.differences {
            let (member, detail) = (text(&difference.member), text(&difference.detail));
            let _ = write!(html, "<tr><td><code>{member}</code><td>{}<td>{detail}", difference.class.name());
        }
        html.push_str("</table>");
    }
    html.push_str(result.explanation.as_deref().unwrap_or_default());
    html.push_str("</details>");
}

/// The part of a page that has the difference of two wheels in full.
pub(super) fn explanation(report: &Report) -> String {
    let mut html = String::new();
    for member in report.members.iter().filter(|member| member.status != Status::Equal) {
        difference(&mut html, member);
    }
    html
}

fn facts(html: &mut String, result: &RebuildResult) {
    html.push_str("<table>");
    let mut row = |name: &str, value: String| {
        let _ = write!(html, "<tr><th>{name}<td><code>{}</code>", text(&value));
    };
    if let Some(digest) = result.sha256 {
        row("sha256", digest.to_string());
    }
    if let Some(source) = &result.source {
        let digest = source.sha256.map(|digest| format!(" sha256 {digest}")).unwrap_or_default();
        let commit = source.commit.as_ref().map(|commit| format!(" commit {commit}")).unwrap_or_default();
        row("source", format!("{}{digest}{commit}", source.name));
        if let Some(sdist) = &source.in_place_of {
            row("in place of", format!("{sdist}, which lacks files of the wheel"));
        }
    }
    if let Some(strategy) = &result.strategy {
        row("strategy", serde_json::to_string(strategy).unwrap_or_default());
    }
    if !result.environment.is_empty() {
        let installed =
            result.environment.iter().map(|package| format!("{}=={}", package.name, package.version));
        row("environment", installed.collect::<Vec<_>>().join(" "));
    }
    row("time", format!("{:.1} s", result.seconds));
    html.push_str("</table>");
}

fn attempts(html: &mut String, result: &RebuildResult) {
    if result.attempts.is_empty() {
        return;
    }
    html.push_str("<h3>Attempts</h3><table><tr><th>strategy<th>came to<th>time");
    for attempt in &result.attempts {
        let outcome = match (attempt.differences, &attempt.failure) {
            (Some(0), _) => "all members equal".to_owned(),
            (Some(count), _) => format!("{count} members differ"),
            (None, Some(failure)) => failure.lines().next().unwrap_or_default().to_owned(),
            (None, None) => String::new(),
        };
        let strategy = serde_json::to_string(&attempt.strategy).unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td><code>{}</code><td>{}<td>{:.1} s",
            text(&strategy),
            text(&outcome),
            attempt.seconds
        );
    }
    html.push_str("</table>");
}

fn difference(html: &mut String, member: &Member) {
    if member.sections.is_empty() {
        return;
    }
    let _ = write!(html, "<h3><code>{}</code></h3>", text(&member.path));
    for section in &member.sections {
        match &section.body {
            Body::Lines(lines) => {
                html.push_str("<pre>");
                let all = lines.hunks.iter().flat_map(|hunk| &hunk.lines);
                for (sign, line) in all.take(LINES) {
                    let class = match sign {
                        '+' => "plus",
                        '-' => "minus",
                        _ => "same",
                    };
                    let _ = write!(html, "<span class={class}>{sign}{}</span>", text(line));
                }
                html.push_str("</pre>");
            }
            Body::Fields(fields) => {
                html.push_str("<table><tr><th>field<th>published<th>rebuilt");
                for field in fields.iter().take(LINES) {
                    let show = |value: &Option<String>| text(value.as_deref().unwrap_or("absent"));
                    let (a, b) = (show(&field.a), show(&field.b));
                    let _ = write!(html, "<tr><td>{}<td>{a}<td>{b}", text(&field.name));
                }
                html.push_str("</table>");
            }
            Body::Notes(notes) => {
                for note in notes {
                    let _ = write!(html, "<p>{}</p>", text(note));
                }
            }
        }
    }
}
