//! Characters by name, as `\N{…}` in a literal asks for them.

use super::names::{BLOCKS, DERIVED, NAMES, PIECES, Range};
use crate::rules::UnicodeVersion;

/// No name is longer; CPython's buffer has this size.
const LONGEST: usize = 256;

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The character.
    Character(u32),
    /// Nothing.
    Unknown,
    /// Micro releases of one edition differ over derived names that are not in upper case.
    Disputed,
}

/// The character of a name or alias. Case does not matter, except that releases without `any_case` want the names
/// of CJK ideographs and Hangul syllables exactly.
pub(crate) fn lookup(name: &[u8], version: UnicodeVersion, any_case: bool) -> Named {
    if name.len() > LONGEST {
        return Named::Unknown;
    }
    let upper = name.to_ascii_uppercase();
    if let Some((code, since)) = stored(&upper) {
        return if since <= version as u8 { Named::Character(code) } else { Named::Unknown };
    }
    let loose = loose(&upper, version);
    let strict = strict(name, &upper, version);
    match (any_case, loose == strict) {
        (_, true) => loose.map_or(Named::Unknown, Named::Character),
        (true, false) => loose.map_or(Named::Unknown, Named::Character),
        (false, false) => Named::Disputed,
    }
}

/// Derived names as late releases take them: any case, no leading zeros.
fn loose(upper: &[u8], version: UnicodeVersion) -> Option<u32> {
    if let Some(syllable) = upper.strip_prefix(b"HANGUL SYLLABLE ") {
        return hangul(syllable);
    }
    DERIVED.iter().find_map(|(prefix, ranges)| {
        let digits = upper.strip_prefix(prefix.as_bytes())?;
        let code = code_point(digits).filter(|_| digits[0] != b'0')?;
        contains(ranges, code, version).then_some(code)
    })
}

/// Derived names as early releases take them.
fn strict(name: &[u8], upper: &[u8], version: UnicodeVersion) -> Option<u32> {
    if name.starts_with(b"HANGUL SYLLABLE ") {
        return hangul(&name[16..]);
    }
    if let Some(digits) = name.strip_prefix(b"CJK UNIFIED IDEOGRAPH-") {
        let upper_case = !digits.iter().any(u8::is_ascii_lowercase);
        let (_, ranges) = DERIVED.iter().find(|(prefix, _)| *prefix == "CJK UNIFIED IDEOGRAPH-")?;
        return code_point(digits).filter(|&code| upper_case && contains(ranges, code, version));
    }
    // Tangut names were not known; those of Egyptian hieroglyphs came with the version that knows the loose rule.
    let unknown = [&b"CJK UNIFIED"[..], b"TANGUT", b"HANGUL SYLLABLE"];
    if unknown.iter().any(|prefix| upper.starts_with(prefix)) {
        return None;
    }
    loose(upper, version)
}

fn contains(ranges: &[Range], code: u32, version: UnicodeVersion) -> bool {
    ranges.iter().any(|&(first, last, since)| (first..=last).contains(&code) && since <= version as u8)
}

/// Four or five hexadecimal digits.
fn code_point(digits: &[u8]) -> Option<u32> {
    if !(4..=5).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

const LEADS: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
    "YU", "EU", "YI", "I",
];
const TAILS: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS",
    "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];

/// A Hangul syllable, spelled by lead, vowel and tail; of each the longest that fits.
fn hangul(spelled: &[u8]) -> Option<u32> {
    let (lead, rest) = longest(&LEADS, spelled)?;
    let (vowel, rest) = longest(&VOWELS, rest)?;
    let (tail, rest) = longest(&TAILS, rest)?;
    rest.is_empty().then_some(0xac00 + ((lead * 21 + vowel) * 28 + tail) as u32)
}

fn longest<'a>(parts: &[&str], text: &'a [u8]) -> Option<(usize, &'a [u8])> {
    let fits = |part: &&str| text.starts_with(part.as_bytes());
    let (index, part) =
        parts.iter().enumerate().filter(|(_, part)| fits(part)).max_by_key(|(_, part)| part.len())?;
    Some((index, &text[part.len()..]))
}

/// Code point and first version of a name in the table.
fn stored(upper: &[u8]) -> Option<(u32, u8)> {
    let after = BLOCKS.partition_point(|&offset| first_name(offset as usize).as_slice() <= upper);
    let start = *BLOCKS.get(after.checked_sub(1)?)? as usize;
    let end = BLOCKS.get(after).map_or(NAMES.len(), |&offset| offset as usize);
    let mut name = Vec::with_capacity(LONGEST);
    let mut at = start;
    while at < end {
        let (entry, next) = read(&mut name, at);
        if name == upper {
            return Some((entry & 0x1f_ffff, (entry >> 21) as u8));
        }
        at = next;
    }
    None
}

fn first_name(offset: usize) -> Vec<u8> {
    let mut name = Vec::new();
    read(&mut name, offset);
    name
}

/// Makes the name before into the name at an offset. Gives what is stored with it, and where the next begins.
fn read(name: &mut Vec<u8>, at: usize) -> (u32, usize) {
    let (shared, length) = (NAMES[at] as usize, NAMES[at + 1] as usize);
    name.truncate(shared);
    let end = at + 2 + length;
    for &byte in &NAMES[at + 2..end] {
        match byte {
            0..128 => name.push(byte),
            128.. => name.extend_from_slice(PIECES[byte as usize - 128].as_bytes()),
        }
    }
    let entry = u32::from_le_bytes([NAMES[end], NAMES[end + 1], NAMES[end + 2], 0]);
    (entry, end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(name: &str) -> Named {
        lookup(name.as_bytes(), UnicodeVersion::V17, true)
    }

    #[test]
    fn names_and_aliases_are_found_in_any_case() {
        assert_eq!(find("latin small letter A"), Named::Character(0x61));
        assert_eq!(find("BELL"), Named::Character(0x1f514));
        assert_eq!(find("ALERT"), Named::Character(7));
        assert_eq!(find("LATIN SMALL LETTER A "), Named::Unknown);
    }

    #[test]
    fn a_name_is_unknown_before_its_version() {
        assert_eq!(lookup(b"SHAKING FACE", UnicodeVersion::V14, false), Named::Unknown);
        assert_eq!(lookup(b"SHAKING FACE", UnicodeVersion::V15, false), Named::Character(0x1fae8));
    }

    #[test]
    fn derived_names_follow_the_rule_of_the_release() {
        assert_eq!(find("hangul syllable gag"), Named::Character(0xac01));
        assert_eq!(find("CJK UNIFIED IDEOGRAPH-04E00"), Named::Unknown);
        let early = |name: &str| lookup(name.as_bytes(), UnicodeVersion::V15, false);
        assert_eq!(early("CJK UNIFIED IDEOGRAPH-4E00"), Named::Character(0x4e00));
        assert_eq!(early("cjk unified ideograph-4e00"), Named::Disputed);
    }
}
