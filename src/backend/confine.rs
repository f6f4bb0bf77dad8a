//! Programs that can write (and, in a sandbox, read) nowhere but where they may, as far as the system can see to that.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command};

/// Starts a program that can write to these folders and to devices alone, and read only what is listed if
/// there is a list. Nothing that it starts can do more. On systems without Landlock (which Linux has from 5.13 on) it is not bound.
#[cfg(target_os = "linux")]
pub fn spawn(command: &mut Command, writable: &[PathBuf], readable: Option<&[PathBuf]>) -> io::Result<Child> {
    // The binding is for a thread and what it starts, and never ends.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, || {
            bind(writable, readable).map_err(io::Error::other)?;
            command.spawn()
        })?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that starts it has failed")))
    })
}

#[cfg(target_os = "linux")]
fn bind(writable: &[PathBuf], readable: Option<&[PathBuf]>) -> Result<(), landlock::RulesetError> {
    use landlock::{
        ABI, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules,
    };
    let (writing, reading) = (AccessFs::from_write(ABI::V3), AccessFs::from_read(ABI::V3));
    let devices = [PathBuf::from("/dev")];
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(writing)?;
    let ruleset = match readable {
        Some(_) => ruleset.handle_access(reading)?,
        None => ruleset,
    };
    let access = if readable.is_some() { reading | writing } else { writing };
    ruleset
        .create()?
        .add_rules(path_beneath_rules(writable.iter().chain(&devices), access))?
        .add_rules(path_beneath_rules(readable.unwrap_or_default(), reading))?
        .restrict_self()?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub fn spawn(command: &mut Command, _: &[PathBuf], _: Option<&[PathBuf]>) -> io::Result<Child> {
    command.spawn()
}
