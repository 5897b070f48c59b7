//! Who can reach whom: exact sets of addresses and ports, and what the rules of one resource let through.

pub mod address;
mod decide;
pub mod interval;
mod named;
mod order;
mod question;
pub mod reach;
pub mod topology;
pub(crate) mod words;

pub use interval::Intervals;
pub use named::Sets;
