//! `distrust permissions`.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::check::{self, Refusal, input, output};
use super::options::{Listing, Permissions as Options};
use super::terminal::Terminal;
use super::{Exit, print, print_data};
use crate::catalog::Catalog;
use crate::engine;
use crate::eval::{Data, Declared, Stack, Value};
use crate::generate::deploy::{self, Deployed, Needs};
use crate::report::{Masks, Statistics, triage};
use crate::source::{Door, SourceMap};

/// Says what deploying asks for.
pub(super) fn run(mut options: Options, order: &[bool], terminal: Terminal) -> Exit {
    check::with_threads(options.input.threads, terminal, || {
        said(&mut options, order, terminal)
    })
}

fn said(options: &mut Options, order: &[bool], terminal: Terminal) -> Result<Exit, Refusal> {
    let working = check::working()?;
    let sources = SourceMap::new();
    let files = input::files(&mut options.input, &working)?;
    let scope = input::scope(&options.input, &*files, &working)?;
    let door = Door::new(&*files, &scope);
    let (found, world) = check::found(&options.input, order, door, &sources)?;
    let answers = engine::each(found, &world, &|stack, _| deployed(stack));
    let mut diagnostics = answers.diagnostics;
    let mut all: Vec<Deployed> = Vec::new();
    for stack in answers.stacks {
        all.extend(stack.said);
        diagnostics.extend(stack.diagnostics);
    }
    let needs = deploy::needs(&all);
    let exit = match &options.explain {
        Some(action) => explain(action, &needs, terminal),
        None if options.output_format == Listing::Json => {
            print_data(terminal, &(as_json(&needs).to_string() + "\n"))
        }
        None => print(terminal, &as_text(&needs)),
    };
    let masks = Masks::new(&sources, std::iter::empty(), diagnostics.iter());
    let none = Statistics::default();
    let report = triage(&sources, masks, Vec::new(), diagnostics, Vec::new(), none);
    let text = output::diagnostics(&report.diagnostics, &sources, &report.masks, terminal);
    terminal.say(&text);
    Ok(exit.and(Exit::Input.when(report.lost_input())))
}

/// What a stack deploys on AWS.
fn deployed(stack: &Stack) -> Vec<Deployed> {
    let resources = stack.resources.iter();
    let own = resources.filter(|own| is_of_aws(&own.address.type_name));
    own.map(one).collect()
}

/// Data of Terraform that anybody may ask for, or that is computed.
const FREE: [&str; 4] = [
    "aws_caller_identity",
    "aws_iam_policy_document",
    "aws_partition",
    "aws_region",
];

fn is_of_aws(kind: &str) -> bool {
    (kind.starts_with("aws_") || kind.starts_with("AWS::")) && !FREE.contains(&kind)
}

fn one(own: &Declared) -> Deployed {
    let written = own.address.type_name.to_string();
    let mut arguments = BTreeSet::new();
    names(&own.body, &mut arguments);
    let name = ["name", "RoleName"]
        .iter()
        .find_map(|key| own.body.as_map()?.value(key));
    let name = name.and_then(|name| name.as_text().map(str::to_owned));
    Deployed {
        address: own.address.to_string(),
        kind: kind(&written),
        role: name,
        written,
        arguments,
    }
}

/// The type of CloudFormation; of what says something about another resource, the type of that.
fn kind(written: &str) -> Option<String> {
    if written.starts_with("AWS::") {
        return Some(written.to_owned());
    }
    if let Some(like) = deploy::called_like(written) {
        return Some(format!("AWS::{like}"));
    }
    let catalog = Catalog::builtin();
    let own = catalog.kind_by_type(written);
    let owner = || catalog.owners(written).map(|(kind, _)| kind).next();
    let first = own.or_else(owner)?.cloudformation.first();
    first.cloned()
}

/// The names of all arguments, at every depth.
fn names(value: &Value, into: &mut BTreeSet<String>) {
    match &value.data {
        Data::Map(map) => {
            for entry in &map.entries {
                into.insert(entry.key.to_string());
                names(&entry.value, into);
            }
        }
        Data::List(list) => list.items.iter().for_each(|item| names(item, into)),
        // Whatever the argument is called that takes a role.
        Data::Reference(to)
            if ["aws_iam_role", "AWS::IAM::Role"].contains(&&*to.target.type_name) =>
        {
            into.insert("Role".to_owned());
        }
        _ => {}
    }
}

fn as_json(needs: &Needs) -> Json {
    json!({
        "version": 1,
        "source": deploy::source(),
        "plan": needs.policies(false),
        "apply": needs.policies(true),
        "missing": needs.missing,
    })
}

fn as_text(needs: &Needs) -> String {
    let mut out = String::new();
    for (title, apply) in [("plan", false), ("apply, besides", true)] {
        for (nth, policy) in needs.policies(apply).iter().enumerate() {
            let text = serde_json::to_string_pretty(policy).unwrap_or_default();
            let _ = writeln!(out, "# {title}, policy {}\n{text}\n", nth + 1);
        }
    }
    for (address, kind) in &needs.missing {
        let _ = writeln!(
            out,
            "No facts about {address} ({kind}): what it needs is not in these policies."
        );
    }
    let _ = writeln!(out, "From {}", deploy::source());
    out
}

fn explain(action: &str, needs: &Needs, terminal: Terminal) -> Exit {
    let same = |name: &&String| name.eq_ignore_ascii_case(action);
    let mut out = String::new();
    for (title, actions) in [("plan", &needs.plan), ("apply", &needs.apply)] {
        let name = actions.keys().find(same);
        for address in name.into_iter().flat_map(|name| &actions[name]) {
            let _ = writeln!(out, "{action}: {title} of {address}");
        }
    }
    match out.is_empty() {
        true => {
            let _ = print(terminal, &format!("nothing here asks for {action}\n"));
            Exit::Findings
        }
        false => print(terminal, &out),
    }
}
