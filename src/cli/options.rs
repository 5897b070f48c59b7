//! The command line.

mod adopting;
mod ask;
mod intent;
mod writing;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Name;
use crate::findings::Severity;
use crate::report::Format;
use crate::report::suppress::{Day, Policy};
pub(super) use adopting::{Baseline, Config, Suppress};

pub(super) use ask::{Can, Reach, WhoCan};
pub(super) use intent::{Drawing, Intent, Matrix, Verify};
pub(super) use writing::{Generate, New, Permissions, Writing};

/// Never trust, always verify: proves or refutes zero trust on Terraform, OpenTofu and CloudFormation.
///
/// Offline: reads the files, asks nobody.
#[derive(Debug, Parser)]
#[command(
    name = "distrust",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check files and folders
    Check(Box<Check>),
    /// Draw the graph of resources
    Graph(Box<Graph>),
    /// Speak to an editor: the language server, on standard input and output
    Lsp,
    /// Say who can do something, and why
    WhoCan(Box<WhoCan>),
    /// Say whether somebody can do something, and why
    Can(Box<Can>),
    /// Keep what is found today for later, so that only what is new counts
    #[command(subcommand)]
    Baseline(Baseline),
    /// Begin with a repository: settings from what it holds and what other tools were told in it
    Init,
    /// Show, explain or begin the settings
    #[command(subcommand)]
    Config(Config),
    /// Accept findings in comments, and take over what other tools were told
    #[command(subcommand)]
    Suppress(Suppress),
    /// Write infrastructure that has exactly the shape of an intent
    Generate(Generate),
    /// Write a module from a pattern: segmented, least privilege, checked before it is written
    New(Box<New>),
    /// Say what deploying asks for: policies for a plan and for an apply
    Permissions(Box<Permissions>),
    /// Say who reaches whom over the network
    Reach(Box<Reach>),
    /// Prove that code has the shape of an intent, or show what breaks it
    Verify(Box<Verify>),
    /// Draw who reaches whom: what an intent declares, and what is possible
    Matrix(Box<Matrix>),
    /// Read an intent: which segments exist, and who may reach and do what
    #[command(subcommand)]
    Intent(Intent),
    /// List the rules
    Rules(Rules),
    /// Show the page of a rule
    Explain {
        /// Its id or an alias
        rule: String,
    },
    /// Print a completion script
    Completions {
        /// For this shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
    /// Print the version
    Version,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = super::exit::table())]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) input: Input,

    /// How findings are written [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = format, help_heading = "Output")]
    pub(super) output_format: Option<Format>,
    /// Write findings to a file in place of standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,
    /// Show what could neither be proven nor refuted, too
    #[arg(long, help_heading = "Output")]
    pub(super) undecided: bool,
    /// List also the findings that stronger ones at the same place explain
    #[arg(long, help_heading = "Output")]
    pub(super) no_yield: bool,
    /// Show what comments, settings and the baseline accept, too
    #[arg(long, help_heading = "Output")]
    pub(super) show_suppressed: bool,
    /// Count findings and undecided checks by rule
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Say nothing but findings and errors
    #[arg(long, short, help_heading = "Output")]
    pub(super) quiet: bool,

    /// Ask these rules only: ids, aliases, patterns, severities, pillars, controls
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(super) select: Option<Vec<String>>,
    /// Do not ask these rules
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(super) ignore: Option<Vec<String>>,
    /// The least severity that is shown [default: medium in `text`, info in the other formats and where rules are selected]
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "Output")]
    pub(super) min_severity: Option<Severity>,
    /// The least severity that makes the exit status 1; never less than is shown by --min-severity [default: medium]
    #[arg(long, value_name = "SEVERITY", value_parser = severity, help_heading = "Rules")]
    pub(super) fail_on: Option<Severity>,
    /// Take no notice of comments and metadata that suppress
    #[arg(long, help_heading = "Suppressing")]
    pub(super) no_inline_suppressions: bool,
    /// Take no notice of suppressions in the form of other tools
    #[arg(long, help_heading = "Suppressing")]
    pub(super) no_foreign_suppressions: bool,
    /// What was found before, as `distrust baseline` writes it: only what is new counts
    #[arg(long, value_name = "FILE", help_heading = "Suppressing")]
    pub(super) baseline: Option<PathBuf>,
    /// Only what is new or changed since a revision: since the last commit that it and what is checked out both come from
    #[arg(long, value_name = "REV", help_heading = "Changes")]
    pub(super) since: Option<String>,
    /// Compare with the revision itself, not with the last common commit
    #[arg(long, requires = "since", help_heading = "Changes")]
    pub(super) no_merge_base: bool,
    /// Check what is staged for the next commit, and say only what is new or changed in it
    #[arg(long, conflicts_with_all = ["fix", "diff"], help_heading = "Changes")]
    pub(super) staged: bool,
    /// Check again whenever something that was read changes
    #[arg(long, conflicts_with_all = ["staged", "fix", "diff", "output", "stdin_filename"], help_heading = "Changes")]
    pub(super) watch: bool,
    /// The day of the run, for suppressions that end [default: SOURCE_DATE_EPOCH, else today]
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Suppressing")]
    pub(super) today: Option<Day>,
    /// Exit with 4 where something as severe as that is undecided
    #[arg(long, help_heading = "Rules")]
    pub(super) fail_on_undecided: bool,
    /// Exit with 4 where something as severe as that is undecided, or a module is not here
    #[arg(long, help_heading = "Rules")]
    pub(super) strict: bool,
    /// Ask also the rules in this folder
    #[arg(long, value_name = "DIR", help_heading = "Rules")]
    pub(super) rule_dir: Option<Vec<PathBuf>>,
    /// Settings from this file in place of those that are found, or one setting as `key=value`
    #[arg(long, value_name = "FILE|KEY=VALUE", help_heading = "Settings")]
    pub(super) config: Vec<String>,
    /// Look for no settings
    #[arg(long, help_heading = "Settings")]
    pub(super) isolated: bool,
    /// A floor that settings, comments and the baseline cannot lower
    #[arg(long = "policy", value_name = "FILE", help_heading = "Settings")]
    pub(super) floor: Option<PathBuf>,
    /// Say which settings were used
    #[arg(long, short, help_heading = "Settings")]
    pub(super) verbose: bool,
    /// Exit with 0 whatever is found, undecided or could not be read
    #[arg(long, help_heading = "Rules")]
    pub(super) exit_zero: bool,

    /// Mend what can be mended without side effects
    #[arg(long, help_heading = "Fixes")]
    pub(super) fix: bool,
    /// Also make fixes that are right but change how things behave
    #[arg(long, help_heading = "Fixes")]
    pub(super) unsafe_fixes: bool,
    /// Show what --fix would change, as a unified diff, and write nothing; exit with 1 if there is anything
    #[arg(long, help_heading = "Fixes")]
    pub(super) diff: bool,
    /// Exit with 1 where something was fixed
    #[arg(long, help_heading = "Fixes")]
    pub(super) exit_non_zero_on_fix: bool,

    /// What `select` comes to with the settings of the project.
    #[arg(skip)]
    pub(super) selected: Option<Vec<Name>>,
    /// What `ignore` comes to.
    #[arg(skip)]
    pub(super) ignored: Option<Vec<Name>>,
    /// What the settings of the project say about suppressions.
    #[arg(skip)]
    pub(super) policy: Policy,
}

