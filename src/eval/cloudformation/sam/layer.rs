//! `AWS::Serverless::LayerVersion` → `AWS::Lambda::LayerVersion`, under a new id whenever it changes.

use super::make::{Body, Maker, hash};
use super::{Expander, function};
use crate::eval::Declared;

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
    let uri = super::shape::get(properties, "ContentUri");
    let names = ["S3Bucket", "S3Key", "S3ObjectVersion"];
    body.set("Content", function::object(uri, names, "ContentUri", &make));
    let made = make.declare("AWS::Lambda::LayerVersion", &make.id(&hashed), body);
    work.main(source, made);
}
