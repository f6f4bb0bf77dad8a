//! The members of a comparison: the list of them, and what differs in each.

use std::fmt::Write;

use super::super::report::{Body, Fact, Member, Report, Section, Side, Status};
use super::escape::{escaped, marked_up, visible};
use super::lines;
use super::marks::marked;

/// Every kind of difference: its symbol and its words, so that no colour has to be told from another.
const KINDS: [(Status, &str, &str); 7] = [
    (Status::Content, "≠", "content differs"),
    (Status::Meaning, "≈", "same meaning"),
    (Status::OnlyA, "−", "only in A"),
    (Status::OnlyB, "+", "only in B"),
    (Status::Renamed, "→", "renamed"),
    (Status::Container, "□", "container only"),
    (Status::Equal, "=", "equal"),
];

fn kind(status: Status) -> (&'static str, &'static str) {
    let found = KINDS.iter().find(|(known, ..)| *known == status);
    found.map_or(("", ""), |(_, symbol, words)| (*symbol, *words))
}

fn text(text: &str) -> String {
    escaped(&visible(text))
}

/// Whether two files were compared, and not two containers.
pub(super) fn is_of_one_file(report: &Report) -> bool {
    matches!(&report.members[..], [one] if report.facts.is_empty() && one.status == Status::Content)
        && !["folder", "zip", "tar", "tar.gz"].contains(&report.a.kind)
}

/// How many members there are of each kind; buttons, once the script has run.
pub(super) fn kinds(report: &Report) -> String {
    let mut html = String::new();
    for (status, symbol, words) in KINDS {
        let count = report.members.iter().filter(|member| member.status == status).count();
        if count > 0 {
            let name = status.name();
            let _ = write!(
                html,
                "<button type=\"button\" class=\"{name}\" data-kind=\"{name}\" aria-pressed=\"true\"><i>{symbol}</i> {words} \
                 <b>{}</b></button>",
                grouped(count as u64)
            );
        }
    }
    html
}

/// The list of the members that differ.
pub(super) fn list(report: &Report) -> String {
    let mut html = String::new();
    for (place, member) in differing(report) {
        let (symbol, words) = kind(member.status);
        let (folder, name) = match member.path.rfind('/') {
            Some(end) => member.path.split_at(end + 1),
            None => ("", member.path.as_str()),
        };
        let _ = write!(
            html,
            "<li class=\"{}\"><a href=\"#m{place}\"><i title=\"{words}\">{symbol}</i><span class=\"vh\">{words}: \
             </span><span class=\"path\"><span class=\"folder\">{}</span>{}</span></a></li>",
            member.status.name(),
            text(folder),
            text(name)
        );
    }
    html
}

fn differing(report: &Report) -> impl Iterator<Item = (usize, &Member)> {
    report.members.iter().enumerate().filter(|(_, member)| member.status != Status::Equal)
}

/// What was compared, and what differs beside the members.
pub(super) fn overview(report: &Report) -> String {
    let mut html = format!(
        "<section id=\"overview\" class=\"member\"><div class=\"sides\">{}{}</div>",
        side("A", &report.a),
        side("B", &report.b)
    );
    if !report.notes.is_empty() {
        html += &notes(&report.notes, " warn");
    }
    if !report.facts.is_empty() {
        html += &format!("<h3>Archive metadata</h3>{}", facts(&report.facts));
    }
    if report.equal {
        html += "<p class=\"empty\">There is no difference.</p>";
    }
    html + "</section>"
}

fn side(letter: &str, side: &Side) -> String {
    let size = side.size.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
    let digest = side.sha256.as_ref().map(|digest| format!("<p class=\"mono\">sha256 {digest}</p>"));
    format!(
        "<div class=\"side\"><h3>{letter}</h3><p>{}</p><p class=\"soft\">{}{size}</p>{}</div>",
        text(&side.name),
        text(side.kind),
        digest.unwrap_or_default()
    )
}

