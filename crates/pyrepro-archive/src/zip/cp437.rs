//! The encoding of names that are not said to be UTF-8: that of the first PCs.

const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»\
    ░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

pub(super) fn decode(bytes: &[u8]) -> String {
    let upper: Vec<char> = UPPER.chars().collect();
    bytes.iter().map(|&byte| if byte < 128 { byte.into() } else { upper[usize::from(byte) - 128] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_own_character() {
        let text = decode(&(0..=255).collect::<Vec<u8>>());
        assert_eq!(text.chars().collect::<std::collections::BTreeSet<_>>().len(), 256);
        assert_eq!(decode(b"\x80\xe1\xff"), "Çß\u{a0}");
    }
}
