//! Variables: what sets them, in which order, and what their declarations say about values nobody set.

use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;

use super::evaluator::{Evaluated, Evaluator, Failure};
use super::expression::fail;
use super::function;
use super::layers::Layers;
use super::module::{At, NamedBlock};
use super::program::{Program, Values};
use super::scope::{Instance, Scope};
use super::traversal::did_you_mean;
use super::types::{self, Type};
use super::world::Settings;
use crate::eval::{Data, Role, Unknown, Value, Why};
use crate::source::{Code, Diagnostic, SourceFile, Span};
use crate::syntax::hcl::{self, Binary, Expr, ExprId, Item, Tree};

impl Evaluator<'_> {
    /// `var.name`.
    pub(crate) fn variable(&self, instance: &Rc<Instance>, name: &str, span: Span) -> Evaluated {
        let Some(variable) = instance.module.variables.get(name) else {
            let known = instance
                .module
                .variables
                .rows
                .iter()
                .map(|known| known.name.as_str());
            let message = format!(
                "there is no variable named `{name}` in this module{}",
                did_you_mean(name, known)
            );
            self.diagnostics
                .borrow_mut()
                .push(Diagnostic::new(Code::Evaluation, span, message));
            return Ok(Value::unknown(
                Why::Variable(ecow::eco_format!("var.{name}")),
                span,
            ));
        };
        let header = variable.layers.header(&instance.module);
        Ok(self.memo(
            &instance.variables,
            name.into(),
            || self.cycle(&ecow::eco_format!("var.{name}"), header),
            || {
                let value = self.variable_value(instance, variable, header);
                let sensitive = self.flag(instance, &variable.layers, "sensitive")
                    || self.flag(instance, &variable.layers, "ephemeral");
                value
                    .through(header, Role::Variable)
                    .sensitive_if(sensitive)
            },
        ))
    }

    fn variable_value(
        &self,
        instance: &Rc<Instance>,
        variable: &NamedBlock,
        header: Span,
    ) -> Value {
        let layers = &variable.layers;
        let of = self.variable_type(instance, layers);
        let default = layers.attribute(&instance.module, "default");
        let default = || {
            default.map(|at| {
                let value = self.of(
                    instance,
                    At {
                        file: at.file,
                        node: at.node.value,
                    },
                );
                self.settle(value, instance.module.tree(&at).expr_span(at.node.value))
            })
        };
        let given = match &instance.call {
            None => self
                .assigned
                .iter()
                .rev()
                .find(|(name, _)| *name == variable.name)
                .map(|(_, value)| value.clone()),
            Some(call) => {
                let parent = &call.parent;
                let layers = &parent.module.calls.rows[call.row as usize].layers;
                layers.attribute(&parent.module, &variable.name).map(|at| {
                    let tree = parent.module.tree(&at);
                    let scope = Scope::of(parent, tree).repeated(call.repetition.as_ref());
                    let name = tree.span(at.node.name);
                    self.settle(self.evaluate(scope, at.node.value), name)
                        .through(name, Role::Argument)
                })
            }
        };
        let nullable = !self.is_false(instance, layers, "nullable");
        let given = match given {
            Some(value) if !nullable && matches!(value.resolved().data, Data::Null) => default(),
            Some(value) => Some(value),
            None => default(),
        };
        let Some(value) = given else {
            if instance.call.is_some() {
                let call = instance.calls.as_ref().map_or(header, |via| via.span);
                let message = format!(
                    "the module call does not set `{}`, which has no default",
                    variable.name
                );
                self.diagnostics.borrow_mut().push(
                    Diagnostic::new(Code::Evaluation, call, message)
                        .related(header, "declared here"),
                );
            }
            return self.unset(instance, variable, header);
        };
        match types::convert(&value, &of) {
            Ok(value) => value,
            Err(message) => {
                let message = format!(
                    "the value of variable `{}` does not fit its type: {message}",
                    variable.name
                );
                let span = if value.origin.span.is_somewhere() {
                    value.origin.span
                } else {
                    header
                };
                self.settle(Err(fail(message, span)), header)
            }
        }
    }

    /// Says which validations of a module's variables do not hold; those that cannot be decided are left alone.
    pub(crate) fn validate(&self, instance: &Rc<Instance>) {
        for variable in &instance.module.variables.rows {
            let header = variable.layers.header(&instance.module);
            let Ok(value) = self.variable(instance, &variable.name, header) else {
                continue;
            };
            for validation in variable.layers.blocks(&instance.module, "validation") {
                let tree = instance.module.tree(&validation);
                let Some(condition) = tree.attribute(&validation.node.body, "condition") else {
                    continue;
                };
                let holds = self.evaluate(Scope::of(instance, tree), condition.value);
                if holds.is_ok_and(|holds| holds.is_false().is_true()) {
                    let message = format!(
                        "the value of variable `{}` does not pass its validation",
                        variable.name
                    );
                    let at = if value.origin.span.is_somewhere() {
                        value.origin.span
                    } else {
                        header
                    };
                    let found = Diagnostic::new(Code::Evaluation, at, message);
                    let found =
                        found.related(tree.expr_span(condition.value), "this condition is false");
                    self.diagnostics.borrow_mut().push(found);
                }
            }
        }
    }

    fn variable_type(&self, instance: &Rc<Instance>, layers: &Layers) -> Type {
        let Some(at) = layers.attribute(&instance.module, "type") else {
            return Type::Any;
        };
        let tree = instance.module.tree(&at);
        // In JSON syntax a type is an expression in a string.
        let written =
            super::module::constant_text(tree, at.node.value).filter(|text| text.contains('('));
        let inner = written
            .map(|text| hcl::parse_expression(Span::nowhere().source, &Arc::from(text.as_str())));
        let (tree, id) = inner
            .as_ref()
            .map_or((tree, at.node.value), |(tree, id)| (tree, *id));
        let mut default = |id: ExprId| {
            let value = self.evaluate(Scope::of(instance, tree), id);
            self.settle(value, tree.expr_span(id))
        };
        match types::parse_type(tree, id, &mut default) {
            Ok(of) => of,
            Err(problem) => {
                self.diagnostics.borrow_mut().push(problem);
                Type::Any
            }
        }
    }

    fn is_false(&self, instance: &Rc<Instance>, layers: &Layers, name: &str) -> bool {
        layers.attribute(&instance.module, name).is_some_and(|at| {
            let value = self.of(
                instance,
                At {
                    file: at.file,
                    node: at.node.value,
                },
            );
            matches!(
                value,
                Ok(Value {
                    data: Data::Bool(false),
                    ..
                })
            )
        })
    }

    /// A variable that nothing sets: unknown, but one of the values its validations list.
    fn unset(&self, instance: &Rc<Instance>, variable: &NamedBlock, header: Span) -> Value {
        let why = Why::Variable(ecow::eco_format!("var.{}", variable.name));
        let mut among: Option<Vec<Value>> = None;
        for validation in variable.layers.blocks(&instance.module, "validation") {
            let tree = instance.module.tree(&validation);
            let Some(condition) =
                super::module::attribute_of(tree, &validation.node.body, "condition")
            else {
                continue;
            };
            let Some(allowed) = self.allowed(instance, tree, condition.value, &variable.name)
            else {
                continue;
            };
            among = Some(match among {
                None => allowed,
                Some(known) => known
                    .into_iter()
                    .filter(|value| allowed.iter().any(|other| other.data == value.data))
                    .collect(),
            });
        }
        let among = among.filter(|among| among.len() <= 16).unwrap_or_default();
        Value::new(Data::Unknown(Arc::new(Unknown { why, among })), header)
    }

    /// The values that a condition of the forms `contains([…], var.x)`, `var.x == …`, `… || …` and `… && …` allows.
    fn allowed(
        &self,
        instance: &Rc<Instance>,
        tree: &Tree,
        id: ExprId,
        variable: &str,
    ) -> Option<Vec<Value>> {
        let is_variable = |id: ExprId| match tree.expr(id) {
            Expr::Attribute { of, name } => {
                tree.slice(name) == variable
                    && matches!(tree.expr(of), Expr::Name)
                    && tree.slice(tree.ranges[of.0 as usize]) == "var"
            }
            _ => false,
        };
        let constant = |id: ExprId| {
            let value = self
                .evaluate(
                    Scope {
                        sealed: true,
                        ..Scope::of(instance, tree)
                    },
                    id,
                )
                .ok()?;
            value.is_wholly_known().then_some(value)
        };
        match tree.expr(id) {
            Expr::Paren(inner) => self.allowed(instance, tree, inner, variable),
            Expr::Call {
                name, arguments, ..
            } if tree.slice(name) == "contains" => {
                let &[list, value] = tree.list(arguments) else {
                    return None;
                };
                let list = is_variable(value).then(|| constant(list)).flatten()?;
                Some(list.as_list()?.items.clone())
            }
            Expr::Binary {
                op: Binary::Equal,
                left,
                right,
            } => {
                let other = if is_variable(left) {
                    right
                } else {
                    is_variable(right).then_some(left)?
                };
                Some(vec![constant(other)?])
            }
            Expr::Binary {
                op: Binary::Or,
                left,
                right,
            } => {
                let mut left = self.allowed(instance, tree, left, variable)?;
                left.extend(self.allowed(instance, tree, right, variable)?);
                Some(left)
            }
            Expr::Binary {
                op: Binary::And,
                left,
                right,
            } => {
                let sides = (
                    self.allowed(instance, tree, left, variable),
                    self.allowed(instance, tree, right, variable),
                );
                sides.0.or(sides.1)
            }
            _ => None,
        }
    }
}

