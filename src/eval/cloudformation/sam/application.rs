//! `AWS::Serverless::Application` → `AWS::CloudFormation::Stack`.

use super::make::{Body, Maker};
use super::{Expander, shape};
use crate::eval::{Declared, Value, Why};

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    let mut tags = vec![make.map([
        ("Key", make.text("lambda:createdBy")),
        ("Value", make.text("SAM")),
    ])];
    let location = shape::get(properties, "Location");
    let repository = location.filter(|location| location.as_map().is_some());
    let repository_tags = [
        ("ApplicationId", "serverlessrepo:applicationId"),
        ("SemanticVersion", "serverlessrepo:semanticVersion"),
    ];
    for (key, tag) in repository_tags {
        if let Some(value) = repository.and_then(|repository| shape::get(repository, key)) {
            tags.push(make.map([("Key", make.text(tag)), ("Value", value.clone())]));
        }
    }
    let own = shape::get(properties, "Tags");
    tags.extend(shape::tags(own));
    let mut body = Body::from(properties);
    body.copy(
        properties,
        &["NotificationARNs", "Parameters", "TimeoutInMinutes"],
    );
    body.set("Tags", make.open_list(tags, own.and_then(shape::rest)));
    // The Serverless Application Repository makes a template for the stack when it is deployed.
    let url = match (repository, location) {
        (Some(repository), _) => {
            let id = shape::text(repository, "ApplicationId").unwrap_or("Location");
            Some(Value::unknown(
                Why::Module(id.into()),
                repository.origin.span,
            ))
        }
        (None, location) => location.cloned(),
    };
    body.set_some("TemplateURL", url);
    let made = make.declare("AWS::CloudFormation::Stack", &source.address.name, body);
    work.main(source, made);
}
