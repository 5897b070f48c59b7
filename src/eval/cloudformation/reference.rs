//! `Ref` and `Fn::GetAtt`.

use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluator, one_of};
use super::foreach::Scope;
use super::intrinsic::Call;
use super::parameter::pseudo;
use super::sam::UNDECLARED;
use super::text::known;
use crate::eval::{Data, Reference, Role, Truth, Value, Why};
use crate::source::{Code, Span};

impl Evaluator<'_, '_> {
    pub(super) fn reference(&mut self, call: &Call, scope: &Scope) -> Value {
        if let Some(name) = self.document.text(call.argument) {
            let name = scope.replace(name);
            return self.named(&name, call.span, scope);
        }
        let name = self.argument(call, scope);
        match known(&name) {
            Some(name) => self.named(&name, call.span, scope),
            None => self.unusable(call, &name, "the name of a parameter or resource"),
        }
    }

    /// What a name stands for: a loop variable, a parameter, a pseudo parameter, a resource.
    pub(super) fn named(&mut self, name: &EcoString, span: Span, scope: &Scope) -> Value {
        if let Some(value) = scope.get(name) {
            return value.clone().through(span, Role::Reference);
        }
        if let Some(value) = self.parameter(name) {
            return value.through(span, Role::Reference);
        }
        if let Some(value) = pseudo(name, span) {
            return value;
        }
        self.of_resource(name, Vec::new(), span)
    }

    pub(super) fn attribute(&mut self, call: &Call, scope: &Scope) -> Value {
        let document = self.document;
        let path = match (document.text(call.argument), document.items(call.argument)) {
            (Some(text), _) => {
                let text = scope.replace(text);
                text.split_once('.')
                    .map(|(id, attribute)| (id.into(), attribute.into()))
            }
            (None, &[id, ref attributes @ ..]) if !attributes.is_empty() => {
                let id = self.value(id, scope);
                let Some(id) = known(&id) else {
                    return self.unusable(call, &id, "the logical id of a resource");
                };
                let mut path = EcoString::new();
                for &attribute in attributes {
                    let attribute = self.value(attribute, scope);
                    let Some(text) = known(&attribute) else {
                        return self.some_attribute(&id, call, &attribute);
                    };
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&text);
                }
                Some((id, path))
            }
            _ => None,
        };
        match path {
            Some((id, attribute)) => self.get(&id, attribute, call.span),
            None => self.invalid(call.span, "Fn::GetAtt needs a logical id and an attribute"),
        }
    }

    /// An attribute whose name is not known: one of those it could be.
    fn some_attribute(&mut self, id: &EcoString, call: &Call, attribute: &Value) -> Value {
        let names = match &attribute.resolved().data {
            Data::Unknown(unknown) => unknown.among.iter().map(known).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        let why = attribute.first_why().unwrap_or(Why::Invalid);
        let values: Vec<Value> = names
            .unwrap_or_default()
            .into_iter()
            .map(|name| self.get(id, name, call.span))
            .collect();
        one_of(why, values, call.span)
    }

    /// An attribute of a resource, or an output of a nested stack.
    pub(super) fn get(&mut self, id: &EcoString, attribute: EcoString, span: Span) -> Value {
        if let Some(output) = attribute.strip_prefix("Outputs.")
            && self.is_stack(id)
        {
            let gone = self.of_resource(id, vec![attribute.clone()], span);
            return match gone.data {
                Data::Reference(_) => self.output(id, output, span),
                _ => gone,
            };
        }
        self.of_resource(id, vec![attribute], span)
    }

    fn of_resource(&mut self, id: &EcoString, path: Vec<EcoString>, span: Span) -> Value {
        let Some(resource) = self.resources.get(id).cloned() else {
            return self.undeclared(id, path, span);
        };
        if resource.type_name.is_empty() {
            return Value::unknown(Why::Invalid, span);
        }
        match self.exists(id) {
            Truth::False if self.unsure == 0 => {
                let message = format!("`{id}` does not exist here: its condition is false");
                return self.invalid(span, message);
            }
            Truth::True if self.unsure == 0 => {
                if let Some(current) = self.current.clone() {
                    self.edges.insert((current, id.clone()));
                }
            }
            _ => {}
        }
        let value = match path.as_slice() {
            [] => self.given_name(id, &resource.type_name),
            [attribute] => self.given_attribute(id, &resource.type_name, attribute),
            _ => None,
        };
        let target = self.address(id, &resource.type_name);
        let reference = Reference {
            target,
            path,
            value,
        };
        Value::new(Data::Reference(Arc::new(reference)), span)
    }

    /// A name that the template does not declare: an error, unless a transform may make it.
    fn undeclared(&mut self, id: &EcoString, path: Vec<EcoString>, span: Span) -> Value {
        let (first, rest) = id.split_once('.').unwrap_or((id, ""));
        if self.is_serverless() {
            let declared = self
                .resources
                .get(first)
                .map(|resource| resource.type_name.clone());
            let type_name = declared.unwrap_or_else(|| UNDECLARED.into());
            let target = self.address(first, &type_name);
            let front = (!rest.is_empty()).then(|| EcoString::from(rest));
            let path: Vec<EcoString> = front.into_iter().chain(path).collect();
            self.undeclared.push((target.clone(), path.clone(), span));
            let value = None;
            let reference = Reference {
                target,
                path,
                value,
            };
            return Value::new(Data::Reference(Arc::new(reference)), span);
        }
        if self.open_resources || self.has_macro() {
            return Value::unknown(Why::Module(id.clone()), span);
        }
        if let Some(module) = self.inside_module(id) {
            return Value::unknown(Why::Module(module), span);
        }
        let message = format!("there is no parameter or resource `{id}`");
        self.error(Code::Evaluation, span, message);
        Value::unknown(Why::Invalid, span)
    }

    /// The type of the module that holds what is named: `Name.Inner` or `NameInner` (AWS CloudFormation User Guide, "Use
    /// modules in your template").
    fn inside_module(&self, id: &str) -> Option<EcoString> {
        let mut modules = self.resources.iter();
        let of = modules.find(|(name, resource)| {
            let inner = id.strip_prefix(name.as_str());
            resource.type_name.ends_with("::MODULE") && inner.is_some_and(|inner| !inner.is_empty())
        });
        of.map(|(_, module)| module.type_name.clone())
    }
}
