//! Whom the policies of resources let in.

use std::sync::LazyLock;

use super::identities::values;
use super::statements::{Bad, judge};
use super::trust::is_known;
use crate::catalog::Usage;
use crate::eval::{Texts, Truth, Value, Why};
use crate::policy::condition::asks_for;
use crate::policy::party::{any_principal, everyone};
use crate::policy::{Statement, any_of, closed_to_strangers, has_action};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Everyone may do something, and nothing narrows it.
pub(super) fn public(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Resource, |held, statement| {
        let wanted = first_action(statement);
        let closed = closed_to_strangers(&held.document, statement, &wanted);
        vec![Bad::new(everyone(statement)).and(statement.allows() & !closed)]
    })
}

/// The same of a search domain. With fine-grained access control the domain asks every caller who he is behind an open
/// policy too. (Amazon OpenSearch Service Developer Guide, "Fine-grained access control".)
pub(super) fn search_public(subject: &Subject<'_>) -> Outcome {
    let domain = subject.resource;
    let asked = values(domain, "advanced_security_options.enabled");
    let asked = asked.into_iter().map(|enabled| {
        let truth = enabled.is_true();
        if truth.is_unknown() {
            return Outcome::new(truth, Witness::of(&enabled));
        }
        Outcome {
            truth,
            causes: Vec::new(),
        }
    });
    Outcome::any(std::iter::once(public(subject)).chain(asked))
}

/// An action that the statement allows, to ask what other statements say of it.
fn first_action(statement: &Statement) -> String {
    let known = statement.actions.items.iter().find_map(Value::as_text);
    known.unwrap_or("*").to_owned()
}

/// Everyone may do something like this, and nothing narrows it.
fn public_class(subject: &Subject<'_>, front: &str) -> Outcome {
    let Some((_, reaching)) = REACHING.iter().find(|(own, _)| *own == front) else {
        return Outcome::unknown(&subject.resource.body, Why::Limit);
    };
    judge(subject, Usage::Resource, |held, statement| {
        let (all, who) = everyone(statement);
        let (does, action) = any_of(statement.any_actions(), |item| {
            match statement.not_actions.written {
                true => !item.fits(reaching),
                false => item.fits(reaching),
            }
        });
        let wanted = action
            .as_ref()
            .and_then(Value::as_text)
            .unwrap_or("*")
            .to_owned();
        let closed = closed_to_strangers(&held.document, statement, &wanted);
        let blame = if does.is_unknown() { action } else { who };
        vec![Bad::new((does & all, blame)).and(statement.allows() & !closed)]
    })
}

/// For each class of actions that is asked about the patterns that meet it.
static REACHING: LazyLock<[(&str, Texts); 5]> = LazyLock::new(|| {
    let fronts = ["s3:get", "s3:list", "s3:put", "s3:delete", "s3:restore"];
    fronts.map(|front| (front, reaching(front)))
});

/// The patterns of actions that meet names which begin so: they begin so too, or with less and a wildcard.
fn reaching(front: &str) -> Texts {
    let less = (0..front.len()).filter_map(|len| front.get(..len));
    let less: Vec<String> = less.map(|front| format!("{front}[*?].*")).collect();
    Texts::matching(&format!("(?i){front}.*|{}", less.join("|")))
}

/// Reading objects or settings.
pub(super) fn public_get(subject: &Subject<'_>) -> Outcome {
    public_class(subject, "s3:get")
}

/// Listing.
pub(super) fn public_list(subject: &Subject<'_>) -> Outcome {
    public_class(subject, "s3:list")
}

/// Writing objects or settings.
pub(super) fn public_put(subject: &Subject<'_>) -> Outcome {
    public_class(subject, "s3:put")
}

/// Deleting.
pub(super) fn public_delete(subject: &Subject<'_>) -> Outcome {
    public_class(subject, "s3:delete")
}

/// Restoring from the archive.
pub(super) fn public_restore(subject: &Subject<'_>) -> Outcome {
    public_class(subject, "s3:restore")
}

/// All that one may do with a key, which its own policy has to say of somebody.
static KEYS: LazyLock<Texts> = LazyLock::new(|| Texts::matching(r"(?i)kms:\*"));

/// Every action, to whomever: all of `*`, or all of a service.
pub(super) fn wildcard_action(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Resource, |_, statement| {
        let all = any_of(&statement.actions, |item| {
            let whole = item.equals_text("*") | item.ends_with(":*");
            whole & !item.fits(&KEYS)
        });
        vec![Bad::new(all).and(statement.allows())]
    })
}

/// No `Principal` in a policy of a resource: IAM refuses it, and nobody is let in.
pub(super) fn no_principal(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Resource, |_, statement| {
        let none = statement.principals.is_empty() && statement.not_principals.is_empty();
        vec![Bad::whole(Truth::from(none) & statement.allows())]
    })
}

/// A service may act for anybody's resources: no condition names the account or resource it acts for.
pub(super) fn confused_deputy(subject: &Subject<'_>) -> Outcome {
    const SOURCES: [&str; 8] = [
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "kms:calleraccount",
        "kms:encryptioncontext*",
        "aws:principalorgid",
    ];
    judge(subject, Usage::Resource, |held, statement| {
        let narrow = asks_for(statement, &SOURCES);
        let (service, first) = any_principal(statement, |own| own.kind == "Service", is_known);
        let wanted = first_action(statement);
        let denied = closed_to_strangers(&held.document, statement, &wanted);
        let does = has_action(statement, &wanted).0;
        let truth = service & does & statement.allows() & !narrow & !denied;
        vec![Bad::new((truth, first))]
    })
}
