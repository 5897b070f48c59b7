//! An intent written in full: every default and all that follows, as a text that means the same.

use std::fmt::Write;

use super::grammar::TEXT;
use super::language::{
    Flow, Grant, Identity, Intent, Origin, Rotate, Store, Subject, Supply, Thing, Workload, Zones,
};
use super::things::Worded;
use super::verb::VERBS;

/// The text of an intent, in full.
pub fn show(intent: &Intent) -> String {
    let mut out = Out::default();
    out.line(0, "intent", "1");
    out.line(0, "name", &quoted(&intent.name.value));
    out.line(0, "cloud", intent.cloud.value.word());
    out.line(
        0,
        "regions",
        &list(intent.regions.iter().map(|own| supply(&own.value))),
    );
    let zones = match &intent.zones.value {
        Zones::Count(count) => count.to_string(),
        Zones::Letters(letters) => list(letters.iter().map(|letter| quoted(letter))),
    };
    out.line(0, "zones", &zones);
    out.line(0, "network", &intent.network.value.to_string());
    out.line(0, "endpoints", intent.endpoints.value.word());
    if let Some(organization) = &intent.organization {
        out.line(0, "organization", &supply(&organization.value));
    }
    let tags = intent.tags.iter();
    let tags = tags.map(|(key, value)| (quoted(&key.value), quoted(&value.value)));
    out.section("tags", tags, |out, (key, value)| out.line(1, &key, &value));
    out.section("segments", intent.segments.iter(), |out, own| {
        out.head(&own.name.value);
        out.line(2, "public", &own.public.value.to_string());
        out.line(2, "sensitive", &own.sensitive.value.to_string());
        out.line(2, "match", &selectors(&own.matches));
        out.line(2, "cidr", &own.cidr.value.to_string());
    });
    out.section("flows", intent.flows.iter(), |out, own| {
        flow(out, intent, own)
    });
    out.section("keys", intent.keys.iter(), |out, own| {
        out.head(&own.name.value);
        out.line(2, "for", &things(intent, own.of.iter().map(|of| of.value)));
        out.line(2, "rotate", &own.rotate.value.to_string());
        out.line(2, "match", &selectors(&own.matches));
    });
    out.section("stores", intent.stores.iter(), |out, own| {
        store(out, intent, own)
    });
    out.section("workloads", intent.workloads.iter(), |out, own| {
        workload(out, intent, own)
    });
    out.section("identities", intent.identities.iter(), |out, own| {
        identity(out, intent, own)
    });
    out.section("never", intent.never.iter(), |out, own| {
        let on = quoted(intent.name_of(own.on.value));
        let except = things(intent, own.except.iter().map(|except| except.value));
        let line = format!("  - {{ {}: [{on}], except: {except} }}", own.verb.word);
        out.text.push_str(&line);
        out.text.push('\n');
    });
    out.section("enforce", intent.enforce.iter(), |out, own| {
        let [from, to] = [own.from.value, own.to.value].map(|thing| quoted(intent.name_of(thing)));
        let by = own.by.value.word();
        out.text
            .push_str(&format!("  - {{ from: {from}, to: {to}, by: {by} }}\n"));
    });
    out.text.push_str("logs:\n");
    out.line(1, "keep", &intent.logs.keep.value.to_string());
    out.maybe(
        1,
        "bucket",
        intent.logs.bucket.as_ref().map(|own| supply(&own.value)),
    );
    out.line(1, "immutable", &intent.logs.immutable.value.to_string());
    out.line(1, "traffic", &intent.logs.traffic.value.to_string());
    let because = intent.logs.because.as_ref();
    out.maybe(1, "because", because.map(|own| quoted(&own.value)));
    if let Some(account) = &intent.account {
        out.text.push_str("account:\n");
        for (guard, on) in &account.guards {
            out.line(1, guard, &on.value.to_string());
        }
        let alarms = account.alarms_to.as_ref();
        out.maybe(1, "alarms-to", alarms.map(|own| supply(&own.value)));
    }
    debug_assert!(TEXT.fields.iter().all(|field| field.key.is_ascii()));
    out.text
}

