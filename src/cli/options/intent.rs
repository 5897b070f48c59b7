//! The options of what asks of intents.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Input, Listing};

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    pub(in crate::cli) input: Input,

    /// The intent [default: distrust.intent.yaml beside the first path]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) intent: Option<PathBuf>,
    /// What cannot be decided does not make the exit status 4
    #[arg(long)]
    pub(in crate::cli) allow_undecided: bool,
    /// List also each pair of segments between which nothing is possible, as it must be
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// How the answers are written
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(in crate::cli) output_format: Listing,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct Matrix {
    #[command(flatten)]
    pub(in crate::cli) input: Input,

    /// The intent [default: distrust.intent.yaml beside the first path]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) intent: Option<PathBuf>,
    /// How it is drawn
    #[arg(long, value_enum, default_value_t = Drawing::Text, value_name = "FORMAT")]
    pub(in crate::cli) format: Drawing,
}

/// How a matrix is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Drawing {
    /// For the terminal
    Text,
    /// For pages on code hosts
    Markdown,
    /// One drawing
    Svg,
    /// One page that needs nothing else
    Html,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Intent {
    /// Say what is wrong with an intent, if anything
    #[command(after_help = crate::cli::exit::table())]
    Check {
        /// The intent, or the folder that it lies in
        #[arg(value_name = "FILE", default_value = crate::intent::FILE)]
        file: PathBuf,
    },
    /// Print an intent in full: every default, and all that follows from what it says
    #[command(after_help = crate::cli::exit::table())]
    Show {
        /// The intent, or the folder that it lies in
        #[arg(value_name = "FILE", default_value = crate::intent::FILE)]
        file: PathBuf,
    },
    /// Draft an intent from code: its segments, and each flow that is possible, marked as found
    #[command(after_help = crate::cli::exit::table())]
    Init {
        #[command(flatten)]
        input: Box<Input>,
        /// What the service is called [default: the name of the folder]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Print the JSON Schema of intents, for editors
    Schema,
}
