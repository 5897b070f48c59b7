//! Who can do something, and whether somebody can, asked by people: every statement that has a say, and what remains open.

use ecow::EcoString;

use super::held::{Held, held};
use super::identity::{Identities, Identity};
use super::party::everyone;
use super::target::Target;
use super::{Condition, On, Statement, any_of, grants_given, has_action, value_covers, weigh};
use crate::catalog::{Catalog, Relation, Usage};
use crate::eval::{Data, Piece, Truth, Value, Why};
use crate::graph::{Graph, Resource};
use crate::source::Span;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The action.
    pub action: &'q str,
    /// A resource: its address, an ARN, or a pattern of ARNs.
    pub resource: &'q str,
}

/// What is said of one principal.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who: an address, or what a policy names.
    pub principal: EcoString,
    /// Whether it can.
    pub truth: Truth,
    /// The statements that decide, each with its layer and place.
    pub because: Vec<(&'static str, Span)>,
    /// The conditions that must be met, and whatever else is open.
    pub open: Vec<EcoString>,
}

/// Everyone of whom it is not known that they cannot.
pub fn who_can(graph: &Graph, catalog: &Catalog, question: Question<'_>) -> Vec<Answer> {
    let asked = Asked::new(graph, catalog, question);
    let identities = Identities::of(graph, catalog);
    let own = identities.iter().map(|identity| asked.identity(identity));
    let mut answers: Vec<Answer> = own.filter(|answer| !answer.truth.is_false()).collect();
    answers.extend(asked.named_by_resource());
    answers
}

/// Whether the principals with this address, name or ARN can.
pub fn can(
    graph: &Graph,
    catalog: &Catalog,
    principal: &str,
    question: Question<'_>,
) -> Vec<Answer> {
    let asked = Asked::new(graph, catalog, question);
    let identities = Identities::of(graph, catalog);
    let meant = identities.iter().filter(|identity| {
        let resource = graph.resource(identity.id);
        if resource.address.to_string() == principal {
            return true;
        }
        let named = Target::of(identity.id, graph, catalog);
        let arn = principal.contains(':') || principal == "*";
        arn && named.is_some_and(|own| own.is_meant(principal))
    });
    let mut answers: Vec<Answer> = meant.map(|identity| asked.identity(identity)).collect();
    answers.extend(
        asked
            .named_by_resource()
            .into_iter()
            .filter(|own| own.principal == principal),
    );
    answers
}

struct Asked<'a> {
    graph: &'a Graph,
    question: Question<'a>,
    target: Option<Target>,
    /// The policies of the resource.
    policies: Vec<Held>,
}

impl<'a> Asked<'a> {
    fn new(graph: &'a Graph, catalog: &'a Catalog, question: Question<'a>) -> Self {
        let found = graph
            .resources
            .iter()
            .find(|own| own.address.to_string() == question.resource);
        let found = found.filter(|own| !own.partial);
        let policies = found.map(|resource| policies_of(resource, graph, catalog));
        Self {
            graph,
            question,
            target: found.and_then(|own| Target::of(own.id, graph, catalog)),
            policies: policies.unwrap_or_default(),
        }
    }

