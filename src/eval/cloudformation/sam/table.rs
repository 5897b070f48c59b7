//! `AWS::Serverless::SimpleTable` → `AWS::DynamoDB::Table` with one key.

use super::make::{Body, Maker};
use super::{Expander, shape};
use crate::eval::{Declared, Value};

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    let key = shape::something(properties, "PrimaryKey");
    let part = |name: &str| key.and_then(|key| shape::get(key, name)).cloned();
    let name = part("Name").unwrap_or_else(|| make.text("id"));
    let kind = part("Type").map_or_else(
        || make.text("S"),
        |kind| {
            shape::convert(&kind, &mut |kind: &Value| match kind.as_text() {
                Some("String") => Value::text("S", kind.origin.span),
                Some("Number") => Value::text("N", kind.origin.span),
                Some("Binary") => Value::text("B", kind.origin.span),
                _ => kind.clone(),
            })
        },
    );
    let definition = make.map([("AttributeName", name.clone()), ("AttributeType", kind)]);
    let schema = make.map([("AttributeName", name), ("KeyType", make.text("HASH"))]);
    let mut body = Body::from(properties);
    body.set("AttributeDefinitions", make.list(vec![definition]));
    body.set("KeySchema", make.list(vec![schema]));
    body.copy(
        properties,
        &[
            "PointInTimeRecoverySpecification",
            "SSESpecification",
            "TableName",
        ],
    );
    if shape::something(properties, "ProvisionedThroughput").is_some() {
        body.copy(properties, &["ProvisionedThroughput"]);
    } else {
        body.set("BillingMode", make.text("PAY_PER_REQUEST"));
    }
    if let Some(tags) = shape::something(properties, "Tags") {
        let list = make.open_list(shape::tags(Some(tags)), shape::rest(tags));
        body.set("Tags", list);
    }
    let made = make.declare("AWS::DynamoDB::Table", &source.address.name, body);
    work.main(source, made);
}
