//! What identity policies allow too widely.

use std::sync::LazyLock;

use super::statements::{Bad, judge};
use crate::catalog::Usage;
use crate::eval::{Texts, Truth, Value, Why};
use crate::policy::action::{self, Action, Level};
use crate::policy::condition::asks_for;
use crate::policy::level::{Wide, gives, wide};
use crate::policy::weigh::narrows;
use crate::policy::{Statement, any_covers, any_of, has_action};
use crate::rules::Subject;
use crate::rules::declared::{Outcome, Witness};

/// Actions named by wildcard, unless the statement allows everything on everything, which another rule says.
pub(super) fn wildcard_action(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        let everything = any_covers(&statement.resources, "*", false).0;
        each_action(statement, |item| {
            item.fits(&WILD) & !(item.fits(&ALL) & Truth::from(everything.is_true()))
        })
    })
}

/// All actions of a service on every resource; of IAM, which amounts to all of all, another rule says so.
pub(super) fn whole_service(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |held, statement| {
        let narrow = |item: &Value| {
            narrows(statement, item.as_text().unwrap_or("*"), &[&held.document]).truth
        };
        let everything = any_covers(&statement.resources, "*", false).0;
        each_action(statement, |item| {
            item.fits(&WHOLE_SERVICE) & !item.fits(&OTHERS)
        })
        .into_iter()
        .map(|bad| {
            // Whether it is narrowed is much work in a long document, and changes nothing about what is not bad.
            if (bad.truth & everything).is_false() {
                return bad.and(Truth::False);
            }
            let narrow = bad.value.as_ref().map_or(Truth::False, narrow);
            bad.and(everything & !narrow)
        })
        .collect()
    })
}

/// Patterns of actions with a wildcard.
static WILD: LazyLock<Texts> = LazyLock::new(|| Texts::matching("(?s).*[*?].*"));

/// Patterns of all actions.
static ALL: LazyLock<Texts> = LazyLock::new(|| Texts::matching(r"[*:]*\*[*:]*"));

/// Patterns of all actions of one service.
static WHOLE_SERVICE: LazyLock<Texts> =
    LazyLock::new(|| Texts::matching(r"([^:]*[^:*][^:]*)?:[*:]*\*[*:]*"));

/// Services of which others speak, or nobody: IAM, metrics and traces, which hold nothing that matters besides what
/// `aws-iam-wide-write` says, and the messages between an agent and Systems Manager, where every
/// action is about the caller's own machine and none has a resource to name. (Service Authorization Reference, "Amazon
/// Message Delivery Service", "Amazon Message Gateway Service".)
static OTHERS: LazyLock<Texts> =
    LazyLock::new(|| Texts::matching("(?i)(iam|cloudwatch|ec2messages|ssmmessages|xray):.*"));

/// Each member of `Action` of an Allow that is like that.
fn each_action(statement: &Statement, is_like: impl Fn(&Value) -> Truth) -> Vec<Bad> {
    let bad = |item: &Value| Bad {
        truth: is_like(item) & statement.allows(),
        own: is_like(item),
        value: Some(item.clone()),
        place: None,
        detail: item.as_text().unwrap_or_default().to_owned(),
    };
    statement.actions.items.iter().map(bad).collect()
}

/// Allow with `NotAction`: everything but some.
pub(super) fn not_action(subject: &Subject<'_>, usage: Usage) -> Outcome {
    judge(subject, usage, |_, statement| {
        let written = Truth::from(statement.not_actions.written);
        vec![Bad::element(
            written & statement.allows(),
            statement.not_actions.name,
            &statement.not_actions.items,
        )]
    })
}

/// Allow with `NotResource`: on everything but some.
pub(super) fn not_resource(subject: &Subject<'_>, usage: Usage) -> Outcome {
    judge(subject, usage, |_, statement| {
        let written = Truth::from(statement.not_resources.written);
        vec![Bad::element(
            written & statement.allows(),
            statement.not_resources.name,
            &statement.not_resources.items,
        )]
    })
}

/// Actions that can be narrowed, on every resource.
pub(super) fn wide_any(subject: &Subject<'_>) -> Outcome {
    wide_actions(subject, &|action| action.can_be_narrowed())
}

