//! What of a graph an intent speaks of: which segment each endpoint stands in, and what each name means.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::catalog::{Catalog, Relation};
use crate::eval::{Data, Truth, Value, Why};
use crate::graph::{Graph, Resource, ResourceId};
use crate::intent::language::{At, Intent, Runtime, StoreKind, Thing};
use crate::intent::word::Selector;
use crate::network::topology::{Mark, Topology};
use crate::policy::covers;

/// The kind whose endpoints are ways to services.
const SERVICE: &str = "aws.ec2.vpc_endpoint";

/// Where an endpoint stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    /// In a segment.
    In(usize),
    /// It is a way to services.
    Service,
    /// In no segment.
    Nowhere,
    /// It is not known.
    Perhaps(Why),
}

/// What a graph has of an intent.
pub(crate) struct Placed<'a> {
    pub(crate) intent: &'a Intent,
    pub(crate) graph: &'a Graph,
    pub(crate) catalog: &'a Catalog,
    pub(crate) topology: &'a Topology,
    /// By the number of the endpoint.
    pub(crate) standing: Vec<Standing>,
    /// The resources that each workload, store, key and identity is.
    pub(crate) things: FxHashMap<Thing, Vec<ResourceId>>,
}

impl<'a> Placed<'a> {
    pub(crate) fn new(
        intent: &'a Intent,
        graph: &'a Graph,
        catalog: &'a Catalog,
        topology: &'a Topology,
    ) -> Self {
        let mut placed = Self {
            intent,
            graph,
            catalog,
            topology,
            standing: Vec::new(),
            things: FxHashMap::default(),
        };
        placed.named();
        let mut known = FxHashMap::default();
        placed.standing = (0..topology.endpoints.len() as u32)
            .map(|at| placed.stands(at, &mut known))
            .collect();
        placed.alone();
        placed
    }

    /// What selectors pick for everything that is no segment.
    fn named(&mut self) {
        let intent = self.intent;
        for (at, own) in intent.workloads.iter().enumerate() {
            let kinds = kinds_of(own.runtime.value);
            self.pick(Thing::Workload(at), kinds, &own.matches);
        }
        for (at, own) in intent.stores.iter().enumerate() {
            self.pick(Thing::Store(at), store_kinds(own.kind.value), &own.matches);
        }
        for (at, own) in intent.keys.iter().enumerate() {
            self.pick(Thing::Key(at), &["aws.kms.key"], &own.matches);
        }
        for (at, own) in intent.identities.iter().enumerate() {
            self.pick(Thing::Identity(at), &["aws.iam.role"], &own.matches);
        }
    }

    fn pick(&mut self, thing: Thing, kinds: &[&str], selectors: &[At<Selector>]) {
        let all = kinds.iter().flat_map(|kind| self.graph.of_kind(kind));
        let own = all.filter(|id| {
            let resource = self.graph.resource(**id);
            let mut selectors = selectors.iter();
            !resource.partial && selectors.any(|own| picks(&own.value, resource).is_true())
        });
        let own: Vec<ResourceId> = own.copied().collect();
        if !own.is_empty() {
            self.things.insert(thing, own);
        }
    }

    /// The segment that selectors give a resource, and why it may be in one.
    fn segment(&self, id: ResourceId) -> (Option<usize>, Option<Why>) {
        let resource = self.graph.resource(id);
        let mut why = None;
        for (at, segment) in self.intent.segments.iter().enumerate() {
            for selector in &segment.matches {
                match picks(&selector.value, resource) {
                    Truth::True => return (Some(at), None),
                    Truth::Unknown => why = why.or_else(|| tag_doubt(resource)),
                    Truth::False => {}
                }
            }
        }
        (None, why)
    }

    fn stands(
        &self,
        at: u32,
        known: &mut FxHashMap<ResourceId, (Option<usize>, Option<Why>)>,
    ) -> Standing {
        let endpoint = &self.topology.endpoints[at as usize];
        if self.graph.resource(endpoint.resource).kind == SERVICE {
            return Standing::Service;
        }
        let mut ask = |id: ResourceId| {
            let found = known.entry(id);
            found.or_insert_with(|| self.segment(id)).clone()
        };
        let mut perhaps = None;
        let (own, why) = ask(endpoint.resource);
        if let Some(segment) = own {
            return Standing::In(segment);
        }
        perhaps = perhaps.or(why);
        let is = |thing: &&Thing| {
            self.things[*thing].contains(&endpoint.resource)
                && self.intent.segment_of(**thing).is_some()
        };
        let mut things: Vec<&Thing> = self.things.keys().filter(is).collect();
        things.sort_unstable();
        if let Some(segment) = things
            .first()
            .and_then(|thing| self.intent.segment_of(**thing))
        {
            return Standing::In(segment);
        }
        let subnets = endpoint.interfaces.iter().flat_map(|own| &own.subnets);
        let subnets = subnets
            .flatten()
            .map(|at| self.topology.subnets[*at as usize].resource);
        let groups = endpoint.interfaces.iter().flat_map(|own| &own.marks.known);
        let groups = groups.filter_map(|(mark, _)| match mark {
            Mark::Resource(id) => Some(*id),
            Mark::Word(_) => None,
        });
        for id in subnets.chain(groups) {
            let (segment, why) = ask(id);
            if let Some(segment) = segment {
                return Standing::In(segment);
            }
            perhaps = perhaps.or(why);
        }
        match perhaps {
            Some(why) => Standing::Perhaps(why),
            None => Standing::Nowhere,
        }
    }

