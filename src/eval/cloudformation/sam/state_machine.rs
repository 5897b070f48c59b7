//! `AWS::Serverless::StateMachine` → `AWS::StepFunctions::StateMachine`, its role, version, alias and events.

use std::sync::Arc;

use ecow::EcoString;

use super::make::{Body, Maker};
use super::role::Role;
use super::{Expander, function, shape, state_machine_event};
use crate::eval::{Data, Declared, Piece, Template, Value};

/// Nesting beyond this depth is not written into a definition.
const MAX_DEPTH: usize = 100;

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let first = work.made.len();
    let properties = &source.body;
    let id = &source.address.name;
    let role = match shape::something(properties, "Role") {
        Some(role) => role.clone(),
        None => {
            let role = execution_role(work, source, &make);
            work.made.push(role);
            make.attribute("AWS::IAM::Role", &make.id("Role"), &["Arn"])
        }
    };
    let mut body = Body::from(properties);
    body.set("RoleArn", role);
    for (from, to) in [
        ("Name", "StateMachineName"),
        ("Type", "StateMachineType"),
        ("Logging", "LoggingConfiguration"),
        ("Tracing", "TracingConfiguration"),
        ("DefinitionSubstitutions", "DefinitionSubstitutions"),
    ] {
        body.copy_as(properties, from, to);
    }
    body.set(
        "Tags",
        function::created_by(&make, "stateMachine:createdBy", properties),
    );
    if let Some(definition) = shape::something(properties, "Definition") {
        let mut printer = Printer::default();
        printer.print(definition, 0);
        if !printer.substitutions.is_empty() {
            let own = shape::get(properties, "DefinitionSubstitutions").cloned();
            let mut all = own.unwrap_or_else(|| make.map([]));
            for (name, value) in printer.substitutions {
                shape::set(&mut all, &name, value);
            }
            body.set("DefinitionSubstitutions", all);
        }
        body.set("DefinitionString", encoded(printer.out, definition));
    } else if let Some(uri) = shape::something(properties, "DefinitionUri") {
        let names = ["Bucket", "Key", "Version"];
        let location = function::object(Some(uri), names, "DefinitionUri", &make);
        body.set("DefinitionS3Location", location);
    }
    let made = make.declare("AWS::StepFunctions::StateMachine", id, body);
    work.main(source, made);
    let alias = publish(work, source, &make);
    let target = match alias {
        Some(alias) if shape::is_true(properties, "UseAliasAsEventTarget").is_true() => alias,
        _ => make.refer("AWS::StepFunctions::StateMachine", id),
    };
    state_machine_event::expand_all(work, source, &make, &target);
    function::propagate_tags(work, source, first);
}

fn execution_role(work: &mut Expander<'_>, source: &Declared, make: &Maker<'_>) -> Declared {
    let properties = &source.body;
    let mut role = Role::new(make.id("Role"), make.trusts("states.amazonaws.com"));
    role.add(work, source, make, shape::get(properties, "Policies"));
    if let Some(enabled) = shape::at(properties, &["Tracing", "Enabled"])
        && enabled.is_true().is_true()
    {
        role.add_managed(make.managed_policy(function::xray_policy(make)));
    }
    role.path = shape::get(properties, "RolePath").cloned();
    role.boundary = shape::get(properties, "PermissionsBoundary").cloned();
    role.tags = Some(function::created_by(
        make,
        "stateMachine:createdBy",
        properties,
    ));
    role.declare(make)
}

/// `AutoPublishAlias`: a version and an alias to it; gives `Ref` to the alias.
fn publish(work: &mut Expander<'_>, source: &Declared, make: &Maker<'_>) -> Option<Value> {
    let properties = &source.body;
    let name = shape::something(properties, "AutoPublishAlias")?;
    let id = &source.address.name;
    let version = make.id("Version");
    let mut body = Body::default();
    let machine = "AWS::StepFunctions::StateMachine";
    body.set("StateMachineArn", make.refer(machine, id));
    body.set(
        "StateMachineRevisionId",
        make.attribute(machine, id, &["StateMachineRevisionId"]),
    );
    let type_name = "AWS::StepFunctions::StateMachineVersion";
    let mut made = make.declare(type_name, &version, body);
    for key in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if shape::get(&made.meta, key).is_none() {
            shape::set(&mut made.meta, key, make.text("Retain"));
        }
    }
    work.made.push(made);

    let given = shape::something(properties, "DeploymentPreference").cloned();
    let mut preference = given.unwrap_or_else(|| make.map([("Type", make.text("ALL_AT_ONCE"))]));
    let arn = make.refer(type_name, &version);
    shape::set(&mut preference, "StateMachineVersionArn", arn);
    let mut body = Body::default();
    body.copy_as(properties, "AutoPublishAlias", "Name");
    body.set("DeploymentPreference", preference);
    let alias = make.id(&format!("Alias{}", name.as_text().unwrap_or_default()));
    let type_name = "AWS::StepFunctions::StateMachineAlias";
    work.made.push(make.declare(type_name, &alias, body));
    Some(make.refer(type_name, &alias))
}

/// The text of a definition that remembers what it encodes.
fn encoded(text: EcoString, definition: &Value) -> Value {
    let span = definition.origin.span;
    let template = Template {
        pieces: vec![Piece::Text(text.clone(), span)],
        text: Some(text),
        decoded: Some(definition.clone()),
    };
    Value::new(Data::Template(Arc::new(template)), span)
}

/// Writes a definition as JSON with an indent of four, as the translator does. What has no known text is a
/// substitution, as every intrinsic function is there.
#[derive(Default)]
struct Printer {
    out: EcoString,
    substitutions: Vec<(String, Value)>,
}

impl Printer {
    fn print(&mut self, value: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            self.out.push_str("null");
            return;
        }
        match &value.data {
            Data::Null => self.out.push_str("null"),
            Data::Bool(own) => self.out.push_str(if *own { "true" } else { "false" }),
            Data::Number(number) => self.out.push_str(&number.to_string()),
            Data::Map(map) => {
                let entries = map.entries.iter();
                let entries = entries.map(|entry| (Some(&entry.key), &entry.value));
                self.members(['{', '}'], entries, depth);
            }
            Data::List(list) => {
                let items = list.items.iter().map(|item| (None, item));
                self.members(['[', ']'], items, depth);
            }
            _ => match value.as_text() {
                Some(text) => self.text(text),
                None => {
                    let name = format!("definition_substitution_{}", self.substitutions.len() + 1);
                    self.text(&format!("${{{name}}}"));
                    self.substitutions.push((name, value.clone()));
                }
            },
        }
    }

    fn members<'v>(
        &mut self,
        [open, close]: [char; 2],
        members: impl Iterator<Item = (Option<&'v EcoString>, &'v Value)>,
        depth: usize,
    ) {
        self.out.push(open);
        let mut any = false;
        for (key, value) in members {
            self.out.push_str(if any { ",\n" } else { "\n" });
            any = true;
            self.indent(depth + 1);
            if let Some(key) = key {
                self.text(key);
                self.out.push_str(": ");
            }
            self.print(value, depth + 1);
        }
        if any {
            self.out.push('\n');
            self.indent(depth);
        }
        self.out.push(close);
    }

    fn indent(&mut self, depth: usize) {
        (0..depth).for_each(|_| self.out.push_str("    "));
    }

    fn text(&mut self, text: &str) {
        let mut json = String::new();
        super::make::write_text(text, &mut json);
        self.out.push_str(&json);
    }
}