/// What sets the variables of a root module, in rising precedence: the environment, `terraform.tfvars`,
/// `terraform.tfvars.json`, `*.auto.tfvars` and `*.auto.tfvars.json` by name, then the command line in its order
/// (<https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>).
pub(crate) fn assigned(
    program: &Program<'_>,
    evaluator: &Evaluator<'_>,
    root: &Rc<Instance>,
    tfvars: &[Values],
) -> Vec<(EcoString, Value)> {
    let settings = &program.world.settings;
    let mut all = Vec::new();
    for (name, text) in &settings.environment {
        all.push((
            name.as_str().into(),
            command_line(evaluator, root, name, text),
        ));
    }
    let rank = |name: &str| match name {
        "terraform.tfvars" => Some(0),
        "terraform.tfvars.json" => Some(1),
        _ if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") => Some(2),
        _ => None,
    };
    let mut files: Vec<_> = tfvars
        .iter()
        .filter_map(|(name, file)| Some((rank(name)?, name, file)))
        .collect();
    files.sort_by_key(|(rank, name, _)| (*rank, *name));
    for (_, _, file) in files {
        match file {
            Some(file) => read_file(evaluator, root, file, &mut all),
            None => anything(root, &mut all),
        }
    }
    for setting in &settings.variables {
        match setting {
            Setting::File(file) => read_file(evaluator, root, file, &mut all),
            Setting::Value(name, text) => all.push((
                name.as_str().into(),
                command_line(evaluator, root, name, text),
            )),
        }
    }
    all
}

