//! What deploying asks for: the actions that plan and apply need for what a configuration declares.
//!
//! CloudFormation's schemas name actions for each type, with all that the type can be: they are a start. What is kept is
//! judged against what is set: an action whose name speaks of something that no argument does is left out, a plan gets
//! reads alone and none that show data, and what only gives a role away is pinned to the roles that are declared.

mod judge;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::ZlibDecoder;
use serde_json::{Value, json};

use crate::policy::action::{self, Action, Level};
use judge::Words;

/// The recorded actions of each type.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/deploy.bin"));
    let mut text = String::new();
    // The build script wrote it.
    let _ = ZlibDecoder::new(bytes).read_to_string(&mut text);
    text
});

/// IAM takes so many characters in a managed policy, without spaces.
pub const MOST: usize = 6_144;

/// Something that is to be deployed.
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    /// Its address, as it is shown.
    pub address: String,
    /// Its type of CloudFormation; of what Terraform declares, that of its kind, or of what it says something about.
    pub kind: Option<String>,
    /// The type that is written.
    pub written: String,
    /// The names of all arguments that are set, at every depth.
    pub arguments: BTreeSet<String>,
    /// Of a role: its name, where it is known.
    pub role: Option<String>,
}

/// What deploying asks for.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// For a plan: each action with the addresses that ask for it.
    pub plan: BTreeMap<String, BTreeSet<String>>,
    /// For an apply, besides those.
    pub apply: BTreeMap<String, BTreeSet<String>>,
    /// The roles that may be passed, by name; `None` among them: a name is not known.
    pub roles: BTreeSet<Option<String>>,
    /// What there are no facts about: addresses and types.
    pub missing: BTreeMap<String, String>,
}

/// The recorded source of the facts, in one line.
pub fn source() -> &'static str {
    let line = TABLE.lines().find(|line| line.starts_with("# Source: "));
    line.map_or("", |line| line.trim_start_matches("# Source: "))
}

/// What is recorded about a type: `(handler, action)`.
fn recorded(kind: &str) -> Vec<(char, String)> {
    let head = format!("= {kind}\n");
    let Some(at) = TABLE.find(&head) else {
        return Vec::new();
    };
    let lines = TABLE[at + head.len()..].lines();
    let lines = lines.take_while(|line| !line.starts_with("= "));
    let mut all = Vec::new();
    for line in lines {
        let handler = line.chars().next().unwrap_or_default();
        for service in line.split(' ').skip(1) {
            let (prefix, names) = service.split_once(':').unwrap_or((service, ""));
            all.extend(
                names
                    .split(',')
                    .map(|name| (handler, format!("{prefix}:{name}"))),
            );
        }
    }
    all
}

/// The recorded type that a type of Terraform is called like: `aws_kms_alias` and `AWS::KMS::Alias`.
pub fn called_like(terraform: &str) -> Option<&'static str> {
    static BY_NAME: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
        let types = TABLE
            .lines()
            .filter_map(|line| line.strip_prefix("= AWS::"));
        let plain = |name: &str| name.replace("::", "").to_ascii_lowercase();
        types.map(|name| (plain(name), name)).collect()
    });
    let plain = terraform.strip_prefix("aws_")?.replace('_', "");
    BY_NAME.get(plain.as_str()).copied()
}

/// What deploying these asks for.
pub fn needs(all: &[Deployed]) -> Needs {
    let mut needs = Needs::default();
    for one in all {
        let recorded = one.kind.as_deref().map(recorded).unwrap_or_default();
        if recorded.is_empty() {
            needs
                .missing
                .insert(one.address.clone(), one.written.clone());
            continue;
        }
        let words = Words::of(one);
        for (handler, name) in recorded {
            // What AWS does not know is a fault of the schema.
            let Some(action) = action::find(&name) else {
                continue;
            };
            let name = format!("{}:{}", action.service().prefix(), action.name());
            let into = match judge::place(&action, handler, &words) {
                Some(judge::Place::Plan) => &mut needs.plan,
                Some(judge::Place::Apply) => &mut needs.apply,
                None => continue,
            };
            into.entry(name).or_default().insert(one.address.clone());
        }
        if one.kind.as_deref() == Some("AWS::IAM::Role") {
            needs.roles.insert(one.role.clone());
        }
    }
    let planned: Vec<String> = needs.plan.keys().cloned().collect();
    for name in planned {
        needs.apply.remove(&name);
    }
    needs
}

