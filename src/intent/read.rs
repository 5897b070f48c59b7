//! From a text to an [`Intent`]: names are resolved, defaults filled in, and everything that is wrong is said at once.

mod parts;
mod sound;
mod ways;
mod who;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::check::check;
use super::derive;
use super::grammar::{GUARDS, TEXT};
use super::language::{Account, At, Cloud, Gateways, Intent, Logs, Said, Supply, Thing, Zones};
use super::things::Worded;
use super::word::{self, Length, Selector};
use crate::source::{Code, Diagnostic, SourceFile, Span, nearest};
use crate::syntax::yaml::{self, Document, Kind, NodeId};

/// Names that the language keeps for itself.
const RESERVED: [&str; 7] = [
    "aws",
    "azure",
    "endpoints",
    "google",
    "input",
    "internet",
    "logs",
];

/// Reads an intent.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn read(file: &SourceFile) -> Result<Intent, Vec<Diagnostic>> {
    let document = yaml::parse(file);
    let mut found = document.errors.clone();
    found.extend(check(&document, TEXT));
    let intent = document.root.map(|root| {
        let mut reader = Reader {
            document: &document,
            found: Vec::new(),
            names: FxHashMap::default(),
            places: FxHashMap::default(),
        };
        let intent = reader.intent(root);
        found.append(&mut reader.found);
        intent
    });
    if let Some(mut intent) = intent.filter(|_| found.is_empty()) {
        derive::complete(&mut intent, &mut found);
        sound::check(&intent, &mut found);
        if found.is_empty() {
            return Ok(intent);
        }
    }
    found.sort_by_key(|own| (own.span.start, own.span.end));
    found.dedup();
    Err(found)
}

/// What is read of a tree, with the names that are known so far.
struct Reader<'d> {
    document: &'d Document,
    found: Vec<Diagnostic>,
    /// Everything that is declared but segments, and the words for what nobody declares.
    names: FxHashMap<EcoString, (Thing, Span)>,
    /// The segments.
    places: FxHashMap<EcoString, (usize, Span)>,
}

/// A part that is not written: its place is that of what it belongs to.
pub(super) fn default<T>(value: T, span: Span) -> At<T> {
    At {
        value,
        span,
        said: Said::Default,
    }
}

fn written<T>(value: T, span: Span) -> At<T> {
    At {
        value,
        span,
        said: Said::Written,
    }
}

/// A diagnostic about what an intent says.
pub(super) fn wrong(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Structure, span, message).help(help)
}