    /// What nothing picks is the only thing of its kind in its segment, if there is one only.
    fn alone(&mut self) {
        let (workloads, stores) = (&self.intent.workloads, &self.intent.stores);
        let mut found: Vec<(Thing, Vec<ResourceId>)> = Vec::new();
        for (at, own) in workloads.iter().enumerate() {
            let same = |other: &&crate::intent::language::Workload| {
                other.segment.value == own.segment.value && other.runtime.value == own.runtime.value
            };
            if workloads.iter().filter(same).count() == 1 {
                let kinds = kinds_of(own.runtime.value);
                found.push((
                    Thing::Workload(at),
                    self.standing_in(own.segment.value, kinds),
                ));
            }
        }
        for (at, own) in stores.iter().enumerate() {
            let same = |other: &&crate::intent::language::Store| {
                other.segment.value == own.segment.value
                    && other.kind.value.target() == own.kind.value.target()
            };
            if stores.iter().filter(same).count() == 1 {
                let kinds = store_kinds(own.kind.value);
                found.push((Thing::Store(at), self.standing_in(own.segment.value, kinds)));
            }
        }
        for (thing, ids) in found {
            let named = self.things.get(&thing).into_iter().flatten();
            let endpoint = |id: &ResourceId| self.topology.endpoint(*id).is_some();
            let mut named = named.filter(|id| endpoint(id));
            if named.next().is_none() && !ids.is_empty() {
                let own = self.things.entry(thing).or_default();
                own.extend(ids);
            }
        }
    }

    /// The resources of some kinds in a segment: endpoints there, and others that its selectors pick.
    fn standing_in(&self, segment: usize, kinds: &[&str]) -> Vec<ResourceId> {
        let all = kinds
            .iter()
            .flat_map(|kind| self.graph.of_kind(kind))
            .copied();
        let own = all.filter(|id| match self.topology.endpoint(*id) {
            Some(at) => self.standing[at as usize] == Standing::In(segment),
            None => self.segment(*id).0 == Some(segment),
        });
        own.filter(|id| !self.graph.resource(*id).partial).collect()
    }

    /// What an endpoint is called, where it has a name of its own.
    pub(crate) fn things_of(&self, at: u32) -> Vec<Thing> {
        let id = self.topology.endpoints[at as usize].resource;
        let own = self.things.iter().filter(|(_, ids)| ids.contains(&id));
        let mut own: Vec<Thing> = own.map(|(thing, _)| *thing).collect();
        if let Standing::In(segment) = self.standing[at as usize] {
            own.push(Thing::Segment(segment));
        }
        own.sort_unstable();
        own
    }

    /// The endpoints that a thing is or that stand in it.
    pub(crate) fn endpoints(&self, thing: Thing) -> Vec<u32> {
        match thing {
            Thing::Segment(segment) => {
                let all = 0..self.standing.len() as u32;
                all.filter(|at| self.standing[*at as usize] == Standing::In(segment))
                    .collect()
            }
            _ => {
                let ids = self.things.get(&thing).into_iter().flatten();
                ids.filter_map(|id| self.topology.endpoint(*id)).collect()
            }
        }
    }

    /// The roles that code of a workload acts as.
    pub(crate) fn roles(&self, thing: Thing) -> Vec<ResourceId> {
        let mut roles = Vec::new();
        let own = self.things.get(&thing).into_iter().flatten();
        for id in own {
            self.roles_of(*id, 0, &mut roles);
        }
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    fn roles_of(&self, id: ResourceId, depth: usize, out: &mut Vec<ResourceId>) {
        if self.graph.resource(id).kind == "aws.iam.role" {
            return out.push(id);
        }
        if depth > 3 {
            return;
        }
        for edge in self.graph.outgoing(id) {
            let to = self.graph.resource(edge.to);
            // The role of whoever starts the code is not that of the code.
            let starts = edge.attribute.to_ascii_lowercase().contains("execution");
            let acts = edge.relation == Relation::Assumes && to.kind == "aws.iam.role";
            let through = [
                "aws.ecs.task_definition",
                "aws.ec2.launch_template",
                "aws.iam.instance_profile",
            ]
            .contains(&to.kind.as_str());
            let profile = to.kind == "aws.iam.role"
                && self.graph.resource(id).kind == "aws.iam.instance_profile";
            let lambda =
                self.graph.resource(id).kind == "aws.lambda.function" && to.kind == "aws.iam.role";
            if (acts && !starts) || through || profile || lambda {
                self.roles_of(edge.to, depth + 1, out);
            }
        }
    }
}

/// The kinds of what runs a workload, those that stand in a network first.
pub(crate) fn kinds_of(runtime: Runtime) -> &'static [&'static str] {
    match runtime {
        Runtime::Fargate => &["aws.ecs.service", "aws.ecs.task_definition"],
        Runtime::Lambda => &["aws.lambda.function"],
        Runtime::Autoscaling => &[
            "aws.autoscaling.auto_scaling_group",
            "aws.ec2.instance",
            "aws.ec2.launch_template",
        ],
        Runtime::LoadBalancer => &[
            "aws.elasticloadbalancingv2.load_balancer",
            "aws.elasticloadbalancing.load_balancer",
        ],
        Runtime::Api => &["aws.apigatewayv2.api", "aws.apigateway.rest_api"],
    }
}

