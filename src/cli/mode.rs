//! How imports tell that a source has changed, as flags have it.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use pyrepro::pyc::InvalidationMode;

/// Any way.
#[derive(Clone, Copy, Default)]
pub struct Mode(pub InvalidationMode);

/// A way for what is the same each time, in which no time has a place.
#[derive(Clone, Copy)]
pub struct HashMode(pub InvalidationMode);

impl ValueEnum for Mode {
    fn value_variants<'a>() -> &'a [Mode] {
        &[
            Mode(InvalidationMode::CheckedHash),
            Mode(InvalidationMode::UncheckedHash),
            Mode(InvalidationMode::Timestamp),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(possible_value(self.0))
    }
}

impl ValueEnum for HashMode {
    fn value_variants<'a>() -> &'a [HashMode] {
        &[HashMode(InvalidationMode::CheckedHash), HashMode(InvalidationMode::UncheckedHash)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(possible_value(self.0))
    }
}

fn possible_value(mode: InvalidationMode) -> PossibleValue {
    PossibleValue::new(mode.name()).help(match mode {
        InvalidationMode::CheckedHash => "Imports compare a hash of the source",
        InvalidationMode::UncheckedHash => "Imports take the bytecode as it is",
        InvalidationMode::Timestamp => "Imports compare the source's size and modification time",
    })
}
