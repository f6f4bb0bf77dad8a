//! Wheels, sdists and zipapps: what is in them, how they are made, and that they are the same each time.

#[path = "../common/mod.rs"]
mod common;

mod archives;
mod backend;
mod build_contents;
mod build_hostile;
mod build_installs;
mod build_same_bytes;
mod build_uploads;
mod init;
mod outputs;
mod pinned_bytes;
mod project_metadata;
mod readers;
mod shell;
mod versions;
mod zipapp_applications;
mod zipapp_contents;
mod zipapp_differential;
mod zipapp_run;
mod zipapp_same_bytes;
mod zipapp_stops;
