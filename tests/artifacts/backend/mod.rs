//! Projects with other backends than pyrepro's: what comes out of them is the same each time, and what
//! goes wrong in them is told.

mod fault;
mod isolation;
mod project;
mod same_bytes;