/// Actions that write, or manage permissions without giving any, on every resource.
pub(super) fn wide_write(subject: &Subject<'_>) -> Outcome {
    let changes = |action: &Action| {
        let level = action.level();
        (level == Level::Write || level == Level::Permissions && !gives(action))
            && action.can_be_narrowed()
    };
    wide_actions(subject, &changes)
}

/// Actions that give permissions, on every resource.
pub(super) fn wide_permissions(subject: &Subject<'_>) -> Outcome {
    wide_actions(subject, &gives)
}

fn wide_actions(subject: &Subject<'_>, fits: &dyn Fn(&Action) -> bool) -> Outcome {
    let mut outcomes = Vec::new();
    for held in subject.documents(Usage::Identity) {
        let found = wide(&held.document, fits);
        let of_statement = found.chunk_by(|a, b| std::ptr::eq(a.statement, b.statement));
        // What no boundary leaves is not allowed.
        let left = |own: &&Wide<'_>| {
            let wanted = own.action.as_ref().map(ToString::to_string);
            let wanted = wanted
                .as_deref()
                .or_else(|| own.member.as_text())
                .unwrap_or("*");
            !subject.is_left_by_boundaries(wanted).is_false()
        };
        outcomes.extend(
            of_statement.map(|found| Outcome::any_as_one(found.iter().filter(left).map(told))),
        );
        if let Some(why) = &held.document.rest {
            outcomes.push(Outcome::unknown(&held.value, why.clone()));
        }
    }
    Outcome::any(outcomes).negated()
}

fn told(found: &Wide<'_>) -> Outcome {
    let detail = found.action.as_ref().map(ToString::to_string);
    let witness = Witness::of(&found.member).saying(detail.unwrap_or_default());
    let unknown = found.truth.is_unknown();
    let why = unknown.then(|| found.why.clone().unwrap_or(Why::Condition));
    Outcome::new(found.truth, Witness { why, ..witness })
}

/// Taking a role, by name.
static ASSUME: LazyLock<Texts> = LazyLock::new(|| Texts::matching("(?i)sts:AssumeRole"));

/// Taking another role without a second factor.
pub(super) fn assume_without_mfa(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        let named = |item: &Value| item.fits(&ASSUME);
        let assume = any_of(&statement.actions, named);
        let mfa = asks_for(
            statement,
            &["aws:multifactorauthpresent", "aws:multifactorauthage"],
        ) | present_or_absent(statement);
        vec![Bad::new(assume).and(statement.allows() & !mfa)]
    })
}

/// `BoolIfExists` lets requests through that have no such key, but those of a user with a password have it; long-term keys
/// do not. It is what people write who ask for a second factor.
fn present_or_absent(statement: &Statement) -> Truth {
    Truth::any(statement.conditions.iter().map(|condition| {
        let key = condition
            .key
            .eq_ignore_ascii_case("aws:MultiFactorAuthPresent");
        let operator = condition.operator.eq_ignore_ascii_case("BoolIfExists");
        Truth::from(key && operator) & Truth::all(condition.values.items.iter().map(Value::is_true))
    }))
}

/// ARNs of functions, the name a wildcard.
static ANY_FUNCTION: LazyLock<Texts> =
    LazyLock::new(|| Texts::matching(r"[^:]*:[^:]*:lambda:[^:]*:[^:]*:[^:]*:\*.*"));

/// Invoking functions whose name is left to a wildcard.
pub(super) fn invoke_any(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        let invoke = has_action(statement, "lambda:InvokeFunction").0;
        let any = any_of(&statement.resources, |item| item.fits(&ANY_FUNCTION));
        vec![Bad::new(any).and(invoke & statement.allows())]
    })
}

/// Actions that no service has: a statement that allows nothing, by a slip of the pen.
pub(super) fn no_such_action(subject: &Subject<'_>) -> Outcome {
    judge(subject, Usage::Identity, |_, statement| {
        each_action(statement, |item| {
            let front = item.known_front();
            match front.split_once(':') {
                Some((service, _)) if !service.is_empty() && !service.starts_with('*') => {
                    Truth::from(action::service(service).is_none())
                }
                // Without a colon it is no action; and a wildcard may stand for a service that there is.
                _ => match item.as_text() {
                    Some(_) => Truth::False,
                    None => Truth::Unknown,
                },
            }
        })
    })
}
