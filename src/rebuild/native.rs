//! Machine code compared section by section (ELF), where the bytes of the files are not the same.

use std::collections::BTreeMap;

use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSection, elf};

/// What a comparison of two libraries comes to. None of these says that the two are equal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All that is loaded to be run is the same, but for the build id; the detail says what is not.
    LoadedTheSame(String),
    /// Something else differs: the sections.
    Differs(String),
    /// It is in another format, or it cannot be read.
    Unknown,
}

/// How many sections a detail names.
const NAMED: usize = 8;

/// Compares two libraries that are not the same bytes.
pub(super) fn compare(published: &[u8], rebuilt: &[u8]) -> Outcome {
    let outcome = match (class(published), class(rebuilt)) {
        (Some(2), Some(2)) => compare_elf::<elf::FileHeader64<Endianness>>(published, rebuilt),
        (Some(1), Some(1)) => compare_elf::<elf::FileHeader32<Endianness>>(published, rebuilt),
        _ => None,
    };
    outcome.unwrap_or(Outcome::Unknown)
}

/// 1 of 32 bits, 2 of 64 bits.
fn class(file: &[u8]) -> Option<u8> {
    file.starts_with(&elf::ELFMAG).then(|| file.get(4).copied()).flatten()
}

fn compare_elf<H: FileHeader<Endian = Endianness>>(published: &[u8], rebuilt: &[u8]) -> Option<Outcome> {
    let (theirs, ours) = (ElfFile::<H>::parse(published).ok()?, ElfFile::<H>::parse(rebuilt).ok()?);
    let detail = sections_that_differ(&theirs, &ours)?;
    Some(if image(&theirs, published)? == image(&ours, rebuilt)? {
        Outcome::LoadedTheSame(format!("what is loaded is the same; {detail}"))
    } else {
        Outcome::Differs(detail)
    })
}

/// All that a loader takes of a file: the segments with their places and rights, and what is in them. The build id and
/// where the table of sections lies, which is for debuggers, are left out.
fn image<H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<'_, H>,
    bytes: &[u8],
) -> Option<Vec<(Vec<u64>, Vec<u8>)>> {
    let endian = file.endian();
    let header = file.elf_header();
    let mut blanked = bytes.to_vec();
    // e_shoff, e_shnum and e_shstrndx.
    let (offset, width, counts) = if header.is_class_64() { (0x28, 8, 0x3c) } else { (0x20, 4, 0x30) };
    blanked.get_mut(offset..offset + width)?.fill(0);
    blanked.get_mut(counts..counts + 4)?.fill(0);
    for section in file.sections().filter(|section| section.name() == Ok(".note.gnu.build-id")) {
        let (start, size) = section.file_range()?;
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        // The head says that it is one, and how long: that has to stay.
        blanked.get_mut(start.checked_add(16)?.min(end)..end)?.fill(0);
    }
    // Whether a segment has it or not.
    let head = blanked.get(..if header.is_class_64() { 64 } else { 52 })?.to_vec();
    let mut parts = vec![(Vec::new(), head)];
    for segment in file.elf_program_headers() {
        let is_loaded = segment.p_type(endian) == elf::PT_LOAD;
        let facts = vec![
            u64::from(segment.p_type(endian).0),
            u64::from(segment.p_flags(endian).0),
            segment.p_vaddr(endian).into(),
            segment.p_memsz(endian).into(),
            segment.p_filesz(endian).into(),
        ];
        let start = usize::try_from(segment.p_offset(endian).into()).ok()?;
        let end = start.checked_add(usize::try_from(segment.p_filesz(endian).into()).ok()?)?;
        let content = if is_loaded { blanked.get(start..end)?.to_vec() } else { Vec::new() };
        parts.push((facts, content));
    }
    Some(parts)
}

/// Names the sections that are not the same, or are in one file alone.
fn sections_that_differ<H: FileHeader<Endian = Endianness>>(
    theirs: &ElfFile<'_, H>,
    ours: &ElfFile<'_, H>,
) -> Option<String> {
    let (theirs, ours) = (sections(theirs)?, sections(ours)?);
    let names: std::collections::BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let mut told = Vec::new();
    for name in &names {
        match (theirs.get(*name), ours.get(*name)) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) if a.len() == b.len() => {
                let count = a.iter().zip(*b).filter(|(a, b)| a != b).count();
                told.push(format!("{name} ({count} of {} bytes)", a.len()));
            }
            (Some(a), Some(b)) => {
                told.push(format!("{name} (published {} bytes, rebuilt {})", a.len(), b.len()))
            }
            (Some(_), None) => told.push(format!("{name} (published alone)")),
            (None, _) => told.push(format!("{name} (rebuilt alone)")),
        }
    }
    let equal = names.len() - told.len();
    let more = told.len().saturating_sub(NAMED);
    told.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(match told.is_empty() {
        true => format!("all {equal} sections are equal, and the places of headers or sections differ"),
        false => format!("{equal} sections are equal; these differ: {}{more}", told.join(", ")),
    })
}

/// The sections by name. Of one name there can be several: they are told apart by number.
fn sections<'a, H: FileHeader<Endian = Endianness>>(
    file: &ElfFile<'a, H>,
) -> Option<BTreeMap<String, &'a [u8]>> {
    let mut found: BTreeMap<String, &'a [u8]> = BTreeMap::new();
    for section in file.sections() {
        let name = section.name().ok()?.to_owned();
        let count = found.keys().filter(|other| other.split(" #").next() == Some(name.as_str())).count();
        let key = if count > 0 { format!("{name} #{}", count + 1) } else { name };
        found.insert(key, section.data().ok()?);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_elf_is_not_compared() {
        assert_eq!(compare(b"MZ", b"MZ."), Outcome::Unknown);
        assert_eq!(compare(b"\x7fELF\x02", b"\x7fELF\x02\x01"), Outcome::Unknown);
    }

    /// Compilers are not everywhere that tests run.
    #[cfg(target_os = "linux")]
    fn compiled(source: &str, options: &[&str]) -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("a.c"), folder.path().join("a.so"));
        std::fs::write(&input, source).unwrap();
        let mut command = std::process::Command::new("cc");
        command.args(["-shared", "-fPIC"]).args(options).arg("-o").arg(&output).arg(&input);
        command.status().ok().filter(std::process::ExitStatus::success)?;
        Some(std::fs::read(output).unwrap())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn debug_information_and_build_ids_are_told_from_code() {
        const SOURCE: &str = "int answer(int x) { return x + 42; }\n";
        let Some(plain) = compiled(SOURCE, &["-Wl,--build-id=sha1"]) else { return };
        let debug = compiled(SOURCE, &["-g", "-Wl,--build-id=sha1"]).unwrap();
        let outcome = compare(&plain, &debug);
        let Outcome::LoadedTheSame(detail) = outcome else { panic!("{outcome:?}") };
        assert!(detail.contains(".debug_info (rebuilt alone)"), "{detail}");
        let other = compiled(&SOURCE.replace("42", "43"), &["-Wl,--build-id=sha1"]).unwrap();
        let outcome = compare(&plain, &other);
        let Outcome::Differs(detail) = outcome else { panic!("{outcome:?}") };
        assert!(detail.contains(".text (1 of "), "{detail}");
        // One byte of data that is loaded, and no section has: between two segments' sections.
        let mut patched = plain.clone();
        patched[0x18] ^= 1;
        assert!(matches!(compare(&plain, &patched), Outcome::Differs(_) | Outcome::Unknown), "the entry");
    }
}
