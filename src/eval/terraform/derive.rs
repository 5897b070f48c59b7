//! What the configuration alone decides about some data sources.

use std::rc::Rc;
use std::sync::Arc;

use super::evaluator::{Evaluator, SPENT};
use super::expression::fail;
use super::iam_policy;
use super::looked_up;
use super::policy_document;
use super::scope::{Instance, Scope};
use crate::eval::{Collection, Data, Entry, Map, Mode, Role, Unknown, Value, Why, budget};
use crate::source::Span;

impl Evaluator<'_> {
    /// `data "template_file"`: its `template` rendered with its `vars`.
    fn template_file(
        &self,
        instance: &Rc<Instance>,
        body: &Value,
        header: Span,
    ) -> Vec<(&'static str, Value)> {
        use super::function::{Environment, Template};
        let Some((map, template)) = body
            .as_map()
            .and_then(|map| Some((map, map.value("template")?)))
        else {
            return vec![];
        };
        let none = Map::new(vec![], None, Collection::Structural);
        let vars = match map.value("vars").map(Value::resolved) {
            None => &none,
            Some(Value {
                data: Data::Map(vars),
                ..
            }) => vars,
            Some(unknown) => {
                return vec![("rendered", super::expression::unknown_from(unknown, header))];
            }
        };
        let scope = Scope::of(instance, &instance.module.files[0]);
        let world = super::environment::World {
            evaluator: self,
            scope,
        };
        let rendered = world
            .render(&Template::Text(template.clone()), vars)
            .map_err(|message| fail(message, header));
        vec![("rendered", self.settle(rendered, header))]
    }

    /// `data "aws_region"`: the region it names, else that of its provider (documentation of the provider `aws`).
    fn region(
        &self,
        instance: &Rc<Instance>,
        row: u32,
        body: &Value,
        header: Span,
    ) -> Vec<(&'static str, Value)> {
        let map = body.as_map();
        let written =
            ["region", "name", "endpoint"].map(|name| map.and_then(|map| map.value(name)));
        let named = written
            .iter()
            .flatten()
            .next()
            .map(|value| (*value).clone());
        let region = named.or_else(|| {
            let provider = self.provider(instance, row)?;
            provider.body.as_map()?.value("region").cloned()
        });
        let known =
            region.filter(|region| region.as_text().is_some_and(|text| !text.contains('.')));
        let Some(region) = known else {
            return Vec::new();
        };
        let region = region.through(header, Role::Reference);
        let missing = |name: &&str| map.is_none_or(|map| map.value(name).is_none());
        let names = ["id", "name", "region"];
        let names = names.into_iter().filter(|name| missing(name));
        names.map(|name| (name, region.clone())).collect()
    }

    /// Adds what the configuration alone decides about some data sources.
    pub(super) fn derive(&self, instance: &Rc<Instance>, row: u32, body: &mut Value, header: Span) {
        let block = &instance.module.resources[row as usize];
        if block.mode != Mode::Data || !derives(&block.type_name) {
            return;
        }
        let derive = || match block.type_name.as_str() {
            "template_file" => self.template_file(instance, body, header),
            "aws_region" => self.region(instance, row, body, header),
            "google_iam_policy" => iam_policy::render(body, header),
            own if looked_up::TYPES.contains(&own) => looked_up::derived(own, body, header),
            _ => {
                let (derived, problems) = policy_document::render(body, header);
                for problem in problems {
                    self.settle(Err(fail(problem, header)), header);
                }
                derived
            }
        };
        let (derived, enough) = budget::share(4, derive);
        if !enough {
            self.limit(header, SPENT);
            let open = Unknown {
                why: Why::Limit,
                among: vec![],
            };
            let entries = body
                .as_map()
                .map(|map| map.entries.clone())
                .unwrap_or_default();
            body.data = Data::Map(Arc::new(Map::new(
                entries,
                Some(Arc::new(open)),
                Collection::Structural,
            )));
            return;
        }
        if let Data::Map(map) = &body.data {
            let mut entries = map.entries.clone();
            entries.extend(derived.into_iter().map(|(key, value)| Entry {
                key: key.into(),
                span: header,
                value,
            }));
            body.data = Data::Map(Arc::new(Map::new(entries, map.rest.clone(), map.kind)));
        }
    }
}

/// Whether the configuration alone decides what a data source of this type gives.
pub(super) fn derives(type_name: &str) -> bool {
    matches!(
        type_name,
        "aws_iam_policy_document" | "aws_region" | "google_iam_policy" | "template_file"
    ) || looked_up::TYPES.contains(&type_name)
}
