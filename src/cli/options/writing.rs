//! The options of what writes infrastructure.

use std::path::PathBuf;

use clap::Args;

use super::{Input, Listing, assignment, one_of};
use crate::generate::Language;

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct New {
    /// The pattern; --list names all
    #[arg(value_name = "PATTERN", required_unless_present_any = ["list", "update", "check"])]
    pub(in crate::cli) pattern: Option<String>,
    /// The folder that is to hold the module
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: Option<PathBuf>,

    /// The language: terraform or cloudformation [default: what the folder holds, else terraform]
    #[arg(long, value_name = "LANGUAGE", value_parser = language, help_heading = "Answers")]
    pub(in crate::cli) to: Option<Language>,
    /// Answer a question of the pattern
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, help_heading = "Answers")]
    pub(in crate::cli) set: Vec<(String, String)>,
    /// Read answers from a file, YAML or JSON
    #[arg(long, value_name = "FILE", help_heading = "Answers")]
    pub(in crate::cli) answers: Option<PathBuf>,
    /// Ask nothing: what is not answered has its default
    #[arg(long, help_heading = "Answers")]
    pub(in crate::cli) non_interactive: bool,

    #[command(flatten)]
    pub(in crate::cli) writing: Writing,

    /// List the patterns
    #[arg(long, conflicts_with_all = ["folder", "explain"])]
    pub(in crate::cli) list: bool,
    /// Say what a pattern is and what it asks
    #[arg(long, conflicts_with = "folder")]
    pub(in crate::cli) explain: bool,
    /// How --list and --explain write
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(in crate::cli) output_format: Listing,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct Generate {
    /// The folder that is to hold it
    #[arg(value_name = "DIR")]
    pub(in crate::cli) folder: PathBuf,
    /// The intent, or the folder that it lies in
    #[arg(long, value_name = "FILE", default_value = crate::intent::FILE)]
    pub(in crate::cli) intent: PathBuf,
    /// The language: terraform or cloudformation [default: what the folder holds, else terraform]
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    pub(in crate::cli) to: Option<Language>,

    #[command(flatten)]
    pub(in crate::cli) writing: Writing,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct Permissions {
    #[command(flatten)]
    pub(in crate::cli) input: Input,

    /// Say what asks for an action, such as s3:PutBucketPolicy
    #[arg(long, value_name = "ACTION")]
    pub(in crate::cli) explain: Option<String>,
    /// How the policies are written
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(in crate::cli) output_format: Listing,
}

/// How a folder is brought to hold what was generated.
#[derive(Debug, Clone, Copy, Args)]
pub(in crate::cli) struct Writing {
    /// Say what would be done, and write nothing
    #[arg(long, group = "what", help_heading = "Writing")]
    pub(in crate::cli) dry_run: bool,
    /// Show what would change as a unified diff, and write nothing; exit with 1 if there is anything
    #[arg(long, group = "what", help_heading = "Writing")]
    pub(in crate::cli) diff: bool,
    /// Write nothing; exit with 1 where the folder is not what its answers give
    #[arg(long, group = "what", help_heading = "Writing")]
    pub(in crate::cli) check: bool,
    /// Generate anew and merge with what was edited; exit with 1 where that leaves conflicts
    #[arg(long, conflicts_with = "force", help_heading = "Writing")]
    pub(in crate::cli) update: bool,
    /// Overwrite what was edited, and files that are not ours
    #[arg(long, help_heading = "Writing")]
    pub(in crate::cli) force: bool,
}

fn language(text: &str) -> Result<Language, String> {
    Language::named(text).ok_or_else(|| one_of(&Language::ALL.map(Language::name)))
}
