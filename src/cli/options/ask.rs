//! The options of questions about access and ways.

use clap::Args;

use super::{Input, Listing};

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct WhoCan {
    /// The action, such as s3:GetObject
    #[arg(value_name = "ACTION")]
    pub(in crate::cli) action: String,
    /// The resource: its address, an ARN, or a pattern of ARNs
    #[arg(value_name = "RESOURCE")]
    pub(in crate::cli) resource: String,

    #[command(flatten)]
    pub(in crate::cli) input: Input,

    /// How answers are written
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(in crate::cli) output_format: Listing,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct Can {
    /// Who: the address of an identity, an ARN, or a pattern of ARNs
    #[arg(value_name = "PRINCIPAL")]
    pub(in crate::cli) principal: String,
    /// The action, such as s3:GetObject
    #[arg(value_name = "ACTION")]
    pub(in crate::cli) action: String,
    /// The resource: its address, an ARN, or a pattern of ARNs
    #[arg(value_name = "RESOURCE")]
    pub(in crate::cli) resource: String,

    #[command(flatten)]
    pub(in crate::cli) input: Input,

    /// How answers are written
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(in crate::cli) output_format: Listing,
}

#[derive(Debug, Args)]
#[command(after_help = crate::cli::exit::table())]
pub(in crate::cli) struct Reach {
    #[command(flatten)]
    pub(in crate::cli) input: Input,

    /// From: `internet`, a network, the address of a resource, or `any` of them
    #[arg(long, value_name = "WHO", default_value = "internet")]
    pub(in crate::cli) from: String,
    /// To: the address of a resource, `any` of them, or `internet`
    #[arg(long, value_name = "WHOM", default_value = "any")]
    pub(in crate::cli) to: String,
    /// At these ports only: 22, 22/tcp, 8000-9000/udp, icmp
    #[arg(long, value_name = "PORT", value_delimiter = ',')]
    pub(in crate::cli) port: Vec<String>,
    /// How the answers are written
    #[arg(long, value_enum, default_value_t = Listing::Text, value_name = "FORMAT")]
    pub(in crate::cli) output_format: Listing,
}
