//! Version constraints of poetry, as specifiers.

/// Poetry's operators become those of PEP 440; `None` where there is no equivalent.
pub fn specifiers(constraint: &str) -> Option<String> {
    if constraint.contains('|') {
        return None;
    }
    let each: Option<Vec<String>> = constraint.split(',').map(|part| specifier(part.trim())).collect();
    let each: Vec<String> = each?.into_iter().filter(|part| !part.is_empty()).collect();
    Some(each.join(","))
}

fn specifier(text: &str) -> Option<String> {
    if text == "*" {
        return Some(String::new());
    }
    if let Some(version) = text.strip_prefix('^') {
        return caret(version.trim());
    }
    if let Some(version) = text.strip_prefix("~=") {
        let parts = numbers(version.trim())?;
        return range(version.trim(), &parts, parts.len().checked_sub(2)?);
    }
    if let Some(version) = text.strip_prefix('~') {
        let parts = numbers(version.trim())?;
        return range(version.trim(), &parts, if parts.len() == 1 { 0 } else { 1 });
    }
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (operator, version) = (text[..digits].trim(), &text[digits..]);
    // Poetry lets spaces stand for commas, too.
    if version.contains(char::is_whitespace) {
        return None;
    }
    match operator {
        "" | "=" => Some(format!("=={version}")),
        "==" | "!=" | ">=" | "<=" | ">" | "<" => Some(format!("{operator}{version}")),
        _ => None,
    }
}

/// `^1.2` allows all that the first number other than 0 lets pass.
fn caret(version: &str) -> Option<String> {
    let parts = numbers(version)?;
    let place = parts.iter().position(|part| *part > 0).unwrap_or(parts.len() - 1);
    range(version, &parts, place)
}

/// From a version to before the next at a place.
fn range(version: &str, parts: &[u64], place: usize) -> Option<String> {
    let part = |(at, part): (usize, &u64)| match at.cmp(&place) {
        std::cmp::Ordering::Less => part.to_string(),
        std::cmp::Ordering::Equal => (part + 1).to_string(),
        std::cmp::Ordering::Greater => "0".to_owned(),
    };
    let next: Vec<String> = parts.iter().enumerate().map(part).collect();
    Some(format!(">={version},<{}", next.join(".")))
}

/// The numbers of a version that has nothing else.
fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok().filter(|number| *number < u64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What poetry-core 2.2.1 writes into METADATA for each.
    #[test]
    fn constraints_mean_what_poetry_makes_of_them() {
        for (constraint, expected) in [
            ("^2.13.0", ">=2.13.0,<3.0.0"),
            ("^2", ">=2,<3"),
            ("^0.2.3", ">=0.2.3,<0.3.0"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("~1.2.3", ">=1.2.3,<1.3.0"),
            ("~1.2", ">=1.2,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.2", ">=1.2,<2.0"),
            ("~=1.2.3", ">=1.2.3,<1.3.0"),
            (">= 1.2, < 2", ">=1.2,<2"),
            ("1.2.3", "==1.2.3"),
            ("1.2.*", "==1.2.*"),
            ("!=1.5", "!=1.5"),
            ("*", ""),
        ] {
            assert_eq!(specifiers(constraint).as_deref(), Some(expected), "{constraint}");
        }
    }

    #[test]
    fn what_has_no_equivalent_is_told() {
        for constraint in ["^1.0 || ^2.0", "^1.0b1", ">=1 <2", "latest", ""] {
            assert_eq!(specifiers(constraint), None, "{constraint}");
        }
    }
}
