//! Packs a folder into a zip file that is the same whenever and wherever it is packed.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use pyrepro_archive::{Digest, Entries, Entry, Order, zip};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("usage: pack FOLDER FILE.zip".into());
    };
    let mut entries = Vec::new();
    add(&folder, &folder, &mut entries)?;
    // Entries are checked and put in order before a byte is written.
    let entries = Entries::new(entries, &Order::Path)?;
    zip::write(&entries, &zip::Options::default(), &mut File::create(&target)?)?;
    let (digest, size) = Digest::of_reader(File::open(&target)?)?;
    println!("{}: {size} bytes, sha256 {digest}", target.display());
    Ok(())
}

fn add(root: &Path, folder: &Path, entries: &mut Vec<Entry>) -> Result<(), Box<dyn Error>> {
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            add(root, &path, entries)?;
        } else {
            let name = path.strip_prefix(root)?.to_str().ok_or("a name that is not UTF-8")?;
            entries.push(Entry::bytes(name, std::fs::read(&path)?)?);
        }
    }
    Ok(())
}
