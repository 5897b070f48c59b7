//! A rule file as data. Compiled into the build script too.

use serde::{Deserialize, Serialize};

use crate::catalog::model::{Literal, Path, Usage};
use crate::catalog::spell::Writings;

/// Severities in rising order, as rule files spell them.
pub const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];
/// The pillars of CISA's Zero Trust Maturity Model (version 2.0) with its three cross-cutting capabilities.
pub const PILLARS: [&str; 8] = [
    "identity",
    "devices",
    "networks",
    "applications",
    "data",
    "visibility",
    "automation",
    "governance",
];
/// How far a remedy can be trusted, as rule files spell it.
pub const APPLICABILITIES: [&str; 3] = ["display-only", "unsafe", "safe"];

/// A rule: what must hold of every resource of some kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id, also its path: `aws-s3-bucket-versioning-disabled`.
    pub id: String,
    /// Index into [`SEVERITIES`].
    pub severity: u8,
    /// One of [`PILLARS`].
    pub pillar: String,
    /// The kinds it is about.
    pub kinds: Vec<String>,
    /// Besides, every kind that holds policy documents of these uses.
    pub documents: Vec<Usage>,
    /// The numbers that users may set, with what holds unless they do.
    pub parameters: Vec<(String, Amount)>,
    /// What must hold.
    pub check: Check,
    /// What a finding says; `{address}` stands for the resource.
    pub message: String,
    /// The change that mends it.
    pub remedy: Option<RemedySpec>,
    /// Controls of published standards that it serves: standard and control ids.
    pub controls: Vec<(String, Vec<String>)>,
    /// Ids of the same rule in other tools, and its own former ids.
    pub aliases: Vec<String>,
    /// The rules whose findings say all that one of this rule does, where both are about the same bytes and resource.
    pub yields_to: Vec<String>,
    /// The file it was read from, below `rules/`; empty for one that was not.
    pub file: String,
    /// The first heading of its page.
    pub title: String,
    /// The first sentence below the page's heading `What to do`.
    pub advice: String,
}

/// The change that a rule asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemedySpec {
    /// The attribute to set.
    pub path: Path,
    /// What to set it to; `None` removes it.
    pub to: Option<Literal>,
    /// Index into [`APPLICABILITIES`].
    pub applicability: u8,
    /// Per type of each dialect how it is written, the first the best; the build script fills it in.
    pub writings: Vec<(String, Writings)>,
}

impl RemedySpec {
    /// The change that makes a check hold, where the check itself says what must be there. Whoever wrote the rule knows
    /// of no outage, so that it is never called safe.
    pub fn of(check: &Check) -> Option<Self> {
        let (path, to) = demanded(check)?;
        Some(Self {
            path,
            to: Some(to),
            applicability: 1,
            writings: Vec::new(),
        })
    }
}

/// The value that a check demands at a path.
fn demanded(check: &Check) -> Option<(Path, Literal)> {
    match check {
        Check::All(checks) if checks.len() == 1 => demanded(&checks[0]),
        // What leaves a resource out of the question is nothing to aim for: of several ways nobody knows which is meant.
        Check::Any(checks) => {
            let mut aims = checks
                .iter()
                .filter(|check| !matches!(check, Check::Not(_)));
            let aim = aims.next().filter(|_| aims.next().is_none())?;
            demanded(aim)
        }
        Check::Not(check) => match &**check {
            Check::Value(path, tests) => match tests.as_slice() {
                [Test::Equals(Literal::Bool(value))] => Some((path.clone(), Literal::Bool(!value))),
                _ => None,
            },
            _ => None,
        },
        Check::Value(path, tests) => {
            let [test] = tests.as_slice() else {
                return None;
            };
            let value = match test {
                Test::Equals(Literal::Null) => return None,
                Test::Equals(value) => value.clone(),
                Test::OneOf(values) => values
                    .first()
                    .filter(|value| **value != Literal::Null)?
                    .clone(),
                // "At least one" asks for something, not for one.
                Test::AtLeast(amount) | Test::AtMost(amount)
                    if !amount.time && amount.number > 1 =>
                {
                    Literal::Int(amount.number)
                }
                _ => return None,
            };
            Some((path.clone(), value))
        }
        _ => None,
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number {
            days if self.time && days % 86_400 == 0 => write!(f, "{}d", days / 86_400),
            seconds if self.time => write!(f, "{seconds}s"),
            number => write!(f, "{number}"),
        }
    }
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Check {
    /// Every one.
    All(Vec<Check>),
    /// At least one.
    Any(Vec<Check>),
    /// Not this.
    Not(Box<Check>),
    /// The second, where the first does not hold: a guard that takes away what is wrong.
    Unless(Box<Check>, Box<Check>),
    /// For every member of a list (or the one value) at a path.
    Each(Path, Box<Check>),
    /// For at least one member of a list (or the one value) at a path.
    Some(Path, Box<Check>),
    /// Every value that the path leads to passes every test.
    Value(Path, Vec<Test>),
    /// The world (or another set of addresses) may reach one of these ports through a flow of the kind.
    Reachable(Reach),
    /// Some rule of an ordered flow closes nothing, since rules before it decide.
    Shadowed(String),
    /// Two rules of an ordered flow have the same number.
    Repeated(String),
    /// Some statement of a policy document is like this.
    Policy(Path, Statement),
    /// The policy documents grant these actions.
    Grants(Grants),
    /// Some resource that an edge connects is like this.
    Related(Related),
    /// Some resource of one of these kinds that the same provider makes is like this.
    Beside(Vec<String>, Box<Check>),
    /// What two paths lead to is there and equal.
    Same(Path, Path),
    /// Some text below a path is a secret.
    Secret(Path),
    /// Something below a path is a secret that another resource makes.
    Generated(Path),
    /// What the native question of this name answers.
    Native(String),
}

impl Check {
    /// Whether what it finds may be a secret.
    pub fn asks_for_secrets(&self) -> bool {
        match self {
            Check::All(checks) | Check::Any(checks) => checks.iter().any(Self::asks_for_secrets),
            Check::Not(check)
            | Check::Each(_, check)
            | Check::Some(_, check)
            | Check::Unless(_, check) => check.asks_for_secrets(),
            Check::Value(_, tests) => tests.iter().any(|test| matches!(test, Test::Plaintext(_))),
            Check::Secret(_) | Check::Generated(_) => true,
            Check::Related(related) => related.check.as_deref().is_some_and(Self::asks_for_secrets),
            Check::Reachable(_)
            | Check::Shadowed(_)
            | Check::Repeated(_)
            | Check::Policy(..)
            | Check::Grants(_)
            | Check::Same(..)
            | Check::Beside(..)
            | Check::Native(_) => false,
        }
    }

    /// Goes through every number that values are compared with.
    pub fn amounts(&mut self, visit: &mut dyn FnMut(&mut Amount)) {
        match self {
            Check::All(checks) | Check::Any(checks) => {
                checks.iter_mut().for_each(|check| check.amounts(visit));
            }
            Check::Not(check)
            | Check::Each(_, check)
            | Check::Some(_, check)
            | Check::Beside(_, check) => check.amounts(visit),
            Check::Unless(guard, check) => {
                guard.amounts(visit);
                check.amounts(visit);
            }
            Check::Value(_, tests) => {
                for test in tests {
                    if let Test::AtLeast(amount) | Test::AtMost(amount) = test {
                        visit(amount);
                    }
                }
            }
            Check::Related(related) => {
                if let Some(check) = &mut related.check {
                    check.amounts(visit);
                }
            }
            Check::Reachable(_)
            | Check::Shadowed(_)
            | Check::Repeated(_)
            | Check::Policy(..)
            | Check::Grants(_)
            | Check::Same(..)
            | Check::Secret(_)
            | Check::Generated(_)
            | Check::Native(_) => {}
        }
    }
}

/// What the policy documents of a resource grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// The actions, or patterns of which all is meant.
    pub actions: Vec<String>,
    /// Whether one of them is enough.
    pub one: bool,
    /// Whether they must be granted on every resource that they take; else some is enough.
    pub every: bool,
    /// Whether it is about an identity: what is attached to it counts.
    pub effective: bool,
    /// Whether it is asked of administrators too; else who may do everything anyway is left to the rule about that.
    pub administrators: bool,
}