    fn on(&self) -> On<'_> {
        match &self.target {
            Some(target) => On::One(target),
            None => On::Named(self.question.resource),
        }
    }

    fn covers(&self, statement: &Statement) -> Truth {
        let means = |item: &Value| match &self.target {
            Some(target) => target.is_meant_by(item),
            None => value_covers(item, self.question.resource, false),
        };
        if statement.not_resources.written {
            return !any_of(&statement.not_resources, means).0;
        }
        any_of(&statement.resources, means).0
    }

    fn about(&self, statement: &Statement) -> Truth {
        has_action(statement, self.question.action).0 & self.covers(statement)
    }

    /// What an identity can, by its own policies.
    fn identity(&self, identity: &Identity) -> Answer {
        let principal = self.graph.resource(identity.id).address.to_string();
        let documents = identity.documents();
        let mut answer = Answer {
            principal: principal.into(),
            truth: Truth::False,
            because: Vec::new(),
            open: Vec::new(),
        };
        // What is denied is denied whatever stands behind it.
        let mut denied = Truth::False;
        for statement in documents.iter().flat_map(|document| &document.statements) {
            let about = self.about(statement);
            if about.is_false() {
                continue;
            }
            let allows = about & statement.allows();
            if !allows.is_false() {
                let weight = weigh::narrows(statement, self.question.action, &documents);
                let held = match weight.truth {
                    Truth::False => allows,
                    _ => allows & Truth::Unknown,
                };
                answer.truth = answer.truth | held;
                answer
                    .because
                    .push(("identity policy allows", statement.span));
                if !weight.truth.is_false() {
                    answer.open.extend(statement.conditions.iter().map(said));
                }
            }
            denied = denied | self.denied(statement, about, "identity policy denies", &mut answer);
        }
        for held in &identity.held {
            if let Some(why) = &held.document.rest {
                answer.truth = answer.truth | Truth::Unknown;
                answer.open.push(why.to_string().into());
            }
        }
        if let Some(boundary) = &identity.boundary {
            let left = self.left_by(boundary, &mut answer);
            answer.truth = answer.truth & left;
        }
        for statement in self
            .policies
            .iter()
            .flat_map(|held| &held.document.statements)
        {
            let about = self.about(statement) & everyone(statement).0;
            denied = denied | self.denied(statement, about, "resource policy denies", &mut answer);
        }
        answer.truth = answer.truth & !denied;
        if !answer.truth.is_unknown() {
            answer.open.clear();
        }
        answer.open.sort();
        answer.open.dedup();
        answer
    }

    /// Whether a statement denies it; what it says is noted.
    fn denied(
        &self,
        statement: &Statement,
        about: Truth,
        layer: &'static str,
        answer: &mut Answer,
    ) -> Truth {
        let denies = about & statement.denies();
        if denies.is_false() {
            return Truth::False;
        }
        let weight = weigh::denies_all_given(statement, self.question.action, &[]);
        let denied = match (statement.conditions.is_empty(), weight.truth) {
            (true, _) | (false, Truth::True) => denies,
            _ => denies & Truth::Unknown,
        };
        if denied.is_unknown() {
            answer.open.extend(
                statement
                    .conditions
                    .iter()
                    .map(|own| EcoString::from(format!("denied where {}", said(own)))),
            );
        }
        answer.because.push((layer, statement.span));
        denied
    }

    fn left_by(&self, boundary: &super::identity::Boundary, answer: &mut Answer) -> Truth {
        let documents: Vec<_> = boundary
            .documents
            .iter()
            .map(|held| &held.document)
            .collect();
        let found = grants_given(&documents, self.question.action, self.on(), &[]);
        let left = Truth::any(found.iter().map(|grant| grant.truth));
        let place = found
            .first()
            .map_or(boundary.value.origin.span, |grant| grant.statement.span);
        let layer = if left.is_false() {
            "boundary does not allow"
        } else {
            "boundary allows"
        };
        answer.because.push((layer, place));
        let rest = documents.iter().find_map(|document| document.rest.clone());
        match boundary.why.clone().or(rest) {
            Some(why) => {
                answer.open.push(why.to_string().into());
                left | Truth::Unknown
            }
            None => left,
        }
    }

    /// Those that the policy of the resource names.
    fn named_by_resource(&self) -> Vec<Answer> {
        let mut answers: Vec<Answer> = Vec::new();
        let statements = self
            .policies
            .iter()
            .flat_map(|held| &held.document.statements);
        for statement in statements {
            let allows = self.about(statement) & statement.allows();
            if allows.is_false() {
                continue;
            }
            let narrow = weigh::narrows(statement, self.question.action, &[]).truth;
            let open = !narrow.is_false() && !statement.conditions.is_empty();
            for principal in &statement.principals {
                for item in &principal.members.items {
                    answers.push(Answer {
                        principal: name_of(item, &principal.kind),
                        truth: if open {
                            allows & Truth::Unknown
                        } else {
                            allows
                        },
                        because: vec![("resource policy allows", statement.span)],
                        open: statement
                            .conditions
                            .iter()
                            .filter(|_| open)
                            .map(said)
                            .collect(),
                    });
                }
            }
        }
        answers
    }
}

/// The policies of a resource: those in it, and those that are attached to it.
fn policies_of(resource: &Resource, graph: &Graph, catalog: &Catalog) -> Vec<Held> {
    let attached = graph.incoming(resource.id);
    let attached = attached
        .filter(|edge| edge.relation == Relation::Attached)
        .map(|edge| edge.from);
    let all = std::iter::once(resource.id).chain(attached);
    let all = all.flat_map(|id| held(graph.resource(id), graph, catalog));
    all.filter(|held| matches!(held.usage, Usage::Resource | Usage::Trust))
        .collect()
}

/// A condition in words.
fn said(condition: &Condition) -> EcoString {
    let values = condition.values.items.iter().map(text_of);
    let values: Vec<String> = values.collect();
    format!(
        "{} {} {}",
        condition.operator,
        condition.key,
        values.join(", ")
    )
    .into()
}

fn name_of(value: &Value, kind: &str) -> EcoString {
    match text_of(value).as_str() {
        "*" => "anyone".into(),
        text if kind == "AWS" || kind == "*" => text.into(),
        text => format!("{kind} {text}").into(),
    }
}

/// A value as people read it; what is not known is named by why.
fn text_of(value: &Value) -> String {
    match &value.resolved().data {
        Data::Reference(reference) => reference.to_string(),
        Data::Bool(own) => own.to_string(),
        Data::Number(own) => own.to_string(),
        Data::Template(template) if template.text.is_none() => {
            let pieces = template.pieces.iter().map(|piece| match piece {
                Piece::Text(text, _) => text.to_string(),
                Piece::Value(value) => format!("<{}>", text_of(value)),
            });
            pieces.collect()
        }
        _ => match value.as_text() {
            Some(text) => text.to_owned(),
            None => value.first_why().unwrap_or(Why::Condition).to_string(),
        },
    }
}
