//! What a module declares beside resources and rules may ask about: its variables and provider configurations.

use std::rc::Rc;
use std::sync::Arc;

use super::evaluator::Evaluator;
use super::module::At;
use super::scope::Instance;
use crate::eval::{Address, Declared, Entry, Key, Mode, Truth, Value};
use crate::source::Span;

impl Evaluator<'_> {
    /// The variables and provider configurations of a module. The body of a variable has its `name`, its `default` under
    /// that name, and whether it is `sensitive`; that of a provider has its arguments.
    pub(super) fn inputs(&self, instance: &Rc<Instance>) -> Vec<Declared> {
        let module = &instance.module;
        let made = |mode, type_name: &str, name: &str, body, header, span| Declared {
            address: Arc::new(Address {
                stack: self.stack.clone(),
                module: instance.path.clone(),
                mode,
                type_name: type_name.into(),
                name: name.into(),
                key: Key::None,
            }),
            body,
            meta: Value::null(Span::nowhere()),
            header,
            span,
            exists: Truth::True,
            calls: instance.calls.clone(),
            provider: None,
        };
        let variables = module.variables.rows.iter().map(|variable| {
            let layers = &variable.layers;
            let header = layers.header(module);
            let entry = |key: &str, value: Value| Entry {
                key: key.into(),
                span: value.origin.span,
                value,
            };
            let mut entries = vec![
                entry("name", Value::text(variable.name.clone(), header)),
                entry(
                    "sensitive",
                    Value::bool(self.flag(instance, layers, "sensitive"), header),
                ),
            ];
            if let Some(at) = layers.attribute(module, "default") {
                let span = module.tree(&at).expr_span(at.node.value);
                let file = at.file;
                let node = at.node.value;
                let default = self.settle(self.of(instance, At { file, node }), span);
                let named = Value::object(vec![entry(&variable.name, default)], span);
                entries.push(entry("default", named));
            }
            let body = Value::object(entries, header);
            made(
                Mode::Input,
                "variable",
                &variable.name,
                body,
                header,
                layers.span(module),
            )
        });
        let providers = module.providers.rows.iter().filter_map(|block| {
            let provider = self.configured(instance, &block.name)?;
            let local = block.name.split('.').next().unwrap_or(&block.name);
            let (header, span) = (block.layers.header(module), block.layers.span(module));
            Some(made(
                Mode::Provider,
                local,
                &block.name,
                provider.body.clone(),
                header,
                span,
            ))
        });
        variables.chain(providers).collect()
    }
}
