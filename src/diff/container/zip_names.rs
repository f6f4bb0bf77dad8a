//! Names for the numbers in a zip file.

/// The system that a member was made on.
pub(super) fn system(number: u8) -> String {
    match number {
        0 => "MS-DOS (0)".into(),
        3 => "Unix (3)".into(),
        7 => "Macintosh (7)".into(),
        10 => "NTFS (10)".into(),
        11 => "MVS (11)".into(),
        14 => "VFAT (14)".into(),
        19 => "macOS (19)".into(),
        other => other.to_string(),
    }
}

/// How a member is compressed.
pub(super) fn method(number: u16) -> String {
    let name = match number {
        0 => "stored",
        8 => "deflate",
        9 => "deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "zstd",
        95 => "xz",
        99 => "AES",
        _ => "unknown",
    };
    format!("{name} ({number})")
}

/// A version of the specification.
pub(super) fn version(number: u8) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// General purpose flags.
pub(super) fn flags(flags: u16) -> String {
    let names = [
        (0, "encrypted"),
        (3, "data descriptor"),
        (5, "patch"),
        (6, "strongly encrypted"),
        (11, "UTF-8"),
        (13, "masked header"),
    ];
    let mut set: Vec<&str> =
        names.iter().filter(|(bit, _)| flags >> bit & 1 == 1).map(|(_, name)| *name).collect();
    match flags >> 1 & 3 {
        1 => set.push("maximum compression"),
        2 => set.push("fast compression"),
        3 => set.push("fastest compression"),
        _ => {}
    }
    if set.is_empty() { format!("{flags:#06x}") } else { format!("{flags:#06x} ({})", set.join(", ")) }
}

/// Date and time as MS-DOS packs them; whatever the bits say, even if there is no such day.
pub(super) fn dos_time(date: u16, time: u16) -> String {
    let (year, month, day) = (1980 + (date >> 9), date >> 5 & 15, date & 31);
    let (hour, minute, second) = (time >> 11, time >> 5 & 63, (time & 31) * 2);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// An extra field by its number.
pub(super) fn extra(id: u16) -> String {
    let name = match id {
        0x0001 => "zip64",
        0x000a => "NTFS times",
        0x5455 => "Unix times",
        0x5855 => "Info-ZIP Unix",
        0x7855 => "Info-ZIP Unix, user and group",
        0x7875 => "user and group",
        0x6375 => "comment in UTF-8",
        0x7075 => "name in UTF-8",
        0xcafe => "jar",
        0x9901 => "AES",
        _ => return format!("{id:#06x}"),
    };
    format!("{name} ({id:#06x})")
}

/// Flags of the system that made the member in the upper half, those of MS-DOS in the lower.
pub(super) fn mode(attributes: u32) -> String {
    match attributes >> 16 {
        0 => "none".into(),
        mode => shown_mode(mode),
    }
}

/// A Unix mode as a number and as `ls` shows it; without the kind of file where it is not said.
pub(super) fn shown_mode(mode: u32) -> String {
    let kind = match mode >> 12 {
        0o04 => "d",
        0o12 => "l",
        0o10 => "-",
        0 => "",
        _ => "?",
    };
    let bits = (0..9).rev().zip("rwxrwxrwx".chars());
    let letters: String = bits.map(|(bit, letter)| if mode >> bit & 1 == 1 { letter } else { '-' }).collect();
    format!("{:04o} {kind}{letters}", mode & 0o7777)
}
