//! What kinds are on a network. Compiled into the build script too.

use super::super::model::{EndpointSpec, InterfaceSpec, Path, RouteSpec};
use super::super::tree::{Node, Wrong};
use super::{path, rooted_all, unexpected};

/// `{ each: …, destination: […], targets: […] }`.
pub(super) fn routes(node: &Node) -> Result<RouteSpec, Wrong> {
    let mut spec = RouteSpec {
        each: Path::default(),
        destination: Vec::new(),
        targets: Vec::new(),
    };
    let paths = |value: &Node| -> Result<Vec<Path>, Wrong> {
        let items = value.items().iter();
        items.map(|item| path(item.text()?, item.line)).collect()
    };
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "each" => spec.each = path(value.text()?, *line)?,
            "destination" => spec.destination = paths(value)?,
            "targets" => spec.targets = paths(value)?,
            other => return Err(unexpected(*line, other, "each, destination, targets")),
        }
    }
    if spec.destination.is_empty() || spec.targets.is_empty() {
        let message = "`destination` and `targets` are needed";
        return Err(Wrong::at(node.line, message));
    }
    Ok(spec)
}

/// What a kind is on a network.
pub(super) fn endpoint(node: &Node) -> Result<EndpointSpec, Wrong> {
    let mut spec = EndpointSpec::default();
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "is" => spec.is = value.text()?.to_owned(),
            "data" => spec.data = flag(value)?,
            "deaf" => spec.deaf = flag(value)?,
            "template" => spec.template = flag(value)?,
            "interfaces" => {
                let items = value.items().iter();
                spec.interfaces = items.map(interface).collect::<Result<_, _>>()?;
            }
            other => {
                let expected = "is, data, deaf, template, interfaces";
                return Err(unexpected(*line, other, expected));
            }
        }
    }
    if spec.is.is_empty() || spec.interfaces.is_empty() {
        return Err(Wrong::at(node.line, "`is` and `interfaces` are needed"));
    }
    Ok(spec)
}

fn interface(node: &Node) -> Result<InterfaceSpec, Wrong> {
    let mut spec = InterfaceSpec::default();
    for (key, line, value) in node.map()? {
        match key.as_str() {
            "each" => spec.each = path(value.text()?, *line)?,
            "by" => spec.by = rooted_all(value)?,
            "template" => spec.template = rooted_all(value)?,
            "groups" => spec.groups = rooted_all(value)?,
            "subnets" => spec.subnets = rooted_all(value)?,
            "spread" => spec.spread = flag(value)?,
            "public" => spec.public = rooted_all(value)?,
            "public-by-subnet" => spec.public_by_subnet = flag(value)?,
            "public-by-service" => spec.public_by_service = flag(value)?,
            "addresses" => spec.addresses = rooted_all(value)?,
            other => {
                let expected = "each, by, template, groups, subnets, spread, public, \
                     public-by-subnet, public-by-service, addresses";
                return Err(unexpected(*line, other, expected));
            }
        }
    }
    Ok(spec)
}

fn flag(node: &Node) -> Result<bool, Wrong> {
    match node.text()? {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(unexpected(node.line, other, "true, false")),
    }
}
