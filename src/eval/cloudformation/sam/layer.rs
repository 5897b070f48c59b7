//! `AWS::Serverless::LayerVersion` → `AWS::Lambda::LayerVersion`, under a new id whenever it changes.

use super::make::{Body, Maker, hash};
use super::{Expander, function, shape};
use crate::eval::{Declared, Value};

pub(super) fn expand(work: &mut Expander<'_>, source: &Declared) {
    let make = Maker::of(source, work.context);
    let properties = &source.body;
    // The translator hashes the whole resource as JSON.
    let resource = make.map([
        ("Type", make.text(source.address.type_name.clone())),
        ("Properties", properties.clone()),
    ]);
    let hashed = hash(&make.map([(source.address.name.as_str(), resource)]));
    let mut body = Body::from(properties);
    body.set("LayerName", make.text(source.address.name.clone()));
    // Of two entries with one key the later wins: the name given.
    body.copy(
        properties,
        &[
            "CompatibleArchitectures",
            "CompatibleRuntimes",
            "Description",
            "LayerName",
            "LicenseInfo",
        ],
    );
    let uri = shape::get(properties, "ContentUri");
    let names = ["S3Bucket", "S3Key", "S3ObjectVersion"];
    body.set("Content", function::object(uri, names, "ContentUri", &make));
    let mut made = make.declare("AWS::Lambda::LayerVersion", &make.id(&hashed), body);
    // Older versions of a layer stay unless the template says otherwise.
    let policy = shape::get(properties, "RetentionPolicy").map(|policy| {
        shape::convert(policy, &mut |policy| match policy.as_text() {
            Some(text) if text.eq_ignore_ascii_case("delete") => {
                Value::text("Delete", policy.origin.span)
            }
            Some(text) if text.eq_ignore_ascii_case("retain") => {
                Value::text("Retain", policy.origin.span)
            }
            _ => policy.clone(),
        })
    });
    match policy {
        Some(policy) => shape::set(&mut made.meta, "DeletionPolicy", policy),
        None => retain(&mut made, &make),
    }
    work.main(source, made);
}

/// Sets the deletion policy that keeps a version, unless there is one.
pub(super) fn retain(made: &mut Declared, make: &Maker<'_>) {
    if shape::get(&made.meta, "DeletionPolicy").is_none() {
        shape::set(&mut made.meta, "DeletionPolicy", make.text("Retain"));
    }
}
