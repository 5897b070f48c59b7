//! The verbs for adopting it: baselines, settings, suppressions.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Check, day};
use crate::report::suppress::Day;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Baseline {
    /// Write what is found now to the file that --baseline names [default: distrust.baseline]
    Write {
        #[command(flatten)]
        check: Box<Check>,
    },
    /// Take out what is not found any more; the exit status is 1 where something is new
    Update {
        #[command(flatten)]
        check: Box<Check>,
        /// Add what is new
        #[arg(long)]
        allow_new: bool,
    },
    /// Take out what is not found any more
    Prune {
        #[command(flatten)]
        check: Box<Check>,
    },
    /// Merge another baseline into the first one
    Merge {
        /// The file that is changed
        ours: PathBuf,
        /// The other one
        theirs: PathBuf,
        /// What both were made from: what either took out of it stays out
        #[arg(long, value_name = "FILE")]
        base: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Config {
    /// Show the files that count for some paths, and what they set
    Show {
        /// For these
        #[arg(value_name = "PATH", default_value = ".")]
        paths: Vec<PathBuf>,
        /// Settings from this file in place of those that are found, or one setting as `key=value`
        #[arg(long, value_name = "FILE|KEY=VALUE")]
        config: Vec<String>,
        /// Look for no settings
        #[arg(long)]
        isolated: bool,
    },
    /// Write a distrust.toml in which every key is explained and none is set
    Init,
    /// Print the JSON Schema of distrust.toml, for editors
    Schema,
    /// Explain a key, or list all
    Explain {
        /// Its name
        key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Suppress {
    /// Write a comment above each block that a rule finds something in
    Add {
        /// The id or an alias of the rule
        rule: String,
        /// Why it is right here
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The last day on which it counts
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: Option<Day>,
        #[command(flatten)]
        check: Box<Check>,
    },
    /// Rewrite the comments of other tools into ours, where they mean the same
    Migrate {
        #[command(flatten)]
        check: Box<Check>,
    },
}
