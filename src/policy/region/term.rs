//! What a statement asks of a request, as tests per dimension.

use ecow::EcoString;
use ipnet::IpNet;

use super::atom::{Pattern, Wild};
use super::range::{self, Range};
use crate::eval::{Data, Piece, Reference, Value};
use crate::policy::operator::{Compare, Operator};
use crate::policy::{Condition, Members, Principal, Statement};

/// How what is not known is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// As all that it can be.
    Most,
    /// As nothing.
    Least,
}

impl Reading {
    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Reading {
        match self {
            Reading::Most => Reading::Least,
            Reading::Least => Reading::Most,
        }
    }
}

/// One value that a dimension is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A pattern.
    Text(Pattern),
    /// A comparison with a number or time.
    Range(Range),
    /// A network.
    Network(IpNet),
}

/// A set of texts: those that pass one of the tests, or none of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The tests.
    pub tests: Vec<Test>,
    /// Whether it is those that pass none.
    pub negated: bool,
}

/// One condition, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its key in lower case.
    pub key: EcoString,
    /// Its operator.
    pub operator: Operator,
    /// What it compares with; for `Null` one text, `true` or `false`.
    pub tests: Vec<Test>,
}

/// A dimension of requests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// Who asks.
    Principal,
    /// What for.
    Action,
    /// Of what.
    Resource,
    /// Under which circumstances: a condition key in lower case.
    Key(EcoString),
}

/// A statement as sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Whether it denies.
    pub denies: bool,
    /// Who; no restriction in a policy of an identity.
    pub principal: Spec,
    /// What.
    pub action: Spec,
    /// Of what.
    pub resource: Spec,
    /// Under which conditions.
    pub terms: Vec<Term>,
}

impl Spec {
    /// Everything.
    pub fn all() -> Spec {
        Spec {
            tests: Vec::new(),
            negated: true,
        }
    }

    /// What a pattern of actions or resources covers.
    pub fn like(text: &str, wild: Wild, ignore_case: bool) -> Spec {
        Spec {
            tests: vec![Test::Text(Pattern::new(text, wild, ignore_case))],
            negated: false,
        }
    }
}

impl Clause {
    /// A statement; `None` where it is none, or its conditions cannot be said as sets: then the key that cannot.
    pub fn of(statement: &Statement, reading: Reading) -> Result<Option<Clause>, EcoString> {
        let effect = statement.effect.as_ref().and_then(Value::as_text);
        let denies = match effect {
            Some("Deny") => true,
            Some("Allow") | None if statement.allows().is_true() => false,
            // An effect that is not known allows at most, and at least denies.
            _ => reading == Reading::Least,
        };
        let own = if denies { reading.opposite() } else { reading };
        let open = statement.conditions_rest.is_some();
        if open && own == Reading::Least {
            return Ok(None);
        }
        let terms: Result<Vec<Term>, EcoString> = statement
            .conditions
            .iter()
            .map(|condition| Term::of(condition, own))
            .collect();
        Ok(Some(Clause {
            denies,
            principal: principals(statement, own),
            action: either(&statement.actions, &statement.not_actions, own, action),
            resource: either(
                &statement.resources,
                &statement.not_resources,
                own,
                resource,
            ),
            terms: terms?,
        }))
    }
}

/// The set that an element or its negation describes; where neither is written everything.
fn either(members: &Members, excluded: &Members, reading: Reading, read: fn(&str) -> Test) -> Spec {
    if excluded.written {
        return Spec {
            tests: tests(excluded, reading.opposite(), read),
            negated: true,
        };
    }
    if !members.written {
        return Spec::all();
    }
    Spec {
        tests: tests(members, reading, read),
        negated: false,
    }
}

fn action(text: &str) -> Test {
    Test::Text(Pattern::new(text, Wild::Free, true))
}

fn resource(text: &str) -> Test {
    Test::Text(resource_pattern(text))
}

