//! From an answer to findings: the places to point at, the words, and one finding per rule and place.

use std::borrow::Cow;
use std::collections::hash_map;
use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::declared::model::{RemedySpec, Rule};
use super::declared::{Outcome, Witness};
use super::set::Said;
use crate::catalog::spell::Writings;
use crate::eval::{Data, Origin, Role, Truth, Value, Via, Why};
use crate::findings::{Applicability, Certainty, Change, Finding, Label, Remedy, RuleId, SAYS_SO};
use crate::graph::Resource;
use crate::source::Span;

/// The most related places that merged findings keep: a place with a thousand callers is explained by a few.
const MAX_RELATED: usize = 32;

/// The findings of one rule about one resource: one for each cause.
pub(super) fn of(rule: &Rule, said: &Said, resource: &Resource, outcome: Outcome) -> Vec<Finding> {
    match outcome.truth {
        Truth::True => Vec::new(),
        // About nothing, such as an empty list of which some member should be like that.
        Truth::False if outcome.causes.is_empty() => {
            vec![finding(rule, said, resource, &[], Certainty::Proven)]
        }
        Truth::False => by_argument(rule, resource, outcome.causes)
            .iter()
            .map(|cause| finding(rule, said, resource, cause, Certainty::Proven))
            .collect(),
        Truth::Unknown => undecided(rule, said, resource, &outcome)
            .into_iter()
            .collect(),
    }
}

/// The causes, those of one argument as one: a list with a thousand addresses is one mistake, not a thousand. Places of
/// secrets stay apart: only the place of a finding is hidden.
fn by_argument(rule: &Rule, resource: &Resource, causes: Vec<Vec<Witness>>) -> Vec<Vec<Witness>> {
    if causes.len() < 2 || rule.check.asks_for_secrets() {
        return causes;
    }
    let lists = lists_of(resource);
    let mut groups: Vec<Vec<Vec<Witness>>> = Vec::new();
    let mut of_list: FxHashMap<usize, usize> = FxHashMap::default();
    for cause in causes {
        let place = cause.first().and_then(Witness::span);
        let list = place.and_then(|span| lists.get(&span));
        let group = list.map(|list| *of_list.entry(*list).or_insert(groups.len()));
        match group.and_then(|group| groups.get_mut(group)) {
            Some(group) => group.push(cause),
            None => groups.push(vec![cause]),
        }
    }
    let merged = groups.into_iter().flat_map(|mut group| {
        if group.len() == 1 {
            return group.pop().into_iter().collect::<Vec<_>>();
        }
        let each = group.into_iter().map(|cause| Outcome {
            truth: Truth::True,
            causes: vec![cause],
        });
        Outcome::any_as_one(each).causes
    });
    merged.collect()
}

/// The members of the lists of plain values of a resource: by their place, a number of the list.
fn lists_of(resource: &Resource) -> FxHashMap<Span, usize> {
    let mut lists = FxHashMap::default();
    let mut waiting: Vec<&Value> = resource.values().collect();
    let mut count = 0;
    while let Some(value) = waiting.pop() {
        match &value.resolved().data {
            Data::List(list) => {
                count += 1;
                for item in &list.items {
                    match &item.resolved().data {
                        Data::List(_) | Data::Map(_) => waiting.push(item),
                        _ => {
                            lists.entry(item.origin.span).or_insert(count);
                        }
                    }
                }
            }
            Data::Map(map) => waiting.extend(map.entries.iter().map(|entry| &entry.value)),
            _ => {}
        }
    }
    lists
}

/// One statement for everything that is not known about a resource. Of one that is not here nothing is said.
fn undecided(rule: &Rule, said: &Said, resource: &Resource, outcome: &Outcome) -> Option<Finding> {
    let unknown = |cause: &&Vec<Witness>| cause.iter().any(|witness| witness.why.is_some());
    let cause = outcome.causes.iter().find(unknown)?;
    let witness = cause.iter().find(|witness| witness.why.is_some())?;
    let why = witness.why.clone()?;
    if resource.is_in_part() && matches!(why, Why::Elsewhere(_)) {
        return None;
    }
    Some(finding(
        rule,
        said,
        resource,
        std::slice::from_ref(witness),
        Certainty::Undecided(why),
    ))
}