/// What a file that could not be read, or not whole, assigns: perhaps a value to each variable that is declared.
fn anything(root: &Rc<Instance>, all: &mut Vec<(EcoString, Value)>) {
    let declared = root.module.variables.rows.iter();
    all.extend(declared.map(|variable| {
        let why = Why::Variable(ecow::eco_format!("var.{}", variable.name));
        let span = variable.layers.header(&root.module);
        (variable.name.clone(), Value::unknown(why, span))
    }));
}

/// `--var NAME=VALUE` or `--var-file FILE`, in the order given.
#[derive(Debug, Clone)]
pub enum Setting {
    /// A file of values.
    File(Arc<SourceFile>),
    /// A name and the text of its value.
    Value(String, String),
}

/// A value from the command line or the environment: text as it stands for a variable of a simple type or none, an
/// expression for all others.
fn command_line(evaluator: &Evaluator<'_>, root: &Rc<Instance>, name: &str, text: &str) -> Value {
    let simple = match root.module.variables.get(name) {
        Some(variable) => matches!(
            evaluator.variable_type(root, &variable.layers),
            Type::Text | Type::Bool | Type::Number | Type::Any
        ),
        None => true,
    };
    if simple {
        return Value::text(text, Span::nowhere());
    }
    let text: Arc<str> = text.into();
    let (tree, id) = hcl::parse_expression(Span::nowhere().source, &text);
    if tree.errors.is_empty() {
        let scope = Scope {
            sealed: true,
            ..Scope::of(root, &tree)
        };
        if let Ok(value) = evaluator.evaluate(scope, id) {
            return value;
        }
    }
    let header = root
        .module
        .variables
        .get(name)
        .map_or(Span::nowhere(), |variable| {
            variable.layers.header(&root.module)
        });
    let message = format!(
        "the value given for variable `{name}` on the command line is not a valid expression"
    );
    evaluator.settle(Err(fail(message, header)), header)
}