/// The pattern that a member of `Resource` is: an ARN of six fields, a shorter one with `*` for those that are missing, or
/// any text.
pub fn resource_pattern(text: &str) -> Pattern {
    if !text.starts_with("arn:") {
        return Pattern::new(text, Wild::Free, false);
    }
    match text.matches(':').count() {
        5.. => Pattern::new(text, Wild::Fields, false),
        colons if text.contains(['*', '?']) => {
            let whole = format!("{text}{}", ":*".repeat(5 - colons));
            Pattern::new(&whole, Wild::Fields, false)
        }
        _ => Pattern::new(text, Wild::Free, false),
    }
}

fn tests(members: &Members, reading: Reading, read: impl Fn(&str) -> Test) -> Vec<Test> {
    let mut found: Vec<Test> = members
        .items
        .iter()
        .flat_map(|item| texts(item, reading))
        .map(|text| read(&text))
        .collect();
    if members.rest.is_some() && reading == Reading::Most {
        found.push(read("*"));
    }
    found
}

/// The texts that a value is, under a reading; `*` stands for what is not known.
fn texts(value: &Value, reading: Reading) -> Vec<String> {
    let own = value.resolved();
    match &own.data {
        Data::Text(text) => vec![text.to_string()],
        Data::Bool(own) => vec![own.to_string()],
        Data::Number(own) => vec![own.to_string()],
        Data::Reference(reference) => vec![opaque(reference)],
        Data::Template(template) => match (&template.text, flat(&template.pieces, reading)) {
            (Some(text), _) => vec![text.to_string()],
            (None, text) => text.into_iter().collect(),
        },
        Data::Unknown(unknown) if reading == Reading::Most => {
            if unknown.among.is_empty() {
                return vec!["*".to_owned()];
            }
            unknown
                .among
                .iter()
                .flat_map(|one| texts(one, reading))
                .collect()
        }
        Data::Unknown(_) | Data::Null | Data::List(_) | Data::Map(_) => Vec::new(),
    }
}

fn flat(pieces: &[Piece], reading: Reading) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(own, _) => text.push_str(own),
            Piece::Value(value) => match &value.resolved().data {
                Data::Reference(reference) => text.push_str(&opaque(reference)),
                _ => match value.as_text() {
                    Some(own) => text.push_str(own),
                    None if reading == Reading::Most => text.push('*'),
                    None => return None,
                },
            },
        }
    }
    Some(text)
}

/// A text that stands for what a reference gives: equal for equal references only. An ARN has its five colons.
fn opaque(reference: &Reference) -> String {
    let last = reference
        .path
        .last()
        .map(EcoString::as_str)
        .unwrap_or_default();
    let front = if last.eq_ignore_ascii_case("arn") {
        "arn:::::"
    } else {
        ""
    };
    let name = reference
        .to_string()
        .replace([':', '*', '?', '$'], "\u{e001}");
    format!("{front}\u{e000}{name}\u{e000}")
}

fn principals(statement: &Statement, reading: Reading) -> Spec {
    let of = |all: &[Principal], reading: Reading| -> Vec<Test> {
        all.iter()
            .flat_map(|own| {
                let read = |text: &str| principal(&own.kind, text);
                tests(&own.members, reading, read)
            })
            .collect()
    };
    if !statement.not_principals.is_empty() {
        return Spec {
            tests: of(&statement.not_principals, reading.opposite()),
            negated: true,
        };
    }
    if statement.principals.is_empty() {
        return Spec::all();
    }
    Spec {
        tests: of(&statement.principals, reading),
        negated: false,
    }
}

