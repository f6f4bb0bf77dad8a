//! Sources to code: many units for one target, on all cores, whatever becomes of the interpreters.

mod frame;
mod pool;
mod unit;
mod worker;

pub use pool::Pool;
pub use unit::{Compiler, Diagnostic, Outcome, Unavailable, Unit, Warning};
