//! CloudFormation templates to values: parameters, mappings, conditions, intrinsic functions, loops, nested stacks.
//!
//! A template is evaluated on demand and each condition, parameter and body once. What is decided only when the stack
//! is made (`AWS::Region`, attributes of resources, parameters that nothing sets) is an unknown with its reason;
//! conditions are three-valued, and a branch under an unknown one knows that the condition holds there.
//!
//! The semantics are those of the Template Reference ("Intrinsic function reference", "Condition functions",
//! "Pseudo parameters reference", "Dynamic references", "AWS::LanguageExtensions transform").

mod body;
mod cidr;
mod condition;
mod context;
mod cycle;
mod evaluator;
mod foreach;
mod intrinsic;
mod json;
mod list;
mod local;
mod mapping;
mod name;
mod nested;
mod parameter;
mod reference;
pub mod sam;
mod sub;
#[cfg(test)]
mod tests;
mod text;
mod transform;

use crate::eval::{Language, Stack, budget};
use crate::source::{Door, SourceFile, SourceMap};
use crate::syntax::yaml::Document;

use context::Context;
use evaluator::Evaluator;

/// What to evaluate, and what may be read for it.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The template.
    pub file: &'r SourceFile,
    /// Its tree.
    pub document: &'r Document,
    /// How the templates are read that it nests.
    pub door: Door<'r>,
    /// Gets the nested templates.
    pub sources: &'r SourceMap,
    /// Parameter files, of which the last one to name a parameter wins: the array of the AWS CLI
    /// (`[{"ParameterKey": …, "ParameterValue": …}]`), its short form (`["Key=Value"]`), and the configuration
    /// file of CodePipeline (`{"Parameters": {…}}`).
    pub parameters: &'r [Document],
}

/// Evaluates a template and the stacks nested in it, with a budget of its own.
pub fn evaluate(request: &Request<'_>) -> Stack {
    budget::within(request.file.text.len(), || evaluate_within(request))
}

fn evaluate_within(request: &Request<'_>) -> Stack {
    let mut context = Context::new(request);
    let arguments = parameter::from_files(request.parameters);
    context
        .diagnostics
        .extend(request.document.errors.iter().cloned());
    let root = context::Place::root(request);
    let whole = context.included(request.document, &root);
    let made = Evaluator::new(
        &mut context,
        whole.as_ref().unwrap_or(request.document),
        &request.file.text,
        root,
        arguments,
    )
    .run();
    let mut resources = made.resources;
    resources.sort_by(|a, b| {
        (&a.address.module, &a.address.name).cmp(&(&b.address.module, &b.address.name))
    });
    let Context {
        mut diagnostics,
        mut missing,
        inputs,
        ..
    } = context;
    diagnostics.sort_by_cached_key(|found| {
        (
            request.sources.order(found.span),
            found.code,
            found.message.clone(),
        )
    });
    diagnostics.dedup();
    missing.sort_by_cached_key(|found| (request.sources.order(found.span), found.source.clone()));
    missing.dedup();
    Stack {
        name: request.file.path.as_ref().into(),
        language: Language::CloudFormation,
        resources,
        inputs,
        outputs: made.outputs,
        missing,
        diagnostics,
        unread_files: false,
    }
}