/// A principal as a pattern of `type:name`. An account is all that are in it.
fn principal(kind: &str, text: &str) -> Test {
    let pattern = |text: &str| Test::Text(Pattern::new(text, Wild::Free, false));
    match (kind, text) {
        ("*" | "AWS", "*") => pattern("*"),
        ("*", _) => pattern(text),
        ("AWS", account) if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) => {
            pattern(&format!("AWS:arn:*:*::{account}:*"))
        }
        ("AWS", root) if root.ends_with(":root") => {
            let front = root.trim_end_matches("root");
            pattern(&format!("AWS:{}*", front.replacen(":iam:", ":*:", 1)))
        }
        // IAM takes no wildcard inside the ARN of a principal; who writes one means what it says.
        _ => pattern(&format!("{kind}:{text}")),
    }
}

impl Term {
    /// A condition; the key where no set says what it means.
    pub fn of(condition: &Condition, reading: Reading) -> Result<Term, EcoString> {
        let operator = Operator::read(&condition.operator);
        let key: EcoString = condition.key.to_ascii_lowercase();
        let own = if operator.negated {
            reading.opposite()
        } else {
            reading
        };
        let members = &condition.values;
        let mut found = Vec::new();
        for item in &members.items {
            for text in texts(item, own) {
                match test(operator.compare, &text, is_open(item)) {
                    Some(test) => found.push(test),
                    None if text == "*" && is_open(item) => {
                        found.extend(everything(operator.compare));
                    }
                    None if is_open(item) => return Err(condition.key.clone()),
                    // What is no number, date or network matches nothing.
                    None => {}
                }
            }
        }
        if members.rest.is_some() && own == Reading::Most {
            found.extend(everything(operator.compare));
        }
        if operator.compare == Compare::Other {
            return Err(condition.key.clone());
        }
        Ok(Term {
            key,
            operator,
            tests: found,
        })
    }
}

/// Tests that every value passes one of.
fn everything(compare: Compare) -> Vec<Test> {
    use crate::policy::operator::Order;
    let zero = |order| Test::Range(Range { order, with: 0.0 });
    match compare {
        Compare::Number(_) | Compare::Date(_) => {
            vec![zero(Order::Less), zero(Order::GreaterOrEqual)]
        }
        Compare::Network => ["0.0.0.0/0", "::/0"]
            .iter()
            .filter_map(|text| range::network(text).map(Test::Network))
            .collect(),
        Compare::Bool | Compare::Null => ["true", "false"]
            .iter()
            .map(|text| Test::Text(Pattern::new(text, Wild::Not, true)))
            .collect(),
        _ => vec![Test::Text(Pattern::new("*", Wild::Free, false))],
    }
}

/// Whether some of a value's text is not known; a reference stands for one text.
fn is_open(value: &Value) -> bool {
    match &value.resolved().data {
        Data::Unknown(_) => true,
        Data::Template(template) => template.text.is_none(),
        _ => false,
    }
}

/// The test that a text is. In one that is not known in full `*` stands for what is missing.
fn test(compare: Compare, text: &str, open: bool) -> Option<Test> {
    let pattern = |wild, ignore_case| Some(Test::Text(Pattern::new(text, wild, ignore_case)));
    let exact = if open { Wild::Free } else { Wild::Not };
    match compare {
        Compare::Exact(ignore_case) => pattern(exact, ignore_case),
        Compare::Binary => pattern(exact, false),
        Compare::Pattern => pattern(Wild::Free, false),
        Compare::Arn => {
            let missing = 5usize.saturating_sub(text.matches(':').count());
            let whole = format!("{text}{}", ":*".repeat(missing));
            Some(Test::Text(Pattern::new(&whole, Wild::Fields, false)))
        }
        Compare::Bool | Compare::Null => {
            matches!(text.to_ascii_lowercase().as_str(), "true" | "false")
                .then(|| pattern(Wild::Not, true))
                .flatten()
        }
        Compare::Network => range::network(text).map(Test::Network),
        Compare::Number(order) => {
            range::number(text).map(|with| Test::Range(Range { order, with }))
        }
        Compare::Date(order) => range::time(text).map(|with| Test::Range(Range { order, with })),
        Compare::Other => None,
    }
}
