//! The rules there are: built in as bytes, and read when somebody needs them. A run asks a few dozen of many hundreds.

use std::borrow::Cow;
use std::sync::OnceLock;

use ecow::EcoString;
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::declared::model::{Amount, Rule};
use crate::findings::{RuleId, RuleInfo};

/// A set of rules in order of their ids, found by kind.
#[derive(Debug, Default, Clone)]
pub struct RuleSet {
    slots: Vec<Slot>,
    by_kind: FxHashMap<Cow<'static, str>, Vec<u32>>,
}

/// A rule, and where it is read from.
#[derive(Debug, Clone)]
struct Slot {
    id: Cow<'static, str>,
    bytes: &'static [u8],
    page: Cow<'static, str>,
    rule: OnceLock<Rule>,
    said: OnceLock<Said>,
}

/// The texts of a rule that all its findings share.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) id: RuleId,
    pub(super) advice: EcoString,
}

/// What the build script wrote about the built-in rules: ids, the kinds each is about, and where its bytes and its page
/// end in the other two files.
#[derive(Deserialize)]
struct Index<'i> {
    #[serde(borrow)]
    rules: Vec<(&'i str, u32, u32)>,
    #[serde(borrow)]
    kinds: Vec<(&'i str, Vec<u32>)>,
}

impl Slot {
    fn rule(&self) -> &Rule {
        self.rule
            .get_or_init(|| postcard::from_bytes(self.bytes).expect("the build script wrote it"))
    }
}

impl RuleSet {
    /// The rules that are built in.
    pub fn builtin() -> &'static RuleSet {
        static BUILTIN: OnceLock<RuleSet> = OnceLock::new();
        static INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/index.bin"));
        static RULES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
        static PAGES: &str = include_str!(concat!(env!("OUT_DIR"), "/pages.txt"));
        BUILTIN.get_or_init(|| {
            let index: Index<'static> =
                postcard::from_bytes(INDEX).expect("the build script wrote it");
            let (mut rule_from, mut page_from) = (0, 0);
            let slots = index.rules.iter().map(|&(id, rule_to, page_to)| {
                let slot = Slot {
                    id: id.into(),
                    bytes: &RULES[rule_from..rule_to as usize],
                    page: PAGES[page_from..page_to as usize].into(),
                    rule: OnceLock::new(),
                    said: OnceLock::new(),
                };
                (rule_from, page_from) = (rule_to as usize, page_to as usize);
                slot
            });
            let slots = slots.collect();
            let kinds = index.kinds.into_iter();
            RuleSet {
                slots,
                by_kind: kinds.map(|(kind, rules)| (kind.into(), rules)).collect(),
            }
        })
    }

    /// A set of these rules, without pages.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut set = Self::default();
        for (at, rule) in rules.into_iter().enumerate() {
            for kind in &rule.kinds {
                let of_kind = set.by_kind.entry(kind.clone().into()).or_default();
                of_kind.push(at as u32);
            }
            set.slots.push(Slot {
                id: rule.id.clone().into(),
                bytes: &[],
                page: "".into(),
                rule: OnceLock::from(rule),
                said: OnceLock::new(),
            });
        }
        set
    }

    /// Adds a rule with its page; whether its id is new.
    pub fn add(&mut self, rule: Rule, page: String) -> bool {
        let Err(at) = self.slots.binary_search_by(|slot| (*slot.id).cmp(&rule.id)) else {
            return false;
        };
        for places in self.by_kind.values_mut() {
            for place in places.iter_mut().filter(|place| **place >= at as u32) {
                *place += 1;
            }
        }
        for kind in &rule.kinds {
            let of_kind = self.by_kind.entry(kind.clone().into()).or_default();
            of_kind.push(at as u32);
            of_kind.sort_unstable();
        }
        let slot = Slot {
            id: rule.id.clone().into(),
            bytes: &[],
            page: page.into(),
            rule: OnceLock::from(rule),
            said: OnceLock::new(),
        };
        self.slots.insert(at, slot);
        true
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All of them, in order of their ids.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.slots.iter().map(Slot::rule)
    }

    /// The pages in the same order: Markdown.
    pub fn pages(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| &*slot.page)
    }

    /// The ids in the same order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| &*slot.id)
    }

    /// The rule at a place in that order. Panics beyond its end.
    pub fn rule(&self, at: usize) -> &Rule {
        self.slots[at].rule()
    }

    /// What all findings of the rule at a place share.
    pub(super) fn said(&self, at: usize) -> &Said {
        let slot = &self.slots[at];
        slot.said.get_or_init(|| Said {
            id: (*slot.id).into(),
            advice: slot.rule().advice.as_str().into(),
        })
    }

    /// The places of the rules about a kind.
    pub fn about(&self, kind: &str) -> impl Iterator<Item = usize> {
        let of_kind = self.by_kind.get(kind).into_iter().flatten();
        of_kind.map(|at| *at as usize)
    }

    /// What is known of all rules, in order of their ids.
    pub fn infos(&self) -> Vec<RuleInfo> {
        self.slots
            .iter()
            .map(|slot| slot.rule().info(&slot.page))
            .collect()
    }

    /// What is known of the rule of this id.
    pub fn info(&self, id: &str) -> Option<RuleInfo> {
        let at = self
            .slots
            .binary_search_by(|slot| (*slot.id).cmp(id))
            .ok()?;
        let slot = &self.slots[at];
        Some(slot.rule().info(&slot.page))
    }

    /// The rule with an id or alias.
    pub fn find(&self, name: &str) -> Option<&Rule> {
        let at = self.position(name)?;
        Some(self.rule(at))
    }

    /// The rule of this id.
    pub fn find_by_id(&self, id: &str) -> Option<&Rule> {
        let at = self.slots.binary_search_by(|slot| (*slot.id).cmp(id));
        Some(self.rule(at.ok()?))
    }

    /// Whether what the rule of this id finds may be a secret.
    pub fn finds_secrets(&self, id: &str) -> bool {
        let rule = self.find_by_id(id);
        rule.is_some_and(|rule| rule.check.asks_for_secrets())
    }

    fn position(&self, name: &str) -> Option<usize> {
        let by_id = self.slots.binary_search_by(|slot| (*slot.id).cmp(name));
        by_id
            .ok()
            .or_else(|| self.rules().position(|rule| rule.is_called(name)))
    }

    /// Sets a parameter of the rule with an id or alias.
    ///
    /// # Errors
    /// When there is no such rule or parameter, or the value is not of its sort; nothing is changed then.
    pub fn set(&mut self, rule: &str, name: &str, value: &str) -> Result<(), Unset> {
        let at = self.position(rule).ok_or(Unset::Rule)?;
        let slot = &mut self.slots[at];
        slot.rule();
        let Some(own) = slot.rule.get_mut() else {
            return Err(Unset::Rule);
        };
        let known = own.parameters.iter_mut().find(|(known, _)| known == name);
        let Some((_, amount)) = known else {
            let known = own.parameters.iter().map(|(known, _)| known.clone());
            return Err(Unset::Parameter(known.collect()));
        };
        let set = Amount::parse(value).filter(|set| set.time == amount.time);
        let set = set.ok_or_else(|| Unset::Value(amount.to_string()))?;
        amount.number = set.number;
        own.check.amounts(&mut |used| {
            if used.parameter.as_deref() == Some(name) {
                used.number = set.number;
            }
        });
        Ok(())
    }
}

/// Why a parameter was not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unset {
    /// There is no such rule.
    Rule,
    /// The rule has other parameters: these.
    Parameter(Vec<String>),
    /// The value is of another sort than this.
    Value(String),
}
