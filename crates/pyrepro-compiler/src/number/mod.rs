//! Numbers as constants hold them.

mod integer;

pub use integer::Integer;
