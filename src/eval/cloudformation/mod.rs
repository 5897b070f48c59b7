//! CloudFormation templates to values.

pub mod sam;
