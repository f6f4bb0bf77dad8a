//! Programs that can write nowhere but where they may, as far as the system can see to that.

use std::io;
use std::path::PathBuf;
use std::process::{Child, Command};

/// Starts a program that can write to these folders and to devices alone, and nothing that it starts can
/// do more. On systems without Landlock (which Linux has from 5.13 on) it is not bound.
#[cfg(target_os = "linux")]
pub fn spawn(command: &mut Command, folders: &[PathBuf]) -> io::Result<Child> {
    // The binding is for a thread and what it starts, and never ends.
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            bind(folders).map_err(io::Error::other)?;
            command.spawn()
        });
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that starts it has failed")))
    })
}

#[cfg(target_os = "linux")]
fn bind(folders: &[PathBuf]) -> Result<(), landlock::RulesetError> {
    use landlock::{
        ABI, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules,
    };
    let writing = AccessFs::from_write(ABI::V3);
    let devices = [PathBuf::from("/dev")];
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(writing)?
        .create()?
        .add_rules(path_beneath_rules(folders.iter().chain(&devices), writing))?
        .restrict_self()?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub fn spawn(command: &mut Command, _: &[PathBuf]) -> io::Result<Child> {
    command.spawn()
}
