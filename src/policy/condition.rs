//! What conditions take away: who is left of everyone, and whether anything is narrowed at all.
//!
//! Sources: IAM User Guide, "IAM JSON policy elements: Condition operators" (a key that is absent makes a condition false,
//! a negated one true, one that ends in `IfExists` true; `ForAllValues` is true of no values), "AWS global condition
//! context keys"; Amazon S3 User Guide, "The meaning of public".

use super::operator::{Compare, Operator};
use super::pattern::{covers, flat, widest};
use super::{Condition, Statement};
use crate::eval::{Data, Truth, Value};

/// Keys whose fixed value leaves only callers that one chose, in lower case. `aws:PrincipalTag` is not among them: every
/// account sets the tags of its own principals. Nor is `sts:ExternalId`, which is no secret.
const CALLERS: [&str; 20] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Whether the conditions of a statement leave only callers that its author chose, so that `*` is not everyone.
pub fn narrows_callers(statement: &Statement) -> Truth {
    let own = Truth::any(statement.conditions.iter().map(leaves_chosen_callers));
    match &statement.conditions_rest {
        Some(_) => own | Truth::Unknown,
        None => own,
    }
}

/// Whether every condition of a Deny holds for strangers, so that it leaves only callers that its author chose.
pub fn denies_strangers(statement: &Statement) -> Truth {
    let own = Truth::all(statement.conditions.iter().map(|condition| {
        let operator = Operator::read(&condition.operator);
        if operator.negated {
            // Strangers differ from what is fixed, or do not have the key at all.
            return is_caller_key(condition) & fixed(condition, operator.plain());
        }
        // Requests of AWS services are let through beside them.
        let key = condition.key.to_ascii_lowercase();
        let services = ["aws:principalisawsservice", "aws:viaawsservice"].contains(&key.as_str());
        let denied = condition.values.items.iter().map(|value| value.is_false());
        Truth::from(services && operator.compare == Compare::Bool) & Truth::all(denied)
    }));
    match &statement.conditions_rest {
        Some(_) => own & Truth::Unknown,
        None => own,
    }
}

fn leaves_chosen_callers(condition: &Condition) -> Truth {
    let operator = Operator::read(&condition.operator);
    if operator.negated || operator.for_all {
        return Truth::False;
    }
    let key = condition.key.to_ascii_lowercase();
    // Of a request by a principal or from an address these keys are always there.
    let always = [
        "aws:principalarn",
        "aws:principalaccount",
        "aws:sourceip",
        "aws:userid",
    ];
    if operator.if_exists && !always.contains(&key.as_str()) {
        return Truth::False;
    }
    if key == "aws:principalisawsservice" && operator.compare == Compare::Bool {
        return Truth::all(condition.values.items.iter().map(Value::is_true));
    }
    is_caller_key(condition) & fixed(condition, operator)
}

fn is_caller_key(condition: &Condition) -> Truth {
    Truth::from(CALLERS.contains(&condition.key.to_ascii_lowercase().as_str()))
}

/// Whether each value of the condition names somebody: no pattern that strangers match.
fn fixed(condition: &Condition, operator: Operator) -> Truth {
    if let Compare::Exact(_) = operator.compare {
        // Whatever the text is, it is that one.
        return Truth::True;
    }
    let key = condition.key.to_ascii_lowercase();
    let each = condition.values.items.iter().map(|value| {
        value.ask(|own| match (operator.compare, &own.data) {
            (other, _) if !matches!(other, Compare::Pattern | Compare::Arn | Compare::Network) => {
                Truth::False
            }
            (_, Data::Reference(_)) => Truth::True,
            (_, Data::Template(template)) if template.text.is_none() => {
                // A piece that is not known may be a wildcard, unless it stands for another resource.
                let (most, least) = (widest(&template.pieces), flat(&template.pieces, "x"));
                Truth::agreed([most, least].map(|text| names_some(&key, &text, operator.compare)))
            }
            _ => own.as_text().map_or(Truth::Unknown, |text| {
                names_some(&key, text, operator.compare)
            }),
        })
    });
    let all = Truth::all(each);
    match (&condition.values.rest, condition.values.items.is_empty()) {
        (Some(_), _) => all & Truth::Unknown,
        // No value matches nothing.
        (None, _) => all,
    }
}

/// Whether a pattern of a caller key leaves strangers out.
fn names_some(key: &str, pattern: &str, compare: Compare) -> Truth {
    if compare == Compare::Network {
        return Truth::from(!is_world(pattern));
    }
    let arn: Vec<&str> = pattern.splitn(6, ':').collect();
    let wild = |text: &str| text.is_empty() || text.starts_with(['*', '?']);
    let some = match arn.as_slice() {
        ["arn", _, service, _, account, resource] => {
            let by_account = !wild(account) && !account.contains(['*', '?']);
            // A principal is its account's; buckets and APIs have no account in their ARN, but are one's own by name.
            let by_name = !wild(resource) && *account != "*" && !wild(service);
            by_account || (key != "aws:principalarn" && account.is_empty() && by_name)
        }
        // A pattern that ends before the account leaves it open.
        ["arn", ..] => false,
        _ => !wild(pattern) && !covers(pattern, "o-*", false),
    };
    Truth::from(some)
}

/// Whether a network holds more addresses than an organisation has: shorter than /8, of IPv6 than /16.
fn is_world(network: &str) -> bool {
    let Some((_, length)) = network.split_once('/') else {
        return network.contains('*');
    };
    let short = if network.contains(':') { 16 } else { 8 };
    length.parse().is_ok_and(|length: u8| length < short)
}

/// Whether some condition is about one of these keys, asks for a value, and cannot be met by leaving the key away. Keys in
/// lower case; one that ends in `*` is a front.
pub fn asks_for(statement: &Statement, keys: &[&str]) -> Truth {
    let own = Truth::any(statement.conditions.iter().map(|condition| {
        let operator = Operator::read(&condition.operator);
        let key = condition.key.to_ascii_lowercase();
        let meant = keys.iter().any(|pattern| covers(pattern, &key, true));
        if !meant || operator.negated || operator.for_all {
            return Truth::False;
        }
        match operator.compare {
            Compare::Bool if operator.if_exists => Truth::False,
            Compare::Bool => Truth::all(condition.values.items.iter().map(Value::is_true)),
            Compare::Null => Truth::all(condition.values.items.iter().map(Value::is_false)),
            _ if operator.if_exists => Truth::False,
            Compare::Pattern | Compare::Arn => !Truth::any(
                condition
                    .values
                    .items
                    .iter()
                    .map(|value| value.starts_with("*")),
            ),
            _ => Truth::True,
        }
    }));
    match &statement.conditions_rest {
        Some(_) => own | Truth::Unknown,
        None => own,
    }
}
