//! Identities, and what workloads and identities may and may never do.

use ecow::EcoString;

use super::{Reader, default, written};
use crate::intent::language::{At, Grant, Identity, Never, Origin, Said, Subject, Supply, Thing};
use crate::intent::verb::{Target, VERBS, Verb};
use crate::intent::word::{Length, Unit};
use crate::syntax::yaml::{Kind, NodeId};

/// What a verb can be done to.
fn may_be_done_to(thing: Thing) -> bool {
    matches!(thing, Thing::Store(_) | Thing::Key(_) | Thing::Workload(_))
}

/// Keys of an identity, and the origin that each is for.
const ONLY: [(&str, &str); 5] = [
    ("branch", "github"),
    ("environment", "github"),
    ("plan", "github"),
    ("mfa", "federated"),
    ("function", "role"),
];

impl Reader<'_> {
    pub(super) fn identities(&mut self, root: NodeId) -> Vec<Identity> {
        let each = self.each(root, "identities").into_iter();
        each.filter_map(|(name, node)| self.identity(name, node))
            .collect()
    }

    fn identity(&mut self, name: At<EcoString>, node: NodeId) -> Option<Identity> {
        let origins = ["role", "github", "federated"];
        let origins: Vec<&str> = origins
            .into_iter()
            .filter(|key| self.get(node, key).is_some())
            .collect();
        let &[origin] = origins.as_slice() else {
            let message = match origins.is_empty() {
                true => format!("nothing says where `{}` comes from", name.value),
                false => format!("`{}` comes from {}", name.value, origins.join(" and ")),
            };
            let help =
                "say one: `role:` that exists, `github:` for a pipeline, `federated:` for people";
            self.say(name.span, message, help);
            return None;
        };
        for (key, of) in ONLY.iter().filter(|(_, of)| *of != origin) {
            if let Some(value) = self.get(node, key) {
                let span = self.document.span(value);
                self.say(
                    span,
                    format!("`{key}` is for identities by `{of}`"),
                    "take it out",
                );
            }
        }
        let hour = Length {
            count: 1,
            unit: Unit::Hours,
        };
        let session = self.length(node, "session", hour, name.span);
        if !(900..=43_200).contains(&session.value.seconds()) {
            self.say(
                session.span,
                "a session lasts from 15m to 12h",
                "1h is the default",
            );
        }
        let boundary = self.flag(node, "boundary", true, name.span);
        let mfa = self.flag(node, "mfa", true, name.span);
        let excused = self.get(node, "because").is_some();
        for flag in [&boundary, &mfa]
            .into_iter()
            .filter(|flag| !flag.value && !excused)
        {
            self.say(
                flag.span,
                "this is weaker than the default, and nothing says why",
                "add `because: …`",
            );
        }
        Some(Identity {
            origin: self.origin(origin, node, &name, mfa)?,
            session,
            boundary,
            deploys: self.flag(node, "deploys", false, name.span),
            function: self.supply(node, "function"),
            because: self.text_at(node, "because"),
            grants: self.grants(node),
            matches: self.selectors(node, &name, "identity"),
            name,
        })
    }

    fn origin(
        &mut self,
        key: &str,
        node: NodeId,
        name: &At<EcoString>,
        mfa: At<bool>,
    ) -> Option<Origin> {
        let value = self.supply(node, key)?;
        match key {
            "role" => Some(Origin::Role(value)),
            "federated" => Some(Origin::Federated {
                provider: value,
                mfa,
            }),
            _ => {
                self.repository(&value);
                let plan = self.text_at(node, "plan");
                let plan = plan.map(|plan| written(plan.value == "pull-requests", plan.span));
                Some(Origin::Github {
                    repository: value,
                    subject: self.subject(node, name),
                    plan: plan.unwrap_or_else(|| default(false, name.span)),
                })
            }
        }
    }

    /// Patterns in a subject let strangers in.
    fn repository(&mut self, value: &At<Supply>) {
        let Some(text) = value.value.text() else {
            return;
        };
        let plain = |part: &str| {
            let letter = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            !part.is_empty() && part.chars().all(letter)
        };
        let parts: Vec<&str> = text.split('/').collect();
        if parts.len() != 2 || !parts.into_iter().all(plain) {
            let message = format!("`{text}` is no repository of GitHub");
            self.say(value.span, message, "owner/repository, without `*`");
        }
    }

    fn subject(&mut self, node: NodeId, name: &At<EcoString>) -> At<Subject> {
        let branch = self.text_at(node, "branch");
        let environment = self.text_at(node, "environment");
        let both = branch.iter().chain(&environment).cloned();
        for text in
            both.filter(|text| text.value.is_empty() || text.value.contains(['*', '?', ':']))
        {
            self.say(
                text.span,
                "the subject of a pipeline is exact",
                "name one, without `*`",
            );
        }
        match (branch, environment) {
            (Some(_), Some(environment)) => {
                let message = "a branch and an environment are two subjects";
                self.say(environment.span, message, "name one of them");
                written(Subject::Environment(environment.value), environment.span)
            }
            (None, Some(text)) => written(Subject::Environment(text.value), text.span),
            (Some(text), None) => written(Subject::Branch(text.value), text.span),
            (None, None) => default(Subject::Branch("main".into()), name.span),
        }
    }

    /// What stands behind the verbs of a workload or an identity.
    pub(super) fn grants(&mut self, node: NodeId) -> Vec<Grant> {
        let mut found = Vec::new();
        for verb in VERBS {
            for item in self.list(node, verb.word) {
                found.extend(self.grant(verb, item));
            }
        }
        found
    }

    fn grant(&mut self, verb: &'static Verb, item: NodeId) -> Option<Grant> {
        let map = matches!(self.document.node(item).kind, Kind::Mapping(_));
        let named = match map {
            true => self.get(item, "on")?,
            false => item,
        };
        let span = self.document.span(item);
        let on = self.thing(named, may_be_done_to, "store, key or workload")?;
        let under = self.text_at(item, "under");
        let context = self.texts(item, "context");
        if let Some(under) = under
            .as_ref()
            .filter(|under| under.value.contains(['*', '?']))
        {
            self.say(
                under.span,
                "a prefix is exact",
                "everything that begins so is meant anyway",
            );
        }
        if let ("seals" | "decrypts", true) = (verb.word, context.is_empty()) {
            let message = format!("`{}` needs the context of encryption", verb.word);
            self.say(
                span,
                message,
                "`{ on: KEY, context: { purpose: … } }`: the key opens nothing else then",
            );
        }
        Some(Grant {
            verb,
            on,
            under,
            context,
            span,
        })
    }

    pub(super) fn never(&mut self, root: NodeId) -> Vec<Never> {
        let mut found = Vec::new();
        for item in self.list(root, "never") {
            let may = |thing| matches!(thing, Thing::Workload(_) | Thing::Identity(_));
            let except = self.list(item, "except").into_iter();
            let except = except.filter_map(|node| self.thing(node, may, "workload or identity"));
            let except: Vec<At<Thing>> = except.collect();
            let mut any = false;
            for verb in VERBS {
                for node in self.list(item, verb.word) {
                    any = true;
                    let on = self.thing(node, may_be_done_to, "store, key or workload");
                    found.extend(on.map(|on| Never {
                        verb,
                        on,
                        except: except.clone(),
                        span: self.document.span(item),
                    }));
                }
            }
            if !any {
                let span = self.document.span(item);
                self.say(
                    span,
                    "nothing says what is never done",
                    "`{ reads: [STORE], except: [NAME] }`",
                );
            }
        }
        found
    }
}

/// What a verb cannot be done to, in words: a sentence and what would do.
pub(super) fn misfit(verb: &Verb, on: &str, target: Option<Target>) -> Option<(String, String)> {
    let Some(target) = target else {
        let message = format!("nothing can be done to `{on}`: it is reached by a flow");
        return Some((
            message,
            format!("take `{}` out, and declare the flow", verb.word),
        ));
    };
    if verb.on(target).is_some() {
        return None;
    }
    let words = VERBS.iter().filter(|verb| verb.on(target).is_some());
    let words: Vec<&str> = words.map(|verb| verb.word).collect();
    let message = format!("`{}` means nothing for a {}", verb.word, target.word());
    Some((
        message,
        format!("what can be done to it: {}", words.join(", ")),
    ))
}

impl Said {
    /// Whether it is written.
    pub fn is_written(self) -> bool {
        self == Said::Written
    }
}
