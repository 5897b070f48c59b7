//! The languages that are written.

/// A language that a pattern is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Terraform, and OpenTofu.
    Terraform,
    /// CloudFormation.
    CloudFormation,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Terraform, Self::CloudFormation];

    /// The word of the command line, and the name of the folder of templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
        }
    }

    /// The language of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
