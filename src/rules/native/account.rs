//! Other accounts, and what is asked of groups and keys.

use super::identities::{has_more_neighbours, itself, some_neighbour, values};
use super::statements::{Bad, judge};
use crate::catalog::Usage;
use crate::eval::{Data, Texts, Truth, Why};
use crate::policy::party::any_principal;
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Principals of the account of the resource only: a finding where both numbers are written and differ.
pub(super) fn same_account(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Resource, |_, statement| {
        let own: Vec<&str> = statement
            .resources
            .items
            .iter()
            .filter_map(|resource| account_of(resource.as_text()?))
            .collect();
        let aws = |principal: &&crate::policy::Principal| principal.kind == "AWS";
        let own = own.join("|");
        let (some, same) = (of_account("[0-9]{12}"), of_account(&own));
        let other = any_principal(statement, aws, |value| {
            // Where no number is written there is nothing to differ from; what the stack makes is of its account.
            match value.resolved().data {
                _ if own.is_empty() => Truth::False,
                Data::Reference(_) => Truth::False,
                _ => value.fits(&some) & !value.fits(&same),
            }
        });
        vec![Bad::new(other).and(statement.allows())]
    })
}

/// The numbers of accounts, and ARNs with one.
fn of_account(number: &str) -> Texts {
    Texts::matching(&format!(
        "({number})|arn:[^:]*:[^:]*:[^:]*:({number})(:.*)?"
    ))
}

/// The account in an ARN, or of a principal that is one.
fn account_of(text: &str) -> Option<&str> {
    let number = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if number(text) {
        return Some(text);
    }
    let account = text.strip_prefix("arn:")?.split(':').nth(3)?;
    number(account).then_some(account)
}

/// Some policy of a group asks for a second factor.
pub(super) fn group_asks_for_mfa(subject: &Subject<'_>) -> Outcome {
    let held = subject.identity().map(|own| own.held.as_slice());
    let held = held.unwrap_or_default();
    let asks = held.iter().any(|held| {
        let conditions = held.document.statements.iter();
        conditions
            .flat_map(|statement| &statement.conditions)
            .any(|condition| {
                let key = condition.key.to_ascii_lowercase();
                key.starts_with("aws:multifactorauth")
            })
    });
    if asks {
        return Outcome::new(Truth::True, Witness::absent(None));
    }
    let unknown = held
        .iter()
        .find_map(|held| Some((&held.value, held.document.rest.clone()?)));
    match unknown {
        Some((value, why)) => Outcome::unknown(value, why),
        None => itself(),
    }
}

/// The only key of its user in the stack.
pub(super) fn only_key(subject: &Subject<'_>) -> Outcome {
    let resource = subject.resource;
    let users = values(resource, "user_name");
    let Some(user) = users.first() else {
        return Outcome::new(Truth::True, Witness::absent(None));
    };
    let same = some_neighbour(subject, |other| {
        let names = values(other, "user_name");
        names.first().map_or(Truth::False, |name| name.same(user))
    });
    let other = || match has_more_neighbours(subject) {
        true => Why::Limit,
        false => Why::Unclear,
    };
    let why = || user.first_why().unwrap_or_else(other);
    let why = same.is_unknown().then(why);
    let witness = Witness::of(user);
    Outcome::new(!same, Witness { why, ..witness })
}