impl Needs {
    /// The policies for a plan, or for an apply besides; each below IAM's limit.
    pub fn policies(&self, apply: bool) -> Vec<Value> {
        let actions = if apply { &self.apply } else { &self.plan };
        let mut by_resources: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
        for name in actions.keys().filter(|name| *name != PASS) {
            let resources = action::find(name).map(|own| resources(&own));
            let resources = resources.unwrap_or_else(|| vec!["*".into()]);
            by_resources.entry(resources).or_default().push(name);
        }
        let mut statements: Vec<Value> = by_resources
            .into_iter()
            .map(|(resources, actions)| {
                json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
            })
            .collect();
        if apply && actions.contains_key(PASS) && !self.roles.is_empty() {
            let arn = |role: &Option<String>| {
                let name = role.as_deref().unwrap_or("ROLE-NAME-TO-FILL-IN");
                format!("arn:aws:iam::ACCOUNT-ID:role/{name}")
            };
            let roles: Vec<String> = self.roles.iter().map(arn).collect();
            statements.push(json!({ "Effect": "Allow", "Action": [PASS], "Resource": roles }));
        }
        divided(statements)
    }
}

/// What gives a role away.
const PASS: &str = "iam:PassRole";

/// The resources that an action can be narrowed to: the forms of their ARNs; all where AWS knows none.
fn resources(action: &Action) -> Vec<String> {
    let types = action.resource_types();
    let mut arns: Vec<String> = types.iter().map(|own| own.arn.to_owned()).collect();
    arns.sort();
    // No form that another covers.
    let whole = arns.clone();
    arns.retain(|arn| !whole.iter().any(|other| other != arn && covers(other, arn)));
    arns.dedup();
    match arns.is_empty() {
        true => vec!["*".into()],
        false => arns,
    }
}

/// Whether a pattern that ends in `*` begins like another one.
fn covers(wide: &str, narrow: &str) -> bool {
    let front = wide.strip_suffix('*');
    front.is_some_and(|front| narrow.starts_with(front))
}

/// Statements in policies, each within IAM's limit; one that is longer is divided by its actions.
fn divided(statements: Vec<Value>) -> Vec<Value> {
    let length = |value: &Value| {
        value
            .to_string()
            .chars()
            .filter(|c| !c.is_whitespace())
            .count()
    };
    let mut parts = Vec::new();
    for statement in statements {
        let mut actions = statement["Action"].as_array().cloned().unwrap_or_default();
        while !actions.is_empty() {
            let mut own = statement.clone();
            let mut taken = actions.len();
            own["Action"] = actions[..taken].to_vec().into();
            while length(&own) + 100 > MOST && taken > 1 {
                taken /= 2;
                own["Action"] = actions[..taken].to_vec().into();
            }
            actions.drain(..taken);
            parts.push(own);
        }
    }
    let mut policies: Vec<Vec<Value>> = vec![Vec::new()];
    let mut used = 60;
    for part in parts {
        let own = length(&part) + 1;
        if used + own > MOST {
            policies.push(Vec::new());
            used = 60;
        }
        used += own;
        policies.last_mut().expect("there is one").push(part);
    }
    policies.retain(|own| !own.is_empty());
    let document = |own: Vec<Value>| json!({ "Version": "2012-10-17", "Statement": own });
    policies.into_iter().map(document).collect()
}

/// Whether an action only shows how things are set.
fn looks(action: &Action) -> bool {
    matches!(action.level(), Level::List | Level::Read)
}

#[cfg(test)]
mod tests;