fn flow(out: &mut Out, intent: &Intent, own: &Flow) {
    if own.to.value == Thing::Cloud && follows(intent, own) {
        out.text
            .push_str("  # follows from what workloads are and do\n");
    }
    let mut parts = vec![
        format!("from: {}", quoted(intent.name_of(own.from.value))),
        format!("to: {}", quoted(intent.name_of(own.to.value))),
        format!(
            "ports: {}",
            list(own.ports.iter().map(|own| own.value.to_string()))
        ),
        format!("encrypted: {}", own.encrypted.value),
        format!("authenticated: {}", own.authenticated.value),
    ];
    for (key, texts) in [("names", &own.names), ("services", &own.services)] {
        if !texts.is_empty() {
            parts.push(format!(
                "{key}: {}",
                list(texts.iter().map(|own| quoted(&own.value)))
            ));
        }
    }
    parts.extend(
        own.because
            .iter()
            .map(|own| format!("because: {}", quoted(&own.value))),
    );
    let _ = writeln!(out.text, "  - {{ {} }}", parts.join(", "));
}

/// Whether all services of a flow are those that verbs and runtimes ask for.
fn follows(intent: &Intent, flow: &Flow) -> bool {
    let within = (0..intent.workloads.len())
        .filter(|at| intent.is_within(Thing::Workload(*at), flow.from.value));
    let needed: Vec<&str> = within.flat_map(|at| intent.services_of(at)).collect();
    let mut services = flow.services.iter();
    services.all(|own| needed.contains(&own.value.as_str()))
}

fn store(out: &mut Out, intent: &Intent, own: &Store) {
    out.head(&own.name.value);
    out.line(2, "type", own.kind.value.word());
    out.line(
        2,
        "in",
        &quoted(intent.name_of(Thing::Segment(own.segment.value))),
    );
    out.line(2, "keep", &own.keep.value.to_string());
    match &own.rotate {
        Some(Rotate::Every { every, by }) => {
            let by = quoted(intent.name_of(by.value));
            out.line(
                2,
                "rotate",
                &format!("{{ every: {}, by: {by} }}", every.value),
            );
        }
        Some(Rotate::Never { because }) => {
            out.line(2, "rotate", "never");
            out.line(2, "because", &quoted(&because.value));
        }
        None => {}
    }
    if own.kind.value.is_database() {
        out.line(2, "size", own.size.value.word());
    }
    if !own.keyed.is_empty() {
        out.line(
            2,
            "keyed",
            &list(own.keyed.iter().map(|own| quoted(&own.value))),
        );
    }
    out.line(2, "match", &selectors(&own.matches));
}

fn workload(out: &mut Out, intent: &Intent, own: &Workload) {
    out.head(&own.name.value);
    out.line(2, "type", own.runtime.value.word());
    out.line(
        2,
        "in",
        &quoted(intent.name_of(Thing::Segment(own.segment.value))),
    );
    if !own.to.is_empty() {
        let to = own.to.iter().map(|to| Thing::Workload(to.value));
        out.line(2, "to", &things(intent, to));
    }
    let supplied = [
        ("domain", &own.domain),
        ("certificate", &own.certificate),
        ("image", &own.image),
        ("issuer", &own.issuer),
        ("audience", &own.audience),
    ];
    for (key, value) in supplied {
        out.maybe(2, key, value.as_ref().map(|own| supply(&own.value)));
    }
    for (key, value) in [("language", &own.language), ("handler", &own.handler)] {
        out.maybe(2, key, value.as_ref().map(|own| quoted(&own.value)));
    }
    out.line(2, "health", &quoted(&own.health.value));
    out.line(2, "size", own.size.value.word());
    grants(out, intent, &own.grants);
    out.line(2, "match", &selectors(&own.matches));
}

