//! Calls of intrinsic functions: both forms, and which function does what.

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::foreach::Scope;
use crate::eval::{Data, Truth, Unknown, Value, Why};
use crate::source::Span;
use crate::syntax::yaml::NodeId;

/// A call: `!Sub x` or `{"Fn::Sub": x}`.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The name in the long form: `Ref`, `Fn::Sub`, `Condition`.
    pub(super) name: EcoString,
    /// The argument. In the short form this is the node of the call, its tag to be ignored.
    pub(super) argument: NodeId,
    /// Whether it is written in the short form.
    pub(super) short: bool,
    /// The bytes of the call.
    pub(super) span: Span,
}

impl Evaluator<'_, '_> {
    /// The call that a node is, in either form.
    pub(super) fn call(&self, node: NodeId) -> Option<Call> {
        let tag = &self.document.node(node).tag;
        let Some(name) = tag.strip_prefix('!').filter(|name| !name.is_empty()) else {
            return self.long_call(node);
        };
        Some(Call {
            name: match name {
                "Ref" | "Condition" => name.into(),
                _ if name.starts_with("Fn::") => name.into(),
                _ => ecow::eco_format!("Fn::{name}"),
            },
            argument: node,
            short: true,
            span: self.document.span(node),
        })
    }

    /// The call that a mapping of one key is.
    pub(super) fn long_call(&self, node: NodeId) -> Option<Call> {
        let [pair] = self.document.pairs(node) else {
            return None;
        };
        let name = self.document.text(pair.key)?;
        let is_call =
            name == "Ref" || (name.starts_with("Fn::") && !name.starts_with("Fn::ForEach::"));
        is_call.then(|| Call {
            name: name.clone(),
            argument: pair.value,
            short: false,
            span: self.document.span(node),
        })
    }

    /// The value of the argument of a call.
    pub(super) fn argument(&mut self, call: &Call, scope: &Scope) -> Value {
        if call.short {
            self.untagged(call.argument, scope)
        } else {
            self.value(call.argument, scope)
        }
    }

    /// The value of a call.
    pub(super) fn apply(&mut self, call: &Call, scope: &Scope) -> Value {
        match call.name.as_str() {
            "Ref" => self.reference(call, scope),
            "Fn::GetAtt" => self.attribute(call, scope),
            "Fn::Sub" => self.sub(call, scope),
            "Fn::Join" => self.join(call, scope),
            "Fn::Select" => self.select(call, scope),
            "Fn::Split" => self.split(call, scope),
            "Fn::FindInMap" => self.find_in_map(call, scope),
            "Fn::If" => self.if_value(call, scope),
            "Fn::Base64" => self.base64(call, scope),
            "Fn::Cidr" => self.cidr(call, scope),
            "Fn::GetAZs" => self.zones(call, scope),
            "Fn::ImportValue" => self.import(call, scope),
            "Fn::Transform" => {
                let unknown = self.include(call.argument, scope);
                Value::new(Data::Unknown(std::sync::Arc::new(unknown)), call.span)
            }
            "Fn::Length" => self.length(call, scope),
            "Fn::ToJsonString" => self.json_text(call, scope),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" | "Condition" => {
                match self.call_truth(call, scope) {
                    Truth::True => Value::bool(true, call.span),
                    Truth::False => Value::bool(false, call.span),
                    Truth::Unknown => Value::unknown(Why::Condition, call.span),
                }
            }
            "Fn::GetStackOutput" => {
                self.argument(call, scope);
                Value::unknown(Why::Import("?".into()), call.span)
            }
            // A macro may give it a meaning, or `rain pkg`, which reads templates before CloudFormation does.
            name if self.has_macro() || name.starts_with("Fn::Rain::") => {
                Value::unknown(Why::Function(name.into()), call.span)
            }
            name => self.invalid(call.span, format!("there is no function `{name}`")),
        }
    }

    fn zones(&mut self, call: &Call, scope: &Scope) -> Value {
        self.argument(call, scope);
        Value::unknown(Why::Environment(call.name.clone()), call.span)
    }

    fn import(&mut self, call: &Call, scope: &Scope) -> Value {
        let name = self.argument(call, scope);
        let name = super::text::known(&name).unwrap_or_else(|| "?".into());
        Value::unknown(Why::Import(name), call.span)
    }

    /// What a macro or an include would put here: nobody here can tell.
    pub(super) fn include(&mut self, argument: NodeId, scope: &Scope) -> Unknown {
        let name = match self.document.get(argument, "Name") {
            Some(pair) => super::text::known(&self.value(pair.value, scope)),
            None => None,
        };
        Unknown {
            why: Why::Function(name.unwrap_or_else(|| "Fn::Transform".into())),
            among: Vec::new(),
        }
    }

    /// The value of an argument that is not what the function needs: an unknown argument makes the result unknown for
    /// the same reason, a known one is an error.
    pub(super) fn unusable(&mut self, call: &Call, value: &Value, needs: &str) -> Value {
        match value.first_why() {
            Some(why) => Value::unknown(why, call.span).sensitive_if(value.sensitive),
            None => self.invalid(call.span, format!("{} needs {needs}", call.name)),
        }
    }
}
