//! Rules that are declared in a file: what must hold, asked of one resource at a time.

mod around;
mod evaluate;
mod grants;
pub mod model;
mod outcome;
mod policy;
pub mod read;
pub mod time;
pub mod value;

pub use evaluate::evaluate;
pub(super) use grants::by_step;
pub use outcome::{Outcome, Witness};
