//! Containers, taken apart leniently: what is broken is told, and the rest is compared.
//!
//! The readers of `archive` refuse what is not sound, and a comparison has to explain just that. So
//! these here look at the records themselves, check nothing that they need not, and say what the strict
//! reader thinks.

pub(super) mod folder;
pub(super) mod gzip;
pub(super) mod tar;
pub(super) mod zip;
mod zip_names;