fn finding(
    rule: &Rule,
    said: &Said,
    resource: &Resource,
    cause: &[Witness],
    certainty: Certainty,
) -> Finding {
    let place = |witness: &Witness| {
        witness
            .origin
            .as_ref()
            .map(|origin| origin.span)
            .or(witness.place)
    };
    // The first witness is the one to blame; what is absent is missing in the resource.
    let primary = cause
        .first()
        .and_then(place)
        .filter(|span| span.is_somewhere());
    let primary = primary.unwrap_or(resource.header);
    let mut labels = Labels {
        primary,
        labels: Vec::new(),
    };
    for witness in cause.iter().take(MAX_RELATED) {
        labels.witness(witness, resource);
    }
    labels.add(
        resource.header,
        // The message has its address.
        "declared here",
    );
    labels.chain(resource.calls.as_deref(), true);
    let proven = certainty == Certainty::Proven;
    Finding {
        rule: said.id.clone(),
        severity: rule.severity_of_findings(),
        certainty,
        // What has no value to blame is about the resource, whose name is no secret.
        secret: proven && primary != resource.header && rule.check.asks_for_secrets(),
        advice: said.advice.clone(),
        subjects: vec![resource.address.clone()],
        message: message(rule, resource, cause, proven).into(),
        primary: Label {
            span: primary,
            text: Cow::Borrowed(""),
        },
        related: labels.labels,
        remedy: rule
            .remedy
            .as_ref()
            .map(|spec| remedy(spec, resource, cause)),
        fingerprint: EcoString::new(),
        exposure: None,
    }
}

/// The message of a rule about a resource: `{address}`, and `{detail:…}` with what stands for it where the check gives
/// none.
fn message(rule: &Rule, resource: &Resource, cause: &[Witness], proven: bool) -> String {
    let mut message = rule.message.clone();
    if let Some((start, rest)) = rule.message.split_once("{detail")
        && let Some((fallback, end)) = rest.split_once('}')
    {
        let fallback = fallback.strip_prefix(':').unwrap_or("something");
        let details = cause.iter().filter_map(|witness| witness.detail.as_deref());
        let detail = details.into_iter().find(|detail| !detail.is_empty());
        message = format!("{start}{}{end}", detail.unwrap_or(fallback));
    }
    let message = message.replace("{address}", &resource.address.to_string());
    if proven {
        message
    } else {
        format!("it is not known whether {message}")
    }
}

/// The related places: each once, and never the primary one.
struct Labels {
    primary: Span,
    labels: Vec<Label>,
}

impl Labels {
    /// A place as long as there are not too many: a module that is called forty deep has a long way to each place.
    fn add_more(&mut self, span: Span, text: &'static str) {
        if self.labels.len() < MAX_RELATED {
            self.add(span, text);
        }
    }

    fn add(&mut self, span: Span, text: &'static str) {
        let known = span == self.primary || self.labels.iter().any(|label| label.span == span);
        if span.is_somewhere() && !known {
            let text = Cow::Borrowed(text);
            self.labels.push(Label { span, text });
        }
    }

    fn witness(&mut self, witness: &Witness, resource: &Resource) {
        let Some(origin) = &witness.origin else {
            return;
        };
        self.add_more(origin.span, "because of this");
        self.chain(origin.via.as_deref(), false);
        let places = |origin: &Origin| {
            let mut spans = vec![origin.span];
            spans.extend(origin.path().map(|via| via.span));
            spans
        };
        if let Some(satellite) = places(origin)
            .into_iter()
            .find_map(|span| resource.satellite_at(span))
        {
            self.add_more(satellite.header, SAYS_SO);
        }
    }

