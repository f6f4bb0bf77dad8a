//! Bytecode files: read, made canonical, disassembled, compared.

#[path = "../common/mod.rs"]
mod common;
#[path = "../model/mod.rs"]
mod model;
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../sweep/mod.rs"]
mod sweep;

mod canonical_sweep;
mod disassemble;
mod golden;
mod inspect;
mod marshal_properties;
mod marshal_vectors;
mod pyc_diff;