fn identity(out: &mut Out, intent: &Intent, own: &Identity) {
    out.head(&own.name.value);
    match &own.origin {
        Origin::Role(role) => out.line(2, "role", &supply(&role.value)),
        Origin::Federated { provider, mfa } => {
            out.line(2, "federated", &supply(&provider.value));
            out.line(2, "mfa", &mfa.value.to_string());
        }
        Origin::Github {
            repository,
            subject,
            plan,
        } => {
            out.line(2, "github", &supply(&repository.value));
            match &subject.value {
                Subject::Branch(branch) => out.line(2, "branch", &quoted(branch)),
                Subject::Environment(name) => out.line(2, "environment", &quoted(name)),
            }
            let plan = if plan.value { "pull-requests" } else { "never" };
            out.line(2, "plan", plan);
        }
    }
    out.line(2, "session", &own.session.value.to_string());
    out.line(2, "boundary", &own.boundary.value.to_string());
    out.line(2, "deploys", &own.deploys.value.to_string());
    out.maybe(
        2,
        "function",
        own.function.as_ref().map(|own| supply(&own.value)),
    );
    grants(out, intent, &own.grants);
    out.maybe(
        2,
        "because",
        own.because.as_ref().map(|own| quoted(&own.value)),
    );
    out.line(2, "match", &selectors(&own.matches));
}

fn grants(out: &mut Out, intent: &Intent, grants: &[Grant]) {
    for verb in VERBS {
        let of = grants.iter().filter(|grant| grant.verb.word == verb.word);
        let items: Vec<String> = of.map(|grant| item(intent, grant)).collect();
        if !items.is_empty() {
            out.line(2, verb.word, &list(items.into_iter()));
        }
    }
}

fn item(intent: &Intent, grant: &Grant) -> String {
    let name = quoted(intent.name_of(grant.on.value));
    let mut parts = vec![format!("on: {name}")];
    parts.extend(
        grant
            .under
            .iter()
            .map(|own| format!("under: {}", quoted(&own.value))),
    );
    if !grant.context.is_empty() {
        let pairs = grant.context.iter();
        let pairs =
            pairs.map(|(key, value)| format!("{}: {}", quoted(&key.value), quoted(&value.value)));
        let pairs: Vec<String> = pairs.collect();
        parts.push(format!("context: {{ {} }}", pairs.join(", ")));
    }
    match parts.len() {
        1 => name,
        _ => format!("{{ {} }}", parts.join(", ")),
    }
}

fn things(intent: &Intent, things: impl Iterator<Item = Thing>) -> String {
    list(things.map(|thing| quoted(intent.name_of(thing))))
}

fn selectors(own: &[super::language::At<super::word::Selector>]) -> String {
    list(own.iter().map(|own| quoted(&own.value.to_string())))
}

fn supply(own: &Supply) -> String {
    match own {
        Supply::Input => "input".into(),
        Supply::Is(text) => quoted(text),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("[{}]", items.join(", "))
}

/// A text as a scalar of YAML: plain where nothing in it could be read as something else.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./-*=@+".contains(c);
    let first = |c: char| c.is_ascii_alphabetic() || c == '/' || c == '_';
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    match text.starts_with(first) && text.chars().all(plain) && !word {
        true => text.to_owned(),
        // Every text of JSON is one of YAML.
        false => serde_json::to_string(text).unwrap_or_default(),
    }
}

#[derive(Default)]
struct Out {
    text: String,
}

impl Out {
    fn line(&mut self, depth: usize, key: &str, value: &str) {
        let indent = "  ".repeat(depth);
        let _ = writeln!(self.text, "{indent}{key}: {value}");
    }

    fn maybe(&mut self, depth: usize, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.line(depth, key, &value);
        }
    }

    fn head(&mut self, name: &str) {
        let _ = writeln!(self.text, "  {}:", quoted(name));
    }

    /// A section, if there is anything in it.
    fn section<T>(
        &mut self,
        key: &str,
        items: impl Iterator<Item = T>,
        write: impl Fn(&mut Self, T),
    ) {
        let mut items = items.peekable();
        if items.peek().is_none() {
            return;
        }
        let _ = writeln!(self.text, "{key}:");
        for item in items {
            write(self, item);
        }
    }
}
