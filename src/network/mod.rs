//! Who can reach whom: exact sets of addresses and ports, and what the rules of one resource let through.

pub mod address;
mod decide;
mod deny;
pub mod interval;
pub mod reach;
mod rule;

pub use interval::Intervals;