/// What is read, and with what values.
#[derive(Debug, Clone, Args)]
pub(super) struct Input {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,

    /// Leave these out, in the syntax of .gitignore
    #[arg(long, value_name = "PATTERN", help_heading = "Input")]
    pub(super) exclude: Option<Vec<String>>,
    /// Pass over named files that hold no infrastructure, as hooks do that name whatever has changed
    #[arg(long, help_heading = "Input")]
    pub(super) skip_unrelated: bool,
    /// Set a Terraform variable
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, help_heading = "Input")]
    pub(super) var: Vec<(String, String)>,
    /// Read values of Terraform variables from a file
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(super) var_file: Vec<PathBuf>,
    /// Read Terraform variables from TF_VAR_… in the environment
    #[arg(long, help_heading = "Input")]
    pub(super) env_vars: bool,
    /// The Terraform workspace
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(super) workspace: Option<String>,
    /// Set CloudFormation parameters, from a file or one by one
    #[arg(long, value_name = "FILE|NAME=VALUE", help_heading = "Input")]
    pub(super) parameters: Option<Vec<String>>,
    /// Look for copies of remote modules here
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub(super) module_dir: Option<Vec<PathBuf>>,
    /// What to call standard input; decides what it is and which module it is part of
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// The root of the repository: nothing outside it and the paths is read [default: the folder with .git]
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub(super) root: Option<PathBuf>,
    /// Use this many threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512), help_heading = "Input")]
    pub(super) threads: Option<u16>,

    /// The variable files of the project.
    #[arg(skip)]
    pub(super) project_var_files: Vec<PathBuf>,
    /// Whether no ignore file leaves anything out.
    #[arg(skip)]
    pub(super) everything: bool,
    /// The variables of the project.
    #[arg(skip)]
    pub(super) project_variables: Vec<(String, String)>,
    /// Folders with rules that the command line names.
    #[arg(skip)]
    pub(super) own_rules: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Graph {
    #[command(flatten)]
    pub(super) input: Input,

    /// How the graph is written
    #[arg(long, value_enum, default_value_t = Notation::Dot, value_name = "FORMAT")]
    pub(super) format: Notation,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Notation {
    /// For Graphviz
    Dot,
    /// For Markdown on code hosts
    Mermaid,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Rules {
    /// Only these: ids, aliases, patterns; severities, pillars, controls and words that all of them have
    #[arg(value_name = "RULE")]
    pub(super) names: Vec<String>,
    /// How they are listed
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(super) output_format: Listing,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listing {
    /// One line each
    Text,
    /// For programs
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn format(text: &str) -> Result<Format, String> {
    Format::named(text).ok_or_else(|| one_of(&Format::ALL.map(Format::name)))
}

fn day(text: &str) -> Result<Day, String> {
    let wrong = |_| "a day such as 2027-03-31 is expected".to_owned();
    text.parse().map_err(wrong)
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::named(text).ok_or_else(|| one_of(&Severity::ALL.map(Severity::name)))
}

fn one_of(words: &[&str]) -> String {
    format!("one of {} is expected", words.join(", "))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is expected".into()),
    }
}