impl Reader<'_> {
    fn intent(&mut self, root: NodeId) -> Intent {
        let place = Span::new(self.document.source, 0, 0);
        let cloud = self.word(root, "cloud", Cloud::Aws, place);
        self.declare(root, cloud.value);
        let segments = self.segments(root);
        let name = self.text_at(root, "name");
        if let Some(name) = &name
            && let Err(message) = word::name(&name.value)
        {
            self.say(
                name.span,
                message,
                "it becomes the prefix of names in the cloud",
            );
        }
        let stores = self.stores(root, &segments);
        let workloads = self.workloads(root, &segments);
        let keys = self.keys(root);
        Intent {
            source: self.document.source,
            name: name.unwrap_or_else(|| default("".into(), place)),
            cloud,
            regions: self.supplies(root, "regions", place),
            zones: self.zones(root, place),
            network: self.network(root, place),
            endpoint_part: None,
            endpoints: self.word(root, "endpoints", Gateways::Gateway, place),
            organization: self.supply(root, "organization"),
            tags: self.texts(root, "tags"),
            segments,
            identities: self.identities(root),
            flows: self.flows(root, cloud.value),
            never: self.never(root),
            enforce: self.enforce(root),
            logs: self.logs(root, place),
            account: self.account(root),
            workloads,
            stores,
            keys,
        }
    }

    fn say(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(wrong(span, message, help));
    }

    /// Gives every name its number.
    fn declare(&mut self, root: NodeId, cloud: Cloud) {
        type Make = fn(usize) -> Thing;
        let kinds: [(&str, Make); 5] = [
            ("segments", Thing::Segment),
            ("workloads", Thing::Workload),
            ("stores", Thing::Store),
            ("keys", Thing::Key),
            ("identities", Thing::Identity),
        ];
        for (section, make) in kinds {
            for (at, (name, _)) in self.each(root, section).into_iter().enumerate() {
                if RESERVED.contains(&name.value.as_str()) {
                    let message = format!("`{}` is a word of the language", name.value);
                    self.say(name.span, message, "call it otherwise");
                }
                let segment = self.places.get(&name.value).copied();
                let thing = self.names.get(&name.value).map(|(_, span)| *span);
                // A workload may be called as the segment it stands in.
                let first = match section {
                    "workloads" => thing,
                    _ => thing.or(segment.map(|(_, span)| span)),
                };
                if let Some(first) = first {
                    let message = format!("`{}` is declared twice", name.value);
                    let help =
                        "segments, workloads, stores, keys and identities share one space of names";
                    let twice = wrong(name.span, message, help);
                    self.found.push(twice.related(first, "first declared here"));
                    continue;
                }
                match make(at) {
                    Thing::Segment(at) => {
                        self.places.insert(name.value, (at, name.span)).map(|_| ())
                    }
                    thing => self
                        .names
                        .insert(name.value, (thing, name.span))
                        .map(|_| ()),
                };
            }
        }
        for (word, thing) in [
            ("internet", Thing::Internet),
            (cloud.word(), Thing::Cloud),
            ("logs", Thing::Logs),
        ] {
            let nowhere = Span::nowhere();
            self.names.insert(word.into(), (thing, nowhere));
        }
    }

    /// The value behind a key.
    fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.document.get(node, key).map(|pair| pair.value)
    }

    /// The members of a list; a scalar or a mapping stands for a list of one.
    fn list(&self, node: NodeId, key: &str) -> Vec<NodeId> {
        let Some(value) = self.get(node, key) else {
            return Vec::new();
        };
        match self.document.node(value).kind {
            Kind::Sequence(_) => self.document.items(value).to_vec(),
            _ => vec![value],
        }
    }

    /// The members of a section, each with its name.
    fn each(&self, node: NodeId, key: &str) -> Vec<(At<EcoString>, NodeId)> {
        let section = self.get(node, key);
        let pairs = section.map_or(&[][..], |section| self.document.pairs(section));
        let named = pairs.iter().filter_map(|pair| {
            let name = self.document.text(pair.key)?.clone();
            Some((written(name, self.document.span(pair.key)), pair.value))
        });
        named.collect()
    }

    fn text(&self, node: NodeId) -> Option<At<EcoString>> {
        let text = self.document.text(node)?.clone();
        Some(written(text, self.document.span(node)))
    }

    fn text_at(&self, node: NodeId, key: &str) -> Option<At<EcoString>> {
        self.text(self.get(node, key)?)
    }

    fn texts_in(&self, node: NodeId, key: &str) -> Vec<At<EcoString>> {
        let nodes = self.list(node, key);
        nodes.iter().filter_map(|node| self.text(*node)).collect()
    }

    /// A mapping of texts.
    fn texts(&self, node: NodeId, key: &str) -> Vec<(At<EcoString>, At<EcoString>)> {
        let each = self.each(node, key).into_iter();
        each.filter_map(|(name, value)| Some((name, self.text(value)?)))
            .collect()
    }

    fn flag(&self, node: NodeId, key: &str, otherwise: bool, place: Span) -> At<bool> {
        match self.text_at(node, key) {
            Some(text) => written(text.value == "true", text.span),
            None => default(otherwise, place),
        }
    }

    fn word<T: Worded>(&self, node: NodeId, key: &str, otherwise: T, place: Span) -> At<T> {
        let text = self.text_at(node, key);
        let value = text.and_then(|text| Some(written(T::named(&text.value)?, text.span)));
        value.unwrap_or_else(|| default(otherwise, place))
    }

    fn length(&self, node: NodeId, key: &str, otherwise: Length, place: Span) -> At<Length> {
        let text = self.text_at(node, key);
        let read = |text: At<EcoString>| Some(written(Length::read(&text.value).ok()?, text.span));
        text.and_then(read)
            .unwrap_or_else(|| default(otherwise, place))
    }

    fn supply(&self, node: NodeId, key: &str) -> Option<At<Supply>> {
        self.text_at(node, key).map(supply)
    }

    fn supplies(&self, node: NodeId, key: &str, place: Span) -> Vec<At<Supply>> {
        let texts = self.texts_in(node, key);
        match texts.is_empty() {
            true => vec![default(Supply::Input, place)],
            false => texts.into_iter().map(supply).collect(),
        }
    }

    /// What picks a thing in code; `kind` is the tag that does so by default.
    fn selectors(&self, node: NodeId, name: &At<EcoString>, kind: &str) -> Vec<At<Selector>> {
        let texts = self.texts_in(node, "match").into_iter();
        let read: Vec<At<Selector>> = texts
            .filter_map(|text| Some(written(Selector::read(&text.value).ok()?, text.span)))
            .collect();
        match read.is_empty() {
            true => derive::selectors(name, kind),
            false => read,
        }
    }

    fn zones(&self, root: NodeId, place: Span) -> At<Zones> {
        let Some(node) = self.get(root, "zones") else {
            return default(Zones::Count(2), place);
        };
        let value = match self.document.text(node).map(|text| text.parse()) {
            Some(Ok(count)) => Zones::Count(count),
            _ => {
                let letters = self.texts_in(root, "zones").into_iter();
                Zones::Letters(letters.map(|letter| letter.value).collect())
            }
        };
        written(value, self.document.span(node))
    }

    fn network(&mut self, root: NodeId, place: Span) -> At<ipnet::IpNet> {
        match self.block(root, "network") {
            Some(block) => block,
            None => default(derive::network(), place),
        }
    }

    fn block(&mut self, node: NodeId, key: &str) -> Option<At<ipnet::IpNet>> {
        let text = self.text_at(node, key)?;
        let block = word::block(&text.value).ok()?;
        if matches!(block, ipnet::IpNet::V6(_)) {
            self.say(
                text.span,
                "a network is planned in addresses of version 4",
                "name a private block such as 10.20.0.0/20",
            );
        }
        Some(written(block, text.span))
    }

    fn logs(&mut self, root: NodeId, place: Span) -> Logs {
        let section = self.get(root, "logs");
        let place = section.map_or(place, |node| self.document.span(node));
        let flag = |reader: &Self, key: &str, otherwise: bool| match section {
            Some(node) => reader.flag(node, key, otherwise, place),
            None => default(otherwise, place),
        };
        let keep = Length::days(365);
        let traffic = flag(self, "traffic", true);
        let because = section.and_then(|node| self.text_at(node, "because"));
        if !traffic.value && because.is_none() {
            let message = "traffic that nobody records needs a reason";
            self.say(traffic.span, message, "add `because: …`");
        }
        Logs {
            keep: match section {
                Some(node) => self.length(node, "keep", keep, place),
                None => default(keep, place),
            },
            bucket: section.and_then(|node| self.supply(node, "bucket")),
            immutable: flag(self, "immutable", false),
            traffic,
            because,
            key: default(0, place),
        }
    }

    fn account(&self, root: NodeId) -> Option<Account> {
        let node = self.get(root, "account")?;
        let place = self.document.span(node);
        let guards = GUARDS.iter();
        let guards = guards.map(|(guard, _)| (*guard, self.flag(node, guard, true, place)));
        Some(Account {
            guards: guards.collect(),
            alarms_to: self.supply(node, "alarms-to"),
        })
    }

    /// What a name means, among things that may stand there; `what` says which those are.
    fn thing(&mut self, node: NodeId, may: fn(Thing) -> bool, what: &str) -> Option<At<Thing>> {
        let name = self.text(node)?;
        let place = self
            .places
            .get(&name.value)
            .map(|(at, _)| Thing::Segment(*at));
        let other = self.names.get(&name.value).map(|(thing, _)| *thing);
        let found = [place, other]
            .into_iter()
            .flatten()
            .find(|thing| may(*thing));
        if let Some(thing) = found {
            return Some(written(thing, name.span));
        }
        let known = place.or(other).is_some();
        let message = match known {
            true => format!("`{}` is no {what}", name.value),
            false => format!("nothing is called `{}`", name.value),
        };
        let places = self
            .places
            .iter()
            .filter(|(_, (at, _))| may(Thing::Segment(*at)));
        let others = self.names.iter().filter(|(_, (thing, _))| may(*thing));
        let mut words: Vec<&str> = places.map(|(name, _)| name.as_str()).collect();
        words.extend(others.map(|(name, _)| name.as_str()));
        words.sort_unstable();
        let help = match nearest(&name.value, words.iter().copied().filter(|_| !known)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if words.is_empty() => format!("declare it first: {what}"),
            None => format!("expected here is a name of {what}: {}", words.join(", ")),
        };
        self.say(name.span, message, help);
        None
    }
}

fn supply(text: At<EcoString>) -> At<Supply> {
    let value = match text.value.as_str() {
        "input" => Supply::Input,
        _ => Supply::Is(text.value),
    };
    written(value, text.span)
}
