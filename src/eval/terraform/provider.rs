//! Which provider configuration a resource is made with.

use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::Evaluator;
use super::layers::Layers;
use super::module::{At, constant_text};
use super::scope::{Instance, Scope};
use crate::eval::{Entry, Provider, Value};
use crate::syntax::hcl::{Expr, ExprId, Item, Tree};

impl Evaluator<'_> {
    /// The provider of a resource: the one it names, else the default one of its type's first word
    /// (<https://developer.hashicorp.com/terraform/language/meta-arguments/resource-provider>).
    pub(crate) fn provider(&self, instance: &Rc<Instance>, row: u32) -> Option<Arc<Provider>> {
        let block = &instance.module.resources[row as usize];
        let named = block
            .layers
            .attribute(&instance.module, "provider")
            .and_then(|at| provider_name(instance.module.tree(&at), at.node.value));
        let default = || block.type_name.split('_').next().unwrap_or_default().into();
        self.configured(instance, &named.unwrap_or_else(default))
    }

    /// The configuration under a local name, evaluated once for all resources of a module instance.
    pub(super) fn configured(
        &self,
        instance: &Rc<Instance>,
        name: &EcoString,
    ) -> Option<Arc<Provider>> {
        if let Some(known) = instance.providers.borrow().get(name) {
            return known.clone();
        }
        let found = self.configured_anew(instance, name);
        instance
            .providers
            .borrow_mut()
            .insert(name.clone(), found.clone());
        found
    }

    /// The module's own, the one its call passes, or the caller's default.
    fn configured_anew(&self, instance: &Rc<Instance>, name: &EcoString) -> Option<Arc<Provider>> {
        let module = &instance.module;
        if let Some(block) = module.providers.get(name) {
            let version = module
                .required
                .get(name.split('.').next().unwrap_or(name))
                .cloned();
            let header = block.layers.header(module);
            let entries = block
                .layers
                .items(module)
                .iter()
                .filter_map(|item| self.provider_item(instance, item))
                .collect();
            return Some(Arc::new(Provider {
                name: name.clone(),
                body: Value::object(entries, header),
                version,
            }));
        }
        let Some(call) = &instance.call else {
            let version = module
                .required
                .get(name.split('.').next().unwrap_or(name))
                .cloned()?;
            let body = Value::object(vec![], crate::source::Span::nowhere());
            return Some(Arc::new(Provider {
                name: name.clone(),
                body,
                version: Some(version),
            }));
        };
        let parent = &call.parent;
        let layers = &parent.module.calls.rows[call.row as usize].layers;
        match passed(parent, layers, name) {
            Some(outer) => self.configured(parent, &outer),
            None if !name.contains('.') => self.configured(parent, name),
            None => None,
        }
    }

    fn provider_item(&self, instance: &Rc<Instance>, item: &At<Item>) -> Option<Entry> {
        let tree = &instance.module.files[item.file as usize];
        let scope = Scope::of(instance, tree);
        let (name, value) = match item.node {
            Item::Attribute(index) => {
                let attribute = tree.attributes[index as usize];
                // A provider's arguments are for the cloud's side; what fails in them is said where resources use it.
                (attribute.name, self.evaluate(scope, attribute.value).ok()?)
            }
            Item::Block(index) => {
                let block = tree.blocks[index as usize];
                let span = tree.span(block.header);
                let entries = tree.items(&block.body).iter().filter_map(|&node| {
                    self.provider_item(
                        instance,
                        &At {
                            file: item.file,
                            node,
                        },
                    )
                });
                (
                    block.name,
                    Value::tuple(vec![Value::object(entries.collect(), span)], span),
                )
            }
        };
        Some(Entry {
            key: tree.slice(name).into(),
            span: tree.span(name),
            value,
        })
    }
}

/// What the `providers` map of a call passes under a local name of the called module.
fn passed(parent: &Instance, layers: &Layers, name: &str) -> Option<EcoString> {
    let at = layers.attribute(&parent.module, "providers")?;
    let tree = parent.module.tree(&at);
    let Expr::Object(members) = tree.expr(at.node.value) else {
        return None;
    };
    tree.list(members).chunks_exact(2).find_map(|pair| {
        let key = provider_name(tree, pair[0])?;
        (key == name)
            .then(|| provider_name(tree, pair[1]))
            .flatten()
    })
}

/// `aws`, `aws.west`, or either as a string (JSON syntax).
fn provider_name(tree: &Tree, id: ExprId) -> Option<EcoString> {
    match tree.expr(id) {
        Expr::Name => Some(tree.slice(tree.ranges[id.0 as usize]).into()),
        Expr::Attribute { of, name } => Some(ecow::eco_format!(
            "{}.{}",
            provider_name(tree, of)?,
            tree.slice(name)
        )),
        Expr::Paren(inner) => provider_name(tree, inner),
        _ => constant_text(tree, id),
    }
}
