//! `pyrepro verify WHEEL --statement FILE`: whether somebody's statement is about this wheel, by whom, and true.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use pyrepro::archive::Digest;
use pyrepro::rebuild::{self, Grade, Stated, StatementError, Subject};

use super::{ATTEMPTS, Flags, TIMEOUT};
use crate::cli::exit::Exit;
use crate::cli::named;
use crate::cli::terminal::{BAD, GOOD, Terminal};

/// What is asked of a statement.
#[derive(clap::Args, Default)]
#[command(next_help_heading = "Statements")]
pub struct StatementFlags {
    /// Check a statement of `pyrepro rebuild` about the wheel
    #[arg(long, value_name = "FILE", requires = "artifact", conflicts_with = "trace")]
    pub statement: Option<PathBuf>,
    /// The public Ed25519 key (PEM) that must have signed the statement
    #[arg(long, value_name = "FILE", requires = "statement")]
    public_key: Option<PathBuf>,
    /// Rebuild the wheel with the stated strategy, to check the claim itself
    #[arg(long, requires = "statement")]
    rebuild: bool,
}

impl StatementFlags {
    pub fn run(
        &self,
        wheel: &Path,
        statement: &Path,
        source: Option<&Path>,
        terminal: &Terminal,
    ) -> anyhow::Result<Exit> {
        if self.public_key.is_none() && !self.rebuild {
            bail!(
                "nobody vouches for {}: give the key that has to have signed it with --public-key, or check the claim \
                 itself with --rebuild",
                statement.display()
            );
        }
        let stated = match self.find(wheel, statement)? {
            Ok(stated) => stated,
            Err(reason) => return answer(wheel, false, &reason, terminal),
        };
        if self.rebuild {
            let flags = Flags {
                subjects: vec![Subject::Wheel(wheel.to_owned())],
                source: source.map(Path::to_owned),
                strategy: Some(serde_json::to_string(&stated.strategy.of_statement()?)?),
                attempts: ATTEMPTS,
                timeout: TIMEOUT,
                ..Flags::default()
            };
            return super::run(&flags, terminal);
        }
        let is_proof = Grade::ALL.iter().any(|grade| grade.name() == stated.grade && grade.is_proof());
        answer(wheel, is_proof, &format!("the signed statement says {}", stated.grade), terminal)
    }

    /// The statement about this wheel, or why there is none to believe.
    fn find(&self, wheel: &Path, statement: &Path) -> anyhow::Result<Result<Stated, String>> {
        let key = self.public_key.as_deref().map(named::text).transpose()?;
        let opened = File::open(wheel).with_context(|| format!("cannot read {}", wheel.display()))?;
        let (digest, _) = Digest::of_reader(opened).with_context(|| wheel.display().to_string())?;
        let mut others = 0;
        for line in named::text(statement)?.lines().filter(|line| !line.trim().is_empty()) {
            match rebuild::read_statement(line, key.as_deref()) {
                Ok(stated) if stated.is_equivalence && stated.subject == digest => return Ok(Ok(stated)),
                Ok(_) => others += 1,
                Err(error @ (StatementError::Signature | StatementError::Unsigned)) => {
                    return Ok(Err(error.to_string()));
                }
                Err(error) => return Err(error).with_context(|| statement.display().to_string()),
            }
        }
        Ok(Err(format!(
            "none of {others} statements says that a file with the SHA-256 {digest} is equal to its rebuild"
        )))
    }
}

fn answer(wheel: &Path, is_good: bool, reason: &str, terminal: &Terminal) -> anyhow::Result<Exit> {
    if terminal.is_json() {
        terminal.json(
            &serde_json::json!({"artifact": wheel.to_string_lossy(), "accepted": is_good, "reason": reason}),
        )?;
    } else if terminal.reports() {
        let mut out = terminal.out();
        let (style, word) = if is_good { (GOOD, "stated") } else { (BAD, "not stated") };
        writeln!(out, "{}: {style}{word}{style:#}: {reason}", wheel.display())?;
        out.flush()?;
    }
    Ok(if is_good { Exit::Fine } else { Exit::Negative })
}