fn read_file(
    evaluator: &Evaluator<'_>,
    root: &Rc<Instance>,
    file: &Arc<SourceFile>,
    all: &mut Vec<(EcoString, Value)>,
) {
    if file.path.ends_with(".json") {
        let text = Value::text(EcoString::from(&*file.text), file.span());
        match function::decode_json(&text, file.span()) {
            Ok(value) => {
                let entries = value
                    .as_map()
                    .map(|map| map.entries.clone())
                    .unwrap_or_default();
                all.extend(entries.into_iter().map(|entry| (entry.key, entry.value)));
            }
            Err(message) => {
                anything(root, all);
                let failure = Failure {
                    code: Code::Syntax,
                    message: format!("this is not a JSON object: {message}"),
                    span: file.span(),
                };
                evaluator.settle(Err(failure), file.span());
            }
        }
        return;
    }
    let tree = hcl::parse(file.id, &file.text);
    if !tree.errors.is_empty() {
        anything(root, all);
    }
    evaluator
        .diagnostics
        .borrow_mut()
        .extend(tree.errors.iter().cloned());
    for item in tree.items(&tree.root) {
        match *item {
            Item::Attribute(at) => {
                let attribute = tree.attributes[at as usize];
                let scope = Scope {
                    sealed: true,
                    ..Scope::of(root, &tree)
                };
                let value = evaluator.evaluate(scope, attribute.value);
                let value = evaluator.settle(value, tree.expr_span(attribute.value));
                all.push((
                    tree.slice(attribute.name).into(),
                    value.through(tree.span(attribute.name), Role::Argument),
                ));
            }
            Item::Block(at) => {
                let span = tree.span(tree.blocks[at as usize].header);
                let message = "a file of variable values holds `name = value` only, no blocks";
                evaluator.diagnostics.borrow_mut().push(Diagnostic::new(
                    Code::Structure,
                    span,
                    message,
                ));
            }
        }
    }
}

/// `TF_VAR_name=value` pairs of an environment.
pub fn from_environment(variables: impl Iterator<Item = (String, String)>) -> Settings {
    let mut environment: Vec<(String, String)> = variables
        .filter_map(|(name, value)| Some((name.strip_prefix("TF_VAR_")?.to_owned(), value)))
        .collect();
    environment.sort();
    Settings {
        environment,
        ..Settings::default()
    }
}
