//! Asking every statement of the policy documents of a resource.

use crate::catalog::Usage;
use crate::eval::{Truth, Value, Why};
use crate::policy::Statement;
use crate::rules::declared::{Outcome, Witness};
use crate::rules::{Held, Subject};
use crate::source::Span;

/// What is wrong with a statement, or may be.
pub(super) struct Bad {
    /// Whether it is.
    pub(super) truth: Truth,
    /// The value to blame; without one the statement.
    pub(super) value: Option<Value>,
    /// A better place than the value.
    pub(super) place: Option<Span>,
    /// What the message says of it.
    pub(super) detail: String,
    /// What is known of the value alone, whatever else has to hold.
    pub(super) own: Truth,
}

impl Bad {
    /// Something to blame on a value.
    pub(super) fn new((truth, value): (Truth, Option<Value>)) -> Self {
        Self {
            truth,
            value,
            place: None,
            detail: String::new(),
            own: truth,
        }
    }

    /// Something to blame on the statement.
    pub(super) fn whole(truth: Truth) -> Self {
        Self::new((truth, None))
    }

    /// Wrong only where this is so too.
    pub(super) fn and(self, also: Truth) -> Self {
        Self {
            truth: self.truth & also,
            ..self
        }
    }

    /// An element that should not be there: its name, else its first member.
    pub(super) fn element(truth: Truth, name: Option<Span>, members: &[Value]) -> Self {
        Self {
            place: name,
            ..Self::new((truth, members.first().cloned()))
        }
    }
}

/// True when nothing is wrong with any statement of the documents of these uses.
pub(super) fn judge(
    subject: &Subject<'_>,
    usage: Usage,
    ask: impl Fn(&Held, &Statement) -> Vec<Bad>,
) -> Outcome {
    let mut outcomes = Vec::new();
    for held in subject.documents(usage) {
        for statement in &held.document.statements {
            // One finding for each statement, however many of its members are wrong.
            let bads = ask(held, statement).into_iter();
            let bads = bads.filter(|bad| !bad.truth.is_false());
            outcomes.push(Outcome::any_as_one(
                bads.map(|bad| outcome(&bad, statement)),
            ));
        }
        if let Some(why) = &held.document.rest {
            outcomes.push(Outcome::unknown(&held.value, why.clone()));
        }
    }
    Outcome::any(outcomes).negated()
}

fn outcome(bad: &Bad, statement: &Statement) -> Outcome {
    let witness = match (&bad.value, bad.place) {
        (Some(value), None) => Witness::of(value),
        (_, place) => Witness::absent(Some(place.unwrap_or(statement.span))),
    };
    let unknown = bad.truth.is_unknown();
    // Where the value itself is clear, what else has to hold is to blame.
    let own = witness.why.clone().filter(|_| bad.own.is_unknown());
    let why = own.or_else(|| circumstances(statement).filter(|_| !bad.own.is_unknown()));
    let why = why.or_else(|| witness.why.clone());
    let why = unknown.then(|| why.or_else(|| reason(statement)).unwrap_or(Why::Condition));
    Outcome::new(
        bad.truth,
        Witness {
            why,
            ..witness.saying(bad.detail.as_str())
        },
    )
}

/// The first thing that is not known about what a statement asks for besides: its conditions, then its effect.
fn circumstances(statement: &Statement) -> Option<Why> {
    let values = statement.conditions.iter().map(|own| &own.values);
    let mut inside = values
        .flat_map(|own| &own.items)
        .filter_map(Value::first_why);
    let rest = || {
        statement
            .conditions
            .iter()
            .find_map(|own| own.values.rest.clone())
    };
    let first = inside.next().or_else(rest);
    first
        .or_else(|| statement.conditions_rest.clone())
        .or_else(|| statement.effect.as_ref().and_then(Value::first_why))
}

/// The first thing that is not known about a statement.
pub(super) fn reason(statement: &Statement) -> Option<Why> {
    let members = [
        &statement.actions,
        &statement.not_actions,
        &statement.resources,
        &statement.not_resources,
    ];
    let principals = statement.principals.iter().map(|own| &own.members);
    let values = statement.conditions.iter().map(|own| &own.values);
    let all = members.into_iter().chain(principals).chain(values);
    let effect = statement.effect.as_ref().and_then(Value::first_why);
    let inside = |members: &crate::policy::Members| {
        let items = members.items.iter().find_map(Value::first_why);
        items.or_else(|| members.rest.clone())
    };
    effect
        .or_else(|| all.into_iter().find_map(inside))
        .or_else(|| statement.conditions_rest.clone())
}
