//! Who can reach whom: exact sets of addresses and ports, and what the rules of one resource let through.

pub mod address;
pub mod interval;
pub mod reach;

pub use interval::Intervals;
