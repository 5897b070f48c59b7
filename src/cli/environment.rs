//! Every option can be given in the environment too: `--fail-on` as `DISTRUST_FAIL_ON`.

use clap::builder::FalseyValueParser;
use clap::{Arg, ArgAction, Command};

/// Options that come in an order, for which Terraform has variables of its own.
const ORDERED: [&str; 2] = ["var", "var_file"];

/// The same command line, whose options may come from the environment. What is typed counts before.
pub(super) fn with_environment(command: Command) -> Command {
    command
        .mut_args(with_variable)
        .mut_subcommands(with_environment)
}

fn with_variable(arg: Arg) -> Arg {
    let id = arg.get_id().as_str().to_owned();
    let Some(name) = arg.get_long().filter(|_| !ORDERED.contains(&id.as_str())) else {
        return arg;
    };
    let variable: &'static str = variable(name).leak();
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    match arg.get_action() {
        ArgAction::Set | ArgAction::Append | ArgAction::SetTrue => {}
        _ => return arg,
    }
    let arg = arg.env(variable).hide_env(true);
    match is_flag {
        true => arg.value_parser(FalseyValueParser::new()),
        false => arg,
    }
}

fn variable(name: &str) -> String {
    format!("DISTRUST_{}", name.replace('-', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use crate::cli::options::Options;
    use crate::config::keys::{KEYS, OF_OTHERS, ONLY_OPTIONS};

    #[test]
    fn every_option_of_a_check_has_a_key_and_every_key_an_option() {
        let mut command = super::with_environment(Options::command());
        command.build();
        let check = command.find_subcommand("check").expect("the verb");
        let named = check
            .get_arguments()
            .filter(|arg| !["help", "color", "version"].contains(&arg.get_id().as_str()));
        let options: BTreeSet<&str> = named
            .map(|arg| arg.get_long().unwrap_or("PATH"))
            .filter(|name| !ONLY_OPTIONS.contains(name))
            .collect();
        let tables = [
            "extends",
            "paths",
            "rules",
            "severity",
            "suppress",
            "suppression",
        ];
        let keys = KEYS
            .iter()
            .map(|key| key.name)
            .filter(|key| !tables.contains(key) && !OF_OTHERS.contains(key));
        assert_eq!(options, keys.collect());
        let readme = include_str!("../../README.md");
        for name in ONLY_OPTIONS.iter().filter(|name| **name != "PATH") {
            assert!(readme.contains(&format!("`--{name}`")), "{name}");
        }
    }
}
