//! What a project needs of others.

use std::fmt;
use std::str::FromStr;

use super::scanner::Scanner;
use super::urls::has_scheme;
use super::{BadValue, Marker, Name, Specifiers};

/// A requirement after PEP 508.
///
/// ```
/// use pyrepro::project::Requirement;
///
/// let requirement: Requirement = "Apples[Red, crisp]>=1,<2;os_name=='nt'".parse()?;
/// assert_eq!(requirement.to_string(), r#"Apples[crisp,red]>=1,<2; os_name == "nt""#);
/// assert!("apples >= one".parse::<Requirement>().is_err());
/// # Ok::<(), pyrepro::project::BadValue>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Which project.
    pub name: Name,
    /// Its extras in normal form, sorted.
    pub extras: Vec<String>,
    /// Which of its versions.
    pub source: Source,
    /// Where it is needed, if not everywhere.
    pub marker: Option<Marker>,
}

/// Which versions of a project a requirement is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Those within a range, which may be all.
    Versions(Specifiers),
    /// The one that is at a URL.
    Url(String),
}

impl Requirement {
    /// As it is written where it counts for an extra alone.
    pub(super) fn for_extra(&self, extra: &Name) -> String {
        self.written(Some(&Marker::for_extra(self.marker.as_ref(), extra)))
    }

    fn written(&self, marker: Option<&str>) -> String {
        let extras =
            if self.extras.is_empty() { String::new() } else { format!("[{}]", self.extras.join(",")) };
        let (source, gap) = match &self.source {
            Source::Versions(specifiers) => (specifiers.to_string(), ""),
            // Without a gap the semicolon would belong to the URL.
            Source::Url(url) => (format!(" @ {url}"), " "),
        };
        let marker = marker.map_or_else(String::new, |marker| format!("{gap}; {marker}"));
        format!("{}{extras}{source}{marker}", self.name)
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marker = self.marker.as_ref().map(Marker::to_string);
        f.write_str(&self.written(marker.as_deref()))
    }
}

impl FromStr for Requirement {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Requirement, BadValue> {
        read(text).map_err(|allowed| BadValue::new(text, allowed))
    }
}

fn read(text: &str) -> Result<Requirement, String> {
    let mut rest = Scanner(text.trim());
    let name = name(
        &mut rest,
        "a requirement as in PEP 508, such as `name[extra]>=1.0; python_version < \"3.11\"`",
    )?;
    rest.skip_space();
    let extras = extras(&mut rest)?;
    rest.skip_space();
    let (source, marker) = if rest.eat("@") { at_url(rest)? } else { of_versions(rest)? };
    let marker = marker.map(|text| text.parse().map_err(|bad: BadValue| bad.allowed)).transpose()?;
    Ok(Requirement { name, extras, source, marker })
}

fn name(rest: &mut Scanner<'_>, allowed: &str) -> Result<Name, String> {
    let name = rest.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    name.parse().map_err(|_| allowed.to_owned())
}

fn extras(rest: &mut Scanner<'_>) -> Result<Vec<String>, String> {
    let mut extras = Vec::new();
    if !rest.eat("[") {
        return Ok(extras);
    }
    rest.skip_space();
    while !rest.eat("]") {
        extras.push(name(rest, "names of extras, separated by commas, within [ ]")?.normalized().to_owned());
        rest.skip_space();
        let more = rest.eat(",");
        rest.skip_space();
        if more == (rest.peek() == Some(']')) {
            return Err("names of extras, separated by commas, within [ ]".into());
        }
    }
    extras.sort_unstable();
    extras.dedup();
    Ok(extras)
}

type SourceAndMarker<'a> = (Source, Option<&'a str>);

fn at_url(mut rest: Scanner<'_>) -> Result<SourceAndMarker<'_>, String> {
    rest.skip_space();
    let url = rest.take_while(|c| !c.is_whitespace());
    if !has_scheme(url) {
        return Err("after @ a URL with its scheme, such as https://example.org/a.whl".into());
    }
    rest.skip_space();
    let marker = rest.eat(";").then_some(rest.0);
    if marker.is_none() && !rest.is_done() {
        return Err("after a URL nothing, or a space, a semicolon and a marker".into());
    }
    Ok((Source::Url(url.to_owned()), marker))
}

fn of_versions(rest: Scanner<'_>) -> Result<SourceAndMarker<'_>, String> {
    let (versions, marker) = match rest.0.split_once(';') {
        Some((versions, marker)) => (versions.trim(), Some(marker)),
        None => (rest.0.trim(), None),
    };
    let inner = match versions.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')').ok_or("a `)` after the versions for the `(` before")?,
        None => versions,
    };
    // A comma at the end alone does no harm.
    let listed = inner.trim_end().strip_suffix(',').unwrap_or(inner);
    if !inner.is_empty() && listed.split(',').any(|part| part.trim().is_empty()) {
        return Err("versions separated by single commas".into());
    }
    let specifiers = inner.parse().map_err(|bad: BadValue| bad.allowed)?;
    Ok((Source::Versions(specifiers), marker))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_have_a_uniform_spelling() {
        let forms = [
            ("a", "a"),
            ("A.b_c", "A.b_c"),
            ("a (>=1, <2)", "a>=1,<2"),
            ("a[]", "a"),
            ("a [x , Y_z]== 1.*", "a[x,y-z]==1.*"),
            ("a@https://e.org/a.whl", "a @ https://e.org/a.whl"),
            (
                "a @ git+https://e.org/a@main#egg=a ; os_name=='x'",
                r#"a @ git+https://e.org/a@main#egg=a ; os_name == "x""#,
            ),
            ("a;os_name=='x'", r#"a; os_name == "x""#),
            ("a===b", "a===b"),
        ];
        for (written, normal) in forms {
            let requirement: Requirement = written.parse().unwrap();
            assert_eq!(requirement.to_string(), normal);
            assert_eq!(normal.parse::<Requirement>().unwrap(), requirement);
        }
    }

    #[test]
    fn what_is_no_requirement_is_refused() {
        for text in [
            "",
            "-a",
            "a b",
            "a >= x",
            "a 1.0",
            "a[",
            "a[x",
            "a[x y]",
            "a[,]",
            "a[x,]",
            "a[-]",
            "a (>=1",
            "a >=1)",
            "a @",
            "a @ ./here",
            "a @ https://e.org/a b",
            "a;",
            "a; nonsense",
            "a=1",
            "./a",
            "a^1",
        ] {
            assert!(text.parse::<Requirement>().is_err(), "{text:?}");
        }
    }
}
