//! Segments, workloads, stores and keys.

use ecow::EcoString;

use super::{Reader, default, written};
use crate::intent::derive;
use crate::intent::language::{
    At, Key, Rotate, Runtime, Segment, Size, Store, StoreKind, Supply, Thing, Workload,
};
use crate::intent::word::Length;
use crate::source::Span;
use crate::syntax::yaml::NodeId;

impl Reader<'_> {
    pub(super) fn segments(&mut self, root: NodeId) -> Vec<Segment> {
        let each = self.each(root, "segments").into_iter();
        each.map(|(name, node)| self.segment(name, node)).collect()
    }

    fn segment(&mut self, name: At<EcoString>, node: NodeId) -> Segment {
        let public = self.flag(node, "public", false, name.span);
        let sensitive = self.flag(node, "sensitive", false, name.span);
        if public.value && sensitive.value {
            let message = format!("`{}` is public and sensitive", name.value);
            self.say(
                sensitive.span,
                message,
                "what the Internet may talk to and what is sensitive are two segments, with a flow between",
            );
        }
        Segment {
            public,
            sensitive,
            matches: match self.get(node, "match") {
                Some(_) => self.selectors(node, &name, "segment"),
                None => vec![derive::tag(&name, "segment")],
            },
            // Where nothing is written, the plan of addresses says it.
            cidr: self
                .block(node, "cidr")
                .unwrap_or_else(|| default(derive::network(), name.span)),
            name,
        }
    }

    /// The segment that something stands in.
    fn standing(
        &mut self,
        node: NodeId,
        name: &At<EcoString>,
        otherwise: Option<usize>,
    ) -> At<usize> {
        if let Some(segment) = self.get(node, "in") {
            let found = self.thing(
                segment,
                |thing| matches!(thing, Thing::Segment(_)),
                "segment",
            );
            return match found {
                Some(At {
                    value: Thing::Segment(at),
                    span,
                    ..
                }) => written(at, span),
                _ => default(0, name.span),
            };
        }
        if otherwise.is_none() {
            let message = format!("`{}` stands in no segment", name.value);
            self.say(name.span, message, "say which: `in: SEGMENT`");
        }
        default(otherwise.unwrap_or(0), name.span)
    }

    pub(super) fn workloads(&mut self, root: NodeId, segments: &[Segment]) -> Vec<Workload> {
        let each = self.each(root, "workloads").into_iter();
        each.map(|(name, node)| {
            let same = segments.iter().position(|own| own.name.value == name.value);
            let workload = self.workload(name, node, same);
            if same.is_some_and(|same| same != workload.segment.value) {
                let name = &workload.name;
                let message = format!(
                    "`{}` is a segment, and this workload stands in another",
                    name.value
                );
                let help = "call the workload otherwise, or put it into the segment of its name";
                self.say(name.span, message, help);
            }
            workload
        })
        .collect()
    }

    fn workload(&mut self, name: At<EcoString>, node: NodeId, same: Option<usize>) -> Workload {
        let runtime = self.word(node, "type", Runtime::Fargate, name.span);
        let kind = runtime.value;
        let only = |reader: &mut Self, key: &str, fits: bool, what: &str| {
            if let Some(node) = reader.get(node, key).filter(|_| !fits) {
                let span = reader.document.span(node);
                reader.say(span, format!("`{key}` is for {what}"), "take it out");
            }
        };
        let front = kind.hands_on();
        only(self, "to", front, "load balancers and APIs");
        only(self, "domain", front, "load balancers and APIs");
        only(self, "certificate", front, "load balancers and APIs");
        only(self, "image", !front, "what runs code");
        only(self, "language", kind == Runtime::Lambda, "functions");
        only(self, "handler", kind == Runtime::Lambda, "functions");
        only(self, "issuer", kind == Runtime::Api, "APIs");
        only(self, "audience", kind == Runtime::Api, "APIs");
        let input = |written: Option<At<Supply>>, fits: bool| {
            written.or_else(|| fits.then(|| default(Supply::Input, name.span)))
        };
        let function = kind == Runtime::Lambda;
        let own = |text: &str, fits: bool| fits.then(|| default(text.into(), name.span));
        Workload {
            segment: self.standing(node, &name, same),
            to: self.handed_on(node, &name, front),
            domain: self.supply(node, "domain"),
            certificate: input(
                self.supply(node, "certificate"),
                kind == Runtime::LoadBalancer,
            ),
            image: input(self.supply(node, "image"), !front),
            language: self
                .text_at(node, "language")
                .or(own("python3.13", function)),
            handler: self
                .text_at(node, "handler")
                .or(own("index.handler", function)),
            health: self
                .text_at(node, "health")
                .unwrap_or_else(|| default("/healthz".into(), name.span)),
            size: self.word(node, "size", Size::Small, name.span),
            issuer: input(self.supply(node, "issuer"), kind == Runtime::Api),
            audience: input(self.supply(node, "audience"), kind == Runtime::Api),
            grants: self.grants(node),
            matches: self.selectors(node, &name, "workload"),
            runtime,
            name,
        }
    }

    fn handed_on(&mut self, node: NodeId, name: &At<EcoString>, front: bool) -> Vec<At<usize>> {
        let nodes = self.list(node, "to");
        if front && nodes.is_empty() {
            let message = format!("`{}` hands on to nothing", name.value);
            self.say(name.span, message, "say to which workload: `to: WORKLOAD`");
        }
        let mut found = Vec::new();
        for node in nodes {
            let may = |thing| matches!(thing, Thing::Workload(_));
            if let Some(At {
                value: Thing::Workload(at),
                span,
                ..
            }) = self.thing(node, may, "workload")
            {
                found.push(written(at, span));
            }
        }
        found
    }

    pub(super) fn stores(&mut self, root: NodeId, segments: &[Segment]) -> Vec<Store> {
        let sensitive = || {
            segments
                .iter()
                .enumerate()
                .filter(|(_, own)| own.sensitive.value)
        };
        let only = sensitive().next().filter(|_| sensitive().count() == 1);
        let only = only.map(|(at, _)| at);
        let each = self.each(root, "stores").into_iter();
        each.map(|(name, node)| self.store(name, node, only))
            .collect()
    }

    fn store(&mut self, name: At<EcoString>, node: NodeId, only: Option<usize>) -> Store {
        let kind = self.word(node, "type", StoreKind::Bucket, name.span);
        let keyed = self.texts_in(node, "keyed");
        let table = kind.value == StoreKind::Table;
        if let Some(first) = keyed.first().filter(|_| !table) {
            self.say(first.span, "`keyed` is for tables", "take it out");
        }
        if let Some(third) = keyed.get(2) {
            let message = "a key has at most two attributes";
            self.say(third.span, message, "the first parts, the second sorts");
        }
        if let Some(size) = self.get(node, "size").filter(|_| !kind.value.is_database()) {
            let span = self.document.span(size);
            self.say(span, "`size` is for databases", "take it out");
        }
        Store {
            segment: self.standing(node, &name, only),
            keep: self.length(node, "keep", kind.value.keep(), name.span),
            rotate: self.rotation(node, &name, kind.value),
            size: self.word(node, "size", Size::Small, name.span),
            keyed: match keyed.is_empty() && table {
                true => vec![default("id".into(), name.span)],
                false => keyed,
            },
            key: default(usize::MAX, name.span),
            matches: self.selectors(node, &name, "store"),
            kind,
            name,
        }
    }

    fn rotation(&mut self, node: NodeId, name: &At<EcoString>, kind: StoreKind) -> Option<Rotate> {
        let secret = kind == StoreKind::Secret;
        let Some(rotate) = self.get(node, "rotate") else {
            if secret {
                let message = format!("nothing says how the secret `{}` is renewed", name.value);
                let help =
                    "`rotate: { every: 30d, by: IDENTITY }`, or `rotate: never` with `because: …`";
                self.say(name.span, message, help);
            }
            return None;
        };
        let span = self.document.span(rotate);
        if !secret {
            self.say(span, "`rotate` is for secrets", "take it out");
            return None;
        }
        if self.document.text(rotate).is_some() {
            let because = self.text_at(node, "because");
            if because.is_none() {
                self.say(
                    span,
                    "a secret that is never renewed needs a reason",
                    "add `because: …`",
                );
            }
            let because = because.unwrap_or_else(|| default("".into(), span));
            return Some(Rotate::Never { because });
        }
        let by = self.get(rotate, "by")?;
        let may = |thing| matches!(thing, Thing::Identity(_) | Thing::Workload(_));
        let by = self.thing(by, may, "identity or function")?;
        Some(Rotate::Every {
            every: self.length(rotate, "every", Length::days(30), span),
            by,
        })
    }

    pub(super) fn keys(&mut self, root: NodeId) -> Vec<Key> {
        let each = self.each(root, "keys").into_iter();
        each.map(|(name, node)| self.key(name, node)).collect()
    }

    fn key(&mut self, name: At<EcoString>, node: NodeId) -> Key {
        let may = |thing| matches!(thing, Thing::Store(_) | Thing::Logs);
        let of = self.list(node, "for").into_iter();
        let of = of.filter_map(|node| self.thing(node, may, "store"));
        let of = of.collect();
        let rotate = self.length(node, "rotate", Length::days(365), name.span);
        self.within(rotate, 90, 2560);
        Key {
            of,
            rotate,
            matches: self.selectors(node, &name, "key"),
            name,
        }
    }

    /// KMS renews keys every 90 to 2560 days.
    fn within(&mut self, length: At<Length>, least: u64, most: u64) {
        let days = length.value.seconds() / 86_400;
        if !(least..=most).contains(&days) {
            let message = format!("a key is renewed every {least}d to {most}d");
            self.say(length.span, message, "365d is usual");
        }
    }

    /// The place of a key of a mapping, or of something else where it is absent.
    pub(super) fn span_at(&self, node: NodeId, key: &str, otherwise: Span) -> Span {
        let value = self.get(node, key);
        value.map_or(otherwise, |value| self.document.span(value))
    }
}
