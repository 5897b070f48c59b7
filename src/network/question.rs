//! What is asked of rules of traffic, what one rule opens, and the answer.

use std::rc::Rc;

use crate::eval::{Truth, Value, Why};

use super::address::Addresses;

/// A question: may this other side reach one of these ports?
#[derive(Debug, Clone)]
pub struct Question {
    /// The other side.
    pub from: Side,
    /// Port ranges, both ends included; empty: any.
    pub ports: Vec<(u16, u16)>,
    /// Only rules that open every port at once count, or only those that do not.
    pub every_port: Option<bool>,
    /// Only rules for all protocols at once count, or only others.
    pub all_protocols: Option<bool>,
    /// Only rules that open more ports than this count.
    pub more_ports_than: u32,
    /// Protocols by name in lower case; empty: those that have ports; `all`: only rules for all of them.
    pub protocols: Vec<String>,
}

impl Question {
    /// May anyone reach any port?
    pub(super) fn anyone() -> Self {
        Self {
            from: Side::Anyone,
            ports: Vec::new(),
            every_port: None,
            all_protocols: None,
            more_ports_than: 0,
            protocols: Vec::new(),
        }
    }
}

/// Who is on the other side.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// More public addresses than one organisation has, in one rule or several.
    World,
    /// Public addresses, but not the world.
    Public,
    /// As many private addresses as the largest network of a cloud, but not the world.
    Private,
    /// Whoever: also what is named otherwise than by address.
    Anyone,
    /// Some of these.
    Networks(Addresses),
}

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// Whether it may.
    pub truth: Truth,
    /// The values that open the way, or might: each group alone does.
    pub witnesses: Vec<Vec<Value>>,
    /// Why it is not known.
    pub why: Option<Why>,
}

/// One address of one rule.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    pub(super) addresses: Addresses,
    pub(super) ports: Vec<(u16, u16)>,
    pub(super) value: Value,
    /// Why it may not be so.
    pub(super) unsure: Option<Why>,
    /// Whether as many ports are open as the question asks for.
    pub(super) counts: bool,
    /// Whether it closes instead.
    pub(super) closes: bool,
    /// Its place among the rules; the smallest is asked first.
    pub(super) number: Option<i64>,
    /// What else limits it: a list for each thing of the vocabulary's `narrows`; an empty one limits nothing.
    pub(super) limits: Rc<Vec<Vec<Value>>>,
}

impl Answer {
    /// Not known, for this reason.
    pub(super) fn unknown(why: Why) -> Self {
        Self {
            truth: Truth::Unknown,
            witnesses: Vec::new(),
            why: Some(why),
        }
    }
}

impl Opening {
    /// Makes room in the order for others at the same number: `after` them, or before.
    pub(super) fn turn(&mut self, after: bool) {
        let twice = |number: i64| number.saturating_mul(2).saturating_add(i64::from(after));
        self.number = self.number.map(twice);
    }
}

impl Question {
    /// The question for each protocol by itself: a rule for one does not close another.
    pub(super) fn by_protocol(&self) -> Vec<Question> {
        let names = match self.protocols.as_slice() {
            [] => vec!["tcp".to_owned(), "udp".to_owned()],
            names => names.to_vec(),
        };
        let one = |name| Question {
            protocols: vec![name],
            ..self.clone()
        };
        names.into_iter().map(one).collect()
    }
}
