//! Names that are keywords.

use super::token::TokenKind;

/// The keyword that a name is.
pub(super) fn keyword(name: &[u8]) -> Option<TokenKind> {
    use TokenKind::*;
    if !(2..=8).contains(&name.len()) {
        return None;
    }
    let candidates: &[(&[u8], TokenKind)] = match name[0] {
        b'a' => {
            &[(b"as", KwAs), (b"and", KwAnd), (b"await", KwAwait), (b"async", KwAsync), (b"assert", KwAssert)]
        }
        b'b' => &[(b"break", KwBreak)],
        b'c' => &[(b"class", KwClass), (b"continue", KwContinue)],
        b'd' => &[(b"def", KwDef), (b"del", KwDel)],
        b'e' => &[(b"else", KwElse), (b"elif", KwElif), (b"except", KwExcept)],
        b'f' => &[(b"for", KwFor), (b"from", KwFrom), (b"finally", KwFinally)],
        b'g' => &[(b"global", KwGlobal)],
        b'i' => &[(b"if", KwIf), (b"in", KwIn), (b"is", KwIs), (b"import", KwImport)],
        b'l' => &[(b"lambda", KwLambda)],
        b'n' => &[(b"not", KwNot), (b"nonlocal", KwNonlocal)],
        b'o' => &[(b"or", KwOr)],
        b'p' => &[(b"pass", KwPass)],
        b'r' => &[(b"return", KwReturn), (b"raise", KwRaise)],
        b't' => &[(b"try", KwTry)],
        b'w' => &[(b"with", KwWith), (b"while", KwWhile)],
        b'y' => &[(b"yield", KwYield)],
        b'F' => &[(b"False", KwFalse)],
        b'N' => &[(b"None", KwNone)],
        b'T' => &[(b"True", KwTrue)],
        _ => return None,
    };
    candidates.iter().find(|(keyword, _)| *keyword == name).map(|&(_, kind)| kind)
}
