//! Lines side by side. The style puts them into one column where there is no room for two.

use std::fmt::Write;

use super::super::report::{Hunk, Lines};
use super::escape::marked_up;
use super::marks::marked;

/// A number and a text for each side.
const COLUMNS: &str = "<colgroup><col class=\"n\"><col><col class=\"n b\"><col class=\"b\"></colgroup>";

/// A line on one side.
struct Line<'a> {
    number: usize,
    text: &'a str,
    /// What is said behind it, such as that it has no end.
    remark: Option<&'a str>,
}

/// What is gone, and what is new in its place.
#[derive(Default)]
struct Run<'a> {
    gone: Vec<Line<'a>>,
    new: Vec<Line<'a>>,
}

/// A table of all hunks.
pub(super) fn table(lines: &Lines) -> String {
    let signs = |sign: char| {
        lines.hunks.iter().flat_map(|hunk| &hunk.lines).all(|(other, _)| [sign, '\\'].contains(other))
    };
    let class = match (signs('-'), signs('+')) {
        (true, _) => " only-gone",
        (_, true) => " only-new",
        _ => "",
    };
    let raw = if lines.numbered { "" } else { " raw" };
    let mut html = format!("<div class=\"scroll\"><table class=\"lines{class}{raw}\">{COLUMNS}");
    for (index, hunk) in lines.hunks.iter().enumerate() {
        if index > 0 || hunk.a > 1 {
            let head = if lines.numbered { hunk.header() } else { "⋯".to_owned() };
            let _ = write!(html, "<tbody class=\"hunk\"><tr><td colspan=\"4\">{head}</td></tr></tbody>");
        }
        rows(hunk, &mut html);
    }
    html.push_str("</table></div>");
    if lines.left_out > 0 {
        let _ = write!(html, "<p class=\"soft\">{} more lines are left out.</p>", lines.left_out);
    }
    html
}

fn rows(hunk: &Hunk, html: &mut String) {
    let (mut a, mut b) = (hunk.a, hunk.b);
    let mut run = Run::default();
    for (place, (sign, text)) in hunk.lines.iter().enumerate() {
        match sign {
            '-' => {
                if !run.new.is_empty() {
                    std::mem::take(&mut run).write(html);
                }
                run.gone.push(Line { number: a, text, remark: None });
                a += 1;
            }
            '+' => {
                run.new.push(Line { number: b, text, remark: None });
                b += 1;
            }
            '\\' => {
                let last = if run.new.is_empty() { run.gone.last_mut() } else { run.new.last_mut() };
                if let Some(line) = last {
                    line.remark = Some(text);
                }
            }
            _ => {
                std::mem::take(&mut run).write(html);
                context(html, (a, text), (b, hunk.other.get(&place)));
                (a, b) = (a + 1, b + 1);
            }
        }
    }
    run.write(html);
}

/// A line that both have; in B it can have other offsets and numbers in it.
fn context(html: &mut String, (a, text): (usize, &str), (b, other): (usize, Option<&String>)) {
    let class = if other.is_some() { "same moved" } else { "same" };
    let [ours, theirs] = [text, other.map_or(text, String::as_str)].map(marked_up);
    let _ = write!(
        html,
        "<tbody class=\"{class}\"><tr><td class=\"n\">{a}</td><td class=\"t\">{ours}</td><td class=\"n b\">{b}</td>\
         <td class=\"t b\">{theirs}</td></tr></tbody>"
    );
}

impl Run<'_> {
    fn write(self, html: &mut String) {
        let rows = self.gone.len().max(self.new.len());
        if rows == 0 {
            return;
        }
        html.push_str("<tbody class=\"run\">");
        for row in 0..rows {
            let (gone, new) = (self.gone.get(row), self.new.get(row));
            let (ours, theirs) = match (gone, new) {
                (Some(gone), Some(new)) => marked(gone.text, new.text),
                (gone, new) => {
                    let alone =
                        |line: Option<&Line<'_>>| line.map(|line| marked_up(line.text)).unwrap_or_default();
                    (alone(gone), alone(new))
                }
            };
            html.push_str("<tr>");
            cells(html, gone, "gone", &ours);
            cells(html, new, "new b", &theirs);
            html.push_str("</tr>");
        }
        html.push_str("</tbody>");
    }
}

fn cells(html: &mut String, line: Option<&Line<'_>>, class: &str, markup: &str) {
    let Some(line) = line else {
        let side = if class.ends_with('b') { " b" } else { "" };
        let _ = write!(html, "<td class=\"n void{side}\"></td><td class=\"t void{side}\"></td>");
        return;
    };
    let remark = line.remark.map(|remark| format!("<span class=\"end\">  {}</span>", marked_up(remark)));
    let remark = remark.unwrap_or_default();
    let _ = write!(
        html,
        "<td class=\"n {class}\">{}</td><td class=\"t {class}\">{markup}{remark}</td>",
        line.number
    );
}