/// A number, or a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// How much; of times in seconds.
    pub number: i64,
    /// Whether it is a time: texts are read as times then.
    pub time: bool,
    /// The parameter of the rule that sets it.
    pub parameter: Option<String>,
}

impl Amount {
    /// Reads `90`, or `90d`, `7776000s`, `P90D`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self {
                number,
                ..Self::default()
            });
        }
        Some(Self {
            number: super::time::seconds(text)?,
            time: true,
            parameter: None,
        })
    }
}

/// A question about one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// Is this, compared by text.
    Equals(Literal),
    /// Is one of these.
    OneOf(Vec<Literal>),
    /// Its text matches this glob (`*` any text, `?` one character).
    Matches(String),
    /// Its text begins so.
    StartsWith(String),
    /// Its text ends so.
    EndsWith(String),
    /// Its text has this in it, or its list this member.
    Contains(Literal),
    /// Is there (or is not).
    Exists(bool),
    /// Is a number or a time, and at least this.
    AtLeast(Amount),
    /// Is a number or a time, and at most this.
    AtMost(Amount),
    /// Is a text that stands in the configuration (or is not).
    Plaintext(bool),
    /// Is a number, or a range `a-b` of at most this many.
    SpanAtMost(i64),
    /// Is a network inside one of these.
    Within(Vec<String>),
    /// Is a network of this sort: `world`, `public`, `private`.
    Network(String),
}

/// A question about reachability through one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// The name of the flow in the vocabulary.
    pub flow: String,
    /// The other side: `world`, `public`, `private`, `anyone`, or networks.
    pub from: Vec<String>,
    /// Port ranges, both ends included; empty: any port.
    pub ports: Vec<(u16, u16)>,
    /// `tcp`, `udp`, `icmp`; empty: any.
    pub protocols: Vec<String>,
    /// Only by rules that open every port at once, or only by others.
    pub every_port: Option<bool>,
    /// Only by rules for all protocols at once, or only by others.
    pub all_protocols: Option<bool>,
    /// Only by rules that open more ports than this.
    pub more_ports_than: u32,
}

/// What a statement of a policy document is like. What is left out is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// `true`: Allow, `false`: Deny.
    pub allow: bool,
    /// It covers this action pattern.
    pub action: Option<String>,
    /// It covers this resource pattern.
    pub resource: Option<String>,
    /// It covers this principal.
    pub principal: Option<String>,
    /// It has conditions (or none).
    pub conditioned: Option<bool>,
    /// It has this condition: operators, key, value; empty value: any.
    pub condition: Option<(Vec<String>, String, String)>,
}

/// A question about the resources around one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// The kinds asked about.
    pub kinds: Vec<String>,
    /// Only edges of this relation, by word.
    pub relation: Option<String>,
    /// `true`: edges that end at the other; `false`: that start there.
    pub outgoing: bool,
    /// What must hold of it.
    pub check: Option<Box<Check>>,
}
