//! Characters that nobody sees: text of others shows them, on a terminal and in pages.

/// Whether a character steers a terminal, hides, or turns the direction of reading.
///
/// ```
/// use pyrepro::hidden::is_hidden;
///
/// assert!(is_hidden('\u{1b}') && is_hidden('\u{202e}') && is_hidden('\u{61c}') && is_hidden('\n'));
/// assert!(!is_hidden('\t') && !is_hidden('é'));
/// ```
pub fn is_hidden(character: char) -> bool {
    character.is_control() && character != '\t'
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
