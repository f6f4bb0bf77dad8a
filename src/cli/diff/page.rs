//! The page for browsers, which `diff` and `verify` write.

use std::io::Write;

use anyhow::Context;
use pyrepro::diff::{self, Report};
use pyrepro::output::{Output, OutputTarget};

use crate::cli::interrupt;

/// Writes the page, whole or not at all.
pub fn write(target: OutputTarget, report: &Report) -> anyhow::Result<()> {
    interrupt::hold(|| {
        let mut output = Output::create(target)?;
        let written = output.write_all(diff::html::page(report).as_bytes());
        written.with_context(|| format!("cannot write {}", output.path().display()))?;
        Ok(output.finish(false)?)
    })
}