/// The kinds of a store.
pub(crate) fn store_kinds(kind: StoreKind) -> &'static [&'static str] {
    match kind {
        StoreKind::Bucket => &["aws.s3.bucket"],
        StoreKind::Table => &["aws.dynamodb.table", "aws.dynamodb.global_table"],
        StoreKind::Queue => &["aws.sqs.queue"],
        StoreKind::Topic => &["aws.sns.topic"],
        StoreKind::Secret => &["aws.secretsmanager.secret"],
        StoreKind::Postgres | StoreKind::Mysql => &["aws.rds.db_instance"],
        StoreKind::AuroraPostgres | StoreKind::AuroraMysql => {
            &["aws.rds.db_cluster", "aws.rds.db_instance"]
        }
    }
}

/// Whether a selector picks a resource.
fn picks(selector: &Selector, resource: &Resource) -> Truth {
    let address = &resource.address;
    match selector {
        Selector::Address(pattern) => {
            let whole = address.to_string();
            let short = match whole.rsplit_once(address.type_name.as_str()) {
                Some((_, rest)) if !address.module.is_empty() => {
                    format!("{}{rest}", address.type_name)
                }
                _ => whole.clone(),
            };
            let block = address.block().to_string();
            let any = [whole, short, block];
            Truth::from(any.iter().any(|text| covers(pattern, text, false)))
        }
        Selector::Name(name) => {
            let (own, name) = (plain(&address.name), plain(name));
            // `RecordsKey` is the key called records.
            let kind = plain(resource.kind.rsplit('.').next().unwrap_or_default());
            let bare = own.strip_suffix(kind.as_str());
            Truth::from(own == name || bare == Some(name.as_str()))
        }
        Selector::Type(pattern) => Truth::from(
            covers(pattern, &address.type_name, false) || covers(pattern, &resource.kind, false),
        ),
        Selector::Tag(key, pattern) => tag(resource, key).map_or_else(
            |missing| missing,
            |value| match pattern.contains(['*', '?']) {
                true => value.test_text(|text| covers(pattern, text, false)),
                false => value.equals_text(pattern),
            },
        ),
    }
}

fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, '-' | '_'));
    kept.flat_map(char::to_lowercase).collect()
}

/// The value of a tag; else whether it is known that there is none.
fn tag(resource: &Resource, key: &str) -> Result<Value, Truth> {
    let Data::Map(body) = &resource.body.resolved().data else {
        return Err(Truth::Unknown);
    };
    let mut missing = Truth::False;
    for name in ["tags", "Tags", "tag", "labels"] {
        let Some(tags) = body.value(name) else {
            continue;
        };
        match found_in(tags.resolved(), key) {
            Ok(value) => return Ok(value),
            Err(truth) => missing = missing | truth,
        }
    }
    Err(missing)
}

fn found_in(tags: &Value, key: &str) -> Result<Value, Truth> {
    match &tags.data {
        Data::Map(map) => {
            // `{ Key: …, Value: … }`, alone or in a list.
            let named = |words: [&str; 2]| words.into_iter().find_map(|word| map.value(word));
            if let (Some(name), Some(value)) = (named(["Key", "key"]), named(["Value", "value"])) {
                return match name.equals_text(key) {
                    Truth::True => Ok(value.clone()),
                    other => Err(other),
                };
            }
            match map.value(key) {
                Some(value) => Ok(value.clone()),
                None if map.rest.is_some() => Err(Truth::Unknown),
                None => Err(Truth::False),
            }
        }
        Data::List(list) => {
            let mut missing = Truth::from(false);
            for item in &list.items {
                match found_in(item.resolved(), key) {
                    Ok(value) => return Ok(value),
                    Err(truth) => missing = missing | truth,
                }
            }
            Err(if list.rest.is_some() {
                Truth::Unknown
            } else {
                missing
            })
        }
        Data::Null => Err(Truth::False),
        _ => Err(Truth::Unknown),
    }
}

/// Why a tag is not known.
fn tag_doubt(resource: &Resource) -> Option<Why> {
    let Data::Map(body) = &resource.body.resolved().data else {
        return Some(Why::Condition);
    };
    let names = ["tags", "Tags", "tag"].into_iter();
    let why = names
        .filter_map(|name| body.value(name))
        .find_map(Value::first_why);
    why.or_else(|| Some(Why::Instance(EcoString::from(resource.address.to_string()))))
}
