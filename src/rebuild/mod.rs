//! Wheels that others published, built again from their source by inference, and compared.
//!
//! A published wheel tells how it was built ([`Inference`]); the index tells when. From that comes a first
//! [`Strategy`]; where the result differs, the difference chooses the next, within a bound. The answer is a
//! [`Grade`] with its evidence. Builds run without network and without the user's files.

mod attempt;
mod attempts;
mod batch;
mod compare;
mod derived;
mod error;
mod evidence;
mod grade;
mod index;
mod native;
mod next;
mod pack;
mod page;
mod published;
mod repository;
mod result;
mod run;
mod source;
mod statement;
mod strategy;
mod subject;
mod supply;
mod switches;

pub use batch::Batch;
pub use compare::{Class, MemberDifference, compare};
pub use error::Error;
pub use evidence::{Inference, NoPython};
pub use grade::Grade;
pub use index::{Listing, Remote};
pub use page::page;
pub use published::{FileName, Published, PublishedError, PublishedMember};
pub use result::{Attempt, RebuildResult, RebuiltFacts, SourceFacts};
pub use run::{Options, Progress, rebuild};
pub use statement::{Stated, StatementError, command_of, read_statement, sign, statements};
pub use strategy::{LineEnds, Strategy};
pub use subject::{BadSubject, Subject};
