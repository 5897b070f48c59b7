//! Trees to values: Terraform roots with the modules they call, and CloudFormation templates, evaluated exactly.
//!
//! Both languages end in the same form: a [`Stack`] of [`Declared`] resources whose bodies are [`Value`]s.
//! What cannot be known is a value too ([`Data::Unknown`]) and carries its reason.

mod address;
pub mod budget;
pub mod cloudformation;
mod data;
mod json;
mod number;
mod origin;
mod question;
mod shape;
mod stack;
pub mod terraform;
mod texts;
mod truth;
mod unknown;

pub use address::{Address, Key, Mode, PARAMETER};
pub use data::{Collection, Data, Entry, List, Map, Piece, Reference, Template, Value};
pub use json::{parse as parse_json, parse_loosely as parse_json_loosely};
pub(crate) use number::Decimal;
pub use number::Number;
pub use origin::{Origin, Role, Via};
pub use stack::{Declared, Language, MissingModule, Provider, Stack};
pub use texts::Texts;
pub use truth::Truth;
pub use unknown::{Unknown, Why};