/// All members that differ, with what differs, and the names of those that do not.
pub(super) fn details(report: &Report) -> String {
    let mut html = String::new();
    for (place, found) in differing(report) {
        member(place, found, &mut html);
    }
    let equal: Vec<&Member> = report.members.iter().filter(|member| member.status == Status::Equal).collect();
    if !equal.is_empty() {
        let _ = write!(
            html,
            "<details id=\"equal\" class=\"member equal\"><summary>= {} equal</summary><ul>",
            grouped(equal.len() as u64)
        );
        equal.iter().for_each(|member| {
            let _ = write!(html, "<li>{}</li>", text(&member.path));
        });
        html.push_str("</ul></details>");
    }
    html
}

fn member(place: usize, member: &Member, html: &mut String) {
    let (symbol, words) = kind(member.status);
    let renamed = member.path_b.as_ref().map(|other| format!(" → {}", text(other))).unwrap_or_default();
    let name = member.status.name();
    let _ = write!(
        html,
        "<section id=\"m{place}\" class=\"member {name}\" data-kind=\"{name}\" tabindex=\"-1\"><div class=\"head\">\
         <h2>{}{renamed}</h2><span class=\"badge\">{symbol} {words}</span> <span class=\"soft\">{}, {}</span></div>",
        text(&member.path),
        text(member.kind),
        sizes(member.sizes)
    );
    if !member.facts.is_empty() {
        *html += &format!("<h3>Archive metadata</h3>{}", facts(&member.facts));
    }
    for part in &member.sections {
        *html += &section(part);
    }
    if member.facts.is_empty() && member.sections.is_empty() {
        let _ = write!(html, "<p class=\"empty\">{}</p>", silence(member.status));
    }
    html.push_str("</section>");
}

fn silence(status: Status) -> &'static str {
    match status {
        Status::OnlyA => "B has no such member.",
        Status::OnlyB => "A has no such member.",
        Status::Renamed => "The content is the same.",
        _ => "Nothing more was recorded.",
    }
}

fn section(section: &Section) -> String {
    let titled = |body: String| format!("<h3>{}</h3>{body}", text(&section.title));
    match &section.body {
        Body::Notes(sentences) => notes(sentences, ""),
        Body::Fields(values) => titled(facts(values)),
        Body::Lines(found) => titled(lines::table(found)),
    }
}

fn notes(sentences: &[String], class: &str) -> String {
    let items: String = sentences.iter().map(|note| format!("<li>{}</li>", marked_up(note))).collect();
    format!("<ul class=\"notes{class}\">{items}</ul>")
}

fn facts(facts: &[Fact]) -> String {
    let mut html = String::from(
        "<div class=\"scroll\"><table class=\"facts\"><thead><tr><td></td><th scope=\"col\">A</th><th scope=\"col\">B</th>\
         </tr></thead><tbody>",
    );
    for fact in facts {
        let (ours, theirs) =
            marked(fact.a.as_deref().unwrap_or_default(), fact.b.as_deref().unwrap_or_default());
        let cell = |class: &str, value: &Option<String>, markup: String| match value {
            Some(_) => format!("<td class=\"value {class}\">{markup}</td>"),
            None => "<td class=\"value none\">not there</td>".to_owned(),
        };
        let _ = write!(
            html,
            "<tr><th scope=\"row\">{}</th>{}{}</tr>",
            text(&fact.name),
            cell("a", &fact.a, ours),
            cell("b", &fact.b, theirs)
        );
    }
    html + "</tbody></table></div>"
}

fn sizes(sizes: [Option<u64>; 2]) -> String {
    match sizes {
        [Some(a), Some(b)] if a != b => format!("{} → {}", grouped(a), bytes(b)),
        [a, b] => bytes(a.or(b).unwrap_or_default()),
    }
}

fn bytes(size: u64) -> String {
    format!("{} byte{}", grouped(size), if size == 1 { "" } else { "s" })
}

/// A number with commas, as in 1,500.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
