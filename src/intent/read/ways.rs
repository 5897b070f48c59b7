//! Flows, and what paths must pass.

use super::{Reader, written};
use crate::intent::language::{At, Cloud, Enforcement, Flow, Point, Said, Thing};
use crate::intent::things::Worded;
use crate::intent::word::Ports;
use crate::syntax::yaml::NodeId;

/// What can begin a conversation.
fn begins(thing: Thing) -> bool {
    matches!(
        thing,
        Thing::Internet | Thing::Segment(_) | Thing::Workload(_)
    )
}

/// What can be talked to.
fn answers(thing: Thing) -> bool {
    begins(thing) || matches!(thing, Thing::Cloud | Thing::Store(_))
}

const BEGINS: &str = "segment or workload";
const ANSWERS: &str = "segment, workload or store";

impl Reader<'_> {
    pub(super) fn flows(&mut self, root: NodeId, cloud: Cloud) -> Vec<Flow> {
        let mut flows = Vec::new();
        for item in self.list(root, "flows") {
            let from = self.ends(item, "from", begins, BEGINS);
            let to = self.ends(item, "to", answers, ANSWERS);
            for from in &from {
                for to in &to {
                    let flow = self.flow(item, *from, *to, cloud);
                    flows.push(flow);
                }
            }
        }
        flows
    }

    fn ends(
        &mut self,
        item: NodeId,
        key: &str,
        may: fn(Thing) -> bool,
        what: &str,
    ) -> Vec<At<Thing>> {
        let nodes = self.list(item, key).into_iter();
        nodes
            .filter_map(|node| self.thing(node, may, what))
            .collect()
    }

    fn flow(&mut self, item: NodeId, from: At<Thing>, to: At<Thing>, cloud: Cloud) -> Flow {
        let span = self.document.span(item);
        let ports = self.texts_in(item, "ports").into_iter();
        let ports =
            ports.filter_map(|text| Some(written(Ports::read(&text.value).ok()?, text.span)));
        let strict = matches!(to.value, Thing::Store(_) | Thing::Cloud);
        let flow = Flow {
            ports: ports.collect(),
            encrypted: self.flag(item, "encrypted", true, span),
            authenticated: self.flag(item, "authenticated", strict, span),
            names: self.texts_in(item, "names"),
            services: self.texts_in(item, "services"),
            because: self.text_at(item, "because"),
            span,
            said: Said::Written,
            from,
            to,
        };
        self.weak(item, &flow, strict);
        if let Some(name) = flow
            .names
            .first()
            .filter(|_| flow.to.value != Thing::Internet)
        {
            self.say(
                name.span,
                "`names` are hosts of the Internet",
                "this flow does not lead there",
            );
        }
        if let Some(name) = flow
            .services
            .first()
            .filter(|_| flow.to.value != Thing::Cloud)
        {
            let message = "`services` are those of the cloud";
            self.say(name.span, message, format!("say `to: {}`", cloud.word()));
        }
        if (flow.from.value, flow.to.value) == (Thing::Internet, Thing::Internet) {
            self.say(
                span,
                "a flow has an end here",
                "name the segment that the Internet reaches, or that reaches it",
            );
        }
        flow
    }

    /// What weakens needs a reason.
    fn weak(&mut self, item: NodeId, flow: &Flow, strict: bool) {
        if flow.because.is_some() {
            return;
        }
        let help = "add `because: …` to this flow";
        if !flow.encrypted.value {
            let span = self.span_at(item, "encrypted", flow.span);
            self.say(span, "a flow that is not encrypted needs a reason", help);
        }
        if !flow.authenticated.value && strict {
            let span = self.span_at(item, "authenticated", flow.span);
            self.say(
                span,
                "callers that prove nothing of themselves need a reason",
                help,
            );
        }
        if flow.to.value == Thing::Internet && flow.names.is_empty() {
            let help = "add `names: [HOST, …]`, or `because: …` if it must be any host";
            self.say(flow.to.span, "a way out to everywhere needs a reason", help);
        }
    }

    pub(super) fn enforce(&mut self, root: NodeId) -> Vec<Enforcement> {
        let mut found = Vec::new();
        for item in self.list(root, "enforce") {
            let span = self.document.span(item);
            let from = self.ends(item, "from", begins, BEGINS);
            let to = self.ends(item, "to", answers, ANSWERS);
            let by = self.texts_in(item, "by").into_iter();
            let by = by.filter_map(|text| Some(written(Point::named(&text.value)?, text.span)));
            for by in by.collect::<Vec<At<Point>>>() {
                for from in &from {
                    found.extend(to.iter().map(|to| Enforcement {
                        from: *from,
                        to: *to,
                        by,
                        span,
                        said: Said::Written,
                    }));
                }
            }
        }
        found
    }
}