    fn chain(&mut self, via: Option<&Via>, calls: bool) {
        for via in std::iter::successors(via, |via| via.previous.as_deref()) {
            let text = match via.role {
                Role::Variable => "it comes through this variable",
                Role::Local => "it comes through this local value",
                Role::Argument => "it is passed here",
                Role::Output => "it comes through this output",
                Role::Reference => "it is used here",
                Role::Mapping => "it comes from this mapping",
                Role::Expression => "it is computed here",
                Role::StandIn => "changes of it are ignored here",
                Role::Call if calls => "called from here",
                Role::Call => "it is made by this call",
            };
            self.add_more(via.span, text);
        }
    }
}

/// The remedy of a rule for one resource, in the words of its language.
fn remedy(spec: &RemedySpec, resource: &Resource, cause: &[Witness]) -> Remedy {
    let written = spec
        .writings
        .iter()
        .find(|(name, _)| *name == resource.address.type_name.as_str());
    let writings = written.map_or_else(Writings::default, |(_, writings)| writings.clone());
    let first = cause.first();
    let change = (!writings.is_empty()).then(|| {
        Arc::new(Change {
            writings: writings.clone(),
            address: resource.address.clone(),
            language: resource.language,
            major: resource.major(),
            header: resource.header,
            satellites: resource.satellites.clone(),
            origin: first.and_then(|witness| witness.origin.clone()),
            place: first.and_then(|witness| witness.place),
            partial: resource.partial,
        })
    });
    let (path, to) = match writings.first() {
        Some(writing) => (writing.path(), writing.value.as_ref()),
        None => (spec.path.to_string(), spec.to.as_ref()),
    };
    let holder = writings.first().and_then(|writing| writing.join.as_ref());
    let of = holder.map_or_else(String::new, |join| format!(" in {}", join.type_name));
    let title = match (to, path.is_empty()) {
        (Some(_), true) => format!("declare{}", of.replace(" in ", " ")),
        (Some(value), false) => format!("set {path} to {value}{of}"),
        (None, _) => format!("remove {path}{of}"),
    };
    Remedy {
        title: title.into(),
        applicability: match spec.applicability {
            0 => Applicability::DisplayOnly,
            1 => Applicability::Unsafe,
            _ => Applicability::Safe,
        },
        change,
    }
}

/// One finding per rule, certainty and place; those that share it become its subjects, sorted.
///
/// What was merged of some resources may be merged with what was merged of the next ones: the result is the same.
pub fn merge(said: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
    let mut places: FxHashMap<(RuleId, bool, Span), usize> = FxHashMap::default();
    let mut findings: Vec<Finding> = Vec::new();
    for finding in said {
        let key = (
            finding.rule.clone(),
            finding.certainty == Certainty::Proven,
            finding.primary.span,
        );
        match places.entry(key) {
            hash_map::Entry::Occupied(place) => {
                let known = &mut findings[*place.get()];
                known.subjects.extend(finding.subjects);
                known.severity = known.severity.max(finding.severity);
                known.exposure = match (known.exposure.take(), finding.exposure) {
                    (Some(own), Some(other)) => Some(own.worse(other)),
                    (one, other) => one.or(other),
                };
                for label in finding.related {
                    let room = known.related.len() < MAX_RELATED;
                    if room && !known.related.iter().any(|own| own.span == label.span) {
                        known.related.push(label);
                    }
                }
            }
            hash_map::Entry::Vacant(place) => {
                place.insert(findings.len());
                findings.push(finding);
            }
        }
    }
    drop(places);
    findings.sort_by(|one, other| one.rule.cmp(&other.rule));
    for finding in &mut findings {
        finding.subjects.sort();
        finding.subjects.dedup();
        finding.subjects.shrink_to_fit();
        finding.related.shrink_to_fit();
    }
    findings
}
