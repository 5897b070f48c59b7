//! `AutoPublishAlias`: a version of a function, published whenever its code changes, and the alias that points to it.

use ecow::EcoString;

use super::make::{Body, Maker, hash};
use super::{Expander, layer, shape};
use crate::eval::{Declared, Value};

/// What was published.
pub(super) struct Published {
    /// The logical id of the alias.
    pub(super) alias: EcoString,
    /// The name of the alias.
    pub(super) name: Value,
}

/// Publishes a version and an alias where the function asks for it.
pub(super) fn publish(
    work: &mut Expander<'_>,
    source: &Declared,
    make: &Maker<'_>,
    code: &Value,
) -> Option<Published> {
    let properties = &source.body;
    let name = shape::something(properties, "AutoPublishAlias")?.clone();
    let version = make.id(&format!("Version{}", version_hash(properties, code)));
    let function = make.refer("AWS::Lambda::Function", &source.address.name);
    let mut body = Body::default();
    body.set("FunctionName", function.clone());
    body.copy_as(properties, "VersionDescription", "Description");
    if shape::get(properties, "CapacityProviderConfig").is_some() {
        body.copy(properties, &["FunctionScalingConfig"]);
    }
    let mut declared = make.declare("AWS::Lambda::Version", &version, body);
    if shape::get(&declared.meta, "DeletionPolicy").is_none() {
        match shape::get(properties, "VersionDeletionPolicy") {
            Some(policy) => shape::set(&mut declared.meta, "DeletionPolicy", policy.clone()),
            // Versions on a capacity provider are deleted with their function.
            None if shape::get(properties, "CapacityProviderConfig").is_some() => {
                shape::set(&mut declared.meta, "DeletionPolicy", make.text("Delete"));
            }
            None => layer::retain(&mut declared, make),
        }
    }
    work.referable(source, "Version", &declared.address);
    work.made.push(declared);

    // Hyphens and underscores cannot stand in a logical id; a name that is not known adds nothing to it.
    let suffix = name.as_text().unwrap_or_default();
    let suffix = suffix.replace('-', "D").replace('_', "U");
    let alias = make.id(&format!("Alias{suffix}"));
    let mut body = Body::default();
    body.copy_as(properties, "AutoPublishAlias", "Name");
    body.set("FunctionName", function);
    body.set(
        "FunctionVersion",
        make.attribute("AWS::Lambda::Version", &version, &["Version"]),
    );
    body.copy(properties, &["ProvisionedConcurrencyConfig"]);
    let declared = make.declare("AWS::Lambda::Alias", &alias, body);
    work.referable(source, "Alias", &declared.address);
    work.made.push(declared);
    Some(Published { alias, name })
}

/// The translator hashes the location of the code, the environment, the memory size and `SnapStart`; or, where
/// `AutoPublishAliasAllProperties` is set, everything. `AutoPublishCodeSha256` takes the place of the hash.
fn version_hash(properties: &Value, code: &Value) -> EcoString {
    if let Some(given) = shape::text(properties, "AutoPublishCodeSha256") {
        return given.chars().take(10).collect();
    }
    if shape::is_true(properties, "AutoPublishAliasAllProperties").is_true() {
        return hash(properties);
    }
    let mut hashed = code.clone();
    if let Some(environment) = shape::get(properties, "Environment").and_then(Value::as_map) {
        for entry in &environment.entries {
            shape::set(&mut hashed, &entry.key, entry.value.clone());
        }
    }
    if let Some(size) = shape::something(properties, "MemorySize") {
        shape::set(&mut hashed, "MemorySize", size.clone());
    }
    if let Some(snap) = shape::something(properties, "SnapStart")
        && shape::text(snap, "ApplyOn").unwrap_or("None") != "None"
    {
        shape::set(&mut hashed, "SnapStart", snap.clone());
    }
    hash(&hashed)
}
