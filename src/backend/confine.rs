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
            bind(writable, readable)?;
            command.spawn()
        })?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that starts it has failed")))
    })
}

/// What every program may need of `/dev`.
#[cfg(target_os = "linux")]
const HARMLESS: [&str; 7] = ["full", "null", "ptmx", "pts", "random", "urandom", "zero"];

#[cfg(target_os = "linux")]
fn bind(writable: &[PathBuf], readable: Option<&[PathBuf]>) -> io::Result<()> {
    use landlock::{
        ABI, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, PathFdError, Ruleset, RulesetAttr,
        RulesetCreatedAttr, RulesetStatus, path_beneath_rules,
    };
    let (writing, reading) = (AccessFs::from_write(ABI::V3), AccessFs::from_read(ABI::V3));
    // Disks are devices as well, and what is in memory that all share stays behind.
    let devices: Vec<PathBuf> = match readable {
        Some(_) => HARMLESS.map(|name| PathBuf::from("/dev").join(name)).to_vec(),
        None => vec![PathBuf::from("/dev")],
    };
    let access = if readable.is_some() { reading | writing } else { writing };
    let rule = |path: &PathBuf| match PathFd::new(path) {
        Ok(opened) => {
            let valid = if path.is_dir() { access } else { access & AccessFs::from_file(ABI::V3) };
            Some(Ok(PathBeneath::new(opened, valid)))
        }
        Err(PathFdError::OpenCall { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        // Without a rule the program would only be told that it may not write there.
        Err(error) => Some(Err(io::Error::other(error))),
    };
    let rules: Vec<_> = writable.iter().chain(&devices).filter_map(rule).collect::<io::Result<_>>()?;
    let restrict = || {
        let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(writing)?;
        let ruleset = match readable {
            Some(_) => ruleset.handle_access(reading)?,
            None => ruleset,
        };
        ruleset
            .create()?
            .add_rules(rules.into_iter().map(Ok::<_, landlock::RulesetError>))?
            .add_rules(path_beneath_rules(readable.unwrap_or_default(), reading))?
            .restrict_self()
    };
    let status = restrict().map_err(io::Error::other)?;
    if readable.is_some() && status.ruleset == RulesetStatus::NotEnforced {
        // A sandbox that does not hold is none.
        return Err(io::Error::other(
            "this system has no Landlock (Linux 5.13 or later) to keep files from a build; install bubblewrap",
        ));
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub fn spawn(command: &mut Command, _: &[PathBuf], _: Option<&[PathBuf]>) -> io::Result<Child> {
    command.spawn()
}
