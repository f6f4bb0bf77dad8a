//! What somebody made to do harm: texts, bombs, names, and what the program is built of.

#[path = "../common/mod.rs"]
mod common;

mod bombs;
mod dependencies;
mod documents;
mod hostile_text;
mod mistakes;
mod surroundings;
